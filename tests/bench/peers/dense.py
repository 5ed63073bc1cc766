"""A published encoder by itself: cosine of question and text, with the prefixes its family expects."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.encode import Encoder, HubEncoder


class DenseOnly:
    """An encoder, exact search."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def index(self, texts: Sequence[str]) -> None:
        """Encode every text."""
        self._vectors = self._encoder.encode_passages(texts)

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return the cosine with every text, (n_texts,)."""
        return self._vectors @ self._encoder.encode_queries([question])[0]


def open_hub_model(name: str) -> DenseOnly:
    """Open a model of the hub, from the cache or the network. Raises RuntimeError when there is neither."""
    import httpx
    from huggingface_hub import constants, try_to_load_from_cache

    try:
        httpx.head(constants.ENDPOINT, timeout=5)
    except httpx.HTTPError:
        if not isinstance(try_to_load_from_cache(name, "modules.json"), str):
            raise RuntimeError("no network, and it is not in the cache") from None
        constants.HF_HUB_OFFLINE = True  # else every file is asked for again and again
    return DenseOnly(HubEncoder.open(name))
