"""txtai's hybrid index with the vectors of a given encoder: BM25 and dense scores, half and half, as it comes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from txtai import Embeddings

from indexer.encode import Encoder

LIMIT = 3000  # texts found: an entry has several hundred, and some are not in force


class TxtaiHybrid:
    """txtai. Its FAISS index is exact here, not the approximate one it takes for more than 5,000 texts."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def index(self, texts: Sequence[str]) -> None:
        """Encode and index."""
        self._n = len(texts)
        self._encode = self._encoder.encode_passages

        def transform(batch: list[str]) -> NDArray[np.float32]:
            return self._encode(batch)

        self._embeddings = Embeddings(
            method="external", transform=transform, hybrid=True, faiss={"components": "IDMap,Flat"}
        )
        self._embeddings.index((n, text, None) for n, text in enumerate(texts))
        self._encode = self._encoder.encode_queries

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return the hybrid score of every text found, (n_texts,)."""
        scores = np.zeros(self._n, dtype=np.float32)
        for n, score in self._embeddings.search(question, LIMIT):
            scores[n] = score
        return scores
