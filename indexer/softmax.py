"""Multinomial logistic regression on sparse rows, by Adam in numpy: the likelihood of each class beside all others."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

ROUNDS, RATE = 5, 0.01  # early stopping is all that regularises; beside the network 8 were no better (2026-11-22)
FIRST, SECOND = 0.9, 0.999  # Adam's memory of slopes and of their squares
BATCH, LEAST_STEPS = 1024, 100  # the least is for a corpus too small to fill as many batches
LAST_RATE = 0.02  # share of the first rate that is left at the end
BLOCK = 512  # rows moved at a time, so that they stay in the processor's cache
Floats = NDArray[np.float32]


def learn(rows: csr_matrix, classes: NDArray[np.int64], n_classes: int) -> tuple[Floats, Floats]:
    """Return weights (n_features, n_classes) and bias (n_classes,) under which each row's class is likely.

    `rows`: (n, n_features) float32. `classes`: (n,), numbers of classes. The same rows give the same weights.
    """
    weights, bias = _Adam(rows.shape[1], n_classes), _Adam(1, n_classes)
    steps = batches(rows.shape[0], ROUNDS, np.random.default_rng(0))
    for step, (batch, share) in enumerate(steps, start=1):
        some = rows[batch]
        used, places = np.unique(some.indices, return_inverse=True)
        narrow = csr_matrix((some.data, places.astype(np.int32), some.indptr), shape=(len(batch), len(used)))
        slope = slope_of(narrow @ weights.values[used] + bias.values, classes[batch])
        weights.move(used, narrow.T @ slope, RATE * share, step)
        bias.move(np.zeros(1, np.int64), slope.sum(axis=0, keepdims=True), RATE * share, step)
    return weights.values, bias.values[0]


def batches(n: int, rounds: int, rng: np.random.Generator) -> Iterator[tuple[NDArray[np.int64], float]]:
    """Yield the rows of each batch, out of `n`, and what share of the first rate is left: it falls in a line."""
    per_round = -(-n // BATCH)
    n_steps = max(rounds * per_round, LEAST_STEPS) if n else 0
    for step in range(n_steps):
        if step % per_round == 0:
            order = rng.permutation(n)
        at = step % per_round * BATCH
        yield order[at : at + BATCH], max(LAST_RATE, 1 - step / n_steps)


def slope_of(scores: Floats, classes: NDArray[np.int64]) -> Floats:
    """Return the slope, by `scores` (n, n_classes), of the mean negative log-likelihood of `classes`, (n,)."""
    slope: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    slope /= slope.sum(axis=1, keepdims=True)
    slope[np.arange(len(classes)), classes] -= 1
    slope /= len(classes)
    return slope


class _Adam:
    """Values (n, m) and what Adam (Kingma & Ba 2015) remembers of their slopes."""

    def __init__(self, n: int, m: int) -> None:
        self.values, self._mean, self._square = (np.zeros((n, m), np.float32) for _ in range(3))

    def move(self, rows: NDArray[np.int64], slope: Floats, rate: float, step: int) -> None:
        """Take one step on `rows` only: the others' means are not touched, as nothing is known of them."""
        pace = np.float32(rate * math.sqrt(1 - SECOND**step) / (1 - FIRST**step))
        for start in range(0, len(rows), BLOCK):
            self._move(rows[start : start + BLOCK], slope[start : start + BLOCK], pace)

    def _move(self, rows: NDArray[np.int64], slope: Floats, pace: np.float32) -> None:
        mean = self._mean[rows] * np.float32(FIRST) + slope * np.float32(1 - FIRST)
        square = self._square[rows] * np.float32(SECOND) + slope * slope * np.float32(1 - SECOND)
        self._mean[rows], self._square[rows] = mean, square
        self.values[rows] -= pace * mean / (np.sqrt(square) + np.float32(1e-8))
