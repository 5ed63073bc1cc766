"""Everything a training run reads, with what is kept away from it to measure on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from indexer.train.answers import Answers, Section, read_sections, split
from indexer.train.domain import Domain, Lines, Subject, subjects_of
from indexer.train.glossary import Glossary, Term, read_terms
from indexer.train.pairs import HeldOut, Parallel, Source, hold_out, read_parallel, without
from indexer.train.questions import Asked, Question, encoders_share, read_questions
from kb.load import load_corpus
from kb.model import Document

# Sources whose rows are clean enough to measure on (read by eye, 2026-11-22).
TRUSTED = frozenset(
    ("msdocs-projops", "msdocs-ci", "msdocs-alchemy-ht", "mozilla-www", "kaznu-titles", "kaznu-primeminister")
) | {"tatoeba", "tico19"}
EXAM = 0.1  # share of the answered articles that is kept away
TIMES_ASKED = 2  # how often a round goes over the questions; the other sources of the corpus come once


@dataclass(frozen=True, slots=True)
class Materials:
    """Texts to learn from, and `held_out`, `exam` and `dev` to measure on."""

    parallel: tuple[Parallel, ...]
    held_out: HeldOut
    lessons: tuple[Section, ...]
    exam: tuple[Section, ...]
    documents: tuple[Document, ...]
    subjects: tuple[Subject, ...]
    terms: tuple[Term, ...]
    questions: tuple[Question, ...]
    dev: tuple[Question, ...]

    @staticmethod
    def read(data: Path, corpus: Path, n_held_out: int, seed: int) -> Materials:
        """Read the two folders. Raises DataError and CorpusError."""
        raw = read_parallel(data)
        held_out = hold_out(raw, TRUSTED, n_held_out, seed)
        lessons, exam = split(read_sections(data), EXAM)
        documents = tuple(load_corpus(corpus).documents())
        return Materials(
            parallel=tuple(without(source, held_out) for source in raw),
            held_out=held_out,
            lessons=tuple(lessons),
            exam=tuple(exam),
            documents=documents,
            subjects=subjects_of(documents),
            terms=read_terms(corpus / "terms.yaml"),
            questions=encoders_share(read_questions(corpus / "questions" / "train")),
            dev=tuple(read_questions(corpus / "questions" / "dev")),
        )

    def general(self) -> list[tuple[Source, int]]:
        """Return what teaches the languages, with how often each is drawn in an epoch."""
        sources: list[tuple[Source, int]] = [(source, 1) for source in self.parallel]
        return [*sources, (Answers("answers", self.lessons), 1)]

    def domain(self) -> list[tuple[Source, int]]:
        """Return what teaches the subject, with how often each is drawn in a round."""
        return [
            (Domain("corpus", self.subjects), 1),
            (Lines("corpus-lines", self.documents), 1),
            (Glossary("terms", self.terms), 1),
            (Asked("questions", self.questions, self.subjects), TIMES_ASKED),
        ]

    def texts(self) -> Iterator[str]:
        """Yield every text learned from, once, to count how rare each feature is."""
        yield from chain.from_iterable((p.left, p.right) for source in self.parallel for p in source.pairs)
        yield from chain.from_iterable(section.texts.values() for section in self.lessons)
        for subject in self.subjects:
            yield from chain(*subject.wordings.values(), *subject.passages.values())

    def counts(self) -> dict[str, int]:
        """Return how much of everything there is, for the report."""
        pairs = {f"{s.name} {'-'.join(s.languages)}": len(s.pairs) for s in self.parallel}
        return pairs | {
            "answered sections": len(self.lessons),
            "corpus documents": len(self.documents),
            "corpus wordings": sum(len(w) for s in self.subjects for w in s.wordings.values()),
            "glossary terms": len(self.terms),
            "train questions": len(self.questions),
        }
