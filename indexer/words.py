"""Which words an entry is asked about with: how much of a question it knows, in any form, script or language."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from scipy.sparse import csr_matrix, load_npz, save_npz

from indexer.units import Facet, Unit
from kb.language.folding import skeleton

Vectors = NDArray[np.float32]
SHORTEST_RESPELLED = 5  # letters; one slip turns a shorter word into another one
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
        """Return the known word one slip away from `word` (a skeleton) and most like it, or `word` itself.

        Known words, short ones and those with digits stay as they are. `encode`: text -> unit vector, (dimension,).
        """
        if word in self._rows or len(word) < SHORTEST_RESPELLED or not word.isalpha():
            return word
        cosines = self.vectors @ encode(word)
        likely = np.flatnonzero(cosines > ALIKE)
        near = [row for row in likely if OSA.distance(word, self.words[row], score_cutoff=1) <= 1]
        return self.words[max(near, key=lambda row: float(cosines[row]))] if near else word

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {word: n for n, word in enumerate(self.words)}

    def knows(self, vectors: Vectors) -> NDArray[np.float32]:
        """Return how well each document knows each word of a question, (n_question_words, n_documents), 0..1.

        `vectors`: (n_question_words, dimension), the words encoded one by one. 1: the same word stands in a wording.
        """
        known = np.zeros((len(vectors), len(self.documents)), np.float32)
        for row, cosines in zip(known, vectors @ self.vectors.T, strict=True):
            words = np.flatnonzero(cosines > ALIKE)
            alike = np.minimum((cosines[words] - ALIKE) / (1 - ALIKE), 1)
            holders = self.holders[words]
            np.maximum.at(row, holders.indices, np.repeat(alike, np.diff(holders.indptr)))
        return known

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
