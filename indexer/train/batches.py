"""Batches: each holds pairs of one source, so that the other pairs in it are hard to tell apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import numpy as np
from numpy.typing import NDArray

from indexer.ngrams import Bags, Ngrams, join
from indexer.train.folding import fast_skeleton
from indexer.train.pairs import Pair, Source, key

Noise = Callable[[str, Random], str]


@dataclass(frozen=True, slots=True)
class Batch:
    """n pairs as features. `same` (n, n) is true where row i and column j may mean the same though i != j."""

    left: Bags
    right: Bags
    same: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.left.offsets)


def plan(sources: Sequence[tuple[Source, int]], size: int, rng: Random) -> list[list[Pair]]:
    """Draw each source `times` times and cut it into lists of about `size` pairs, all in random order."""
    lists: list[list[Pair]] = []
    for source, times in sources:
        for _ in range(times):
            pairs = list(source.draw(rng))
            parts = max(1, round(len(pairs) / size))
            lists += [pairs[n::parts] for n in range(parts)]
    rng.shuffle(lists)
    return [pairs for pairs in lists if len(pairs) > 1]


@dataclass(frozen=True, slots=True)
class Preparation:
    """How texts become features while training: cut by `ngrams`, spoilt by `noise`, thinned to the share `keep`."""

    ngrams: Ngrams
    noise: Noise
    keep: float

    def batch(self, pairs: Sequence[Pair], rng: Random) -> Batch:
        """Turn pairs into features; each side is spoilt and thinned on its own."""
        left = self._bags([pair.left for pair in pairs], rng)
        right = self._bags([pair.right for pair in pairs], rng)
        return Batch(left, right, _same(pairs))

    def _bags(self, texts: Sequence[str], rng: Random) -> Bags:
        bags = join([features(self.noise(text, rng), self.ngrams) for text in texts])
        return thin(bags, self.keep, np.random.default_rng(rng.getrandbits(32)))


@lru_cache(maxsize=500_000)
def features(text: str, ngrams: Ngrams) -> NDArray[np.int32]:
    """Return the features of a text, remembered: most texts come back in every epoch. About 0.4 GB when full."""
    return ngrams.of_folded(fast_skeleton(text))


def thin(bags: Bags, keep: float, rng: np.random.Generator) -> Bags:
    """Keep a random share of the features: meaning is then learned from any part of a word, and faster."""
    kept = rng.random(len(bags.ids)) < keep
    before = np.concatenate([np.zeros(1, np.int64), np.cumsum(kept)])
    return Bags(bags.ids[kept], before[bags.offsets])


def _same(pairs: Sequence[Pair]) -> NDArray[np.bool_]:
    same = _share([(key(p.left),) for p in pairs]) | _share([(key(p.right),) for p in pairs])
    same |= _share([p.groups for p in pairs])
    np.fill_diagonal(same, False)
    return same


def _share(labels: Sequence[tuple[str, ...]]) -> NDArray[np.bool_]:
    """Tell for every two rows whether they have a label in common, shape (n, n)."""
    numbers: dict[str, int] = {}
    places = [(row, numbers.setdefault(name, len(numbers))) for row, names in enumerate(labels) for name in names]
    marks = np.zeros((len(labels), max(1, len(numbers))), np.float32)
    if places:
        marks[tuple(np.array(places).T)] = 1
    return np.asarray(marks @ marks.T > 0)
