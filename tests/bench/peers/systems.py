"""Which peers there are, and how each is opened. A peer that cannot be had says why and is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.encode import Encoder

HUB_MODELS = ("intfloat/multilingual-e5-small", "BAAI/bge-m3")


class Peer(Protocol):
    """Something that scores texts for a question."""

    def index(self, texts: Sequence[str]) -> None:
        """Take in the corpus."""

    def scores(self, question: str) -> NDArray[np.float32]:
        """Return a score above 0 for every text found and 0 for the rest, (n_texts,)."""
        ...


Opener = Callable[[Encoder], Peer]


def _bm25(_: Encoder) -> Peer:
    from tests.bench.peers.bm25 import Bm25

    return Bm25()


def _tfidf(_: Encoder) -> Peer:
    from tests.bench.peers.tfidf import TfIdf

    return TfIdf()


def _txtai(encoder: Encoder) -> Peer:
    from tests.bench.peers.txtai_hybrid import TxtaiHybrid

    return TxtaiHybrid(encoder)


def _haystack(encoder: Encoder) -> Peer:
    from tests.bench.peers.haystack_hybrid import HaystackHybrid

    return HaystackHybrid(encoder)


def _hub(name: str) -> Opener:
    def opened(_: Encoder) -> Peer:
        from tests.bench.peers.dense import open_hub_model

        return open_hub_model(name)

    return opened


PEERS: Mapping[str, Opener] = {
    "bm25s": _bm25,
    "tf-idf": _tfidf,
    "txtai": _txtai,
    "haystack": _haystack,
    **{name.rpartition("/")[2]: _hub(name) for name in HUB_MODELS},
}


def open_peer(name: str, encoder: Encoder) -> Peer | str:
    """Open a peer with the shipped encoder for those that take one; or return why it cannot be measured."""
    try:
        return PEERS[name](encoder)
    except ImportError as error:
        return f"{error.name or error} is not installed; run `make peers`, or `pip install --group peers`"
    except (RuntimeError, OSError) as error:
        return str(error)
