"""cases.yaml: for each entry one line in each language that says whose case it is.

Shown when the service asks back, and beside an answer that another case is near to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import yaml

from kb.frontmatter import LOADER
from kb.model import Finding, Language

FILE = "cases.yaml"
LONGEST = 90  # characters; a longer line is no longer read at a glance
STRING = "tag:yaml.org,2002:str"


@dataclass(frozen=True, slots=True)
class CaseLines:
    """What the file holds: entry -> language -> line, the place of each entry (1-based), and what is wrong.

    With `faults` the file cannot be used; `long` are findings on lines that can be used, but should be shorter.
    """

    path: Path
    texts: Mapping[str, Mapping[Language, str]]
    places: Mapping[str, int]
    faults: tuple[Finding, ...] = ()
    long: tuple[Finding, ...] = ()


def read_cases(corpus: Path) -> CaseLines:
    """Read cases.yaml of the folder `corpus`; without the file there are no lines. Never raises on bad content."""
    path = corpus / FILE
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=LOADER) if path.is_file() else None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        message = f"not valid YAML in UTF-8: {getattr(error, 'problem', None) or error}"
        fix = "put quotes round each line, and save the file as UTF-8"
        return CaseLines(path, {}, {}, (Finding(path, mark.line + 1 if mark else 1, "case-line", message, fix),))
    if node is None:
        return CaseLines(path, {}, {})
    if not isinstance(node, yaml.MappingNode):
        fault = Finding(path, 1, "case-line", "the file holds no `entry:` rows", "see corpus/README.md")
        return CaseLines(path, {}, {}, (fault,))
    return _of_rows(path, node)


def _of_rows(path: Path, node: yaml.MappingNode) -> CaseLines:
    texts: dict[str, Mapping[Language, str]] = {}
    places: dict[str, int] = {}
    faults: list[Finding] = []
    for key, row in node.value:
        entry, place = str(key.value), key.start_mark.line + 1
        if entry in places:
            message = f"`{entry}` stands here and on line {places[entry]}: only one of the two would be shown"
            faults.append(Finding(path, place, "case-line", message, "remove one"))
        places.setdefault(entry, place)
        faults += _row_faults(path, entry, place, row)
        lines = _lines(row)
        texts[entry] = {language: lines[language].value.strip() for language in Language if language in lines}
    return CaseLines(path, texts, places, tuple(faults), tuple(_long(path, node)))


def _lines(row: yaml.Node) -> Mapping[str, yaml.ScalarNode]:
    """Return the lines of an entry that hold text, by language."""
    texts = {str(key.value): node for key, node in _pairs(row) if isinstance(node, yaml.ScalarNode)}
    return {language: node for language, node in texts.items() if node.tag == STRING and node.value.strip()}


def _pairs(node: yaml.Node) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _row_faults(path: Path, entry: str, place: int, row: yaml.Node) -> Iterator[Finding]:
    """Every language has a line, and there is nothing else."""
    there = {str(key.value): key.start_mark.line + 1 for key, _ in _pairs(row)}
    lines = _lines(row)
    for language in Language:
        if language not in lines:
            message = f"`{entry}` has no text in `{language}`: asked back in it, readers would see an empty choice"
            yield Finding(path, there.get(language, place), "case-line", message, f'write `{language}: "…"`')
    for name in there.keys() - set(Language):
        message = f"`{name}` of `{entry}` is none of kk, ru and en"
        yield Finding(path, there[name], "case-line", message, "correct the language, or remove the line")


def _long(path: Path, node: yaml.MappingNode) -> Iterator[Finding]:
    for key, row in node.value:
        for language, line in _lines(row).items():
            n = len(line.value.strip())
            if n > LONGEST:
                message = f"the `{language}` line of `{key.value}` has {n} characters, at most {LONGEST} fit a choice"
                yield Finding(path, line.start_mark.line + 1, "long-case-line", message, "name only what decides")


def unknown_entries(cases: CaseLines, entries: Collection[str]) -> Iterator[Finding]:
    """Yield each row whose name is none of `entries`: its line would never be shown."""
    for name, place in cases.places.items():
        if name not in entries:
            near = ", ".join(get_close_matches(name, entries, n=3))
            fix = f"correct the name (near: {near}) or remove it" if near else "correct the name or remove it"
            yield Finding(cases.path, place, "unknown-entry", f"`{name}` is not an entry", fix)


def case_findings(cases: CaseLines, entries: Collection[str]) -> Iterator[Finding]:
    """Yield everything an editor must mend in the file, also which of `entries` have no line yet."""
    yield from (*cases.faults, *cases.long)
    yield from unknown_entries(cases, entries)
    for name in entries:
        if name not in cases.places:
            message = f"`{name}` has no line: when the service asks back, readers see its question instead"
            yield Finding(cases.path, 1, "no-case-line", message, "add whose case it is, in kk, ru and en")
