"""Learning in numpy: symmetric in-batch softmax over pooled vectors, Adam on the rows that a batch touches.

No torch: a step is two sparse products and one small softmax, and with one thread it gives the same weights every time.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.ngrams import Bags
from indexer.train.batches import Batch

Floats = NDArray[np.float32]
NEVER = np.float32(-1e4)  # the score of a pair that must not count as a negative


@dataclass(slots=True)
class Learner:
    """Vectors of all buckets, `rows` (buckets, dimension), with Adam's state: a mean per value, a square per row."""

    rows: Floats
    mean: Floats = field(init=False)
    square: Floats = field(init=False)
    steps: int = 0

    def __post_init__(self) -> None:
        self.mean = np.zeros_like(self.rows)
        self.square = np.zeros(len(self.rows), np.float32)

    @staticmethod
    def random(lengths: Floats, dimension: int, seed: int) -> Learner:
        """Begin with random rows of the given lengths (buckets,): words never seen still match themselves."""
        rows = np.random.default_rng(seed).standard_normal((len(lengths), dimension), np.float32)
        return Learner(rows * lengths[:, None] / np.float32(math.sqrt(dimension)))

    def step(self, batch: Batch, rate: float, temperature: float) -> float:
        """Learn from one batch and return its loss (nats)."""
        used, place = _used(batch, len(self.rows))
        left, right = _means(batch.left, place, len(used)), _means(batch.right, place, len(used))
        rows = self.rows[used]
        loss, left_slope, right_slope = contrast(left @ rows, right @ rows, batch.same, temperature)
        slope: Floats = left.T @ left_slope + right.T @ right_slope
        self._update(used, slope, rate)
        return loss

    def _update(self, used: NDArray[np.int64], slope: Floats, rate: float) -> None:
        """Do one Adam step (0.9, 0.999) on the rows `used`."""
        self.steps += 1
        mean = self.mean[used] * np.float32(0.9) + slope * np.float32(0.1)
        square = self.square[used] * np.float32(0.999) + np.square(slope).mean(axis=1) * np.float32(0.001)
        self.mean[used], self.square[used] = mean, square
        pace = rate * math.sqrt(1 - 0.999**self.steps) / (1 - 0.9**self.steps)
        self.rows[used] -= mean * (np.float32(pace) / (np.sqrt(square) + np.float32(1e-10)))[:, None]


def _used(batch: Batch, buckets: int) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the buckets in `batch`, ascending, and each bucket's place among them."""
    flags = np.zeros(buckets, np.bool_)
    flags[batch.left.ids] = True
    flags[batch.right.ids] = True
    return np.flatnonzero(flags), np.cumsum(flags, dtype=np.int32) - 1


def _means(bags: Bags, place: NDArray[np.int32], n: int) -> csr_matrix:
    """Return the matrix (texts, n) that averages the rows of each text."""
    bounds = np.append(bags.offsets, len(bags.ids))
    sizes = np.diff(bounds)
    shares = np.repeat(1 / np.maximum(sizes, 1), sizes).astype(np.float32)
    return csr_matrix((shares, place[bags.ids], bounds), shape=(len(sizes), n))


def contrast(left: Floats, right: Floats, same: NDArray[np.bool_], temperature: float) -> tuple[float, Floats, Floats]:
    """Return the symmetric softmax loss of pooled vectors (n, dimension) and its slopes for both sides.

    Row i of `left` must find row i of `right` among all rows and the other way round; rows marked in `same` (n, n)
    are left out of the comparison.
    """
    a, a_length = _unit(left)
    b, b_length = _unit(right)
    scores = np.where(same, NEVER, a @ b.T / np.float32(temperature))
    there, back = _softmax(scores), _softmax(scores.T).T
    loss = -float(np.log(np.diag(there) + 1e-12).mean() + np.log(np.diag(back) + 1e-12).mean()) / 2
    slope: Floats = (there + back - 2 * np.eye(len(a), dtype=np.float32)) / np.float32(2 * len(a) * temperature)
    return loss, _through_unit(slope @ b, a, a_length), _through_unit(slope.T @ a, b, b_length)


def _unit(vectors: Floats) -> tuple[Floats, Floats]:
    lengths: Floats = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-9))
    return vectors / lengths, lengths


def _through_unit(slope: Floats, unit: Floats, length: Floats) -> Floats:
    """Carry a slope back through the division by the length."""
    along = (slope * unit).sum(axis=1, keepdims=True)
    carried: Floats = (slope - along * unit) / length
    return carried


def _softmax(scores: Floats) -> Floats:
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    result: Floats = shares / shares.sum(axis=1, keepdims=True)
    return result


def schedule(progress: float) -> float:
    """Return the share of the learning rate at `progress` (0..1): short warm-up, then linear fall to a twentieth."""
    return min(1.0, progress / 0.03 + 0.05) * max(0.05, 1 - progress)
