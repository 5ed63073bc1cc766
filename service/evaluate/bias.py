"""Does a language win because there is more of it? Ten times as many unrelated documents in the asker's language join.

A few entries are admitted only in a language A that the question is not in, the right ones among them. Then ten times
as many unrelated entries join in the question's own language L: by how many ranks does the first right one move? As a
control the same entries join in A instead: what moves it then is their number, not their language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

import numpy as np
from numpy.typing import NDArray

from indexer.generation import Narrowed
from indexer.units import Facet
from kb.base import KnowledgeBase
from kb.model import Language, Scope
from service.desk import Desk
from service.evaluate.asking import Told, grouping_of
from service.evaluate.cases import Case
from service.evaluate.measure import SEED, Row, shares
from service.evaluate.systems import Grouping, System, entries, orders_of, ranked_order

FEW, TIMES, PER_LANGUAGE = 10, 10, 100
SYSTEMS = (System.RANKED, System.DENSE, System.LEXICAL)
WITHIN, MOVED, CONTROL, CONTROL_MOVED = "within one", "moved", "control within one", "control moved"
Ranks = Mapping[System, tuple[int, int, int]]  # of the first right entry: among few, with L joined, with the same in A


@dataclass(frozen=True, slots=True)
class Trial:
    """A question, the language its answers are in, the right entries, the few with them, and those that join."""

    case: Case
    answer: Language
    right: frozenset[str]
    few: tuple[str, ...]
    many: tuple[str, ...]


def trials(cases: Iterable[Case], base: KnowledgeBase, today: date, per_language: int) -> Iterator[Trial]:
    """Yield two trials, one for each other language, of up to `per_language` questions of each language. Seeded."""
    answerable = [case for case in cases if case.is_answerable]
    for language in Language:
        pool = [case for case in answerable if case.language == language]
        for case in Random(f"{SEED} {language}").sample(pool, min(per_language, len(pool))):
            for answer in sorted(set(Language) - {language}):
                trial = _trial(case, answer, base, case.as_of or today)
                if trial:
                    yield trial


def _trial(case: Case, answer: Language, base: KnowledgeBase, day: date) -> Trial | None:
    """Choose the others by chance; None when no right entry is in force there that day, or too few others are.

    All right entries are there: a question whose main answer were missing would have no sure first place to keep.
    """
    rng = Random(f"{SEED} {case.id} {answer}")
    here = {name for name, entry in base.entries.items() if answer in entry.at(day)}
    right = sorted(case.relevant & here)
    if not right:
        return None
    near = related(case.relevant, base)
    others = sorted(name for name in here - near if case.language in base.entry(name).at(day))
    rng.shuffle(others)
    n_others = max(0, FEW - len(right))
    few, many = (*right, *others[:n_others]), tuple(others[n_others:][: TIMES * FEW])
    return Trial(case, answer, frozenset(right), few, many) if len(many) == TIMES * FEW else None


def related(right: Iterable[str], base: KnowledgeBase) -> set[str]:
    """Return the right entries, those of their topics, and those that one of them names or that name one of them."""
    known = {name: base.entry(name) for name in right if name in base.entries}
    topics = {entry.topic for entry in known.values()}
    sees = {name: {seen for d in entry.documents for seen in d.see} for name, entry in base.entries.items()}
    named = {seen for name in known for seen in sees[name]}
    return named | {name for name, entry in base.entries.items() if entry.topic in topics or sees[name] & known.keys()}


@dataclass(frozen=True)
class Bench:
    """A desk, with what is needed to admit some of its generation's entries in some of the languages."""

    desk: Desk
    grouping: Grouping

    def mask(self, day: date, admitted: Iterable[tuple[Language, Sequence[str]]]) -> NDArray[np.bool_]:
        """Admit entries, each in one language, as they are in force on `day`; and all off-topic units, as ever."""
        generation = self.desk.generation
        mask = np.asarray(generation.facets == Facet.OFF_TOPIC)
        for language, names in admitted:
            is_chosen = np.isin(generation.owner_names, list(names))
            mask = mask | (is_chosen[generation.owner_codes] & (generation.languages == language))
        return mask & generation.admitted(Scope(day))

    def ranks(self, trial: Trial, today: date) -> Ranks:
        """Rank the first right entry three times; 0 where none is found."""
        language, day = Language(trial.case.language), trial.case.as_of or today
        few = (trial.answer, trial.few)
        found: dict[System, list[int]] = defaultdict(list)
        for admitted in ([few], [few, (language, trial.many)], [few, (trial.answer, trial.many)]):
            narrowed = Narrowed(self.desk.generation, self.mask(day, admitted))
            trace = (desk := replace(self.desk, generation=narrowed)).trace(desk.query(trial.case.text, None, day))
            orders = orders_of(trace.scores, self.grouping) | {System.RANKED: ranked_order(trace.ranked)}
            for system in SYSTEMS:
                names = entries(orders[system])
                found[system].append(next((n for n, name in enumerate(names, start=1) if name in trial.right), 0))
        return {system: (ranks[0], ranks[1], ranks[2]) for system, ranks in found.items()}


def bias_rows(
    cases: Iterable[Case], desk: Desk, today: date, told: Told | None = None, per_language: int = PER_LANGUAGE
) -> tuple[Row, ...]:
    """Measure every system, all together and for each pair of languages, asked → answered in.

    `n` counts the trials in which the right entry was found among the few. One that is lost then has moved.
    """
    chosen = tuple(trials(cases, desk.generation.base, today, per_language))
    bench, found = Bench(desk, grouping_of(desk.generation)), defaultdict[str, list[list[float]]](list)
    for n, trial in enumerate(chosen, start=1):
        for system, ranks in bench.ranks(trial, today).items():
            if ranks[0]:
                flags = _flags(ranks)
                found[f"{system}, all"].append(flags)
                found[f"{system}, {trial.case.language} → {trial.answer}"].append(flags)
        if told:
            told(n, len(chosen))
    names = (WITHIN, MOVED, CONTROL, CONTROL_MOVED)
    order = sorted(found, key=lambda group: SYSTEMS.index(System(group.partition(",")[0])))
    return tuple(Row(g, len(found[g]), dict(zip(names, shares(np.array(found[g])), strict=True))) for g in order)


def _flags(ranks: tuple[int, int, int]) -> list[float]:
    """For L and for the control: did the right entry move by at most one rank, did it move at all."""
    before, *after = ranks
    return [float(flag) for rank in after for flag in (rank > 0 and abs(rank - before) <= 1, rank != before)]
