"""Split a corpus file into YAML front matter and Markdown body, and read the front matter's fields strictly."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kb.model import Finding, Source

FENCE = "---"
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where it is: ten times as fast
REQUIRED = ("title", "topic", "audience", "sources", "reviewed")
OPTIONAL = ("question", "also", "see", "facts", "repealed")
SOURCE_FIELDS = ("publisher", "title", "url", "date", "verified")
SOURCE_DATE = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")


@dataclass(frozen=True, slots=True)
class RawFile:
    """A corpus file cut in two. `fields` is None when the front matter could not be read."""

    path: Path
    header: str
    body: str
    body_line: int
    fields: dict[str, Any] | None
    findings: tuple[Finding, ...]

    def line_of(self, key: str) -> int:
        """Return the 1-based line on which the top-level `key` stands, or 1."""
        for n, line in enumerate(self.header.splitlines(), start=2):
            if line.startswith(f"{key}:"):
                return n
        return 1


def read_raw(path: Path) -> RawFile:
    """Read `path`. Never raises on bad content: what is wrong is in `.findings`."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        return _broken(
            path, 1, "encoding", f"not UTF-8 text ({error.reason} at byte {error.start})", "save it as UTF-8"
        )
    lines = text.split("\n")
    if lines[0].strip() != FENCE or FENCE not in (line.strip() for line in lines[1:]):
        return _broken(
            path, 1, "front-matter", "the file must begin with a block between two `---` lines", "see corpus/README.md"
        )
    end = next(n for n, line in enumerate(lines[1:], start=1) if line.strip() == FENCE)
    header, rest = "\n".join(lines[1:end]), lines[end + 1 :]
    skipped = next((n for n, line in enumerate(rest) if line.strip()), 0)
    body = "\n".join(rest[skipped:]).rstrip()
    return _with_fields(path, header, body, end + 2 + skipped)


def _with_fields(path: Path, header: str, body: str, body_line: int) -> RawFile:
    try:
        fields = yaml.load(header, Loader=LOADER)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = min(mark.line if mark else 0, header.count("\n")) + 2
        problem = getattr(error, "problem", None) or "unreadable"
        fix = "put quotes round a value that contains `: ` or begins with a sign"
        return _broken(path, line, "front-matter", f"the block at the top is not valid YAML: {problem}", fix)
    except ValueError as error:  # YAML turns 2026-02-30 into a date and fails
        line = next((n for n, t in enumerate(header.splitlines(), 2) if re.search(r"\d{4}-\d{2}-\d{2}", t)), 1)
        return _broken(path, line, "bad-date", f"a date that does not exist: {error}", "write it as YYYY-MM-DD")
    if not isinstance(fields, dict):
        return _broken(
            path, 2, "front-matter", "the block at the top holds no `field: value` lines", "see corpus/README.md"
        )
    return RawFile(path, header, body, body_line, fields, ())


def _broken(path: Path, line: int, rule: str, message: str, fix: str) -> RawFile:
    return RawFile(path, "", "", 1, None, (Finding(path, line, rule, message, fix),))


def field_findings(raw: RawFile, *, is_faq: bool) -> Iterator[Finding]:
    """Yield what is wrong with the fields: unknown, missing, of the wrong shape."""
    assert raw.fields is not None
    allowed = (*REQUIRED, *OPTIONAL)
    for key in raw.fields:
        if key not in allowed:
            fix = f"remove it, or use one of: {', '.join(allowed)}"
            yield Finding(raw.path, raw.line_of(str(key)), "unknown-field", f"unknown field `{key}`", fix)
    required = (*REQUIRED, "question") if is_faq else REQUIRED
    for key in required:
        if not raw.fields.get(key):
            yield Finding(raw.path, 1, "missing-field", f"`{key}` is missing or empty", f"add `{key}:` at the top")
    yield from _shape_findings(raw)
    yield from _source_findings(raw)


def _shape_findings(raw: RawFile) -> Iterator[Finding]:
    assert raw.fields is not None
    for key in ("title", "question", "topic"):
        if key in raw.fields and not isinstance(raw.fields[key], str):
            yield _shape(raw, key, "must be one line of text")
    for key in ("also", "audience", "see", "facts"):
        value = raw.fields.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            yield _shape(raw, key, "must be a list of texts; quote a line that is only a number or holds `: `")
    for key in ("reviewed", "repealed"):
        if raw.fields.get(key) is not None and not is_day(raw.fields[key]):
            yield Finding(
                raw.path,
                raw.line_of(key),
                "bad-date",
                f"`{key}: {raw.fields[key]}` is not a day",
                "write it as YYYY-MM-DD",
            )


def _shape(raw: RawFile, key: str, what: str) -> Finding:
    return Finding(raw.path, raw.line_of(key), "field-shape", f"`{key}` {what}", "see corpus/README.md")


def is_day(value: object) -> bool:
    """Tell whether YAML read `value` as a calendar day."""
    return type(value) is date


def _source_findings(raw: RawFile) -> Iterator[Finding]:
    assert raw.fields is not None
    sources = raw.fields.get("sources") or []
    if not isinstance(sources, list):
        yield _shape(raw, "sources", "must be a list")
        return
    for n, source in enumerate(sources, start=1):
        yield from (
            Finding(raw.path, raw.line_of("sources"), "source", f"source {n}: {problem}", "see corpus/README.md")
            for problem in _source_problems(source)
        )


def _source_problems(source: object) -> Iterator[str]:
    if not isinstance(source, dict):
        yield "must have publisher, title, url, date and verified"
        return
    for key in SOURCE_FIELDS:
        if source.get(key) in (None, ""):
            yield f"`{key}` is missing"
    for key in set(source) - set(SOURCE_FIELDS):
        yield f"unknown field `{key}`"
    if not isinstance(source.get("verified"), bool):
        yield "`verified` must be true or false"
    if not str(source.get("url", "")).startswith(("https://", "http://")):
        yield "`url` must begin with https:// or http://"
    if not is_source_date(source.get("date")):
        yield f"`date: {source.get('date')}` must be a day, a month, a year, or `unknown`"


def is_source_date(value: object) -> bool:
    """Tell whether `value` is a day, a month (`2026-02`), a year or `unknown`."""
    text = str(value)
    if text == "unknown" or is_day(value):
        return True
    if not SOURCE_DATE.match(text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def source_of(fields: dict[str, Any]) -> Source:
    """Make a Source of checked front matter."""
    return Source(
        publisher=str(fields["publisher"]),
        title=str(fields["title"]),
        url=str(fields["url"]),
        date=str(fields["date"]),
        verified=bool(fields["verified"]),
    )
