"""A neural network on sparse rows, in numpy: one hidden layer, so that words tell something together, not only alone.

Trained like a deep averaging network (Iyyer et al. 2015): half of the features are hidden from it at every step, so
that no lucky word decides by itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.softmax import BLOCK, batches, slope_of

UNITS = 512  # of the hidden layer; 1024 gave no more (2026-11-22)
HIDDEN_FEATURES, HIDDEN_UNITS = 0.5, 0.5  # shares left out at a step (dropout)
ROUNDS, RATE = 8, 0.003
MEMORY = 0.999  # RMSProp's, of squared slopes; one number a row; Adam's memory of slopes took a third more time
FIRST_SCALE, ROW_SCALE = 0.05, 2.0  # spread of first weights; rows are drawn out by ROW_SCALE
Floats = NDArray[np.float32]
Layer = tuple[Floats, Floats]  # weights (n_in, n_out), bias (n_out,)


def learn(rows: csr_matrix, classes: NDArray[np.int64], n_classes: int) -> tuple[Layer, Layer]:
    """Return the hidden and the output layer under which each row's class is likely.

    `rows`: (n, n_features) float32. `classes`: (n,), numbers of classes. A row's scores are
    `max(rows @ hidden + bias, 0) @ output + bias`. The same rows give the same layers.
    """
    rng = np.random.default_rng(0)
    hidden = _Moved(_first(rows.shape[1], rng))
    output = _Moved(rng.uniform(-1, 1, (UNITS, n_classes)) / np.sqrt(UNITS))
    hidden_bias, output_bias = _Moved(np.zeros((1, UNITS))), _Moved(np.zeros((1, n_classes)))
    narrow = _Narrow(rows.shape[1])
    for step, (batch, share) in enumerate(batches(rows.shape[0], ROUNDS, rng), start=1):
        pace = np.float32(RATE * share * np.sqrt(1 - MEMORY**step))  # little at first, while squares are unknown
        used, some = narrow.of(rows[batch], rng)
        units = some @ hidden.values[used] + hidden_bias.values
        gate = (units > 0) * (rng.random(units.shape, np.float32) >= HIDDEN_UNITS) * np.float32(1 / (1 - HIDDEN_UNITS))
        active = units * gate
        slope = slope_of(active @ output.values + output_bias.values, classes[batch])
        below = (slope @ output.values.T) * gate
        hidden.move(used, some.T @ below, pace)
        hidden_bias.move(np.zeros(1, np.int64), below.sum(axis=0, keepdims=True), pace)
        output.move(np.arange(UNITS), active.T @ slope, pace)
        output_bias.move(np.zeros(1, np.int64), slope.sum(axis=0, keepdims=True), pace)
    hidden.values *= np.float32(ROW_SCALE)
    return (hidden.values, hidden_bias.values[0]), (output.values, output_bias.values[0])


def _first(n: int, rng: np.random.Generator) -> Floats:
    """Return the hidden layer's first weights, (n, UNITS), drawn by parts: at once they take three times the memory."""
    values = np.empty((n, UNITS), np.float32)
    for start in range(0, n, BLOCK):
        part = values[start : start + BLOCK]
        part[:] = rng.normal(0, FIRST_SCALE, part.shape)
    return values


class _Narrow:
    """Cuts rows down to the features used in them, some left out at random."""

    def __init__(self, n_features: int) -> None:
        self._is_used = np.zeros(n_features, np.bool_)
        self._places = np.zeros(n_features, np.int32)

    def of(self, rows: csr_matrix, rng: np.random.Generator) -> tuple[NDArray[np.int64], csr_matrix]:
        """Return the used features, ascending, and the rows over them, (n, n_used); what is kept counts for more."""
        kept = rng.random(len(rows.data), np.float32) >= HIDDEN_FEATURES
        bounds = np.concatenate([[0], np.cumsum(kept)])[rows.indptr]
        features = rows.indices[kept]
        self._is_used[:] = False
        self._is_used[features] = True
        used = np.flatnonzero(self._is_used)
        self._places[used] = np.arange(len(used), dtype=np.int32)
        data = rows.data[kept] * np.float32(ROW_SCALE / (1 - HIDDEN_FEATURES))
        return used, csr_matrix((data, self._places[features], bounds), shape=(rows.shape[0], len(used)))


class _Moved:
    """Values (n, m), and for each row the mean square of its slopes (RMSProp, Hinton 2012)."""

    def __init__(self, values: Floats | NDArray[np.float64]) -> None:
        self.values: Floats = np.asarray(values, np.float32)
        self._squares = np.zeros(len(values), np.float32)

    def move(self, rows: NDArray[np.int64], slope: Floats, pace: np.float32) -> None:
        """Take one step on `rows` only."""
        square = np.einsum("ij,ij->i", slope, slope) / np.float32(slope.shape[1])
        self._squares[rows] += np.float32(1 - MEMORY) * (square - self._squares[rows])
        step = (pace / (np.sqrt(self._squares[rows]) + np.float32(1e-8)))[:, None]
        for start in range(0, len(rows), BLOCK):
            part = slice(start, start + BLOCK)
            self.values[rows[part]] -= step[part] * slope[part]
