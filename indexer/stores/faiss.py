"""The embedded vector store. The only file that knows FAISS."""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

_FILE = "index.faiss"


class FaissStore:
    """An exact inner-product index; the filter is an id selector, so it works before the search, not after it."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @staticmethod
    def build(vectors: NDArray[np.float32]) -> FaissStore:
        """Index unit `vectors`, (n, dimension) float32; row numbers are the ids."""
        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return FaissStore(index)

    @staticmethod
    def open(folder: Path) -> FaissStore:
        """Read what `save` wrote."""
        return FaissStore(faiss.read_index(str(folder / _FILE)))

    def search(
        self, query: NDArray[np.float32], k: int, admitted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the `k` best admitted rows: see VectorStore.search."""
        n_admitted = int(admitted.sum())
        if not n_admitted or k < 1:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        bits = np.packbits(admitted, bitorder="little")  # must outlive the search: the selector only points to it
        chosen = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))  # type: ignore[arg-type, call-arg]
        scores, rows = self._index.search(query[None, :].astype(np.float32), min(k, n_admitted), params=chosen)
        return rows[0], scores[0]

    def vectors(self) -> NDArray[np.float32]:
        """Return all vectors, (n, dimension)."""
        return np.asarray(self._index.reconstruct_n(0, self._index.ntotal), dtype=np.float32)

    def save(self, folder: Path) -> None:
        """Write one file."""
        folder.mkdir(parents=True)
        faiss.write_index(self._index, str(folder / _FILE))
