"""Search somebody else's texts: a BEIR folder with its own corpus.jsonl, by BM25, by the encoder, and by both."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.encode import Encoder
from indexer.lexical import LexicalIndex
from indexer.stores.exact import ExactStore
from indexer.units import Facet, Unit, units_of
from kb.language.detect import detect
from kb.language.readings import readings
from kb.model import Document, Kind, Validity
from kb.terms import Thesaurus
from service.evaluate.asking import Result, Told
from service.evaluate.cases import CORPUS, Case, CaseError
from service.evaluate.systems import Grouping, orders_of
from service.search import UnitScores

ALWAYS = Validity(date.min)
N_UNITS = 1000  # units that the dense retriever returns


@dataclass(frozen=True, slots=True)
class OutsideIndex:
    """Both retrievers over the units of outside texts, and which text each unit belongs to."""

    encoder: Encoder
    store: ExactStore
    lexical: LexicalIndex
    grouping: Grouping
    n_units: int

    @staticmethod
    def build(documents: Sequence[Document], encoder: Encoder, told: Told | None = None) -> OutsideIndex:
        """Index in memory, with the encoder and the analyzers of the service, but without its glossary."""
        units = tuple(unit for unit in units_of(documents) if unit.text.strip())
        entry = {document.id: document.entry for document in documents}
        owners = np.array([entry[unit.document] for unit in units])
        return OutsideIndex(
            encoder,
            ExactStore(_vectors(units, encoder, told)),
            LexicalIndex.build(units, Thesaurus.of({})),
            Grouping.of(owners, np.ones(len(units), dtype=np.bool_)),
            len(units),
        )

    def scores(self, text: str) -> UnitScores:
        """Score every unit with every reading of `text`."""
        everything = np.ones(self.n_units, dtype=np.bool_)
        dense, lexical = (np.zeros(self.n_units, dtype=np.float32) for _ in range(2))
        texts = readings(text)
        for reading in texts:
            rows, cosines = self.store.search(self.encoder.encode_queries([reading])[0], N_UNITS, everything)
            dense[rows] = np.maximum(dense[rows], cosines)
            lexical = np.maximum(lexical, self.lexical.scores(reading, everything))
        return UnitScores(texts, dense, lexical)


def _vectors(units: Sequence[Unit], encoder: Encoder, told: Told | None) -> NDArray[np.float32]:
    """Encode titles as questions are, the rest as passages, (n_units, dimension)."""
    vectors = np.zeros((len(units), encoder.dimension), dtype=np.float32)
    is_wording = np.array([unit.facet is Facet.WORDING for unit in units], dtype=np.bool_)
    if is_wording.any():
        vectors[is_wording] = encoder.encode_queries([u.text for u in units if u.facet is Facet.WORDING])
    texts = [u.text for u in units if u.facet is not Facet.WORDING]
    vectors[~is_wording] = encoder.encode_passages(texts, told)
    return vectors


def read_texts(folder: Path) -> tuple[Document, ...]:
    """Read `corpus.jsonl` (`_id`, `title`, `text`) as documents of all days. Raises CaseError with file and line."""
    path = folder / CORPUS
    documents = tuple(_documents(path, path.read_text(encoding="utf-8").splitlines()))
    if not documents:
        raise CaseError(f"{path}: holds no text, so nothing can be found; add lines with _id, title and text")
    return documents


def _documents(path: Path, lines: Iterable[str]) -> Iterator[Document]:
    seen: set[str] = set()
    for n, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            identity, title, text = str(row["_id"]), row.get("title") or "", row["text"]
            document = _document(path, identity, title, text)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise CaseError(f"{path}:{n}: {error!r}; a line needs _id and text, and may have a title") from None
        if identity in seen:
            raise CaseError(f"{path}:{n}: `_id` {identity} stands twice; give each text its own")
        seen.add(identity)
        yield document


def _document(path: Path, identity: str, title: str, text: str) -> Document:
    return Document(
        entry=identity,
        kind=Kind.LEAFLET,
        language=detect(f"{title} {text[:400]}").language,
        validity=ALWAYS,
        title=title,
        text=text,
        topic="",
        audience=(),
        sources=(),
        reviewed=date.min,
        path=path,
    )


def search_cases(cases: Sequence[Case], index: OutsideIndex, told: Told | None = None) -> tuple[Result, ...]:
    """Search for every question; there is no reply, since only the service's own corpus can be answered from."""
    results = []
    for n, case in enumerate(cases, start=1):
        results.append(Result(case, orders_of(index.scores(case.text), index.grouping), None))
        if told:
            told(n, len(cases))
    return tuple(results)
