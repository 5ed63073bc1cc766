"""A small linear classifier on the character n-grams and words of a text, and the file it lives in."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kb.language.folding import plain

LABELS: Final = ("kk", "kk-Latn", "ru", "ru-Latn", "en")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]*)*")
_LONGEST: Final = 4
# Weights are written as one printable character each: 89 levels, 0 in the middle.
_LEVELS: Final = "".join(chr(c) for c in range(33, 127) if chr(c) not in '"\\<>&')
_ZERO: Final = len(_LEVELS) // 2


def grams(text: str) -> dict[str, float]:
    """Count what the classifier looks at: n-grams of 1 to 4 letters in `<word>`, and the words; scaled by length.

    A text without letters gives an empty mapping.
    """
    counts = Counter(gram for word in _WORD.findall(plain(text)) for gram in _of_word(f"<{word}>"))
    scale = 1 / math.sqrt(sum(counts.values()) or 1)
    return {gram: count * scale for gram, count in counts.items()}


def _of_word(word: str) -> list[str]:
    """List the n-grams of one word in angle brackets; `=word` is the whole."""
    spans = [word[i : i + n] for n in range(1, _LONGEST + 1) for i in range(len(word) - n + 1)]
    return ["=" + word, *(span for span in spans if span not in "<>")]


@dataclass(frozen=True, slots=True)
class NgramModel:
    """Weights of n-grams for each of `LABELS`. `score` is additive; `probabilities` is its softmax."""

    weights: Mapping[str, tuple[float, ...]]
    bias: tuple[float, ...]

    def probabilities(self, text: str) -> dict[str, float]:
        """Return the probability of each label; they sum to 1. A text without known letters is uniform."""
        found = {gram: value for gram, value in grams(text).items() if gram in self.weights}
        if not found:
            return dict.fromkeys(LABELS, 1 / len(LABELS))
        scores = list(self.bias)
        for gram, value in found.items():
            for i, weight in enumerate(self.weights[gram]):
                scores[i] += value * weight
        return dict(zip(LABELS, softmax(scores), strict=True))

    def save(self, path: Path) -> None:
        """Write the model as JSON: each n-gram with one character of weight for each label."""
        step = max(abs(w) for row in self.weights.values() for w in row) / _ZERO
        rows = {g: "".join(_LEVELS[_ZERO + round(w / step)] for w in row) for g, row in sorted(self.weights.items())}
        model = {"labels": LABELS, "bias": [round(b, 4) for b in self.bias], "step": round(step, 6), "weights": rows}
        path.write_text(json.dumps(model, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

    @classmethod
    def open(cls, path: Path) -> NgramModel:
        """Read a model that `save` wrote. Raises ValueError when its labels are not ours."""
        model = json.loads(path.read_text(encoding="utf-8"))
        if tuple(model["labels"]) != LABELS:
            raise ValueError(f"{path}: labels {model['labels']}, expected {list(LABELS)}; run train_profiles again")
        value = {level: (i - _ZERO) * model["step"] for i, level in enumerate(_LEVELS)}
        return cls({g: tuple(value[c] for c in row) for g, row in model["weights"].items()}, tuple(model["bias"]))


def softmax(scores: Sequence[float]) -> list[float]:
    """Turn scores into probabilities that sum to 1."""
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    return [power / sum(powers) for power in powers]
