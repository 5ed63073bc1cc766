"""From lessons to numbers: the ranker's weights, the calibration of its confidence, the threshold of answering."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from service.fuse import FEATURES, Candidates
from service.rank import Ranked, rank
from service.tuning import Calibration, Tuning

L2 = 1e-4  # on weights of features scaled to unit variance; 1e-5 to 1e-3 gave the same on held-out lessons (2026-11-22)
FALSE_REFUSALS = 0.02  # share of answerable train questions refused, so that of unknown ones it stays under 3 %
N_FOLDS = 5
MOST_STEPS = 200
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Lesson:
    """Candidates of one question, the rows of those that are right, and how much it counts.

    `may_refuse`: "none of them" is right too, as for every question that the corpus does not answer.
    `is_asked`: a question somebody asked, not an example of an off-topic kind.
    """

    text: str
    candidates: Candidates
    right: tuple[int, ...]
    may_refuse: bool = False
    weight: float = 1.0
    is_asked: bool = True

    @property
    def is_answerable(self) -> bool:
        return any(not self.candidates.is_off_topic[row] for row in self.right)

    @property
    def owners(self) -> frozenset[str]:
        """The right candidates by name."""
        return frozenset(self.candidates.owners[row] for row in self.right)

    @property
    def among_entries(self) -> Lesson:
        """The same lesson without the off-topic kinds."""
        found = self.candidates
        kept = np.flatnonzero(~found.is_off_topic)
        owners = tuple(found.owners[row] for row in kept)
        entries = Candidates(owners, found.is_off_topic[kept], found.features[kept])
        return replace(self, candidates=entries, right=tuple(np.flatnonzero(np.isin(kept, self.right)).tolist()))


@dataclass(frozen=True, slots=True)
class _Table:
    """All candidates of all lessons, flat; lesson i begins at `starts[i]` and `lesson_of` tells each row's lesson.

    `features` are divided by `scale`, their standard deviations, (n_features,).
    """

    features: Floats
    scale: Floats
    right: Floats
    starts: NDArray[np.int64]
    lesson_of: NDArray[np.int64]
    may_refuse: Floats
    shares: Floats

    @staticmethod
    def of(lessons: Sequence[Lesson]) -> _Table:
        sizes = np.array([len(x.candidates.owners) for x in lessons])
        marks = [np.isin(np.arange(n), x.right) for n, x in zip(sizes, lessons, strict=True)]
        weights = np.array([x.weight for x in lessons])
        features = np.concatenate([x.candidates.features for x in lessons]).astype(np.float64)
        scale = features.std(axis=0) + 1e-9
        return _Table(
            features / scale,
            scale,
            np.concatenate(marks).astype(np.float64),
            np.cumsum(sizes) - sizes,
            np.repeat(np.arange(len(lessons)), sizes),
            np.array([float(x.may_refuse) for x in lessons]),
            weights / weights.sum(),
        )

    def loss(self, parameters: Floats) -> tuple[float, Floats]:
        """Return minus the log likelihood of right candidates, plus L2, and its slope."""
        weights, nothing = parameters[:-1], parameters[-1]
        scores = self.features @ weights
        highest = np.maximum(np.maximum.reduceat(scores, self.starts), nothing)
        odds, no_odds = np.exp(scores - highest[self.lesson_of]), np.exp(nothing - highest)
        total = np.add.reduceat(odds, self.starts) + no_odds
        good = np.maximum(np.add.reduceat(odds * self.right, self.starts) + no_odds * self.may_refuse, 1e-300)
        value = float((self.shares * (np.log(total) - np.log(good))).sum() + L2 * (weights**2).sum())
        per_row = self.shares[self.lesson_of] * odds
        slope = per_row / total[self.lesson_of] - per_row * self.right / good[self.lesson_of]
        of_nothing = (self.shares * no_odds * (1 / total - self.may_refuse / good)).sum()
        return value, np.append(self.features.T @ slope + 2 * L2 * weights, of_nothing)


def fit(lessons: Sequence[Lesson], tuning: Tuning) -> Tuning:
    """Return `tuning` with the weights that make right candidates likeliest (softmax, "nothing" being one more).

    What tells entries from other matters is learned from all lessons, what tells entries apart from answerable ones.
    """
    weights, nothing = _learn(lessons)
    order, _ = _learn([x.among_entries for x in lessons if x.is_answerable])
    return replace(tuning, weights=weights, nothing=nothing, order=order)


def _learn(lessons: Sequence[Lesson]) -> tuple[dict[str, float], float]:
    """Return the weight of each feature, and the score of "nothing"."""
    table = _Table.of(lessons)
    start = np.zeros(len(FEATURES) + 1)
    found = minimize(table.loss, start, method="L-BFGS-B", jac=True, options={"maxiter": MOST_STEPS})
    weights = (found.x[:-1] / table.scale).tolist()
    return dict(zip(FEATURES, weights, strict=True)), float(found.x[-1])


def rankings_of_strangers(lessons: Sequence[Lesson], tuning: Tuning) -> list[Ranked]:
    """Rank each lesson by weights fitted without its fold, so that what follows is judged on questions not learned."""
    folds = [crc32(lesson.text.encode()) % N_FOLDS for lesson in lessons]
    tunings = [
        fit([x for x, at in zip(lessons, folds, strict=True) if at != fold], tuning) if fold in folds else tuning
        for fold in range(N_FOLDS)
    ]
    return [rank(x.candidates, tunings[fold]) for x, fold in zip(lessons, folds, strict=True)]


def calibrate(lessons: Sequence[Lesson], rankings: Sequence[Ranked]) -> Calibration:
    """Fit the chance that the first entry is right on all asked questions, the unanswerable ones too.

    The weights behind `rankings` must not have been fitted on them.
    """
    asked = [(r, x) for r, x in zip(rankings, lessons, strict=True) if x.is_asked and r.entries]
    model = LogisticRegression(C=10)
    model.fit([r.signs for r, _ in asked], [r.entries[0][0] in x.owners for r, x in asked])
    first, gap = model.coef_[0].tolist()
    return Calibration(float(model.intercept_[0]), (first, gap))


def answer_threshold(lessons: Sequence[Lesson], rankings: Sequence[Ranked]) -> float:
    """Return the probability of all entries together that all but FALSE_REFUSALS of answerable questions reach."""
    reached = [r.answerable for r, x in zip(rankings, lessons, strict=True) if x.is_asked and x.is_answerable]
    return math.floor(float(np.quantile(reached, FALSE_REFUSALS)) * 10_000) / 10_000  # rounded up, it would refuse more


def accuracy(lessons: Sequence[Lesson], rankings: Sequence[Ranked]) -> float:
    """Return the share of answerable questions whose first entry is right."""
    firsts = [
        bool(r.entries) and r.entries[0][0] in x.owners
        for r, x in zip(rankings, lessons, strict=True)
        if x.is_asked and x.is_answerable
    ]
    return float(np.mean(firsts)) if firsts else float("nan")
