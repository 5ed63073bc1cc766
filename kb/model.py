"""The nouns of Anyq. Every other module, the API, the pages and the docs use exactly these words.

Standard library only. Dates are `datetime.date`; intervals are half-open; scores are higher-is-better.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path


class Language(StrEnum):
    """A language Anyq answers in (BCP 47)."""

    KK = "kk"
    RU = "ru"
    EN = "en"


class Script(StrEnum):
    """A script a question is written in (ISO 15924)."""

    CYRL = "Cyrl"
    LATN = "Latn"


class Kind(StrEnum):
    """What an entry is. The folder of each kind is `Kind.folder`."""

    FAQ = "faq"
    LEAFLET = "leaflet"
    ANNOUNCEMENT = "announcement"

    @property
    def folder(self) -> str:
        return {"faq": "faq", "leaflet": "leaflets", "announcement": "announcements"}[self.value]


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "ANSWERED"
    CLARIFY = "CLARIFY"
    NOT_FOUND = "NOT_FOUND"
    OUT_OF_SCOPE = "OUT_OF_SCOPE"
    EMERGENCY = "EMERGENCY"
    NOT_IN_FORCE = "NOT_IN_FORCE"


class NoticeCode(StrEnum):
    """What the reader must know about an answer besides its text."""

    FALLBACK_LANGUAGE = "FALLBACK_LANGUAGE"
    CHANGES_SOON = "CHANGES_SOON"
    CHANGED_RECENTLY = "CHANGED_RECENTLY"
    UNVERIFIED_SOURCE = "UNVERIFIED_SOURCE"
    PAST_DATE = "PAST_DATE"


@dataclass(frozen=True, slots=True)
class Validity:
    """The days on which a document is in force: half-open `[start, end)`; `end=None` means no known end."""

    start: date
    end: date | None = None

    def covers(self, day: date) -> bool:
        """Tell whether `day` lies inside."""
        return self.start <= day and (self.end is None or day < self.end)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from and how sure we are of it.

    `date` is a day, a month or a year (`2026-02-17`, `2026-02`, `2026`) or `unknown`.
    `verified` is false when no official page was seen: the answer then carries UNVERIFIED_SOURCE.
    """

    publisher: str
    title: str
    url: str
    date: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Document:
    """One version of an entry in one language, e.g. `diabetes/kk@2026-01-01`.

    `text` is the Markdown body; citations give character offsets into it. `validity` is derived from the
    *entry's* timeline, not typed. `question` and `also` are empty except for FAQ entries.
    """

    entry: str
    kind: Kind
    language: Language
    validity: Validity
    title: str
    text: str
    topic: str
    audience: tuple[str, ...]
    sources: tuple[Source, ...]
    reviewed: date
    path: Path
    question: str = ""
    also: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    body_line: int = 1

    @property
    def id(self) -> str:
        return f"{self.entry}/{self.language}@{self.validity.start.isoformat()}"

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every way this document is asked for: its question and other wordings, or its title."""
        return (self.question, *self.also) if self.question else (self.title, *self.also)

    @property
    def is_verified(self) -> bool:
        return all(source.verified for source in self.sources)


@dataclass(frozen=True, slots=True)
class Entry:
    """One FAQ item, leaflet or announcement in all its languages and versions, oldest first."""

    id: str
    kind: Kind
    topic: str
    documents: tuple[Document, ...]

    @property
    def timeline(self) -> tuple[Validity, ...]:
        """The entry's versions, whatever the language, oldest first."""
        return tuple(sorted({d.validity for d in self.documents}, key=lambda v: v.start))

    def at(self, day: date) -> Mapping[Language, Document]:
        """Return the documents in force on `day`, by language."""
        return {d.language: d for d in self.documents if d.validity.covers(day)}


@dataclass(frozen=True, slots=True)
class Passage:
    """The piece of a document that is retrieved and quoted: `document.text[start:end] == text`.

    `heading` is the path of headings above it; `start` and `end` are character offsets.
    """

    document: str
    n: int
    heading: tuple[str, ...]
    text: str
    start: int
    end: int

    @property
    def id(self) -> str:
        return f"{self.document}#p{self.n}"


@dataclass(frozen=True, slots=True)
class Scope:
    """Who asks: which day, which languages and topics are admitted. Empty sets admit everything.

    `as_of=None` admits every version: only history views and NOT_IN_FORCE detection use it.
    """

    as_of: date | None
    languages: frozenset[Language] = frozenset()
    topics: frozenset[str] = frozenset()

    def admits(self, document: Document) -> bool:
        """Tell whether `document` may be shown. The one definition every engine's filter must agree with."""
        return (
            (self.as_of is None or document.validity.covers(self.as_of))
            and (not self.languages or document.language in self.languages)
            and (not self.topics or document.topic in self.topics)
        )


@dataclass(frozen=True, slots=True)
class Detected:
    """What the asker's text is written in. `confidence` is 0..1."""

    language: Language
    script: Script
    confidence: float


@dataclass(frozen=True, slots=True)
class Query:
    """A question with its scope and what it is written in. `language` is the language to answer in."""

    text: str
    scope: Scope
    detected: Detected
    language: Language


@dataclass(frozen=True, slots=True)
class Hit:
    """One ranked passage. `retrievers` holds each retriever's part in it: `dense`, `lexical`."""

    entry: str
    document: str
    passage: str
    kind: Kind
    language: Language
    title: str
    text: str
    score: float
    retrievers: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Hits, best first, at most one for each entry."""

    query: str
    detected: Detected
    as_of: date
    generation: str
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation that can be opened and checked: `quote` is `text[start:end]` of the named document."""

    n: int
    entry: str
    document: str
    kind: Kind
    language: Language
    title: str
    heading: tuple[str, ...]
    quote: str
    start: int
    end: int
    sha256: str
    valid_from: date
    valid_to: date | None
    source: Source
    link: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another entry. `case` says whose case it is, in the asker's language, where the asker may be in it; else ""."""

    entry: str
    document: str
    title: str
    question: str
    link: str
    case: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """A code for programs and a sentence for people."""

    code: NoticeCode
    message: str


@dataclass(frozen=True, slots=True)
class Handoff:
    """Whom to turn to instead or besides, and why."""

    contact: str
    name: str
    phone: str
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker gets. `text` is made only of the citations' quotes; `confidence` is 0..1, calibrated.

    `case` says whose case is answered when another one is not ruled out: then `alternatives` hold the others' lines.
    """

    id: str
    outcome: Outcome
    language: Language
    detected: Detected
    text: str
    citations: tuple[Citation, ...]
    alternatives: tuple[Alternative, ...]
    notices: tuple[Notice, ...]
    handoff: Handoff | None
    confidence: float
    as_of: date
    generation: str
    took_ms: float
    case: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What `anyq check` tells an editor: where, which rule, what is wrong, what to do."""

    path: Path
    line: int
    rule: str
    message: str
    fix: str = field(default="")
