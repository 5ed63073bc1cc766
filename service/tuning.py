"""The numbers of ranking and deciding, read from tuning.json, which `anyq train --ranker` writes with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

TUNING_FILE = Path(__file__).with_name("tuning.json")


@dataclass(frozen=True, slots=True)
class Tuning:
    """`weights`: feature -> weight of the linear ranker; `nothing`: the score of "none of them".

    `temperature` calibrates probabilities. `answer`: least probability to answer. `clarify`: the second entry is
    offered when its probability is at least this share of the first one's. `emergency`: least probability of danger
    that sends to 103. `origin` says what data, when, which run.
    """

    origin: str
    weights: Mapping[str, float]
    nothing: float
    temperature: float
    answer: float
    clarify: float
    emergency: float = 0.45
    n_units: int = 400
    soon_days: int = 60
    longest_text: int = 2600


@cache
def load_tuning(path: Path = TUNING_FILE) -> Tuning:
    """Read the numbers."""
    return TypeAdapter(Tuning).validate_json(path.read_bytes())
