"""The encoder's arithmetic in numpy: int8 vectors of hashed features, read from and written to a folder.

`indexer.hashed_ngrams` shows the same folder to sentence-transformers; both give the same vectors.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from indexer.ngrams import Ngrams
from kb.language.folding import skeleton

WEIGHTS = "model.safetensors"
CONFIG = "hashed_ngrams.json"
# Every letter that folding may touch, alone and beside others: when its skeleton changes, vectors change.
PROBE = (
    "аә бв гғ де ёж зи йкқл мнң оө пр ст уұү фхһ цчшщ ъыіь эюя abc xyz qwert "
    "қазақша saqtandyru қант щётка zhshch kh gh sh's ä ñ ğ ş ı ó ú ý 51 000 4,250 7т"
)
FORMAT = 1  # raise when the features of a text change: old weights then mean nothing


class ModelFolderError(ValueError):
    """A model folder cannot be read: says where, what is wrong, why it matters and what to do."""


@dataclass(frozen=True, slots=True)
class NgramTable:
    """One vector for each bucket: `rows` (buckets, dimension) int8 times `scale` (buckets,) float32."""

    ngrams: Ngrams
    rows: NDArray[np.int8]
    scale: NDArray[np.float32]

    @property
    def dimension(self) -> int:
        return int(self.rows.shape[1])

    @staticmethod
    def quantised(ngrams: Ngrams, rows: NDArray[np.float32]) -> NgramTable:
        """Round float vectors (buckets, dimension) to int8; each value is off by at most half its row's scale."""
        largest = np.abs(rows).max(axis=1)
        scale = np.where(largest > 0, largest / 127, 1).astype(np.float32)
        return NgramTable(ngrams, np.rint(rows / scale[:, None]).astype(np.int8), scale)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit rows (n, dimension). A text without a letter or digit gives zeros: it is like nothing."""
        return self.pooled([self.ngrams.of(text) for text in texts])

    def pooled(self, bags: Sequence[NDArray[np.int32]]) -> NDArray[np.float32]:
        """Return the same for texts already cut into features, one array of buckets each."""
        vectors = np.zeros((len(bags), self.dimension), np.float32)
        for vector, ids in zip(vectors, bags, strict=True):
            vector[:] = self.scale[ids] @ self.rows[ids].astype(np.float32)
        length = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: NDArray[np.float32] = np.divide(vectors, length, out=vectors, where=length > 0)
        return unit

    def save(self, folder: Path) -> None:
        """Write weights and configuration into `folder`."""
        config = {
            "format": FORMAT,
            "buckets": self.ngrams.buckets,
            "shortest": self.ngrams.shortest,
            "longest": self.ngrams.longest,
            "dimension": self.dimension,
        }
        save_file({"rows": self.rows, "scale": self.scale}, folder / WEIGHTS)
        (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")

    @staticmethod
    def load(folder: Path) -> NgramTable:
        """Read what `save` wrote. Raises ModelFolderError."""
        try:
            config = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
            weights = load_file(folder / WEIGHTS)
            table = _table(config, weights)
        except Exception as error:
            raise ModelFolderError(
                f"{folder}: the encoder cannot be read ({error}). Without it no text can be searched by meaning. "
                "Restore the folder from git (git checkout indexer/model), or train it anew (anyq train)."
            ) from error
        return table


def _table(config: dict[str, int], weights: dict[str, NDArray[np.float32]]) -> NgramTable:
    if config["format"] != FORMAT:
        raise ValueError(f"format {config['format']}, this program reads {FORMAT}")
    rows, scale = weights["rows"].astype(np.int8, copy=False), weights["scale"]
    if rows.shape != (config["buckets"], config["dimension"]) or scale.shape != (config["buckets"],):
        raise ValueError(f"weights of shape {rows.shape} and {scale.shape} do not fit {CONFIG}")
    return NgramTable(Ngrams(config["buckets"], config["shortest"], config["longest"]), rows, scale)


def revision_of(folder: Path) -> str:
    """Return the SHA-256 of all that the vectors depend on: weights, configuration, and how texts are folded."""
    total = sha256((folder / WEIGHTS).read_bytes())
    total.update((folder / CONFIG).read_bytes())
    total.update(skeleton(PROBE).encode())
    return total.hexdigest()
