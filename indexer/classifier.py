"""Two more opinions on what a question is about, by linear classifiers over words, word pairs and n-grams.

The retrievers ask which text is nearest; these ask which words tell the entries apart, over all their wordings at once.
One draws a border around each entry, the other lets the entries compete: they err on different questions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file
from scipy.sparse import csr_matrix

from indexer import softmax
from indexer.units import Facet, Unit
from indexer.views import Hashed, Vocabulary
from kb.handbook import EMERGENCY
from kb.language.folding import skeleton

OFF_TOPIC = "-"  # all kinds of off-topic question are one class: the retrievers tell them apart
NEVER = -1.0  # margin of an owner that the classifier does not know: as far off as a support vector
UNLIKELY = -12.0  # the least log-likelihood, that of unknown owners too
PENALTY, TOLERANCE = 0.3, 0.1  # of LinearSVC; a tolerance of 0.01 took longer for the same (2026-11-22)
_OWNERS, _WEIGHTS = "owners.json", "classifier.safetensors"
_LINEAR, _PARTS = ("border", "choice"), ("weights", "scale", "bias")
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights (n_features, n_owners) int8, times `scale`, (n_owners,), plus `bias`, (n_owners,)."""

    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats

    @staticmethod
    def rounded(weights: Floats, bias: Floats) -> Linear:
        """Round each owner's weights to 255 steps."""
        scale = np.maximum(np.abs(weights).max(axis=0, initial=0), 1e-9).astype(np.float32) / 127
        return Linear(np.ascontiguousarray(np.rint(weights / scale).astype(np.int8)), scale, bias.astype(np.float32))

    def scores(self, row: csr_matrix) -> Floats:
        """Return the scores of one row of features, (n_owners,)."""
        scores: Floats = row.data @ self.weights[row.indices].astype(np.float32) * self.scale + self.bias
        return scores


@dataclass(frozen=True, slots=True)
class Opinions:
    """`margins` and `likelihoods` by the classifier's owners, both (n_owners,).

    Above a margin of 0 a text looks like one of the owner's wordings. Likelihoods are natural logarithms; those of
    all owners add up to 1.
    """

    margins: Floats
    likelihoods: Floats


@dataclass(frozen=True)
class EntryClassifier:
    """One-vs-rest linear support vector machine and multinomial logistic regression over the same features.

    `owners`: entries, OFF_TOPIC and the kind of danger, (n_owners,). Features are those of `vocabulary`.
    """

    owners: tuple[str, ...]
    vocabulary: Vocabulary
    border: Linear
    choice: Linear

    @staticmethod
    def train(units: Sequence[Unit], owners: Sequence[str], mask: Callable[[str], str] = str) -> EntryClassifier:
        """Learn from the wordings and off-topic examples among `units`; `owners[i]` is what unit i leads to.

        Texts are seen through `mask`, which those given to `scores` must have gone through as well.
        """
        asked = {
            (skeleton(mask(unit.text)), class_of(unit, owner)): None
            for unit, owner in zip(units, owners, strict=True)
            if unit.facet in (Facet.WORDING, Facet.OFF_TOPIC)
        }
        texts = Hashed.of(text for text, _ in asked)
        vocabulary = Vocabulary.of(texts)
        classes = [name for _, name in asked]
        names = tuple(sorted(set(classes)))
        if len(names) < 2 or not len(vocabulary.ids):
            shape = len(vocabulary.ids), len(names)
            nothing = Linear.rounded(np.zeros(shape, np.float32), np.zeros(len(names), np.float32))
            return EntryClassifier(names, vocabulary, nothing, nothing)
        rows, numbers = vocabulary.rows(texts), np.searchsorted(names, classes)
        with ThreadPoolExecutor(1) as beside:  # scikit-learn lets other threads work
            border = beside.submit(_support_vectors, rows, numbers)
            choice = softmax.learn(rows, numbers, len(names))
        return EntryClassifier(names, vocabulary, Linear.rounded(*border.result()), Linear.rounded(*choice))

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: n for n, name in enumerate(self.owners)}

    def opinions(self, text: str) -> Opinions:
        """Return what both classifiers say of `text`."""
        row = self.vocabulary.rows(Hashed.of([skeleton(text)]))
        scores = self.choice.scores(row)
        likelihoods = scores - np.logaddexp.reduce(scores)
        return Opinions(np.maximum(self.border.scores(row), NEVER), np.maximum(likelihoods, UNLIKELY))

    def pick(self, opinions: Opinions, owners: Sequence[str], is_off_topic: Sequence[bool]) -> tuple[Floats, Floats]:
        """Choose margins and likelihoods of `owners`, each (n,); unknown ones get NEVER and UNLIKELY."""
        names = (o if o in self._places or not off else OFF_TOPIC for o, off in zip(owners, is_off_topic, strict=True))
        places = np.array([self._places.get(name, -1) for name in names], dtype=np.int64)
        margins = np.append(opinions.margins, np.float32(NEVER))[places]
        return margins, np.append(opinions.likelihoods, np.float32(UNLIKELY))[places]

    def save(self, folder: Path) -> None:
        """Write two files into a new folder."""
        folder.mkdir(parents=True)
        (folder / _OWNERS).write_text(json.dumps(self.owners), encoding="utf-8")
        parts = {"ids": self.vocabulary.ids, "idf": self.vocabulary.idf}
        for name in _LINEAR:
            linear: Linear = getattr(self, name)
            parts |= {f"{name}.{part}": getattr(linear, part) for part in _PARTS}
        save_file({name: np.ascontiguousarray(part) for name, part in parts.items()}, folder / _WEIGHTS)

    @staticmethod
    def open(folder: Path) -> EntryClassifier:
        """Read what `save` wrote."""
        owners = tuple(json.loads((folder / _OWNERS).read_text(encoding="utf-8")))
        parts = load_file(folder / _WEIGHTS)
        linear = {name: Linear(**{part: parts[f"{name}.{part}"] for part in _PARTS}) for name in _LINEAR}
        return EntryClassifier(owners, Vocabulary(parts["ids"], parts["idf"]), **linear)


def class_of(unit: Unit, owner: str) -> str:
    """Return what a unit is an example of."""
    return OFF_TOPIC if unit.facet is Facet.OFF_TOPIC and owner != EMERGENCY else owner


def _support_vectors(rows: csr_matrix, classes: NDArray[np.int64]) -> tuple[Floats, Floats]:
    from sklearn.svm import LinearSVC  # late: a second to import, and only a build learns

    model = LinearSVC(C=PENALTY, tol=TOLERANCE, random_state=0).fit(rows, classes)
    weights, bias = model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32)
    if weights.shape[1] == 1:  # of two owners scikit-learn keeps one
        weights, bias = np.concatenate([-weights, weights], axis=1), np.concatenate([-bias, bias])
    return weights, bias
