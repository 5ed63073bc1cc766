"""Compose an answer of passages quoted word for word, and verify that before anything is returned."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from indexer.generation import Generation
from kb.model import (
    Alternative,
    Citation,
    Document,
    Handoff,
    Kind,
    Language,
    Notice,
    NoticeCode,
    Passage,
)

FALLBACK_ORDER = (Language.RU, Language.KK, Language.EN)


class QuoteError(RuntimeError):
    """A quotation is not what the document says; the answer is withheld."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What composing needs to know of the question: the generation, the language to answer in, the days."""

    generation: Generation
    language: Language
    as_of: date
    today: date
    soon_days: int
    longest_text: int
    public_url: str


def document_for(entry: str, setting: Setting) -> Document | None:
    """Return the entry's document in force, in the asker's language or the next best; None when none is in force."""
    there = setting.generation.base.entry(entry).at(setting.as_of)
    return next((there[language] for language in (setting.language, *FALLBACK_ORDER) if language in there), None)


def whole_passages(document: Document, best: int, setting: Setting) -> tuple[Passage, ...]:
    """Choose what to quote: all of an FAQ entry, since conditions belong to the rule; of a long text, the part meant.

    `best` is the number of the passage that matched.
    """
    passages = setting.generation.passages[document.id]
    if document.kind is Kind.FAQ or len(document.text) <= setting.longest_text:
        return passages
    return tuple(p for p in passages if p.n in (0, best) or p.heading == passages[best].heading)


def cite(document: Document, passages: Iterable[Passage], setting: Setting) -> tuple[Citation, ...]:
    """Make a citation of each passage, in the document's order."""
    return tuple(
        Citation(
            n=n,
            entry=document.entry,
            document=document.id,
            kind=document.kind,
            language=document.language,
            title=document.title,
            heading=passage.heading,
            quote=passage.text,
            start=passage.start,
            end=passage.end,
            sha256=document.sha256,
            valid_from=document.validity.start,
            valid_to=document.validity.end,
            source=document.sources[0],
            link=f"{setting.public_url}/d/{document.id}#p{passage.n}",
        )
        for n, passage in enumerate(passages, start=1)
    )


def verified_text(citations: tuple[Citation, ...], generation: Generation) -> str:
    """Join the quotes and prove that each stands in its document. Raises QuoteError otherwise."""
    for citation in citations:
        document = generation.documents.get(citation.document)
        if document is None or document.text[citation.start : citation.end] != citation.quote or not citation.quote:
            raise QuoteError(f"citation {citation.n} does not quote {citation.document} word for word")
        if hashlib.sha256(document.text.encode()).hexdigest() != citation.sha256:
            raise QuoteError(f"citation {citation.n}: the text of {citation.document} has another checksum")
    return "\n\n".join(citation.quote for citation in citations)


def alternatives(entries: Iterable[str], setting: Setting) -> tuple[Alternative, ...]:
    """Name other entries in force."""
    documents = (document_for(entry, setting) for entry in entries)
    return tuple(
        Alternative(d.entry, d.id, d.title, d.question, f"{setting.public_url}/d/{d.id}")
        for d in documents
        if d is not None
    )


def with_cases(others: Iterable[Alternative], setting: Setting) -> tuple[Alternative, ...]:
    """Say whose case each is: the asker may be in it."""
    case = setting.generation.handbook.case
    return tuple(replace(other, case=case(other.entry, setting.language)) for other in others)


def notices(document: Document, setting: Setting) -> tuple[Notice, ...]:
    """Say what the reader must know besides: language, changes near the asked day, doubt, a past day."""
    end, start, soon = document.validity.end, document.validity.start, timedelta(days=setting.soon_days)
    n_versions = len(setting.generation.base.timeline(document.entry))
    checks = (
        (NoticeCode.FALLBACK_LANGUAGE, document.language is not setting.language, None),
        (NoticeCode.CHANGES_SOON, end is not None and end - setting.as_of <= soon, end),
        (NoticeCode.CHANGED_RECENTLY, n_versions > 1 and setting.as_of - start < soon, start),
        (NoticeCode.UNVERIFIED_SOURCE, not document.is_verified, None),
        (NoticeCode.PAST_DATE, setting.as_of < setting.today, setting.as_of),
    )
    return tuple(notice(code, setting, day) for code, applies, day in checks if applies)


def notice(code: NoticeCode, setting: Setting, day: date | None = None) -> Notice:
    """Return a notice with its sentence in the asker's language."""
    text = setting.generation.handbook.replies[code][setting.language]
    return Notice(code, text.format(date=spoken_date(day, setting.language)) if day else text)


def spoken_date(day: date, language: Language) -> str:
    """Write a day as readers of the language do: 01.01.2026, in English 1 January 2026."""
    return f"{day.day} {day:%B %Y}" if language is Language.EN else f"{day:%d.%m.%Y}"


def handoff(contact: str, message: str, setting: Setting) -> Handoff:
    """Send the asker to a contact of contacts.yaml, with the sentence that says why."""
    row = setting.generation.handbook.contacts[contact]
    return Handoff(contact, row.name[setting.language], row.phone, message)
