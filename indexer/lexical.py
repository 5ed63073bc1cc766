"""The lexical half: BM25 over analyzed terms, one index for each language and facet. The only file that knows bm25s."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import bm25s
import numpy as np
from numpy.typing import NDArray

from indexer.units import Facet, Unit
from kb.language.analyze import analyze
from kb.model import Language
from kb.terms import Thesaurus

# Okapi defaults of the literature (Robertson & Zaragoza 2009); lengths of wordings vary little, so b is low there.
_K1 = {Facet.WORDING: 0.6, Facet.PASSAGE: 1.2, Facet.DOCUMENT: 1.2, Facet.OFF_TOPIC: 0.6}
_B = {Facet.WORDING: 0.3, Facet.PASSAGE: 0.6, Facet.DOCUMENT: 0.75, Facet.OFF_TOPIC: 0.3}


@dataclass(frozen=True, slots=True)
class _Part:
    """One language and facet: `rows` maps the part's own row numbers to unit numbers. `index` is None when empty."""

    rows: NDArray[np.int64]
    index: bm25s.BM25 | None


class LexicalIndex:
    """BM25 scores of every unit for a query, in unit order."""

    def __init__(self, parts: dict[tuple[Language, Facet], _Part], n_units: int, thesaurus: Thesaurus) -> None:
        self._parts = parts
        self._thesaurus = thesaurus
        self._n_units = n_units

    @staticmethod
    def build(units: Sequence[Unit], thesaurus: Thesaurus) -> LexicalIndex:
        """Analyze and index `units`, the concepts of their terms included."""
        parts = {}
        for language in Language:
            for facet in Facet:
                rows = [n for n, unit in enumerate(units) if unit.language is language and unit.facet is facet]
                terms = [thesaurus.expand(analyze(units[n].text, language), language) for n in rows]
                parts[language, facet] = _Part(np.array(rows, dtype=np.int64), _bm25(terms, facet))
        return LexicalIndex(parts, len(units), thesaurus)

    def scores(self, text: str, admitted: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Score every unit against `text`, analyzed in each unit's own language.

        `admitted`: (n_units,) booleans; the rest score 0. Returns (n_units,) float32: BM25 divided by the idf of all
        terms of `text`, unknown ones too, so that 1 would be a perfect match and 0 means no shared term.
        """
        scores = np.zeros(self._n_units, dtype=np.float32)
        terms = {language: self._thesaurus.expand(analyze(text, language), language) for language in Language}
        for (language, _), part in self._parts.items():
            if part.index is not None and terms[language]:
                mask = admitted[part.rows].astype(np.float32)
                scores[part.rows] = _shares(part.index, terms[language], mask)
        return scores

    def save(self, folder: Path) -> None:
        """Write one sub-folder for each part, and the row numbers."""
        folder.mkdir(parents=True)
        for (language, facet), part in self._parts.items():
            name = f"{language}-{facet}"
            (folder / f"{name}.rows.json").write_text(json.dumps(part.rows.tolist()))
            if part.index is not None:
                part.index.save(folder / name, show_progress=False)

    @staticmethod
    def open(folder: Path, n_units: int, thesaurus: Thesaurus) -> LexicalIndex:
        """Read what `save` wrote; `thesaurus` is the one it was built with."""
        parts = {}
        for language in Language:
            for facet in Facet:
                name = f"{language}-{facet}"
                rows = np.array(json.loads((folder / f"{name}.rows.json").read_text()), dtype=np.int64)
                index = bm25s.BM25.load(folder / name) if len(rows) and (folder / name).is_dir() else None
                parts[language, facet] = _Part(rows, index)
        return LexicalIndex(parts, n_units, thesaurus)


def _shares(index: bm25s.BM25, terms: list[str], mask: NDArray[np.float32]) -> NDArray[np.float32]:
    known = [term for term in terms if term in index.vocab_dict]
    if not known:
        return np.zeros(len(mask), dtype=np.float32)
    scores: NDArray[np.float32] = index.get_scores(known, weight_mask=mask)
    return scores / sum(_idf(index, term) for term in terms)


def _idf(index: bm25s.BM25, term: str) -> float:
    """Lucene's idf; a term that stands nowhere has the highest."""
    n_units, frequency = index.scores["num_docs"], 0
    if term in index.vocab_dict:
        column = index.vocab_dict[term]
        frequency = int(index.scores["indptr"][column + 1] - index.scores["indptr"][column])
    return math.log(1 + (n_units - frequency + 0.5) / (frequency + 0.5))


def _bm25(terms: list[list[str]], facet: Facet) -> bm25s.BM25 | None:
    if not any(terms):
        return None
    index = bm25s.BM25(k1=_K1[facet], b=_B[facet], method="lucene")
    index.index(terms, show_progress=False)
    return index
