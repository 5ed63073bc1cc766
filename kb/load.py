"""Read a corpus folder into a KnowledgeBase: strictly, all problems at once."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from kb.base import KnowledgeBase
from kb.frontmatter import RawFile, field_findings, read_raw, source_of
from kb.model import Document, Finding, Kind, Language, Validity

ASKED_NAME = re.compile(r"^asked\.(?P<language>kk|ru|en)\.txt$")
FILE_NAME = re.compile(r"^(?P<language>kk|ru|en)@(?P<day>\d{4}-\d{2}-\d{2})\.md$")
ENTRY_NAME = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


class CorpusError(ValueError):
    """The corpus cannot be loaded. `findings` says every reason, with path and line."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        lines = [f"{f.path}:{f.line}: {f.rule}: {f.message}. {f.fix}" for f in self.findings]
        super().__init__(f"{len(lines)} problems in the corpus:\n" + "\n".join(lines))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a corpus folder holds: the documents that could be read, and what is wrong with the rest."""

    documents: tuple[Document, ...]
    findings: tuple[Finding, ...]


def load_corpus(root: Path) -> KnowledgeBase:
    """Load every document under `root` (`faq/ leaflets/ announcements/`).

    Raises CorpusError naming every unreadable file; nothing is skipped silently.
    """
    reading = read_corpus(root)
    if reading.findings:
        raise CorpusError(reading.findings)
    return KnowledgeBase.of(reading.documents)


def read_corpus(root: Path) -> Reading:
    """Read what can be read and report the rest. Shapes only: `kb.check` judges the content."""
    if not root.is_dir():
        finding = Finding(root, 1, "no-corpus", "there is no such folder", "pass --corpus, or run from the checkout")
        return Reading((), (finding,))
    documents: list[Document] = []
    findings: list[Finding] = []
    for kind in Kind:
        for path in _files(root / kind.folder):
            if ASKED_NAME.match(path.name):
                continue
            document, problems = _read(path, kind)
            findings.extend(problems)
            if document is not None:
                documents.append(document)
    documents = _with_validity(documents)
    findings.extend(_misplaced(documents))
    return Reading(tuple(sorted(_inherit(documents), key=lambda d: d.id)), tuple(findings))


def _files(folder: Path) -> list[Path]:
    """Every file below `folder` except hidden ones, so that a misnamed file is reported, not lost."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and not p.name.startswith("."))


def _read(path: Path, kind: Kind) -> tuple[Document | None, list[Finding]]:
    name = FILE_NAME.match(path.name)
    if not name or not ENTRY_NAME.match(path.parent.name) or path.parent.parent.name != kind.folder:
        fix = f"name it {kind.folder}/<entry>/<kk|ru|en>@<YYYY-MM-DD>.md, the entry in small Latin letters and hyphens"
        return None, [Finding(path, 1, "file-name", f"`{path.parent.name}/{path.name}` is not a document's name", fix)]
    try:
        start = date.fromisoformat(name["day"])
    except ValueError:
        fix = "name the file after the first day on which the text holds"
        return None, [Finding(path, 1, "bad-date", f"`{name['day']}` is not a day of the calendar", fix)]
    raw = read_raw(path)
    findings = list(raw.findings)
    if raw.fields is not None:
        findings += field_findings(raw, is_faq=kind is Kind.FAQ)
        if not raw.body:
            findings.append(
                Finding(path, raw.body_line, "empty", "there is no text below the block", "write the answer")
            )
    if findings or raw.fields is None:
        return None, findings
    return _document(raw, kind, Language(name["language"]), start), []


def _document(raw: RawFile, kind: Kind, language: Language, start: date) -> Document:
    fields = raw.fields
    assert fields is not None
    return Document(
        entry=raw.path.parent.name,
        kind=kind,
        language=language,
        validity=Validity(start, fields.get("repealed")),
        title=fields["title"].strip(),
        text=unicodedata.normalize("NFC", raw.body),
        topic=fields["topic"],
        audience=tuple(fields["audience"]),
        sources=tuple(source_of(source) for source in fields["sources"]),
        reviewed=fields["reviewed"],
        path=raw.path,
        question=(fields.get("question") or "").strip(),
        also=tuple(fields.get("also") or ()),
        see=tuple(fields.get("see") or ()),
        facts=tuple(fields.get("facts") or ()),
        body_line=raw.body_line,
    )


def _by_entry(documents: Iterable[Document]) -> Mapping[str, list[Document]]:
    groups: dict[str, list[Document]] = defaultdict(list)
    for document in documents:
        groups[document.entry].append(document)
    return groups


def _with_validity(documents: list[Document]) -> list[Document]:
    """Derive each end from the entry's timeline: the next start in any language, or an earlier repeal."""
    done: list[Document] = []
    for group in _by_entry(documents).values():
        starts = sorted({d.validity.start for d in group})
        repeals = {d.validity.start: d.validity.end for d in group if d.validity.end is not None}
        for document in group:
            start = document.validity.start
            ends = [day for day in starts if day > start] + ([repeals[start]] if start in repeals else [])
            done.append(replace(document, validity=Validity(start, min(ends, default=None))))
    return done


def asked(folder: Path, language: Language) -> tuple[str, ...]:
    """Read `asked.<language>.txt` of an entry's folder: how people ask, one utterance a line, for every version."""
    path = folder / f"asked.{language}.txt"
    if not path.is_file():
        return ()
    return tuple(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())


def _inherit(documents: list[Document]) -> list[Document]:
    """Give an older version without `also` the wordings of the newest one, and every version what people asked."""
    newest: dict[tuple[str, Language], Document] = {}
    for document in sorted(documents, key=lambda d: d.validity.start):
        if document.also:
            newest[document.entry, document.language] = document
    done = []
    for d in documents:
        own = d.also or (newest[d.entry, d.language].also if (d.entry, d.language) in newest else ())
        done.append(replace(d, also=tuple(dict.fromkeys((*own, *asked(d.path.parent, d.language))))))
    return done


def _misplaced(documents: list[Document]) -> Iterable[Finding]:
    """Report an entry that stands under two kinds: its name must be unique in the corpus."""
    for group in _by_entry(documents).values():
        kinds = {d.kind for d in group}
        if len(kinds) > 1:
            where = ", ".join(sorted(k.folder for k in kinds))
            yield Finding(
                group[0].path, 1, "entry-twice", f"`{group[0].entry}` stands in several folders: {where}", "rename one"
            )
        for document in group:
            if document.validity.end is not None and document.validity.end <= document.validity.start:
                yield Finding(
                    document.path,
                    1,
                    "bad-date",
                    "`repealed` is not after the start date",
                    "correct one of the two dates",
                )
