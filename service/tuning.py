"""The numbers of ranking and deciding, read from tuning.json, which `anyq train --ranker` writes with its origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

TUNING_FILE = Path(__file__).with_name("tuning.json")


@dataclass(frozen=True, slots=True)
class Calibration:
    """Logistic regression from `Ranked.signs` to the chance that the first entry is right."""

    bias: float
    weights: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tuning:
    """`weights`: feature -> weight, by which entries stand against off-topic kinds, danger and `nothing`, the score of
    "none of them": is there an answer at all? `order`: feature -> weight, by which entries stand against each other.

    `answer`: least probability of all entries together to answer at all. `calibration`: see there. `alone`: least
    confidence with which one entry is answered alone; below it the asker chooses. `clarify`: an entry is offered when
    its probability is at least this share of the first one's. `emergency`: least probability of danger that sends to
    103. `origin` says what data, when, which run.
    """

    origin: str
    weights: Mapping[str, float]
    nothing: float
    order: Mapping[str, float]
    answer: float
    calibration: Calibration
    alone: float = 0.9
    clarify: float = 0.06
    emergency: float = 0.45
    n_units: int = 400
    soon_days: int = 60
    longest_text: int = 2600


@cache
def load_tuning(path: Path = TUNING_FILE) -> Tuning:
    """Read the numbers."""
    return TypeAdapter(Tuning).validate_json(path.read_bytes())
