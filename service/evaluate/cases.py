"""Read a BEIR-style folder of judged questions.

It holds `queries.jsonl` (`_id`, `text`, `metadata` with language, script, style, as_of, outcome; all of it optional)
and `qrels.tsv` or `qrels/*.tsv` with the columns query-id, corpus-id, score. Without a `corpus.jsonl` beside them a
corpus-id is an entry, or a document id of the corpus.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from kb.language.detect import detect
from kb.model import Language, Outcome

QUERIES, CORPUS = "queries.jsonl", "corpus.jsonl"


class CaseError(ValueError):
    """A judged question cannot be read; the message says file, line, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Case:
    """A judged question. `grades`: entry -> grade above 0; empty when the right outcome is not an answer."""

    id: str
    text: str
    language: str
    script: str
    style: str
    as_of: date | None
    outcome: Outcome
    grades: Mapping[str, int] = field(hash=False)

    @property
    def relevant(self) -> frozenset[str]:
        return frozenset(self.grades)

    @property
    def is_answerable(self) -> bool:
        return self.outcome in (Outcome.ANSWERED, Outcome.CLARIFY)


def read_cases(folder: Path) -> tuple[Case, ...]:
    """Read a folder. Raises CaseError with file and line.

    With a corpus.jsonl, questions that nobody judged are left out: BEIR keeps those of all splits in one file.
    """
    path = folder / QUERIES
    if not path.is_file():
        raise CaseError(f"{path}: no such file; a folder of judged questions needs {QUERIES} and qrels.tsv")
    has_corpus = (folder / CORPUS).is_file()
    rows = list(_rows(path))
    grades = _grades(folder, {row["_id"] for _, row in rows}, has_corpus)
    kept = [(n, row) for n, row in rows if not has_corpus or row["_id"] in grades or row.get("metadata")]
    if not kept:
        raise CaseError(f"{path}: no question that qrels judge, so there is nothing to measure")
    return tuple(_case(path, n, row, grades.get(row["_id"], {})) for n, row in kept)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield (line number, object) of a JSON lines file whose objects have `_id` and `text`."""
    seen: set[str] = set()
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            identity = row["_id"], row["text"]
        except (KeyError, TypeError, ValueError) as error:
            raise _bad(path, n, error) from None
        if identity[0] in seen:
            raise CaseError(f"{path}:{n}: `_id` {identity[0]} stands twice; give each question its own")
        seen.add(identity[0])
        yield n, row


def _case(path: Path, n: int, row: Mapping[str, str], grades: Mapping[str, int]) -> Case:
    try:
        meta: Mapping[str, str] = row.get("metadata") or {}  # type: ignore[assignment]
        detected = None if meta.get("language") and meta.get("script") else detect(row["text"])
        return Case(
            id=row["_id"],
            text=row["text"],
            language=Language(meta.get("language") or (detected.language if detected else "")),
            script=meta.get("script") or (detected.script if detected else ""),
            style=meta.get("style", "clean"),
            as_of=date.fromisoformat(meta["as_of"]) if meta.get("as_of") else None,
            outcome=Outcome(meta.get("outcome", "ANSWERED" if grades else "NOT_FOUND")),
            grades=grades,
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise _bad(path, n, error) from None


def _bad(path: Path, n: int, error: Exception) -> CaseError:
    return CaseError(
        f"{path}:{n}: {error!r}; a line needs _id, text and metadata as described in corpus/questions/README.md"
    )


def _grades(folder: Path, known: set[str], has_corpus: bool) -> Mapping[str, Mapping[str, int]]:
    """Return question -> entry -> grade, of grades above 0."""
    grades: dict[str, dict[str, int]] = defaultdict(dict)
    for path in (folder / "qrels.tsv", *sorted((folder / "qrels").glob("*.tsv"))):
        for n, question, target, grade in _judgements(path) if path.is_file() else ():
            if question not in known:
                raise CaseError(f"{path}:{n}: judges {question}, which {QUERIES} lacks; add it or drop the row")
            if grade > 0:
                name = target if has_corpus else target.split("/")[0]
                grades[question][name] = max(grade, grades[question].get(name, 0))
    return grades


def _judgements(path: Path) -> Iterator[tuple[int, str, str, int]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        for row in reader:
            try:
                yield reader.line_num, row["query-id"], row["corpus-id"], int(row["score"])
            except (KeyError, TypeError, ValueError) as error:
                raise CaseError(
                    f"{path}:{reader.line_num}: {error!r}; the first line must name the columns query-id, corpus-id "
                    "and score, and each row hold them, with tabs between and a whole number as score"
                ) from None
