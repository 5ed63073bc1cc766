"""Brute force in numpy: the reference by which the other stores are tested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class ExactStore:
    """Every cosine, sorted."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._vectors = vectors

    def search(
        self, query: NDArray[np.float32], k: int, admitted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the `k` best admitted rows: see VectorStore.search."""
        rows = np.flatnonzero(admitted)
        scores = self._vectors[rows] @ query
        best = np.argsort(-scores, kind="stable")[:k]
        return rows[best].astype(np.int64), scores[best].astype(np.float32)

    def vectors(self) -> NDArray[np.float32]:
        """Return all vectors, (n, dimension)."""
        return self._vectors

    def save(self, folder: Path) -> None:
        """Write `vectors.npy`."""
        folder.mkdir(parents=True)
        np.save(folder / "vectors.npy", self._vectors)
