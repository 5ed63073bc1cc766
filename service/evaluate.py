"""Measure the desk on judged questions in BEIR form: is the right entry first, and is a refusal honest?

A folder holds `queries.jsonl` (`_id`, `text`, `metadata` with language, script, style, as_of, outcome) and `qrels.tsv`
(or `qrels/*.tsv`) with the columns query-id, corpus-id, score; a corpus-id is an entry, or a document id.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import ir_measures
import numpy as np
from ir_measures import RR, Success, nDCG
from rich.console import Group, RenderableType
from rich.table import Table

from kb.model import Language, Outcome
from service.desk import Desk

MEASURES = {"hit@1": Success @ 1, "hit@5": Success @ 5, "mrr@10": RR @ 10, "ndcg@10": nDCG @ 10}
REFUSALS = (Outcome.NOT_FOUND, Outcome.OUT_OF_SCOPE, Outcome.NOT_IN_FORCE)
N_BOOTSTRAP, SEED, DEPTH = 1000, 20261122, 10


class CaseError(ValueError):
    """A judged question cannot be read; the message says file, line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Case:
    """A judged question. `relevant` are entries; empty when the right outcome is not an answer."""

    id: str
    text: str
    language: str
    script: str
    style: str
    as_of: date | None
    outcome: Outcome
    relevant: frozenset[str]

    @property
    def is_answerable(self) -> bool:
        return self.outcome in (Outcome.ANSWERED, Outcome.CLARIFY)


@dataclass(frozen=True, slots=True)
class Result:
    """What the desk did with one case: the ranked entries and the outcome."""

    case: Case
    ranked: tuple[str, ...]
    outcome: Outcome
    confidence: float
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Measures of one group of questions; `low` and `high` bound hit@1 with 95 % bootstrap confidence."""

    group: str
    n: int
    values: Mapping[str, float]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All of it."""

    rows: tuple[Row, ...]
    refusals: Mapping[str, float]
    results: tuple[Result, ...] = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Return rows and refusal figures for programs."""
        return {"rows": [asdict(row) for row in self.rows], "refusals": dict(self.refusals)}


def read_cases(folder: Path) -> tuple[Case, ...]:
    """Read a folder. Raises CaseError with file and line."""
    relevant: dict[str, set[str]] = defaultdict(set)
    for path in [p for p in (folder / "qrels.tsv", *sorted((folder / "qrels").glob("*.tsv"))) if p.is_file()]:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t"):
                if int(row["score"]) > 0:
                    relevant[row["query-id"]].add(row["corpus-id"].split("/")[0])
    path = folder / "queries.jsonl"
    if not path.is_file():
        raise CaseError(f"{path}: no such file; a folder of judged questions needs queries.jsonl and qrels.tsv")
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_case(path, n, line, relevant) for n, line in enumerate(lines, start=1) if line.strip())


def _case(path: Path, n: int, line: str, relevant: Mapping[str, set[str]]) -> Case:
    try:
        row = json.loads(line)
        meta = row.get("metadata", {})
        entries = frozenset(relevant.get(row["_id"], ()))
        return Case(
            id=row["_id"],
            text=row["text"],
            language=Language(meta.get("language", "ru")),
            script=meta.get("script", "Cyrl"),
            style=meta.get("style", "clean"),
            as_of=date.fromisoformat(meta["as_of"]) if meta.get("as_of") else None,
            outcome=Outcome(meta.get("outcome", "ANSWERED" if entries else "NOT_FOUND")),
            relevant=entries,
        )
    except (KeyError, ValueError) as error:
        raise CaseError(
            f"{path}:{n}: {error!r}; a line needs _id, text and metadata as described in corpus/questions/README.md"
        ) from None


def run_cases(
    cases: Iterable[Case], desk: Desk, today: date, progress: Callable[[int, int], None] | None = None
) -> tuple[Result, ...]:
    """Ask every question."""
    cases = tuple(cases)
    results = []
    for n, case in enumerate(cases, start=1):
        day = case.as_of or today
        answer = desk.answer(case.text, None, day, today)
        ranking = desk.search(case.text, None, day, DEPTH)
        documents = tuple(dict.fromkeys(c.document for c in answer.citations))
        ranked = tuple(hit.entry for hit in ranking.hits)
        results.append(Result(case, ranked, answer.outcome, answer.confidence, documents))
        if progress:
            progress(n, len(cases))
    return tuple(results)


def evaluate_folder(
    folder: Path, desk: Desk, today: date, progress: Callable[[int, int], None] | None = None
) -> Evaluation:
    """Run and measure the judged questions of `folder`."""
    return measure(run_cases(read_cases(folder), desk, today, progress))


def measure(results: tuple[Result, ...]) -> Evaluation:
    """Compute every figure."""
    answerable = [r for r in results if r.case.is_answerable]
    values = _per_question(answerable)
    groups: dict[str, list[str]] = defaultdict(list)
    for r in answerable:
        case = r.case
        for group in ("all", case.language, f"{case.language} {case.script}", f"style {case.style}", *_past(case)):
            groups[group].append(case.id)
    rows = tuple(_row(group, ids, values) for group, ids in sorted(groups.items()) if ids)
    return Evaluation(rows, _refusals(results), results)


def _past(case: Case) -> tuple[str, ...]:
    return ("past as_of",) if case.as_of else ()


def _per_question(results: list[Result]) -> dict[str, dict[str, float]]:
    qrels = {r.case.id: dict.fromkeys(r.case.relevant, 1) for r in results}
    run = {r.case.id: {entry: float(DEPTH - n) for n, entry in enumerate(r.ranked)} for r in results}
    values: dict[str, dict[str, float]] = {r.case.id: dict.fromkeys(MEASURES, 0.0) for r in results}
    names = {str(measure): name for name, measure in MEASURES.items()}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), qrels, run):
        values[metric.query_id][names[str(metric.measure)]] = metric.value
    return values


def _row(group: str, ids: list[str], values: Mapping[str, Mapping[str, float]]) -> Row:
    means = {name: float(np.mean([values[i][name] for i in ids])) for name in MEASURES}
    hits = np.array([values[i]["hit@1"] for i in ids])
    samples = np.random.default_rng(SEED).choice(hits, (N_BOOTSTRAP, len(hits))).mean(axis=1)
    low, high = np.percentile(samples, [2.5, 97.5])
    return Row(group, len(ids), means, float(low), float(high))


def _refusals(results: tuple[Result, ...]) -> dict[str, float]:
    answerable = [r for r in results if r.case.is_answerable]
    out_of_scope = [r for r in results if r.case.outcome in REFUSALS]
    emergencies = [r for r in results if r.case.outcome is Outcome.EMERGENCY]
    refused = [r for r in results if r.outcome in REFUSALS]
    return {
        "refused of unanswerable": _share([r.outcome in REFUSALS for r in out_of_scope]),
        "refused of answerable": _share([r.outcome in REFUSALS for r in answerable]),
        "refusals that were right": _share([not r.case.is_answerable for r in refused]),
        "emergencies recognised": _share([r.outcome is Outcome.EMERGENCY for r in emergencies]),
        "false emergencies": _share(
            [r.outcome is Outcome.EMERGENCY for r in results if r.case.outcome is not Outcome.EMERGENCY]
        ),
        "answered rightly": _share([_is_right(r) for r in answerable]),
        "clarified with the right one": _share(
            [r.outcome is Outcome.CLARIFY and bool(r.case.relevant & set(r.ranked[:3])) for r in answerable]
        ),
        "answered wrongly": _share([r.outcome is Outcome.ANSWERED and not _is_right(r) for r in answerable]),
    }


def _is_right(result: Result) -> bool:
    return result.outcome is Outcome.ANSWERED and result.ranked[0] in result.case.relevant


def _share(flags: list[bool]) -> float:
    return float(np.mean(flags)) if flags else float("nan")


def report_of(evaluation: Evaluation, *, misses: bool) -> RenderableType:
    """Show the table, the refusal figures and, if asked, every question that went wrong."""
    table = Table("group", "n", *MEASURES, "hit@1 95 %", title="Judged questions", title_justify="left")
    for row in evaluation.rows:
        figures = (f"{row.values[name]:.3f}" for name in MEASURES)
        table.add_row(row.group, str(row.n), *figures, f"{row.low:.3f} to {row.high:.3f}")
    refusals = Table("refusals and outcomes", "share")
    for name, value in evaluation.refusals.items():
        refusals.add_row(name, f"{value:.3f}")
    return Group(table, refusals, *([_misses(evaluation.results)] if misses else []))


def _misses(results: Iterable[Result]) -> Table:
    table = Table("question", "wanted", "outcome", "first", title="Misses", title_justify="left")
    for r in results:
        wanted = ", ".join(sorted(r.case.relevant)) or str(r.case.outcome)
        wrong = r.case.is_answerable and not _is_right(r)
        if wrong or (not r.case.is_answerable and r.outcome is not r.case.outcome):
            table.add_row(r.case.text, wanted, f"{r.outcome} {r.confidence:.2f}", r.ranked[0] if r.ranked else "")
    return table
