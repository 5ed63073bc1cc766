"""The texts under which a document can be found: each wording, each passage with its heading, and the whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from indexer.chunk import chunk
from kb.model import Document, Language

N_TITLES = 2  # a document's first wordings are its title and its own question


class Facet(StrEnum):
    """Which side of a document a unit shows."""

    WORDING = "wording"
    PASSAGE = "passage"
    DOCUMENT = "document"
    OFF_TOPIC = "off-topic"


@dataclass(frozen=True, slots=True)
class Unit:
    """One searchable text. `n` is the wording's or the passage's number within `document`."""

    document: str
    language: Language
    facet: Facet
    n: int
    text: str

    @property
    def sha256(self) -> str:
        """Content hash: units of equal text and facet share one vector, so only changed texts are encoded again."""
        return hashlib.sha256(f"{self.facet}\n{self.text}".encode()).hexdigest()


def units_of(documents: Iterable[Document]) -> tuple[Unit, ...]:
    """Return every unit, grouped by document, wordings first. The order is the row order of both indexes."""
    return tuple(unit for document in documents for unit in _units(document))


def owners_of(units: Iterable[Unit], documents: Iterable[Document]) -> list[str]:
    """Return what each unit leads to: an entry, or an off-topic kind."""
    entries = {document.id: document.entry for document in documents}
    return [unit.document if unit.facet is Facet.OFF_TOPIC else entries[unit.document] for unit in units]


def _units(document: Document) -> Iterable[Unit]:
    for n, wording in enumerate((document.title, *document.wordings)):
        yield Unit(document.id, document.language, Facet.WORDING, n, wording)
    for passage in chunk(document):
        text = "\n".join((document.question or document.title, *passage.heading, passage.text))
        yield Unit(document.id, document.language, Facet.PASSAGE, passage.n, text)
    whole = "\n".join((document.title, *document.wordings, document.text))
    yield Unit(document.id, document.language, Facet.DOCUMENT, 0, whole)
