"""Is one run better than another, or was it luck: paired randomisation test and bootstrap of the difference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.evaluate.cases import Case
from service.evaluate.measure import SEED, Figure, Values, grouped, shares

COMPARED = ("hit@1", "ndcg@10")
N_SHUFFLES, BLOCK = 10_000, 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One measure over `n` paired questions: `ours` minus `theirs` with its 95 % interval, and the two-sided p."""

    group: str
    measure: str
    n: int
    ours: float
    theirs: float
    difference: Figure
    p: float


def compare(cases: Iterable[Case], ours: Values, theirs: Values) -> tuple[Difference, ...]:
    """Compare two runs question by question, for every group."""
    groups = grouped(case for case in cases if case.is_answerable)
    return tuple(
        paired(group, measure, [ours[i][measure] for i in ids], [theirs[i][measure] for i in ids])
        for group, ids in groups.items()
        for measure in COMPARED
    )


def paired(group: str, measure: str, ours: Sequence[float], theirs: Sequence[float]) -> Difference:
    """Compare paired values of the same questions."""
    left, right = np.array(ours, dtype=np.float64), np.array(theirs, dtype=np.float64)
    (figure,) = shares((left - right)[:, None])
    return Difference(
        group, measure, len(left), float(left.mean()), float(right.mean()), figure, randomisation_p(left - right)
    )


def randomisation_p(differences: NDArray[np.float64]) -> float:
    """Return the share of random exchanges of the two runs that differ as much: two-sided, `differences` (n,).

    Questions on which both agree change nothing by an exchange and are left out of the shuffling.
    """
    moved = differences[differences != 0]
    if not len(moved):
        return 1.0
    rng, observed, extreme = np.random.default_rng(SEED), abs(moved.sum()), 0
    for _ in range(N_SHUFFLES // BLOCK):
        signs = rng.integers(0, 2, size=(BLOCK, len(moved)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ moved) >= observed - 1e-9).sum())
    return (extreme + 1) / (N_SHUFFLES + 1)
