"""Texts -> unit vectors: the shipped encoder, or any sentence-transformers model by name."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from indexer.families import Family, family_of
from indexer.ngram_table import ModelFolderError, NgramTable, revision_of

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

Vectors = NDArray[np.float32]
Progress = Callable[[int, int], None]

SHIPPED = "anyq"
SHIPPED_FOLDER = Path(__file__).with_name("model")
BATCH = 256  # passages encoded between two reports of progress


class EncoderError(RuntimeError):
    """The encoder cannot be opened: says where, what is wrong, why it matters and what to do."""


class Encoder(Protocol):
    """Turns texts into unit vectors, so that a question and the passage that answers it lie close together."""

    @property
    def name(self) -> str: ...

    @property
    def revision(self) -> str:
        """SHA-256 of everything the vectors depend on: indexes of different revisions are never mixed."""
        ...

    @property
    def dimension(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Return unit rows (n, dimension) for questions."""
        ...

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Return unit rows (n, dimension) for passages; `progress(done, total)` is told after each batch."""
        ...


def open_encoder(name: str = SHIPPED) -> Encoder:
    """Open 'anyq', the shipped encoder, or a hub model or folder by name. Raises EncoderError."""
    if name != SHIPPED:
        return HubEncoder.open(name)
    try:
        table = NgramTable.load(SHIPPED_FOLDER)
    except ModelFolderError as error:
        raise EncoderError(str(error)) from error
    return ShippedEncoder(SHIPPED, revision_of(SHIPPED_FOLDER), SHIPPED_FOLDER, table)


@dataclass(frozen=True, slots=True)
class ShippedEncoder:
    """The encoder in `indexer/model`.

    Passages, encoded when an index is built, go through SentenceTransformer; questions go straight to the same table,
    so that a program that only asks starts without importing torch (5 s and 0.5 GB on 2 cores, 2026-11-22).
    `tests/indexer/test_encode.py` holds both to the same vectors.
    """

    name: str
    revision: str
    folder: Path
    table: NgramTable

    @property
    def dimension(self) -> int:
        return self.table.dimension

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.table.encode(texts)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return encode_in_batches(_trusted_model(str(self.folder)), texts, "", self.dimension, progress)


@dataclass(frozen=True, slots=True)
class HubEncoder:
    """A model of the Hugging Face hub, or a folder of the same form, with the prefixes its family expects."""

    name: str
    revision: str
    dimension: int
    family: Family
    model: SentenceTransformer

    @staticmethod
    def open(name: str) -> HubEncoder:
        """Load the model, from the hub's cache or the hub. Raises EncoderError."""
        model = load_model(name, trust=False)
        dimension = model.get_embedding_dimension()
        if dimension is None:
            raise EncoderError(f"{name}: the model does not say how long its vectors are, so no index can hold them.")
        return HubEncoder(name, state_digest(model), dimension, family_of(name, model.prompts), model)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return encode_in_batches(self.model, texts, self.family.query, self.dimension, None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        return encode_in_batches(self.model, texts, self.family.passage, self.dimension, progress)


def load_model(name: str, trust: bool) -> SentenceTransformer:
    """Load a sentence-transformers model; `trust` lets a folder of ours name our own module. Raises EncoderError."""
    try:
        from sentence_transformers import SentenceTransformer

        return SentenceTransformer(name, trust_remote_code=trust, device="cpu")
    except Exception as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EncoderError(
            f"ANYQ_ENCODER={name}: this model cannot be loaded ({reason}). Texts are searched by meaning with it, so "
            "nothing can be built or asked without it. Check the name; a hub model needs the network once (then it is "
            f"read from the cache); or use the shipped encoder: ANYQ_ENCODER={SHIPPED}."
        ) from error


@lru_cache(maxsize=1)
def _trusted_model(folder: str) -> SentenceTransformer:
    return load_model(folder, trust=True)


def encode_in_batches(
    model: SentenceTransformer, texts: Sequence[str], prefix: str, dimension: int, progress: Progress | None
) -> Vectors:
    """Return unit rows (n, dimension), `prefix` put before each text."""
    parts = [np.empty((0, dimension), np.float32)]
    for start, batch in _batches(texts):
        vectors = model.encode(batch, prompt=prefix, normalize_embeddings=True, show_progress_bar=False)
        parts.append(np.asarray(vectors, np.float32))
        if progress is not None:
            progress(start + len(batch), len(texts))
    return np.concatenate(parts)


def _batches(texts: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    for start in range(0, len(texts), BATCH):
        yield start, list(texts[start : start + BATCH])


def state_digest(model: SentenceTransformer) -> str:
    """Return the SHA-256 of all weights of a loaded model, by name."""
    import torch

    total = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        total.update(key.encode())
        total.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return total.hexdigest()
