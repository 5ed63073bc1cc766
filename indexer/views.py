"""What a classifier sees of a text: three views of its words, each of length 1, over the features learned from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from indexer.ngrams import LONGEST_WORD

WORDS, BEGINNINGS, NGRAMS = range(3)  # views: words and pairs; their beginnings, alike whatever the ending; n-grams
VIEWS = 4  # a feature's hash leaves the remainder of its view
BEGINNING = 5  # letters: about a stem
CHARACTERS = 4  # of an n-gram, the word's ends marked; 3 to 5 took twice as long for the same (2026-11-22)
SEEN = 2  # texts that must hold a feature for it to count
CACHED_WORDS = 2**16
Floats = NDArray[np.float32]
Hashes = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Hashed:
    """The features of n texts, flat: text i has `ids[bounds[i]:bounds[i + 1]]`, as often as they occur."""

    ids: Hashes
    bounds: NDArray[np.int64]

    @staticmethod
    def of(texts: Iterable[str]) -> Hashed:
        """Hash every feature of folded `texts` (see `kb.language.folding.skeleton`)."""
        found = [np.fromiter(_features(text), np.uint32) for text in texts]
        return Hashed(np.concatenate([np.empty(0, np.uint32), *found]), np.cumsum([0, *map(len, found)]))

    def __len__(self) -> int:
        return len(self.bounds) - 1


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The features that count: their hashes, ascending, and inverse document frequencies, both (n_features,)."""

    ids: Hashes
    idf: Floats

    @staticmethod
    def of(texts: Hashed) -> Vocabulary:
        """Keep what stands in at least SEEN texts."""
        ids, places = np.unique(texts.ids, return_inverse=True)
        rows = csr_matrix((np.ones(len(places), np.int8), places, texts.bounds), shape=(len(texts), len(ids)))
        rows.sum_duplicates()
        frequency = np.bincount(rows.indices, minlength=len(ids))
        kept = frequency >= SEEN
        idf = np.log((1 + len(texts)) / (1 + frequency[kept])) + 1
        return Vocabulary(ids[kept], idf.astype(np.float32))

    def rows(self, texts: Hashed) -> csr_matrix:
        """Return (n_texts, n_features) float32: 1 + log count, times idf; each view of a text has length 1."""
        shape = (len(texts), len(self.ids))
        if not shape[1]:
            return csr_matrix(shape, dtype=np.float32)
        places = np.minimum(np.searchsorted(self.ids, texts.ids), shape[1] - 1)
        known = self.ids[places] == texts.ids
        bounds = np.concatenate([[0], np.cumsum(known)])[texts.bounds]
        rows = csr_matrix((np.ones(bounds[-1], np.float32), places[known], bounds), shape=shape)
        rows.sum_duplicates()
        rows.data = (1 + np.log(rows.data)) * self.idf[rows.indices]
        view = np.repeat(np.arange(shape[0]), np.diff(rows.indptr)) * VIEWS + self.ids[rows.indices] % VIEWS
        lengths = np.sqrt(np.bincount(view, rows.data**2, minlength=shape[0] * VIEWS))
        rows.data = (rows.data / lengths[view]).astype(np.float32)
        return rows


def _features(text: str) -> Iterable[int]:
    words = text.split()
    yield from _with_pairs(words, WORDS)
    yield from _with_pairs([word[:BEGINNING] for word in words], BEGINNINGS)
    for word in words:
        yield from _ngrams(word)


def _with_pairs(words: Sequence[str], view: int) -> Iterable[int]:
    yield from (_hash(word, view) for word in words)
    yield from (_hash(f"{a} {b}", view) for a, b in pairwise(words))


@lru_cache(maxsize=CACHED_WORDS)
def _ngrams(word: str) -> tuple[int, ...]:
    marked = f"<{word[:LONGEST_WORD]}>"
    starts = range(max(1, len(marked) - CHARACTERS + 1))
    return tuple(_hash(marked[n : n + CHARACTERS], NGRAMS) for n in starts)


def _hash(feature: str, view: int) -> int:
    """Return 30 bits of the feature's checksum before the two that tell its view."""
    return crc32(feature.encode()) // VIEWS * VIEWS + view
