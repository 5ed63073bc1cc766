"""Run both retrievers over a generation: a question in, a score for every admitted unit out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.encode import Encoder
from indexer.generation import Generation
from kb.language.readings import readings
from kb.model import Scope


@dataclass(frozen=True, slots=True)
class UnitScores:
    """What each retriever says of each unit, (n_units,) float32 each; 0 where not admitted or not retrieved.

    `dense` is a cosine, `lexical` is BM25 divided by the sum of the question's idf (0..1). `readings` are the texts
    that were searched for: the question, then repairs of wrong keyboard layouts and the like.
    """

    readings: tuple[str, ...]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]


def score_units(
    text: str,
    generation: Generation,
    encode: Callable[[str], NDArray[np.float32]],
    scope: Scope,
    n_units: int,
) -> UnitScores:
    """Retrieve with every reading of `text`; each unit keeps its best score. The scope filters before the search."""
    admitted = generation.admitted(scope)
    texts = readings(text)
    dense = np.zeros(len(generation.units), dtype=np.float32)
    lexical = np.zeros(len(generation.units), dtype=np.float32)
    for reading in texts:
        rows, cosines = generation.store.search(encode(reading), n_units, admitted)
        dense[rows] = np.maximum(dense[rows], cosines)
        lexical = np.maximum(lexical, generation.lexical.scores(reading, admitted))
    return UnitScores(texts, dense, lexical)


def query_encoder(encoder: Encoder) -> Callable[[str], NDArray[np.float32]]:
    """Return a function from one question to its vector, (dimension,)."""
    return lambda text: encoder.encode_queries([text])[0]
