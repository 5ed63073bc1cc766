"""Two more opinions on what a question is about, by classifiers over words, word pairs and n-grams.

The retrievers ask which text is nearest; these ask which words tell the entries apart, over all their wordings at once.
To one each word counts by itself, to the other words count together: they err on different questions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from indexer import network, softmax
from indexer.units import Facet, Unit
from indexer.views import Hashed, Vocabulary
from kb.handbook import EMERGENCY
from kb.language.folding import skeleton

OFF_TOPIC = "-"  # all kinds of off-topic question are one class: the retrievers tell them apart
UNLIKELY = -12.0  # the least log-likelihood, that of unknown owners too
_OWNERS, _WEIGHTS = "owners.json", "classifier.safetensors"
_LAYERS, _PARTS = ("regression", "hidden", "output"), ("weights", "scale", "bias")
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Layer:
    """Weights (n_in, n_out) int8, times `scale`, (n_out,), plus `bias`, (n_out,)."""

    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats

    @staticmethod
    def rounded(weights: Floats, bias: Floats) -> Layer:
        """Round the weights of each output to 255 steps."""
        scale = np.maximum(np.abs(weights).max(axis=0, initial=0), 1e-9).astype(np.float32) / 127
        return Layer(np.ascontiguousarray(np.rint(weights / scale).astype(np.int8)), scale, bias.astype(np.float32))

    def scores(self, places: NDArray[np.integer], values: Floats) -> Floats:
        """Return the outputs, (n_out,), where the inputs at `places` have `values`, (n,), and all others are 0."""
        scores: Floats = values @ self.weights[places].astype(np.float32) * self.scale + self.bias
        return scores


@dataclass(frozen=True, slots=True)
class Opinions:
    """Natural logarithms of each owner's share by the classifier's owners, both (n_owners,); shares add up to 1."""

    regression: Floats
    network: Floats


@dataclass(frozen=True)
class EntryClassifier:
    """Multinomial regression, and a neural network with one hidden layer, over the features of `vocabulary`.

    `owners`: entries, OFF_TOPIC and the kind of danger, (n_owners,).
    """

    owners: tuple[str, ...]
    vocabulary: Vocabulary
    regression: Layer
    hidden: Layer
    output: Layer

    @staticmethod
    def train(units: Sequence[Unit], owners: Sequence[str], mask: Callable[[str], str] = str) -> EntryClassifier:
        """Learn from the wordings and off-topic examples among `units`; `owners[i]` is what unit i leads to.

        Texts are seen through `mask`, which those given to `opinions` must have gone through as well.
        """
        asked = {
            (skeleton(mask(unit.text)), class_of(unit, owner)): None
            for unit, owner in zip(units, owners, strict=True)
            if unit.facet in (Facet.WORDING, Facet.OFF_TOPIC)
        }
        texts = Hashed.of(text for text, _ in asked)
        vocabulary = Vocabulary.of(texts)
        names = tuple(sorted({name for _, name in asked}))
        rows, classes = vocabulary.rows(texts), np.searchsorted(names, [name for _, name in asked])
        with threadpool_limits(1):  # products are small: a second thread would only wait, and take it from others
            layers = softmax.learn(rows, classes, len(names)), *network.learn(rows, classes, len(names))
        return EntryClassifier(names, vocabulary, *(Layer.rounded(*layer) for layer in layers))

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {name: n for n, name in enumerate(self.owners)}

    def opinions(self, text: str) -> Opinions:
        """Return what both classifiers say of `text`."""
        row = self.vocabulary.rows(Hashed.of([skeleton(text)]))
        units = self.hidden.scores(row.indices, row.data)
        active = np.flatnonzero(units > 0)
        by_word, together = self.regression.scores(row.indices, row.data), self.output.scores(active, units[active])
        return Opinions(*(np.maximum(s - np.logaddexp.reduce(s), UNLIKELY) for s in (by_word, together)))

    def pick(self, opinions: Opinions, owners: Sequence[str], is_off_topic: Sequence[bool]) -> tuple[Floats, Floats]:
        """Choose what regression and network say of `owners`, each (n,); unknown ones get UNLIKELY."""
        names = (o if o in self._places or not off else OFF_TOPIC for o, off in zip(owners, is_off_topic, strict=True))
        places = np.array([self._places.get(name, -1) for name in names], dtype=np.int64)
        by_word, together = (np.append(x, np.float32(UNLIKELY)) for x in (opinions.regression, opinions.network))
        return by_word[places], together[places]

    def save(self, folder: Path) -> None:
        """Write two files into a new folder."""
        folder.mkdir(parents=True)
        (folder / _OWNERS).write_text(json.dumps(self.owners), encoding="utf-8")
        parts = {"ids": self.vocabulary.ids, "idf": self.vocabulary.idf}
        for name in _LAYERS:
            layer: Layer = getattr(self, name)
            parts |= {f"{name}.{part}": getattr(layer, part) for part in _PARTS}
        weights = save({name: np.ascontiguousarray(part) for name, part in parts.items()})
        (folder / _WEIGHTS).write_bytes(weights)  # `save_file` would let only its owner read it

    @staticmethod
    def open(folder: Path) -> EntryClassifier:
        """Read what `save` wrote."""
        owners = tuple(json.loads((folder / _OWNERS).read_text(encoding="utf-8")))
        parts = load_file(folder / _WEIGHTS)
        layers = {name: Layer(**{part: parts[f"{name}.{part}"] for part in _PARTS}) for name in _LAYERS}
        return EntryClassifier(owners, Vocabulary(parts["ids"], parts["idf"]), **layers)


def class_of(unit: Unit, owner: str) -> str:
    """Return what a unit is an example of."""
    return OFF_TOPIC if unit.facet is Facet.OFF_TOPIC and owner != EMERGENCY else owner
