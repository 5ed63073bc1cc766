"""The project's own corpus as training pairs: other wordings, other languages, the passages that answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from indexer.train.noise import mixed
from indexer.train.pairs import Pair
from indexer.units import Facet, Unit, units_of
from kb.model import Document, Language


@dataclass(frozen=True, slots=True)
class Subject:
    """One version of an entry: what it is asked by and what answers it, by language."""

    entry: str
    wordings: dict[Language, tuple[str, ...]]
    passages: dict[Language, tuple[str, ...]]

    def texts(self) -> list[str]:
        """Return everything the subject can be found by."""
        return [text for part in (*self.wordings.values(), *self.passages.values()) for text in part]


def subjects_of(documents: Iterable[Document]) -> tuple[Subject, ...]:
    """Group documents by entry and version; texts are exactly those that will be indexed."""
    versions: dict[tuple[str, str], list[Document]] = defaultdict(list)
    for document in documents:
        versions[document.entry, document.validity.start.isoformat()].append(document)
    return tuple(_subject(entry, group) for (entry, _), group in sorted(versions.items()))


def _subject(entry: str, documents: list[Document]) -> Subject:
    units = {document.language: units_of([document]) for document in documents}
    return Subject(
        entry,
        {language: _texts(group, Facet.WORDING) for language, group in units.items()},
        {language: _texts(group, Facet.PASSAGE) for language, group in units.items()},
    )


def _texts(units: Iterable[Unit], facet: Facet) -> tuple[str, ...]:
    return tuple(dict.fromkeys(unit.text for unit in units if unit.facet is facet))


@dataclass(frozen=True, slots=True)
class Domain:
    """Gives each wording a partner: another wording, a passage, half and half in two languages.

    All pairs of an entry are one group: versions and languages of it are never each other's negatives, while the
    other entries in the batch, nearly the whole corpus, are hard ones.
    """

    name: str
    subjects: tuple[Subject, ...]

    def draw(self, rng: Random) -> Sequence[Pair]:
        pairs = [pair for subject in self.subjects for pair in _pairs(subject, rng)]
        rng.shuffle(pairs)
        return pairs


def _pairs(subject: Subject, rng: Random) -> Iterator[Pair]:
    languages = list(subject.wordings)
    for language, wordings in subject.wordings.items():
        for wording in wordings:
            target = language if rng.random() < 0.5 else rng.choice(languages)
            yield Pair(_asked(wording, subject, rng), _partner(wording, subject, target, rng), (subject.entry,))


def _asked(wording: str, subject: Subject, rng: Random) -> str:
    """Return the wording, in one case of ten ending in another language as people here do."""
    if rng.random() > 0.1:
        return wording
    language = rng.choice(list(subject.wordings))
    return mixed(wording, rng.choice(subject.wordings[language]), rng)


def _partner(wording: str, subject: Subject, target: Language, rng: Random) -> str:
    others = [w for w in subject.wordings[target] if w != wording]
    passages = subject.passages[target]
    if others and (rng.random() < 0.6 or not passages):
        return rng.choice(others)
    return rng.choice(passages or (wording,))


@dataclass(frozen=True, slots=True)
class Lines:
    """Gives each line of a text with the same line in another language: the domain's own parallel text.

    Texts of one version are written line by line alike; where the number of lines differs, the text is left out.
    """

    name: str
    documents: tuple[Document, ...]

    def draw(self, rng: Random) -> Sequence[Pair]:
        versions: dict[tuple[str, str], list[list[str]]] = defaultdict(list)
        for document in self.documents:
            versions[document.entry, document.validity.start.isoformat()].append(_lines(document))
        pairs = [pair for texts in versions.values() for pair in _aligned(texts)]
        return rng.sample(pairs, len(pairs))


def _lines(document: Document) -> list[str]:
    return [line.strip("#-*>0123456789. ") for line in document.text.splitlines() if line.strip()]


def _aligned(texts: Sequence[Sequence[str]]) -> Iterator[Pair]:
    for n, left in enumerate(texts):
        for right in texts[n + 1 :]:
            if len(left) == len(right):
                yield from (Pair(a, b) for a, b in zip(left, right, strict=True))
