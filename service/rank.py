"""Order candidates by a linear score and turn scores into probabilities that one of them, or none, is meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.fuse import FEATURES, Candidates
from service.tuning import Tuning


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


def rank(candidates: Candidates, tuning: Tuning) -> Ranked:
    """Apply the learned weights; ties are broken by name, so the order is always the same."""
    weights = np.array([tuning.weights[name] for name in FEATURES])
    logits = np.append(candidates.features.astype(np.float64) @ weights, tuning.nothing) / tuning.temperature
    odds = np.exp(logits - logits.max())
    probabilities = odds / odds.sum()
    order = sorted(range(len(candidates.owners)), key=lambda n: (-probabilities[n], candidates.owners[n]))
    return Ranked(
        owners=tuple(candidates.owners[n] for n in order),
        is_off_topic=candidates.is_off_topic[order] if order else candidates.is_off_topic,
        features=candidates.features[order] if order else candidates.features,
        probabilities=probabilities[:-1][order] if order else np.zeros(0),
        nothing=float(probabilities[-1]),
    )
