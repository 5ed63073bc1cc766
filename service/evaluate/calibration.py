"""Is a confidence of 0.8 right in 8 of 10? Expected calibration error over bins of equal mass, and a reliability plot.

Two confidences are looked at: the answer's own, of questions that were answered; and the ranker's probability of the
first entry, of all questions, whatever was then done with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.model import Outcome
from service.evaluate.asking import Result
from service.evaluate.systems import System

N_BINS = 10
ANSWERS, FIRSTS = "answers given", "first entries"
_SIZE, _EDGE = 320, 40  # of the plot and the space around it, in pixels
_COLOURS = {ANSWERS: "#0b63b0", FIRSTS: "#c2410c"}


@dataclass(frozen=True, slots=True)
class Bin:
    """`n` questions of like confidence: the mean of it, and the share that was right."""

    n: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bins from the least to the most confident, and the expected calibration error, weighted by bin size."""

    bins: tuple[Bin, ...]

    @property
    def n(self) -> int:
        return sum(b.n for b in self.bins)

    @property
    def error(self) -> float:
        return sum(b.n * abs(b.confidence - b.right) for b in self.bins) / self.n if self.bins else float("nan")


def reliability(confidences: Sequence[float], is_right: Sequence[bool], n_bins: int = N_BINS) -> Reliability:
    """Sort by confidence and cut into `n_bins` of equal size."""
    known: NDArray[np.float64] = np.array(confidences, dtype=np.float64)
    right = np.array(is_right, dtype=np.float64)
    parts = np.array_split(np.argsort(known, kind="stable"), n_bins)
    return Reliability(tuple(Bin(len(p), float(known[p].mean()), float(right[p].mean())) for p in parts if len(p)))


def calibration_of(results: Sequence[Result]) -> Mapping[str, Reliability]:
    """Measure both confidences. A question that should have been refused is never right."""
    answered = [r for r in results if r.reply is not None and r.reply.outcome is Outcome.ANSWERED]
    firsts = [(r.order(System.RANKED)[0], r.case.relevant) for r in results if r.order(System.RANKED)]
    return {
        ANSWERS: reliability([r.reply.confidence for r in answered if r.reply], [r.is_right for r in answered]),
        FIRSTS: reliability([p for (_, p), _ in firsts], [entry in relevant for (entry, _), relevant in firsts]),
    }


def svg_of(found: Mapping[str, Reliability]) -> str:
    """Draw the reliability plot: confidence to the right, share that was right upwards, the diagonal is perfect."""
    whole = _SIZE + 2 * _EDGE
    ticks = "".join(_tick(value / 5) for value in range(6))
    lines = "".join(_line(n, name, one) for n, (name, one) in enumerate(found.items()))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" width="{whole}" height="{whole}" '
        f'font-family="sans-serif" font-size="11"><rect width="{whole}" height="{whole}" fill="white"/>'
        f'<rect x="{_EDGE}" y="{_EDGE}" width="{_SIZE}" height="{_SIZE}" fill="none" stroke="#999"/>'
        f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#999" stroke-dasharray="4 4"/>{ticks}{lines}'
        f'<text x="{_x(0.5)}" y="{whole - 8}" text-anchor="middle">confidence</text>'
        f'<text transform="translate(12 {_y(0.5)}) rotate(-90)" text-anchor="middle">share that was right</text>'
        "</svg>\n"
    )


def _x(value: float) -> float:
    return round(_EDGE + _SIZE * value, 1)


def _y(value: float) -> float:
    return round(_EDGE + _SIZE * (1 - value), 1)


def _tick(value: float) -> str:
    below = f'<text x="{_x(value)}" y="{_y(0) + 14}" text-anchor="middle">{value:.1f}</text>'
    return below + f'<text x="{_x(0) - 5}" y="{_y(value) + 4}" text-anchor="end">{value:.1f}</text>'


def _line(n: int, name: str, found: Reliability) -> str:
    colour = _COLOURS.get(name, "black")
    path = "L".join(f"{_x(b.confidence)} {_y(b.right)}" for b in found.bins)
    dots = "".join(f'<circle cx="{_x(b.confidence)}" cy="{_y(b.right)}" r="3"/>' for b in found.bins)
    label = f"{name}: ECE {found.error:.3f}, n {found.n}"
    return (
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/><g fill="{colour}">{dots}'
        f'<text x="{_x(0) + 8}" y="{_EDGE + 18 + 16 * n}">{label}</text></g>'
    )
