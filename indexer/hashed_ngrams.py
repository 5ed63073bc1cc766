"""The shipped encoder as a sentence-transformers module.

`SentenceTransformer("indexer/model", trust_remote_code=True)` finds it through `modules.json`: since version 6 the
library asks for that word before it imports any class that is not its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from sentence_transformers.base.modules import InputModule
from torch import Tensor
from torch.nn import functional as F

from indexer.ngram_table import CONFIG, NgramTable


class HashedNgrams(InputModule):  # type: ignore[misc]
    """Words and character n-grams -> buckets -> mean of their vectors -> unit vector."""

    config_file_name = CONFIG

    def __init__(self, table: NgramTable) -> None:
        super().__init__()
        self.table = table
        self.register_buffer("rows", torch.from_numpy(table.rows))
        self.register_buffer("scale", torch.from_numpy(table.scale))

    def preprocess(self, inputs: Sequence[str], prompt: str | None = None, **kwargs: object) -> dict[str, Tensor]:
        """Return `input_ids` (n_features,) and `offsets` (n,), where each text begins."""
        bags = self.table.ngrams.of_all([f"{prompt or ''}{text}" for text in inputs])
        return {"input_ids": torch.from_numpy(bags.ids).long(), "offsets": torch.from_numpy(bags.offsets)}

    def tokenize(self, texts: list[str], **kwargs: object) -> dict[str, Tensor]:
        """Do the same as `preprocess`, under the library's older name."""
        return self.preprocess(texts)

    def forward(self, features: dict[str, Tensor], **kwargs: object) -> dict[str, Tensor]:
        """Add `sentence_embedding` (n, dimension): unit rows, zeros for a text without features."""
        ids = features["input_ids"]
        rows = self.rows[ids].float() * self.scale[ids].unsqueeze(1)
        local = torch.arange(len(ids), device=ids.device)
        total = F.embedding_bag(local, rows, features["offsets"], mode="sum")
        features["sentence_embedding"] = F.normalize(total, dim=1)
        return features

    def get_embedding_dimension(self) -> int:
        return self.table.dimension

    @property
    def max_seq_length(self) -> float:
        return float("inf")

    def save(self, output_path: str, *args: object, safe_serialization: bool = True, **kwargs: object) -> None:
        """Write the weights (always safetensors) and the configuration."""
        self.table.save(Path(output_path))

    @classmethod
    def load(cls, model_name_or_path: str, subfolder: str = "", **kwargs: object) -> HashedNgrams:
        """Read what `save` wrote. Raises ModelFolderError."""
        return cls(NgramTable.load(Path(model_name_or_path) / subfolder))
