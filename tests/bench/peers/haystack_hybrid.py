"""Haystack's hybrid pipeline: BM25 and embedding retriever over one in-memory store, joined by reciprocal rank."""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.encode import Encoder

os.environ.setdefault("HAYSTACK_TELEMETRY_ENABLED", "False")

from haystack import Document
from haystack.components.joiners import DocumentJoiner
from haystack.components.retrievers.in_memory import InMemoryBM25Retriever, InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore

TOP_K = 3000  # texts that each retriever gives: an entry has several hundred, and some are not in force
JOIN = "reciprocal_rank_fusion"


class HaystackHybrid:
    """Haystack with vectors of `encoder`, its components called one after the other.

    Vectors are given as arrays: the store gathers them anew for each question, which takes lists twenty times as long.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def index(self, texts: Sequence[str]) -> None:
        """Fill the store that both retrievers read."""
        self._n = len(texts)
        store = InMemoryDocumentStore(return_embedding=True, shared=False)
        vectors = self._encoder.encode_passages(texts)
        store.write_documents([Document(id=str(n), content=texts[n], embedding=vectors[n]) for n in range(self._n)])
        self._bm25 = InMemoryBM25Retriever(store, top_k=TOP_K)
        self._dense = InMemoryEmbeddingRetriever(store, top_k=TOP_K)
        self._joiner = DocumentJoiner(join_mode=JOIN)

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return the joined score of every text found, (n_texts,)."""
        vector = self._encoder.encode_queries([question])[0].tolist()
        found = [self._bm25.run(query=question)["documents"], self._dense.run(query_embedding=vector)["documents"]]
        scores = np.zeros(self._n, dtype=np.float32)
        for document in self._joiner.run(documents=found)["documents"]:
            scores[int(document.id)] = document.score
        return scores
