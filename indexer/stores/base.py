"""What every vector store promises. `indexer/stores/exact.py` is the reference the others are held to by value."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class VectorStore(Protocol):
    """The dense half: cosine of unit vectors, filtered before the search."""

    def search(
        self, query: NDArray[np.float32], k: int, admitted: NDArray[np.bool_]
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the `k` best admitted rows for one query (dimension,): row numbers and cosines, best first."""
        ...

    def vectors(self) -> NDArray[np.float32]:
        """Return all vectors, (n, dimension)."""
        ...

    def save(self, folder: Path) -> None:
        """Write the store into a new folder."""
        ...
