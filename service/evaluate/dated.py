"""Does an answer ever quote a rule that was not in force on the asked day? Ask around every change of the corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from kb.base import KnowledgeBase
from kb.model import Answer, Document, Entry, Language, Outcome
from service.desk import Desk
from service.evaluate.asking import Told

DAY = timedelta(days=1)
WHICH = BEFORE, FIRST, LAST, AFTER = "day before", "first day", "last day", "day after"
IN_FORCE, NOT_IN_FORCE = "in force that day", "not in force that day"
GROUPS = ("all", IN_FORCE, NOT_IN_FORCE, *WHICH, *map(str, Language))


class Version(StrEnum):
    """What was cited for an entry's own question on a given day."""

    RIGHT = "right version"
    OTHER_ENTRY = "other entry"
    CLARIFIED = "asked back"
    NOT_IN_FORCE = "not in force"
    REFUSED = "refused"
    WRONG = "WRONG VERSION UNLABELLED"


@dataclass(frozen=True, slots=True)
class DatedCase:
    """An entry's own question in one language on one day; `which` says how the day lies to a version's validity."""

    entry: str
    language: Language
    day: date
    which: str
    text: str
    is_in_force: bool


def dated_cases(entries: Iterable[Entry]) -> Iterator[DatedCase]:
    """Yield, for each version, the day before, its first and last day and the day after, in each language it has."""
    for entry in entries:
        for day, which in _days(entry).items():
            for language in Language:
                versions = [d for d in entry.documents if d.language is language]
                if versions:
                    asked = min(versions, key=lambda d: _distance(d, day))
                    yield DatedCase(entry.id, language, day, which, asked.question or asked.title, bool(entry.at(day)))


def _days(entry: Entry) -> dict[date, str]:
    """A day between two versions is the first one's last or the second one's first, not a day before or after."""
    days: dict[date, str] = {}
    for validity in entry.timeline:
        days[validity.start - DAY] = BEFORE
        if validity.end:
            days[validity.end] = AFTER
    for validity in entry.timeline:
        if validity.end:
            days[validity.end - DAY] = LAST
        days[validity.start] = FIRST
    return days


def _distance(document: Document, day: date) -> int:
    """Days between `day` and the document's validity, 0 inside."""
    start, end = document.validity.start, document.validity.end
    if day < start:
        return (start - day).days
    return 0 if end is None or day < end else (day - end).days + 1


def ask_dated(
    cases: Sequence[DatedCase], desk: Desk, today: date, told: Told | None = None
) -> list[tuple[DatedCase, Version]]:
    """Ask every case as of its day."""
    judged = []
    for n, case in enumerate(cases, start=1):
        answer = desk.answer(case.text, case.language, case.day, today)
        judged.append((case, version_of(answer, case, desk.generation.base)))
        if told:
            told(n, len(cases))
    return judged


def version_of(answer: Answer, case: DatedCase, base: KnowledgeBase) -> Version:
    """Judge what an answer cites. Only NOT_IN_FORCE may show a version that is not in force that day."""
    in_force = {d.id for d in base.at(case.day)}
    if answer.outcome is Outcome.NOT_IN_FORCE:
        return Version.NOT_IN_FORCE
    if any(citation.document not in in_force for citation in answer.citations):
        return Version.WRONG
    if answer.outcome is Outcome.CLARIFY:
        return Version.CLARIFIED
    if not answer.citations:
        return Version.REFUSED
    return Version.RIGHT if answer.citations[0].entry == case.entry else Version.OTHER_ENTRY


def counted(judged: Iterable[tuple[DatedCase, Version]]) -> Mapping[str, Counter[str]]:
    """Count how cases ended: all, whether the entry was in force that day, by kind of day, by language."""
    groups: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}
    for case, version in judged:
        in_force = IN_FORCE if case.is_in_force else NOT_IN_FORCE
        for group in ("all", in_force, case.which, str(case.language)):
            groups[group][version] += 1
    return groups
