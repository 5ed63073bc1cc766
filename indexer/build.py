"""Corpus folder -> new generation on the shelf. Only changed texts are encoded again."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.classifier import EntryClassifier
from indexer.encode import Encoder
from indexer.generation import FORMAT_VERSION, Manifest, read_units, write_generation, write_manifest
from indexer.shelf import Shelf
from indexer.stores.faiss import FaissStore
from indexer.units import Facet, Unit, owners_of, units_of
from indexer.words import WordIndex
from kb.base import KnowledgeBase
from kb.handbook import EMERGENCY, Handbook
from kb.language.analyze import ANALYZER_VERSION
from kb.load import load_corpus

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The corpus and its handbook at one moment; `digest` names their content."""

    base: KnowledgeBase
    handbook: Handbook

    @staticmethod
    def read(corpus: Path) -> Snapshot:
        """Read the folder. Raises CorpusError or HandbookError."""
        base = load_corpus(corpus)
        return Snapshot(base, Handbook.load(corpus, base.entries))

    @property
    def digest(self) -> str:
        return hashlib.sha256((self.base.digest + self.handbook.json).encode()).hexdigest()

    def units(self) -> tuple[Unit, ...]:
        """Return the units of all documents, then the examples of off-topic questions and of danger."""
        return (*units_of(self.base.documents()), *_off_topic_units(self.handbook))


def _off_topic_units(handbook: Handbook) -> list[Unit]:
    kinds = {topic.id: topic.examples for topic in handbook.off_topics.values()} | {EMERGENCY: handbook.dangers}
    return [
        Unit(kind, language, Facet.OFF_TOPIC, n, text)
        for kind, examples in kinds.items()
        for language, texts in examples.items()
        for n, text in enumerate(texts)
    ]


def unchanged(snapshot: Snapshot, encoder: Encoder, shelf: Shelf) -> Manifest | None:
    """Return the newest generation of the same corpus, encoder, analyzer and format, if there is one."""
    for manifest in reversed(shelf.manifests()):
        same = (manifest.snapshot, manifest.encoder_revision, manifest.analyzer_version, manifest.format_version)
        if same == (snapshot.digest, encoder.revision, ANALYZER_VERSION, FORMAT_VERSION):
            return manifest
    return None


def build(
    snapshot: Snapshot, encoder: Encoder, shelf: Shelf, now: datetime, progress: Progress | None = None
) -> Manifest:
    """Write a new generation and return its manifest. It is not published.

    `progress(stage, done, total)` is told of each stage. Raises ValueError on an empty corpus.
    """
    documents = tuple(snapshot.base.documents())
    if not documents:
        raise ValueError("the corpus holds no documents: there would be nothing to answer from. Check --corpus.")
    units = snapshot.units()
    identity = f"{now.strftime('%Y%m%dT%H%M%SZ')}-{snapshot.digest[:8]}"
    with ProcessPoolExecutor(1, get_context("spawn")) as beside, shelf.new_folder(identity) as folder:
        mask = snapshot.handbook.gazetteer.masked
        classifier = beside.submit(EntryClassifier.train, units, owners_of(units, documents), mask)
        vectors, n_encoded = _vectors(units, encoder, shelf, progress)
        words = WordIndex.build(units, partial(_word_vectors, encoder, _known_words(encoder, shelf)))
        _tell(progress, "writing", 0, 1)
        learned = partial(_learned, classifier, progress)
        write_generation(folder, documents, snapshot.handbook, units, vectors, words, learned)
        manifest = write_manifest(
            folder,
            id=identity,
            created=now.isoformat(timespec="seconds"),
            snapshot=snapshot.digest,
            encoder=encoder.name,
            encoder_revision=encoder.revision,
            dimension=encoder.dimension,
            analyzer_version=ANALYZER_VERSION,
            counts=_counts(snapshot.base),
            n_units=len(units),
            n_encoded=n_encoded,
        )
    _tell(progress, "writing", 1, 1)
    return manifest


def _learned(classifier: Future[EntryClassifier], progress: Progress | None) -> EntryClassifier:
    _tell(progress, "learning", 0, 1)
    return classifier.result()


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress:
        progress(stage, done, total)


def _counts(base: KnowledgeBase) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for document in base.documents():
        counts[document.kind][document.language] += 1
    return {kind: dict(languages) for kind, languages in counts.items()}


def _vectors(
    units: Sequence[Unit], encoder: Encoder, shelf: Shelf, progress: Progress | None
) -> tuple[NDArray[np.float32], int]:
    """Take known vectors from the newest generation of the same encoder, encode the rest; return also how many."""
    known = _known_vectors(encoder, shelf)
    hashes = [unit.sha256 for unit in units]
    new = list({h: unit for h, unit in zip(hashes, units, strict=True) if h not in known}.items())
    _tell(progress, "encoding", 0, len(new))
    for facets, encode in (
        ((Facet.PASSAGE, Facet.DOCUMENT), encoder.encode_passages),
        ((Facet.WORDING, Facet.OFF_TOPIC), encoder.encode_queries),
    ):
        part = [(h, unit) for h, unit in new if unit.facet in facets]
        if part:
            known.update(zip((h for h, _ in part), encode([unit.text for _, unit in part]), strict=True))
    _tell(progress, "encoding", len(new), len(new))
    return np.stack([known[h] for h in hashes]).astype(np.float32), len(new)


def _word_vectors(encoder: Encoder, known: dict[str, NDArray[np.float32]], words: Sequence[str]) -> NDArray[np.float32]:
    new = [word for word in words if word not in known]
    if new:
        known.update(zip(new, encoder.encode_queries(new), strict=True))
    return np.array([known[word] for word in words], dtype=np.float32).reshape(len(words), encoder.dimension)


def _known_words(encoder: Encoder, shelf: Shelf) -> dict[str, NDArray[np.float32]]:
    """Return the words of the newest generation of the same encoder, with their vectors."""
    for manifest in reversed(shelf.manifests()):
        if manifest.encoder_revision == encoder.revision and manifest.format_version == FORMAT_VERSION:
            index = WordIndex.open(shelf.path(manifest.id) / "words")
            return dict(zip(index.words, index.vectors, strict=True))
    return {}


def _known_vectors(encoder: Encoder, shelf: Shelf) -> dict[str, NDArray[np.float32]]:
    for manifest in reversed(shelf.manifests()):
        if manifest.encoder_revision == encoder.revision:
            path = shelf.path(manifest.id)
            vectors = FaissStore.open(path / "dense").vectors()
            return {unit.sha256: vector for unit, vector in zip(read_units(path), vectors, strict=True)}
    return {}
