"""A generation on disk: an immutable, checked, self-contained index. Whoever writes the format reads it: this file."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from indexer.abroad import shares_abroad
from indexer.chunk import chunk
from indexer.classifier import EntryClassifier
from indexer.lexical import LexicalIndex
from indexer.stores.base import VectorStore
from indexer.stores.faiss import FaissStore
from indexer.units import N_TITLES, Facet, Unit, owners_of
from indexer.words import WordIndex
from kb.base import KnowledgeBase
from kb.handbook import Handbook
from kb.language.analyze import ANALYZER_VERSION
from kb.language.folding import skeleton
from kb.model import Document, Passage, Scope

FORMAT_VERSION = 5
MOST_MASKS = 256  # scopes kept; about 12 kB each
_DOCUMENTS = TypeAdapter(tuple[Document, ...])
_UNITS = TypeAdapter(tuple[Unit, ...])


class GenerationError(RuntimeError):
    """A generation cannot be opened; the message gives field, expected, found and the command to run."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation says of itself. `files` maps each file to its SHA-256; `counts` is kind -> language -> n."""

    format_version: int
    id: str
    created: str
    snapshot: str
    encoder: str
    encoder_revision: str
    dimension: int
    analyzer_version: str
    counts: Mapping[str, Mapping[str, int]]
    n_units: int
    n_encoded: int
    files: Mapping[str, str]


_MANIFEST = TypeAdapter(Manifest)


@dataclass(frozen=True, eq=False)
class Generation:
    """An opened generation. `abroad`: see `shares_abroad`."""

    path: Path
    manifest: Manifest
    base: KnowledgeBase
    handbook: Handbook
    units: tuple[Unit, ...]
    lexical: LexicalIndex
    store: VectorStore
    words: WordIndex
    classifier: EntryClassifier
    abroad: Mapping[str, float]
    _masks: dict[Scope, NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    _columns: dict[Scope, tuple[NDArray[np.int64], NDArray[np.str_]]] = field(default_factory=dict, repr=False)

    @staticmethod
    def open(path: Path, encoder_revision: str | None = None) -> Generation:
        """Open and verify the generation in folder `path`.

        `encoder_revision` is the revision of the encoder that will encode questions, if one will.
        Raises GenerationError on a damaged file, another format, another analyzer or another encoder.
        """
        manifest = read_manifest(path)
        _verify(path, manifest, encoder_revision)
        documents = _DOCUMENTS.validate_json((path / "documents.json").read_bytes())
        units = read_units(path)
        handbook = Handbook.of(json.loads((path / "handbook.json").read_text(encoding="utf-8")))
        return Generation(
            path=path,
            manifest=manifest,
            base=KnowledgeBase.of(documents),
            handbook=handbook,
            units=units,
            lexical=LexicalIndex.open(path / "lexical", len(units), handbook.thesaurus),
            store=FaissStore.open(path / "dense"),
            words=WordIndex.open(path / "words"),
            classifier=EntryClassifier.open(path / "classifier"),
            abroad=json.loads((path / "abroad.json").read_text(encoding="utf-8")),
        )

    @property
    def id(self) -> str:
        return self.manifest.id

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """Every document by id."""
        return {d.id: d for d in self.base.documents()}

    @cached_property
    def passages(self) -> Mapping[str, tuple[Passage, ...]]:
        """The passages of each document, by document id."""
        return {d.id: chunk(d) for d in self.base.documents()}

    @cached_property
    def facets(self) -> NDArray[np.str_]:
        """The facet of each unit, (n_units,)."""
        return np.array([str(unit.facet) for unit in self.units])

    @cached_property
    def is_title(self) -> NDArray[np.bool_]:
        """Which units are a document's title or own question, (n_units,)."""
        return np.array([u.facet is Facet.WORDING and u.n < N_TITLES for u in self.units], dtype=np.bool_)

    @cached_property
    def owners(self) -> NDArray[np.str_]:
        """The entry (or off-topic id) that each unit leads to, (n_units,)."""
        return np.array(owners_of(self.units, self.documents.values()))

    @cached_property
    def languages(self) -> NDArray[np.str_]:
        """The language of each unit, (n_units,)."""
        return np.array([str(unit.language) for unit in self.units])

    @cached_property
    def owner_names(self) -> NDArray[np.str_]:
        """Every owner once, sorted, (n_owners,)."""
        return np.unique(self.owners)

    @cached_property
    def owner_codes(self) -> NDArray[np.int64]:
        """The place of each unit's owner in `owner_names`, (n_units,)."""
        return np.searchsorted(self.owner_names, self.owners)

    @cached_property
    def skeletons(self) -> NDArray[np.object_]:
        """The folded text of each unit, (n_units,): equal ones say the same. Strings as objects: some are very long."""
        return np.array([skeleton(unit.text) for unit in self.units], dtype=object)

    def word_columns(self, scope: Scope) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
        """Return the columns of `words` that `scope` admits, sorted by owner, and the owner of each."""
        found = self._columns.get(scope)
        if found is None:
            rows = np.flatnonzero(self.admitted(scope))
            owner_of = {self.units[row].document: str(self.owners[row]) for row in rows}
            pairs = sorted((owner_of[name], n) for n, name in enumerate(self.words.documents) if name in owner_of)
            found = np.array([n for _, n in pairs], dtype=np.int64), np.array([owner for owner, _ in pairs])
            _keep(self._columns, scope, found)
        return found

    @cached_property
    def passage_rows(self) -> Mapping[str, tuple[tuple[int, int], ...]]:
        """For each document its passage units as (row, passage number)."""
        rows: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for row, unit in enumerate(self.units):
            if unit.facet is Facet.PASSAGE:
                rows[unit.document].append((row, unit.n))
        return {document: tuple(pairs) for document, pairs in rows.items()}

    def admitted(self, scope: Scope) -> NDArray[np.bool_]:
        """Tell which units `scope` admits, (n_units,): `Scope.admits` put into rows. Off-topic units always are."""
        mask = self._masks.get(scope)
        if mask is None:
            allowed = {d.id for d in self.base.documents(scope)}
            mask = np.array([u.facet is Facet.OFF_TOPIC or u.document in allowed for u in self.units], dtype=np.bool_)
            _keep(self._masks, scope, mask)
        return mask


class Narrowed(Generation):
    """The same generation, of which only the units of `mask`, (n_units,), are admitted, whatever the scope."""

    def __init__(self, generation: Generation, mask: NDArray[np.bool_]) -> None:
        self.__dict__.update(vars(generation), mask=mask, _columns={})

    def admitted(self, scope: Scope) -> NDArray[np.bool_]:
        """Return the mask."""
        mask: NDArray[np.bool_] = self.__dict__["mask"]
        return mask


def _keep(kept: dict[Scope, Any], scope: Scope, value: object) -> None:
    """Remember what was found for a scope, but not for more scopes than MOST_MASKS."""
    if len(kept) >= MOST_MASKS:
        kept.clear()
    kept[scope] = value


def read_manifest(path: Path) -> Manifest:
    """Read `manifest.json` of the generation in folder `path`. Raises GenerationError."""
    try:
        return _MANIFEST.validate_json((path / "manifest.json").read_bytes())
    except FileNotFoundError:
        raise GenerationError(
            f"{path}: no manifest.json, so this is no generation. Run `anyq build --publish`."
        ) from None
    except ValueError as error:
        raise GenerationError(f"{path}/manifest.json: unreadable ({error}). Run `anyq build --publish`.") from None


def read_units(path: Path) -> tuple[Unit, ...]:
    """Read the units of the generation in folder `path`, in row order."""
    return _UNITS.validate_json((path / "units.json").read_bytes())


def _verify(path: Path, manifest: Manifest, encoder_revision: str | None) -> None:
    expected = {"format_version": FORMAT_VERSION, "analyzer_version": ANALYZER_VERSION}
    if encoder_revision is not None:
        expected["encoder_revision"] = encoder_revision
    for name, value in expected.items():
        found = getattr(manifest, name)
        if found != value:
            raise GenerationError(
                f"{path}: {name}: expected {value}, found {found}. Questions and index would not match. "
                "Run `anyq build --publish`, or set ANYQ_ENCODER back."
            )
    for relative, checksum in manifest.files.items():
        file = path / relative
        found = file_sha256(file) if file.is_file() else "no file"
        if found != checksum:
            raise GenerationError(
                f"{file}: checksum: expected {checksum[:12]}, found {found[:12]}. The file is damaged. "
                "Run `anyq rollback`, or `anyq build --publish`."
            )


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_generation(
    folder: Path,
    documents: Collection[Document],
    handbook: Handbook,
    units: tuple[Unit, ...],
    vectors: NDArray[np.float32],
    words: WordIndex,
    classifier: Callable[[], EntryClassifier],
) -> None:
    """Write every file of a generation but its manifest into the existing, empty `folder`.

    `classifier` is asked for last: it may still be learning.
    """
    (folder / "documents.json").write_bytes(_DOCUMENTS.dump_json(tuple(documents)))
    (folder / "handbook.json").write_text(handbook.json, encoding="utf-8")
    (folder / "units.json").write_bytes(_UNITS.dump_json(units))
    LexicalIndex.build(units, handbook.thesaurus).save(folder / "lexical")
    FaissStore.build(vectors).save(folder / "dense")
    abroad = shares_abroad(units, owners_of(units, documents), handbook.gazetteer)
    (folder / "abroad.json").write_text(json.dumps(abroad), encoding="utf-8")
    words.save(folder / "words")
    classifier().save(folder / "classifier")


def write_manifest(folder: Path, **fields: object) -> Manifest:
    """Add checksums to `fields`, write `manifest.json` last, and return it."""
    files = {str(p.relative_to(folder)): file_sha256(p) for p in sorted(folder.rglob("*")) if p.is_file()}
    manifest = _MANIFEST.validate_python({"format_version": FORMAT_VERSION, "files": files, **fields})
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
    return manifest
