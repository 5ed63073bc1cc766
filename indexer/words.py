"""Which words an entry is asked about with: how much of a question it knows, in any form, script or language."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist
from scipy.sparse import csr_matrix, load_npz, save_npz

from indexer.units import Facet, Unit
from kb.language.folding import skeleton

Vectors = NDArray[np.float32]
KEPT = 8192  # words whose rows stay in memory, 20 MB; the commonest come first
SHORTEST_RESPELLED = 4  # letters; one slip turns a shorter word into another one
LONG_WORD = 7  # letters from which a word may hold two slips
# In nats, set on train questions that a program had mistyped; 3 to 6 for SLIP gave the same (2026-11-23).
SLIP, FIRST_LETTER, LIKENESS = 4.0, 1.0, 6.0
OFTEN_ASKED = 30  # wordings that hold each of two words which lost the space between them
ALIKE = 0.5  # cosine from which two words count as related; 1 is the same word, half-way between counts half
_WORDS, _VECTORS, _OWNERS = "words.json", "vectors.npy", "owners.npz"


@dataclass(frozen=True)
class WordIndex:
    """Words of all wordings and off-topic examples, in plain Latin letters, with the documents that hold them.

    `vectors`: (n_words, dimension) unit rows. `holders`: (n_words, n_documents), how many wordings of the document hold
    the word; `documents` names the columns (off-topic kinds stand among them).
    """

    words: tuple[str, ...]
    vectors: Vectors
    holders: csr_matrix
    documents: tuple[str, ...]

    @staticmethod
    def build(units: Sequence[Unit], encode: Callable[[Sequence[str]], Vectors]) -> WordIndex:
        """Collect the words of `units` and encode each by itself."""
        asked = [u for u in units if u.facet in (Facet.WORDING, Facet.OFF_TOPIC)]
        documents = {name: n for n, name in enumerate(dict.fromkeys(u.document for u in asked))}
        counts = Counter((word, documents[u.document]) for u in asked for word in _words_of(u))
        words = {word: n for n, word in enumerate(dict.fromkeys(word for word, _ in counts))}
        places = [words[word] for word, _ in counts], [column for _, column in counts]
        shape = (len(words), len(documents))
        holders = csr_matrix((np.array(list(counts.values()), np.int32), places), shape=shape)
        return WordIndex(tuple(words), encode(list(words)), holders, tuple(documents))

    def without(self, unit: Unit) -> WordIndex:
        """Return the same as if `unit` had not been indexed."""
        rows = [self._rows[word] for word in _words_of(unit)]
        column = [self.documents.index(unit.document)] * len(rows)
        taken = csr_matrix((np.ones(len(rows), np.int32), (rows, column)), shape=self.holders.shape)
        holders = csr_matrix(self.holders - taken)
        holders.eliminate_zeros()
        return replace(self, holders=holders)

    def respelled(self, word: str, encode: Callable[[str], Vectors]) -> str:
        """Return what `word` (a skeleton) was meant to be: the likeliest known word, or two without their space.

        Known words, short ones and those with digits stay as they are, as do those that are near to none. The noisy
        channel of Kernighan, Church and Gale (1990): the more often asked, the fewer slips away and the more alike, the
        likelier. `encode`: text -> unit vector, (dimension,).
        """
        if word in self._rows or len(word) < SHORTEST_RESPELLED or not word.isalpha():
            return word
        return max((*self._slipped(word, encode), *self._joined(word)), default=(0.0, word))[1]

    def _slipped(self, word: str, encode: Callable[[str], Vectors]) -> Iterator[tuple[float, str]]:
        """Yield the known words that one slip, or two in a long word, turn into `word`, each after its score."""
        most = 2 if len(word) >= LONG_WORD else 1
        slips = cdist([word], self.words, scorer=OSA.distance, score_cutoff=most, dtype=np.uint8)[0]
        near = np.flatnonzero(slips <= most)
        scores = np.log1p(self._asked[near]) - SLIP * slips[near]
        scores += LIKENESS * (self.vectors[near] @ encode(word))
        for row, score in zip(near, scores.tolist(), strict=True):
            yield score - FIRST_LETTER * (self.words[row][0] != word[0]), self.words[row]

    def _joined(self, word: str) -> Iterator[tuple[float, str]]:
        """Yield the pairs of known words that `word` is without the space, each after its score."""
        for n in range(2, len(word) - 1):
            parts = word[:n], word[n:]
            asked = min(self._asked[self._rows[part]] if part in self._rows else 0 for part in parts)
            if asked >= OFTEN_ASKED and max(map(len, parts)) >= SHORTEST_RESPELLED:
                yield float(np.log1p(asked)) - SLIP - FIRST_LETTER, " ".join(parts)

    @cached_property
    def _asked(self) -> NDArray[np.int64]:
        """In how many wordings each word stands, (n_words,)."""
        return np.asarray(self.holders.sum(axis=1), dtype=np.int64).ravel()

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: n for n, word in enumerate(self.words)}

    @cached_property
    def _kept(self) -> dict[str, NDArray[np.float32]]:
        """What `knows` found for the first KEPT known words: most words of a question have been asked before."""
        return {}

    def knows(self, words: Sequence[str], encode: Callable[[Sequence[str]], Vectors]) -> NDArray[np.float32]:
        """Return how well each document knows each of `words`, (len(words), n_documents), 0..1.

        1: the same word stands in a wording. `encode`: texts -> unit rows, for the words not met before.
        """
        rows = {word: self._kept[word] for word in words if word in self._kept}
        new = [word for word in dict.fromkeys(words) if word not in rows]
        if new:
            rows |= zip(new, map(self._known, (self.vectors @ encode(new).T).T), strict=True)
        fitting = KEPT - len(self._kept)
        self._kept.update((word, rows[word]) for word in new[:fitting] if word in self._rows)
        return np.stack([rows[word] for word in words])

    def _known(self, cosines: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the row of one word, (n_documents,), from its cosines with all known words."""
        words = np.flatnonzero(cosines > ALIKE)
        words = words[np.argsort(cosines[words])]
        alike = np.minimum((cosines[words] - ALIKE) / (1 - ALIKE), 1)
        spans = [slice(*self.holders.indptr[word : word + 2]) for word in words]
        row = np.zeros(len(self.documents), np.float32)
        for span, value in zip(spans, alike, strict=True):  # the most alike comes last and stays
            row[self.holders.indices[span]] = value
        return row

    def save(self, folder: Path) -> None:
        """Write three files into a new folder."""
        folder.mkdir(parents=True)
        content = {"words": self.words, "documents": self.documents}
        (folder / _WORDS).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        np.save(folder / _VECTORS, self.vectors)
        save_npz(folder / _OWNERS, self.holders)

    @staticmethod
    def open(folder: Path) -> WordIndex:
        """Read what `save` wrote."""
        content = json.loads((folder / _WORDS).read_text(encoding="utf-8"))
        vectors, holders = np.load(folder / _VECTORS), csr_matrix(load_npz(folder / _OWNERS))
        return WordIndex(tuple(content["words"]), vectors, holders, tuple(content["documents"]))


def _words_of(unit: Unit) -> dict[str, None]:
    return dict.fromkeys(skeleton(unit.text).split())


def coverage(known: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the share of a question that each entry knows, (n_entries,), 0..1; rare words weigh more.

    `known`: (n_question_words, n_entries), see `WordIndex.knows`. A word's weight is its inverse entry frequency, where
    an entry that knows a similar word counts in part.
    """
    n_entries = known.shape[1]
    frequency = known.sum(axis=1)
    weights = np.log(1 + (n_entries - frequency + 0.5) / (frequency + 0.5))
    total = float(weights.sum())
    return (weights @ known / total if total else np.zeros(n_entries)).astype(np.float32)
