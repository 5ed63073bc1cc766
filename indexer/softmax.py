"""Multinomial logistic regression on sparse rows, by Adam in numpy: the likelihood of each class beside all others."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

ROUNDS, BATCH, RATE = 8, 1024, 0.01  # early stopping is all that regularises: 12 rounds were no better (2026-11-22)
FIRST, SECOND = 0.9, 0.999  # Adam's memory of slopes and of their squares
LAST_RATE = 0.02  # share of RATE that is left at the end
BLOCK = 512  # rows moved at a time, so that they stay in the processor's cache
Floats = NDArray[np.float32]


def learn(rows: csr_matrix, classes: NDArray[np.int64], n_classes: int) -> tuple[Floats, Floats]:
    """Return weights (n_features, n_classes) and bias (n_classes,) under which each row's class is likely.

    `rows`: (n, n_features) float32. `classes`: (n,), numbers of classes. The same rows give the same weights.
    """
    weights, bias = _Adam(rows.shape[1], n_classes), _Adam(1, n_classes)
    batches = list(_batches(rows.shape[0]))
    for step, batch in enumerate(batches):
        some = rows[batch]
        used, places = np.unique(some.indices, return_inverse=True)
        narrow = csr_matrix((some.data, places.astype(np.int32), some.indptr), shape=(len(batch), len(used)))
        slope = _shares(narrow @ weights.values[used] + bias.values)
        slope[np.arange(len(batch)), classes[batch]] -= 1
        slope /= len(batch)
        pace = RATE * max(LAST_RATE, 1 - step / len(batches))
        weights.move(used, narrow.T @ slope, pace, step + 1)
        bias.move(np.zeros(1, np.int64), slope.sum(axis=0, keepdims=True), pace, step + 1)
    return weights.values, bias.values[0]


def _batches(n: int) -> Iterator[NDArray[np.int64]]:
    for number in range(ROUNDS):
        order = np.random.default_rng(number).permutation(n)
        yield from (order[start : start + BATCH] for start in range(0, n, BATCH))


def _shares(scores: Floats) -> Floats:
    shares: Floats = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return shares


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
