"""From results to figures: retrieval measures and refusals, for each group of questions, with 95 % intervals."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, Success, nDCG
from numpy.typing import NDArray

from kb.model import Outcome
from service.evaluate.asking import REFUSALS, Result
from service.evaluate.cases import Case
from service.evaluate.systems import System, entries

MEASURES = {"hit@1": Success @ 1, "hit@5": Success @ 5, "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10}
N_BOOTSTRAP, SEED, CUT = 1000, 20261122, 10
MOST_CELLS = 5_000_000  # of a resampling table held at once: 40 MB
Values = Mapping[str, Mapping[str, float]]  # question -> measure -> value


@dataclass(frozen=True, slots=True)
class Figure:
    """A share with its 95 % bootstrap interval; not a number where there was nothing to measure."""

    value: float
    low: float
    high: float

    @property
    def rounded(self) -> list[float] | None:
        """[value, low, high] for programs, None when there is no value."""
        return None if math.isnan(self.value) else [round(x, 4) for x in (self.value, self.low, self.high)]


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one group of `n` questions."""

    group: str
    n: int
    figures: Mapping[str, Figure]


def per_question(results: Iterable[Result], system: System) -> Values:
    """Return hit@1, hit@5, MRR@10 and nDCG@10 of each answerable question under one system."""
    asked = [r for r in results if r.case.is_answerable]
    return measured({r.case.id: r.case for r in asked}, {r.case.id: entries(r.order(system)) for r in asked})


def measured(cases: Mapping[str, Case], run: Mapping[str, Sequence[str]]) -> Values:
    """Measure a run: question -> entries, best first. A question without an entry found counts 0."""
    values: dict[str, dict[str, float]] = {name: dict.fromkeys(MEASURES, 0.0) for name in cases}
    qrels = {name: dict(case.grades) for name, case in cases.items() if case.grades}
    scored = {name: {entry: float(CUT - n) for n, entry in enumerate(run[name][:CUT])} for name in qrels}
    names = {str(measure): name for name, measure in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, scored):
        values[metric.query_id][names[str(metric.measure)]] = metric.value
    return values


def groups_of(case: Case) -> tuple[tuple[int, str], ...]:
    """Name the groups a question counts in, each with the place of its kind in a table."""
    language, script, style = case.language, case.script, case.style
    past = ((1, "past as_of"),) if case.as_of else ()
    names = (language, f"{language} {script}", f"style {style}", f"{language} {script} {style}")
    return ((0, "all"), *past, *enumerate(names, start=2))


def grouped(cases: Iterable[Case]) -> dict[str, list[str]]:
    """Return group -> ids of its questions, groups in the order of a table."""
    groups: dict[tuple[int, str], list[str]] = defaultdict(list)
    for case in cases:
        for group in groups_of(case):
            groups[group].append(case.id)
    return {name: ids for (_, name), ids in sorted(groups.items())}


def ranking_rows(results: Sequence[Result], system: System) -> tuple[Row, ...]:
    """Measure one system's order of entries on the answerable questions of each group."""
    values = per_question(results, system)
    rows = []
    for group, ids in grouped(r.case for r in results if r.case.is_answerable).items():
        table = np.array([[values[i][name] for name in MEASURES] for i in ids])
        rows.append(Row(group, len(ids), dict(zip(MEASURES, shares(table), strict=True))))
    return tuple(rows)


def refusal_rows(results: Sequence[Result]) -> tuple[Row, ...]:
    """Measure abstention in each group that holds questions that should be refused; `n` counts those.

    Precision: refused questions that the corpus does not answer. Recall: such questions that were refused.
    False-refusal rate: answerable questions that were refused.
    """
    by_id = {r.case.id: r for r in results}
    rows = []
    for group, ids in grouped(r.case for r in results).items():
        part = [by_id[i] for i in ids]
        refused = np.array([r.is_refused for r in part], dtype=np.float64)
        should = np.array([r.case.outcome in REFUSALS for r in part], dtype=np.float64)
        answerable = np.array([r.case.is_answerable for r in part], dtype=np.float64)
        hits = np.stack([refused * should, refused * should, refused * answerable], axis=1)
        of = np.stack([refused, should, answerable], axis=1)
        names = ("abstention precision", "abstention recall", "false-refusal rate")
        rows.append(Row(group, int(should.sum()), dict(zip(names, shares(hits, of), strict=True))))
    return tuple(rows)


def outcome_shares(results: Sequence[Result]) -> dict[str, float]:
    """Return how questions ended, as shares of those the name speaks of."""
    answerable = [r for r in results if r.case.is_answerable]
    outcomes = [(r.case, r.reply.outcome) for r in results if r.reply]
    danger = Outcome.EMERGENCY
    clarified = [
        r.reply is not None and r.reply.outcome is Outcome.CLARIFY and bool(r.case.relevant & set(r.reply.entries))
        for r in answerable
    ]
    answered = [r.reply is not None and r.reply.outcome is Outcome.ANSWERED for r in answerable]
    return {
        "answered rightly": _share([r.is_right for r in answerable]),
        "answered wrongly": _share([a and not r.is_right for a, r in zip(answered, answerable, strict=True)]),
        "clarified with the right one": _share(clarified),
        "emergencies recognised": _share([o is danger for case, o in outcomes if case.outcome is danger]),
        "false emergencies": _share([o is danger for case, o in outcomes if case.outcome is not danger]),
    }


def _share(flags: Sequence[bool]) -> float:
    return float(np.mean(flags)) if flags else float("nan")


def shares(hits: NDArray[np.float64], of: NDArray[np.float64] | None = None) -> list[Figure]:
    """Return sum(hits) / sum(of) of each column, (n questions, n figures), with bootstrap intervals over questions.

    `of=None` counts every question.
    """
    whole = np.ones_like(hits) if of is None else of
    above, below = _resampled(hits, whole)
    figures = []
    for column in range(hits.shape[1]):
        total = whole[:, column].sum()
        if not total:
            figures.append(Figure(math.nan, math.nan, math.nan))
            continue
        seen = below[:, column] > 0
        low, high = np.percentile(above[seen, column] / below[seen, column], [2.5, 97.5])
        figures.append(Figure(float(hits[:, column].sum() / total), float(low), float(high)))
    return figures


def _resampled(*tables: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """Return the column sums of each table (n, columns) over N_BOOTSTRAP draws of n rows, (N_BOOTSTRAP, columns)."""
    n, rng = len(tables[0]), np.random.default_rng(SEED)
    at_once = max(1, min(N_BOOTSTRAP, MOST_CELLS // n))
    blocks: list[list[NDArray[np.float64]]] = [[] for _ in tables]
    for start in range(0, N_BOOTSTRAP, at_once):
        size = min(at_once, N_BOOTSTRAP - start)
        counts = rng.multinomial(n, np.full(n, 1 / n), size=size).astype(np.float64)
        for block, table in zip(blocks, tables, strict=True):
            block.append(counts @ table)
    return [np.concatenate(block) for block in blocks]
