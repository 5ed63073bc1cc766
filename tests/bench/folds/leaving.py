"""Leave wordings out: which fold a wording is in, the documents without some folds, and the questions of a fold."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from zlib import crc32

from indexer.build import Snapshot
from indexer.train.domain import subjects_of
from indexer.train.materials import Materials
from indexer.train.settings import TrainSettings
from indexer.units import Facet
from kb.base import KnowledgeBase
from kb.language.detect import detect
from kb.language.folding import skeleton
from kb.model import Document, Language, Outcome
from service.evaluate.cases import Case

SAMPLE = 400


@dataclass(frozen=True)
class Plan:
    """How to test, and where the results are kept. `sample`: wordings asked in each fold, a third in each language."""

    settings: TrainSettings
    out: Path
    day: date
    folds: int = 5
    sample: int = SAMPLE


@cache
def fold_of(text: str, folds: int) -> int:
    """Return the fold of a wording: texts that differ in spelling only are in the same one."""
    return crc32(skeleton(text).encode()) % folds


def without(documents: Iterable[Document], folds: int, left_out: Collection[int]) -> tuple[Document, ...]:
    """Return the documents less those of their other wordings that are in the folds `left_out`."""
    return tuple(
        replace(d, also=tuple(text for text in d.also if fold_of(text, folds) not in left_out)) for d in documents
    )


def materials_of(materials: Materials, documents: tuple[Document, ...]) -> Materials:
    """Return the same materials with other documents to learn the subject from."""
    return replace(materials, documents=documents, subjects=subjects_of(documents))


def remaining(snapshot: Snapshot, materials: Materials) -> set[str]:
    """Return the skeletons of all short texts that an index of `snapshot` and the subject stage hold."""
    texts = [unit.text for unit in snapshot.units() if unit.facet in (Facet.WORDING, Facet.OFF_TOPIC)]
    texts += [question.text for question in materials.questions]
    texts += [form for term in materials.terms for form in term.forms]
    return {skeleton(text) for text in texts}


def questions(base: KnowledgeBase, known: Collection[str], plan: Plan, fold: int) -> list[Case]:
    """Return a seeded sample of the fold's wordings of what is in force on the day, the same number in each language.

    `known` (skeletons) are left out: a title that people also ask word for word still stands in the index.
    """
    chosen: list[Case] = []
    for language in Language:
        pool: dict[str, dict[str, int]] = {}
        for document in base.at(plan.day):
            for text in document.also if document.language is language else ():
                if fold_of(text, plan.folds) == fold and skeleton(text) not in known:
                    pool.setdefault(text, {})[document.entry] = 1
        rng = Random(f"{plan.settings.seed} {fold} {language}")
        texts = rng.sample(sorted(pool), min(plan.sample // len(Language), len(pool)))
        chosen += [_case(f"{fold} {language} {n}", text, language, pool[text]) for n, text in enumerate(texts)]
    return chosen


def _case(identity: str, text: str, language: Language, grades: Mapping[str, int]) -> Case:
    script = str(detect(text).script)
    return Case(identity, text, language, script, "wording", None, Outcome.ANSWERED, grades)
