"""What `anyq evaluate` was asked for, and the report that answers it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from service.desk import Desk
from service.evaluate.asking import Result, ask_cases
from service.evaluate.cases import Case, read_cases
from service.evaluate.compare import compare
from service.evaluate.measure import (
    Row,
    measured,
    outcome_shares,
    per_question,
    ranking_rows,
    refusal_rows,
)
from service.evaluate.report import Report, differences_report, misses_report, rows_report, shares_report
from service.evaluate.runs import read_run, write_run
from service.evaluate.systems import System

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Task:
    """The options of one evaluation of a folder of judged questions."""

    folder: Path
    system: System = System.RANKED
    run: Path | None = None
    compare: Path | None = None
    misses: bool = False


def evaluate_questions(task: Task, desk: Desk, today: date, progress: Progress) -> Report:
    """Ask and measure the judged questions of a folder. Raises CaseError."""
    cases = read_cases(task.folder)
    theirs = read_run(task.compare, cases) if task.compare else None  # before minutes of asking
    results = ask_cases(cases, desk, today, lambda done, n: progress("asking", done, n))
    return questions_report(task, cases, results, theirs)


def questions_report(
    task: Task, cases: Sequence[Case], results: Sequence[Result], theirs: dict[str, tuple[str, ...]] | None
) -> Report:
    """Measure what was asked: ranking, refusals, all systems side by side, comparison, misses."""
    if task.run:
        write_run(task.run, results, task.system)
    report = rows_report("rows", f"Judged questions, {task.system}", ranking_rows(results, task.system))
    report += rows_report("systems", "Systems", _all_systems(results))
    if task.system is System.RANKED:
        report += rows_report("refusals", "Refusals (n: questions to refuse)", refusal_rows(results))
        report += shares_report("outcomes", "Outcomes", outcome_shares(results))
    if theirs is not None:
        judged = {case.id: case for case in cases if case.is_answerable}
        differences = compare(cases, per_question(results, task.system), measured(judged, theirs))
        report += differences_report("comparison", f"This run against {task.compare}", differences)
    return report + misses_report(results, task.system) if task.misses else report


def _all_systems(results: Sequence[Result]) -> tuple[Row, ...]:
    """The row "all" of every system that the results hold."""
    known = [system for system in System if any(system in r.orders for r in results)]
    rows = ((system, ranking_rows(results, system)) for system in known)
    return tuple(Row(str(system), found[0].n, found[0].figures) for system, found in rows if found)
