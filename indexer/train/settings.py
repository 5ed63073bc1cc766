"""What a training run is told, and what it reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.train.measure import Figure
from indexer.train.pairs import DataError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """Where the texts are, where the encoder goes, and how it learns. The defaults are the shipped encoder's.

    `epochs` go over the parallel text and the support answers; `rounds` then go over the corpus, its glossary and its
    `train` questions, with `repeat` batches of the former between them so that the languages are not forgotten.
    `keep` is the share of features seen at a time; `noise` the share of texts spoilt. `threads` bounds numpy's.
    """

    data_dir: Path = ROOT.parent / "shared" / "data"
    corpus_dir: Path = ROOT / "corpus"
    out_dir: Path = ROOT / "indexer" / "model"
    epochs: int = 3
    rounds: int = 14
    dimension: int = 128
    buckets: int = 200_000
    batch: int = 512
    temperature: float = 0.05
    rate: float = 0.003
    domain_rate: float = 0.006
    noise: float = 0.3
    domain_noise: float = 0.4
    keep: float = 0.5
    repeat: int = 10
    held_out: int = 2000
    seed: int = 20261122
    threads: int = 1

    def check(self) -> None:
        """Raise DataError naming every setting that cannot work."""
        counts = ("rounds", "dimension", "buckets", "batch", "temperature", "rate", "domain_rate", "keep", "threads")
        wrong = [f"{name} must be above zero" for name in counts if getattr(self, name) <= 0]
        wrong += [f"{name} must be at most 1" for name in ("noise", "domain_noise", "keep") if getattr(self, name) > 1]
        if wrong:
            raise DataError(f"these settings cannot train an encoder: {'; '.join(wrong)}")


@dataclass(frozen=True, slots=True)
class Report:
    """What came out: losses (nats) of each epoch and round, figures on texts kept away, counts of what was read."""

    settings: TrainSettings
    counts: dict[str, int]
    losses: tuple[float, ...]
    figures: tuple[Figure, ...]
    seconds: float
