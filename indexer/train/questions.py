"""Questions people ask, judged: a BEIR folder (`queries.jsonl`, `qrels.tsv`) whose answers are entries or documents."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from zlib import crc32

from indexer.train.domain import Subject
from indexer.train.pairs import DataError, Pair


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the entries that answer it, any of them."""

    text: str
    entries: tuple[str, ...]


def read_questions(folder: Path) -> list[Question]:
    """Return the judged questions; those without an answer in the corpus are left out. An absent folder gives none.

    Raises DataError on an unreadable line and on a judgement of an unknown question.
    """
    if not folder.is_dir():
        return []
    texts = dict(_texts(folder / "queries.jsonl"))
    answers: dict[str, list[str]] = {}
    for path in sorted([*folder.glob("qrels.tsv"), *folder.glob("qrels/*.tsv")]):
        for question, answer in _judgements(path):
            if question not in texts:
                raise DataError(f"{path}: judges {question}, which queries.jsonl does not hold. Add it or drop the row")
            answers.setdefault(question, []).append(answer.split("/")[0])
    return [Question(texts[question], tuple(dict.fromkeys(entries))) for question, entries in answers.items()]


def _texts(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(line)
            yield str(row["_id"]), str(row["text"])
        except (KeyError, json.JSONDecodeError) as error:
            raise DataError(f"{path}:{number}: not a question in BEIR form ({error!r}): need _id and text") from error


def _judgements(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (question, answer) of the rows judged above zero; the header names the columns."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            try:
                if int(row["score"]) > 0:
                    yield row["query-id"], row["corpus-id"]
            except (KeyError, TypeError, ValueError) as error:
                raise DataError(f"{path}: need the columns query-id, corpus-id, score ({error!r})") from error


@dataclass(frozen=True, slots=True)
class Asked:
    """Gives each judged question a wording or passage of an entry that answers it, in any language."""

    name: str
    questions: tuple[Question, ...]
    subjects: tuple[Subject, ...]

    def draw(self, rng: Random) -> Sequence[Pair]:
        texts = self._texts()
        known = [(q, [e for e in q.entries if e in texts]) for q in self.questions]
        pairs = [Pair(q.text, rng.choice(texts[rng.choice(entries)]), q.entries) for q, entries in known if entries]
        return rng.sample(pairs, len(pairs))

    def _texts(self) -> dict[str, list[str]]:
        texts: dict[str, list[str]] = {}
        for subject in self.subjects:
            texts.setdefault(subject.entry, []).extend(subject.texts())
        return texts


def encoders_share(questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return the questions the encoder learns from: about two of three, told by their text.

    The ranker is fitted on the others: on questions the encoder has learned by heart, its scores look better than they
    are on new ones, and the ranker would trust them too much.
    """
    return tuple(question for question in questions if is_encoders(question.text))


def is_encoders(text: str) -> bool:
    """Tell whether a train question is the encoder's, not the ranker's."""
    return crc32(text.encode()) % 3 != 0
