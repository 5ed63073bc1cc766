"""Run both retrievers over a generation: a question in, a score for every admitted unit out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from indexer.classifier import Opinions
from indexer.encode import Encoder
from indexer.generation import Generation
from indexer.units import Unit
from indexer.words import coverage
from kb.language.folding import skeleton
from kb.language.readings import readings
from kb.model import Language, Scope

Encode = Callable[[str], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class UnitScores:
    """What each retriever says of each unit, (n_units,) float32 each; 0 where not admitted or not retrieved.

    `dense` is a cosine, `lexical` is BM25 divided by the sum of the question's idf (0..1). `coverage` is the share of
    the question's words that an entry (or off-topic kind) is asked about with (0..1). `opinions` are the classifiers',
    on the likeliest repair if there is one: in a mistyped text they would see no word. `at_home` tells which owners
    have a text in the asker's language, by their place in `Generation.owner_names`. `readings` are the texts that were
    searched for: the question, then repairs of wrong keyboard layouts and the like.
    """

    readings: tuple[str, ...]
    dense: NDArray[np.float32]
    lexical: NDArray[np.float32]
    coverage: Mapping[str, float] = field(default_factory=dict)
    opinions: Opinions = field(default_factory=lambda: Opinions(np.zeros(0, np.float32), np.zeros(0, np.float32)))
    at_home: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, np.bool_))


def score_units(
    text: str,
    language: Language,
    generation: Generation,
    encode: Encode,
    scope: Scope,
    n_units: int,
    without: Unit | None = None,
) -> UnitScores:
    """Retrieve with every reading of `text`; each unit keeps its best score. The scope filters before the search.

    `language`: what the question is written in. `without`: a unit to leave out as if it were not indexed, its copies in
    other versions too; a text of the corpus would otherwise find itself.
    """
    admitted = generation.admitted(scope)
    if without is not None:
        admitted = admitted & (generation.skeletons != skeleton(without.text))
    texts = _readings(text, generation, encode)
    dense = np.zeros(len(generation.units), dtype=np.float32)
    lexical = np.zeros(len(generation.units), dtype=np.float32)
    covered: dict[str, float] = {}
    likeliest = generation.handbook.gazetteer.masked(texts[min(1, len(texts) - 1)])
    opinions = generation.classifier.opinions(likeliest)
    for reading in texts:
        rows, cosines = generation.store.search(encode(reading), n_units, admitted)
        dense[rows] = np.maximum(dense[rows], cosines)
        lexical = np.maximum(lexical, generation.lexical.scores(reading, admitted))
        for owner, share in _coverage(reading, generation, encode, scope, without).items():
            covered[owner] = max(share, covered.get(owner, 0.0))
    at_home = np.zeros(len(generation.owner_names), dtype=np.bool_)
    at_home[generation.owner_codes[admitted & (generation.languages == language)]] = True
    return UnitScores(texts, dense, lexical, covered, opinions, at_home)


def _readings(text: str, generation: Generation, encode: Encode) -> tuple[str, ...]:
    """Return `text` and what may have been meant: another keyboard or, failing that, a word with one slip less."""
    meant = readings(text)
    if len(meant) > 1:
        return meant
    typed = text.split()
    plain = [skeleton(word) for word in typed]
    known = [generation.words.respelled(word, encode) for word in plain]
    if known == plain:
        return meant
    return text, " ".join(word if k == p else k for word, p, k in zip(typed, plain, known, strict=True))


def _coverage(
    text: str, generation: Generation, encode: Encode, scope: Scope, without: Unit | None
) -> dict[str, float]:
    """Return the share of `text` that each admitted owner knows by its wordings."""
    words = skeleton(text).split()
    columns, owners = generation.word_columns(scope)
    if not words or not len(columns):
        return {}
    index = generation.words if without is None else generation.words.without(without)
    known = index.knows(words, lambda new: np.stack([encode(word) for word in new]))[:, columns]
    names, starts = np.unique(owners, return_index=True)
    shares = coverage(np.maximum.reduceat(known, starts, axis=1))
    return dict(zip((str(name) for name in names), shares.tolist(), strict=True))


def query_encoder(encoder: Encoder) -> Encode:
    """Return a function from one question to its vector, (dimension,)."""
    return lambda text: encoder.encode_queries([text])[0]
