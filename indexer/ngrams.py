"""The features of a text: its words and their character n-grams, hashed into a fixed number of buckets.

All scripts meet in `kb.language.folding.skeleton`, so a word typed without Kazakh letters, in Latin script or in
Cyrillic gives nearly the same features. Import is light: numpy and the standard library.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from kb.language.folding import skeleton

CACHED_WORDS = 200_000  # distinct words whose features are kept; about 100 MB when full, reached only in training
LONGEST_WORD = 40  # characters of a word that are looked at; longer "words" are addresses and codes


@dataclass(frozen=True, slots=True)
class Ngrams:
    """Say how a text is cut: `shortest`..`longest` characters with word boundary marks, into `buckets` rows."""

    buckets: int
    shortest: int = 3
    longest: int = 5

    def of(self, text: str) -> NDArray[np.int32]:
        """Return the bucket of every feature of `text`, shape (n_features,); empty when it has no letter or digit."""
        return self.of_folded(skeleton(text))

    def of_folded(self, folded: str) -> NDArray[np.int32]:
        """Return the same for a text that is its own skeleton."""
        words = [_of_word(word[:LONGEST_WORD], self) for word in folded.split()]
        return np.concatenate(words) if words else np.empty(0, np.int32)

    def of_all(self, texts: Sequence[str]) -> Bags:
        """Return the features of several texts."""
        return join([self.of(text) for text in texts])


@dataclass(frozen=True, slots=True)
class Bags:
    """Features of n texts, flat: `ids` (n_features,) int32; `offsets` (n,) int64, where each text begins."""

    ids: NDArray[np.int32] = field(repr=False)
    offsets: NDArray[np.int64] = field(repr=False)


def join(bags: Sequence[NDArray[np.int32]]) -> Bags:
    """Lay the features of several texts end to end."""
    sizes = np.fromiter((len(bag) for bag in bags), np.int64, len(bags))
    return Bags(np.concatenate([np.empty(0, np.int32), *bags]), np.cumsum(sizes) - sizes)


@lru_cache(maxsize=CACHED_WORDS)
def _of_word(word: str, how: Ngrams) -> NDArray[np.int32]:
    hashes = [crc32(feature.encode()) for feature in _features(word, how.shortest, how.longest)]
    return (np.array(hashes, np.int64) % how.buckets).astype(np.int32)


def _features(word: str, shortest: int, longest: int) -> Iterator[str]:
    """Yield the word itself (marked, so that it never equals an n-gram) and the n-grams of `<word>`."""
    yield f"={word}"
    marked = f"<{word}>"
    for n in range(shortest, longest + 1):
        for start in range(len(marked) - n + 1):
            yield marked[start : start + n]
