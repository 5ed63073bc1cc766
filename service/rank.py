"""Turn linear scores into probabilities that a candidate, or none, is meant: first whether any entry is, then which."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.fuse import FEATURES, Candidates
from service.tuning import Calibration, Tuning

TINY = 1e-9  # keeps logarithms finite


@dataclass(frozen=True, slots=True)
class Ranked:
    """Candidates, best first. `probabilities` (n,) and `nothing` add up to 1."""

    owners: tuple[str, ...]
    is_off_topic: NDArray[np.bool_]
    features: NDArray[np.float32]
    probabilities: NDArray[np.float64]
    nothing: float

    def probability(self, owner: str) -> float:
        """Return the probability of one candidate, 0 when it is none."""
        return float(self.probabilities[self.owners.index(owner)]) if owner in self.owners else 0.0

    @property
    def entries(self) -> tuple[tuple[str, float], ...]:
        """The entries with their probabilities, best first, off-topic kinds left out."""
        rows = zip(self.owners, self.is_off_topic, self.probabilities, strict=True)
        return tuple((owner, float(p)) for owner, off_topic, p in rows if not off_topic)

    @property
    def answerable(self) -> float:
        """The probability that any entry at all is meant."""
        return float(self.probabilities[~self.is_off_topic].sum())

    def confidence(self, calibration: Calibration) -> float:
        """Return the calibrated chance that the first entry answers the question; 0 when there is none.

        An entry may share its probability with one that says the same, so the raw probability is too humble.
        """
        if not self.entries:
            return 0.0
        return float(1 / (1 + np.exp(-(calibration.bias + np.dot(calibration.weights, self.signs)))))

    @property
    def signs(self) -> tuple[float, float]:
        """What calibration looks at: the logarithms of the first probability, and of the second as a share of it."""
        first, second = ([p for _, p in self.entries] + [0.0, 0.0])[:2]
        return float(np.log(first + TINY)), float(np.log((second + TINY) / (first + TINY)))


def rank(candidates: Candidates, tuning: Tuning) -> Ranked:
    """Apply the learned weights; ties are broken by name, so the order is always the same.

    The probability that any entry is meant is shared out among the entries by weights of their own.
    """
    features, entries = candidates.features.astype(np.float64), np.flatnonzero(~candidates.is_off_topic)
    probabilities = _softmax(np.append(features @ _vector(tuning.weights), tuning.nothing))
    if len(entries):
        shares = _softmax(features[entries] @ _vector(tuning.order))
        probabilities[entries] = probabilities[entries].sum() * shares
    order = sorted(range(len(candidates.owners)), key=lambda n: (-probabilities[n], candidates.owners[n]))
    return Ranked(
        owners=tuple(candidates.owners[n] for n in order),
        is_off_topic=candidates.is_off_topic[order] if order else candidates.is_off_topic,
        features=candidates.features[order] if order else candidates.features,
        probabilities=probabilities[:-1][order] if order else np.zeros(0),
        nothing=float(probabilities[-1]),
    )


def _vector(weights: Mapping[str, float]) -> NDArray[np.float64]:
    return np.array([weights[name] for name in FEATURES])


def _softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum())
