"""One more opinion on what a question is about: a linear classifier over words, word pairs and character n-grams.

The retrievers ask which text is nearest; this asks which words tell the entries apart, over all their wordings at once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix

from indexer.ngrams import LONGEST_WORD
from indexer.units import Facet, Unit
from kb.handbook import EMERGENCY
from kb.language.folding import skeleton

BUCKETS = 2**16  # of words and pairs, and as many again of n-grams
NGRAMS = 4  # characters, the word's ends marked; 3 to 5 took twice as long for the same (2026-11-22)
SEEN = 2  # texts that must hold a feature for it to count
OFF_TOPIC = "-"  # all kinds of off-topic question are one class: the retrievers tell them apart
NEVER = -1.0  # what an owner scores that the classifier does not know: as far off as a support vector
PENALTY, TOLERANCE = 0.3, 0.1  # of LinearSVC; a tolerance of 0.01 took longer for the same (2026-11-22)
_OWNERS, _WEIGHTS = "owners.json", "classifier.safetensors"
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class EntryClassifier:
    """One-vs-rest linear support vector machine, its weights rounded to int8.

    `owners`: entries, OFF_TOPIC and the kind of danger, (n_owners,). `weights`: (2 * BUCKETS, n_owners) int8, times
    `scale`, (n_owners,), plus `bias`, (n_owners,). `idf`: (2 * BUCKETS,), 0 for features that are not looked at.
    """

    owners: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats
    idf: Floats

    @staticmethod
    def train(units: Sequence[Unit], owners: Sequence[str], mask: Callable[[str], str] = str) -> EntryClassifier:
        """Learn from the wordings and off-topic examples among `units`; `owners[i]` is what unit i leads to.

        Texts are seen through `mask`, which those given to `scores` must have gone through as well.
        """
        asked = {
            (skeleton(mask(unit.text)), class_of(unit, owner)): None
            for unit, owner in zip(units, owners, strict=True)
            if unit.facet in (Facet.WORDING, Facet.OFF_TOPIC)
        }
        classes = [name for _, name in asked]
        counts = _counts([text for text, _ in asked])
        idf = _idf(counts)
        names = tuple(sorted(set(classes)))
        learned = _learn(_normal(counts, idf), classes) if len(names) > 1 else _constant(len(names))
        return EntryClassifier(names, *learned, idf)

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: n for n, name in enumerate(self.owners)}

    def scores(self, text: str) -> Floats:
        """Return the margin of each of `owners`, (n_owners,): above 0 the text looks like one of its wordings."""
        row = _normal(_counts([skeleton(text)]), self.idf)
        margins: Floats = row.data @ self.weights[row.indices].astype(np.float32) * self.scale + self.bias
        return margins

    def pick(self, margins: Floats, owners: Sequence[str], is_off_topic: Sequence[bool]) -> Floats:
        """Choose the margins of `owners`, (n,), from what `scores` gave; unknown ones get NEVER."""
        names = (o if o in self._places or not off else OFF_TOPIC for o, off in zip(owners, is_off_topic, strict=True))
        return np.array([margins[self._places[n]] if n in self._places else NEVER for n in names], dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write two files into a new folder."""
        folder.mkdir(parents=True)
        (folder / _OWNERS).write_text(json.dumps(self.owners), encoding="utf-8")
        parts = {"weights": self.weights, "scale": self.scale, "bias": self.bias, "idf": self.idf}
        save_file({name: np.ascontiguousarray(part) for name, part in parts.items()}, folder / _WEIGHTS)

    @staticmethod
    def open(folder: Path) -> EntryClassifier:
        """Read what `save` wrote."""
        owners = tuple(json.loads((folder / _OWNERS).read_text(encoding="utf-8")))
        return EntryClassifier(owners, **load_file(folder / _WEIGHTS))


def class_of(unit: Unit, owner: str) -> str:
    """Return what a unit is an example of."""
    return OFF_TOPIC if unit.facet is Facet.OFF_TOPIC and owner != EMERGENCY else owner


def _counts(texts: Sequence[str]) -> csr_matrix:
    """Count the features of folded texts, (n_texts, 2 * BUCKETS); a count weighs 1 + its logarithm."""
    rows = [np.array([*_words(text), *_ngrams(text)], dtype=np.int32) for text in texts]
    bounds = np.cumsum([0, *(len(row) for row in rows)])
    ids = np.concatenate([np.empty(0, np.int32), *rows])
    counts = csr_matrix((np.ones(len(ids), np.float32), ids, bounds), shape=(len(texts), 2 * BUCKETS))
    counts.sum_duplicates()
    counts.data = 1 + np.log(counts.data)
    return counts


def _words(text: str) -> list[int]:
    words = text.split()
    pairs = (f"{a} {b}" for a, b in pairwise(words))
    return [crc32(feature.encode()) % BUCKETS for feature in (*words, *pairs)]


def _ngrams(text: str) -> Iterator[int]:
    for word in text.split():
        yield from _of_word(word)


@lru_cache(maxsize=100_000)
def _of_word(word: str) -> tuple[int, ...]:
    marked = f"<{word[:LONGEST_WORD]}>"
    starts = range(max(1, len(marked) - NGRAMS + 1))
    return tuple(BUCKETS + crc32(marked[n : n + NGRAMS].encode()) % BUCKETS for n in starts)


def _idf(counts: csr_matrix) -> Floats:
    frequency = np.bincount(counts.indices, minlength=2 * BUCKETS)
    idf = np.log((1 + counts.shape[0]) / (1 + frequency)) + 1
    return np.asarray(np.where(frequency < SEEN, 0, idf), dtype=np.float32)


def _normal(counts: csr_matrix, idf: Floats) -> csr_matrix:
    """Weigh features by idf and scale the words and the n-grams of each text to length 1, each by themselves."""
    weighed = counts.multiply(idf).tocsr()
    text = np.repeat(np.arange(counts.shape[0]), np.diff(weighed.indptr))
    half = 2 * text + (weighed.indices >= BUCKETS)
    lengths = np.sqrt(np.bincount(half, weighed.data**2, minlength=2 * counts.shape[0]))
    weighed.data = weighed.data / np.maximum(lengths[half], 1e-9)
    weighed.eliminate_zeros()
    return weighed.astype(np.float32)


def _learn(features: csr_matrix, owners: Sequence[str]) -> tuple[NDArray[np.int8], Floats, Floats]:
    from sklearn.svm import LinearSVC  # late: a second to import, and only a build learns

    model = LinearSVC(C=PENALTY, tol=TOLERANCE, random_state=0).fit(features, owners)
    rows, bias = model.coef_.astype(np.float32), model.intercept_.astype(np.float32)
    if len(rows) == 1:  # of two owners scikit-learn keeps one row
        rows, bias = np.concatenate([-rows, rows]), np.concatenate([-bias, bias])
    scale = np.maximum(np.abs(rows).max(axis=1), 1e-9).astype(np.float32) / 127
    return np.ascontiguousarray(np.rint(rows / scale[:, None]).astype(np.int8).T), scale, bias


def _constant(n: int) -> tuple[NDArray[np.int8], Floats, Floats]:
    """Return weights that tell nothing apart, for a corpus of one entry or none."""
    return np.zeros((2 * BUCKETS, n), np.int8), np.ones(n, np.float32), np.zeros(n, np.float32)
