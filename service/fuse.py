"""From unit scores to candidates: each entry (or off-topic kind) with features that can be explained."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.classifier import UNLIKELY
from indexer.generation import Generation
from indexer.units import Facet
from kb.handbook import EMERGENCY
from kb.model import Kind
from service.search import UnitScores

FEATURES = (
    "dense_wording",  # cosine with the nearest wording
    "dense_wording_3",  # mean cosine of the three nearest wordings: one lucky wording is not enough
    "dense_passage",  # cosine with the nearest passage
    "lexical_wording",  # BM25 of the best wording, as a share of the question's idf
    "lexical_passage",  # the same for passages
    "dense_document",  # cosine with the whole document, wordings included
    "lexical_document",  # the same for the whole document: terms may stand far apart
    "dense_title",  # cosine with the title or the entry's own question
    "lexical_title",  # the same for BM25: what an entry is about outweighs what it mentions
    "agreement",  # dense_wording x lexical_wording: both retrievers see the same
    "coverage",  # share of the question's words that the entry is asked about with: what is left over is another matter
    "regression",  # logarithm of the entry's share by the multinomial regression over words, word pairs and n-grams
    "network",  # the same by the neural network, to which words count together
    "elsewhere",  # the question names another country alone, and the entry is hardly ever asked about with one
    "foreign",  # the entry has no text in the asker's language: BM25 can hardly see it, the classifiers are not asked
    "foreign_dense",  # dense_wording of such entries
    "is_leaflet",
    "is_announcement",
    "is_off_topic",
    "off_topic_dense",  # dense_wording of off-topic kinds: their examples are short and alike
    "is_emergency",
)


OFTEN_ABROAD = 0.1  # share of wordings with another country from which an entry is at home with such questions


@dataclass(frozen=True, slots=True)
class Candidates:
    """`owners`: entry or off-topic ids, (n,). `features`: (n, len(FEATURES)) float32, columns as FEATURES."""

    owners: tuple[str, ...]
    is_off_topic: NDArray[np.bool_]
    features: NDArray[np.float32]


def fuse(scores: UnitScores, generation: Generation) -> Candidates:
    """Group retrieved units by the entry they lead to. Entries that no retriever found are no candidates."""
    found = np.flatnonzero((scores.dense > 0) | (scores.lexical > 0))
    codes, inverse = np.unique(generation.owner_codes[found], return_inverse=True)
    owners = generation.owner_names[codes]
    facets = generation.facets[found]
    dense, lexical = scores.dense[found], scores.lexical[found]
    n = len(owners)
    is_wording = (facets == Facet.WORDING) | (facets == Facet.OFF_TOPIC)

    def best(values: NDArray[np.float32], where: NDArray[np.bool_]) -> NDArray[np.float32]:
        return _best(np.where(where, values, 0), inverse, n)

    wording_best, wording_lexical = best(dense, is_wording), best(lexical, is_wording)
    leaflet, announcement, off_topic, emergency = _flags(owners, generation)
    foreign = (~scores.at_home[codes] & (off_topic == 0)).astype(np.float32)
    regression, network = generation.classifier.pick(scores.opinions, owners.tolist(), (off_topic > 0).tolist())
    columns = (
        wording_best,
        _mean_of_best(np.where(is_wording, dense, 0), inverse, n, 3),
        best(dense, facets == Facet.PASSAGE),
        wording_lexical,
        best(lexical, facets == Facet.PASSAGE),
        best(dense, facets == Facet.DOCUMENT),
        best(lexical, facets == Facet.DOCUMENT),
        best(dense, generation.is_title[found]),
        best(lexical, generation.is_title[found]),
        wording_best * wording_lexical,
        np.array([scores.coverage.get(str(owner), 0.0) for owner in owners], dtype=np.float32),
        np.where(foreign, UNLIKELY, regression),
        np.where(foreign, UNLIKELY, network),
        _elsewhere(scores, owners, generation),
        foreign,
        foreign * wording_best,
        leaflet,
        announcement,
        off_topic,
        off_topic * wording_best,
        emergency,
    )
    features = np.stack(columns, axis=1).astype(np.float32) if n else np.zeros((0, len(FEATURES)), np.float32)
    names = tuple(str(owner) for owner in owners)
    return Candidates(names, np.array([name not in generation.base.entries for name in names], np.bool_), features)


def _elsewhere(scores: UnitScores, owners: NDArray[np.str_], generation: Generation) -> NDArray[np.float32]:
    """Return 0 for every owner unless the question names another country; then 1 for those never asked with one."""
    if not any(generation.handbook.gazetteer.is_abroad(reading) for reading in scores.readings):
        return np.zeros(len(owners), np.float32)
    shares = np.array([generation.abroad.get(str(owner), 0.0) for owner in owners], np.float32)
    return np.asarray(1 - np.minimum(shares / OFTEN_ABROAD, 1), np.float32)


def _best(values: NDArray[np.float32], groups: NDArray[np.int64], n: int) -> NDArray[np.float32]:
    best = np.zeros(n, dtype=np.float32)
    np.maximum.at(best, groups, values)
    return best


def _mean_of_best(values: NDArray[np.float32], groups: NDArray[np.int64], n: int, k: int) -> NDArray[np.float32]:
    order = np.lexsort((-values, groups))
    starts = np.searchsorted(groups[order], np.arange(n))
    rank = np.arange(len(values)) - starts[groups[order]]
    total = np.zeros(n, dtype=np.float32)
    np.add.at(total, groups[order][rank < k], values[order][rank < k])
    return (total / k).astype(np.float32)


def _flags(owners: NDArray[np.str_], generation: Generation) -> tuple[NDArray[np.float32], ...]:
    entries = generation.base.entries
    kinds = [str(entries[name].kind) if name in entries else EMERGENCY if name == EMERGENCY else "" for name in owners]
    wanted = (Kind.LEAFLET, Kind.ANNOUNCEMENT, "", EMERGENCY)
    return tuple(np.array([kind == one for kind in kinds], dtype=np.float32) for one in wanted)
