"""BM25 over plain lower-cased tokens: bm25s with its own defaults (Lucene's variant, k1 1.5, b 0.75), no stop words."""

from __future__ import annotations

from collections.abc import Sequence

import bm25s
import numpy as np
from numpy.typing import NDArray


class Bm25:
    """bm25s."""

    def index(self, texts: Sequence[str]) -> None:
        """Tokenise and index."""
        self._retriever = bm25s.BM25()
        self._retriever.index(_tokens(texts), show_progress=False)

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return BM25 of every text, (n_texts,)."""
        known = [token for token in _tokens([question])[0] if token in self._retriever.vocab_dict]
        if not known:
            return np.zeros(self._retriever.scores["num_docs"], dtype=np.float32)
        return np.asarray(self._retriever.get_scores(known), dtype=np.float32)


def _tokens(texts: Sequence[str]) -> list[list[str]]:
    return bm25s.tokenize(list(texts), stopwords=None, return_ids=False, show_progress=False)
