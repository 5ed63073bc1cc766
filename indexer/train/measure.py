"""Measurements on texts kept away from training: is the right text first?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from indexer.train.answers import PASSAGE, Section
from indexer.train.domain import Subject
from indexer.train.materials import Materials
from indexer.train.noise import Noise, folded, latin, shortened, typos
from indexer.train.pairs import Pair, key

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


def hits(queries: NDArray[np.float32], passages: NDArray[np.float32]) -> float:
    """Return the share (0..1) of rows i whose best passage is passage i."""
    return float(np.mean((queries @ passages.T).argmax(axis=1) == np.arange(len(queries))))


def translation(encode: Encode, pairs: Sequence[Pair]) -> tuple[float, float]:
    """Return hit@1 left -> right and right -> left."""
    left, right = encode([p.left for p in pairs]), encode([p.right for p in pairs])
    return hits(left, right), hits(right, left)


def spoilt(encode: Encode, pairs: Sequence[Pair], noise: Noise, seed: int) -> float:
    """Return hit@1 left -> right with the left side spoilt by `noise`."""
    rng = Random(seed)
    return hits(encode([noise(p.left, rng) for p in pairs]), encode([p.right for p in pairs]))


def answering(encode: Encode, sections: Sequence[Section], asked: str, answered: str) -> tuple[float, int]:
    """Return hit@1 heading (language `asked`) -> text (language `answered`), and among how many texts.

    Headings of one word and headings that stand above several texts are left out of the questions, not of the texts.
    (0, 0) when no heading is left.
    """
    usable = [s for s in sections if asked in s.headings and answered in s.texts]
    heads = [key(s.headings[asked]) for s in usable]
    chosen = [n for n, head in enumerate(heads) if heads.count(head) == 1 and len(head.split()) > 1]
    if not chosen:
        return 0.0, 0
    texts = encode([s.texts[answered][:PASSAGE] for s in usable])
    questions = encode([usable[n].headings[asked] for n in chosen])
    return float(np.mean((questions @ texts.T).argmax(axis=1) == np.array(chosen))), len(usable)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured share: `value` in percent, among `n` candidates."""

    name: str
    value: float
    n: int


SPOILT = (("without Kazakh letters", folded), ("in Latin script", latin), ("typos", typos), ("shortened", shortened))
ASKED = (("kk", "kk"), ("ru", "ru"), ("en", "en"), ("kk", "ru"), ("ru", "kk"), ("en", "kk"), ("kk", "en"), ("ru", "en"))


def examine(encode: Encode, materials: Materials, seed: int) -> tuple[Figure, ...]:
    """Measure everything that was kept away from training."""
    return (
        *_translations(encode, materials.held_out.pairs, seed),
        *_answers(encode, materials.exam),
        *_questions(encode, materials),
    )


def _translations(encode: Encode, held_out: Mapping[str, Sequence[Pair]], seed: int) -> Iterator[Figure]:
    for name, pairs in held_out.items():
        left, right = name.split("-")
        there, back = translation(encode, pairs)
        yield Figure(f"{left} -> {right} sentence", _percent(there), len(pairs))
        yield Figure(f"{right} -> {left} sentence", _percent(back), len(pairs))
        if left != "en":
            for kind, noise in SPOILT:
                yield Figure(f"{left} -> {right}, {kind}", _percent(spoilt(encode, pairs, noise, seed)), len(pairs))


def _answers(encode: Encode, exam: Sequence[Section]) -> Iterator[Figure]:
    for asked, answered in ASKED:
        share, n = answering(encode, exam, asked, answered)
        if n:
            yield Figure(f"{asked} heading -> {answered} text", _percent(share), n)


def _questions(encode: Encode, materials: Materials) -> Iterator[Figure]:
    """Ask the dev questions of the newest version of every entry; an entry is as near as its nearest text."""
    subjects = newest(materials.subjects)
    asked = [q for q in materials.dev if set(q.entries) & subjects.keys()]
    if not asked:
        return
    scores = entry_scores(encode, [q.text for q in asked], subjects)
    right = np.array([[entry in q.entries for entry in subjects] for q in asked])
    rank = (scores > np.where(right, scores, -2).max(axis=1, keepdims=True)).sum(axis=1)
    yield Figure("dev question -> entry, hit@1", _percent(float(np.mean(rank < 1))), len(asked))
    yield Figure("dev question -> entry, hit@5", _percent(float(np.mean(rank < 5))), len(asked))


def newest(subjects: Iterable[Subject]) -> dict[str, Subject]:
    """Return the last version of every entry."""
    return {subject.entry: subject for subject in subjects}


def entry_scores(encode: Encode, questions: Sequence[str], subjects: Mapping[str, Subject]) -> NDArray[np.float32]:
    """Return the cosine of each question and the nearest text of each entry, shape (questions, entries)."""
    vectors = encode(questions)
    columns = [(vectors @ encode(subject.texts()).T).max(axis=1) for subject in subjects.values()]
    return np.stack(columns, axis=1)


def _percent(share: float) -> float:
    return round(100 * share, 1)
