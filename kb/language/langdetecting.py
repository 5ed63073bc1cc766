"""langdetect with our own profiles, made deterministic and loaded at first use."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final, Protocol, cast

from kb.language.folding import plain
from kb.language.ngrams import LABELS

# langdetect draws n-grams by chance several times and averages; 3 of its 7 draws cost half and tell the same.
_TRIALS: Final = 3
PROFILES: Final = Path(__file__).parent / "profiles"


class _Guess(Protocol):
    lang: str
    prob: float


class _Detector(Protocol):
    n_trial: int

    def append(self, text: str) -> None: ...

    def get_probabilities(self) -> list[_Guess]: ...


class _Factory(Protocol):
    seed: int

    def load_json_profile(self, profiles: list[str]) -> None: ...

    def create(self) -> _Detector: ...


def langdetect_probabilities(text: str) -> dict[str, float]:
    """Return langdetect's probability of each label; all 0 where it finds no letters it knows."""
    from langdetect import LangDetectException

    detector = _factory().create()
    detector.n_trial = _TRIALS
    detector.append(plain(text))
    found = dict.fromkeys(LABELS, 0.0)
    try:
        return found | {guess.lang: guess.prob for guess in detector.get_probabilities()}
    except LangDetectException:
        return found


@cache
def _factory() -> _Factory:
    from langdetect.detector_factory import DetectorFactory

    factory = cast(_Factory, DetectorFactory())
    factory.seed = 0
    factory.load_json_profile([(PROFILES / f"{label}.json").read_text(encoding="utf-8") for label in LABELS])
    return factory
