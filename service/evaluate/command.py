"""What `anyq evaluate` was asked for, and the report that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from rich.text import Text

from indexer.encode import Encoder
from service.desk import Desk
from service.evaluate.asking import Result, Told, ask_cases
from service.evaluate.bias import bias_rows
from service.evaluate.calibration import calibration_of, svg_of
from service.evaluate.cases import CORPUS, Case, CaseError, read_cases
from service.evaluate.compare import compare
from service.evaluate.cross import cross_rows
from service.evaluate.dated import Version, ask_dated, counted, dated_cases
from service.evaluate.measure import Row, measured, outcome_shares, per_question, ranking_rows, refusal_rows
from service.evaluate.outside import OutsideIndex, read_texts, search_cases
from service.evaluate.pairs import MISSES, PAIRS, Ending, ask_pairs, pair_rows, read_pairs
from service.evaluate.parallel import read_parallel, translation_rows
from service.evaluate.report import (
    Report,
    calibration_report,
    counts_report,
    differences_report,
    list_report,
    misses_report,
    rows_report,
    shares_report,
)
from service.evaluate.runs import read_run, write_run
from service.evaluate.systems import System
from service.evaluate.typed import typed_differences

NO_RANKER = (
    "The learned ranker weighs titles, wordings and kinds of entries, which outside texts do not have; "
    "they are ordered by `fused` instead."
)


@dataclass(frozen=True, slots=True)
class Task:
    """The options of one evaluation. `target`: a folder of questions or pairs, or a TSV of parallel texts."""

    target: Path | None
    system: System = System.RANKED
    run: Path | None = None
    compare: Path | None = None
    plot: Path | None = None
    typing: bool = False
    cross: bool = False
    bias: bool = False
    as_of_cases: bool = False
    misses: bool = False


@dataclass(frozen=True, slots=True)
class Tools:
    """What an evaluation works with; desk and encoder are opened only when they are needed."""

    desk: Callable[[], Desk]
    encoder: Callable[[], Encoder]
    today: date
    progress: Callable[[str, int, int], None]

    def told(self, stage: str) -> Told:
        """Return a progress function of one stage."""
        return lambda done, total: self.progress(stage, done, total)


def evaluate(task: Task, tools: Tools) -> Report:
    """Measure what the task names. Raises CaseError for what cannot be read or does not belong together."""
    report = _target_report(task, task.target, tools) if task.target else Report(())
    return report + _dated_report(task, tools) if task.as_of_cases else report


def _target_report(task: Task, target: Path, tools: Tools) -> Report:
    if not target.exists():
        raise CaseError(f"{target}: no such file or folder; name a folder of judged questions or pairs, or a TSV file")
    if target.is_file():
        _refuse(task, "a file of parallel texts", ("run", "compare", "plot", "typing", "cross", "bias", "misses"))
        return _parallel_report(target, tools)
    if (target / PAIRS).is_file():
        _refuse(task, "near-miss pairs", ("run", "compare", "plot", "typing", "cross", "bias"))
        return _pairs_report(task, target, tools)
    if (target / CORPUS).is_file():
        _refuse(task, f"a folder with its own {CORPUS}", ("plot", "typing", "cross", "bias"))
        return _outside_report(task, target, tools)
    return _questions_report(task, target, tools)


def _refuse(task: Task, what: str, options: Sequence[str]) -> None:
    given = [f"--{name}" for name in options if getattr(task, name)]
    if given:
        raise CaseError(f"{', '.join(given)}: only for judged questions on this corpus, not for {what}; leave it out")


def _questions_report(task: Task, target: Path, tools: Tools) -> Report:
    """Ask judged questions and measure everything that was asked for."""
    cases = read_cases(target)
    theirs = read_run(task.compare, cases) if task.compare else None  # before minutes of asking
    desk = tools.desk()
    results = ask_cases(cases, desk, tools.today, tools.told("asking"))
    report = _ranking_report(task, results)
    if task.system is System.RANKED:
        calibration = calibration_of(results)
        report += rows_report("refusals", "Refusals (n: questions to refuse)", refusal_rows(results))
        report += shares_report("outcomes", "Outcomes", outcome_shares(results))
        report += calibration_report(calibration)
        if task.plot:
            task.plot.write_text(svg_of(calibration), encoding="utf-8")
    if task.typing:
        typed = typed_differences(cases, desk, tools.today, task.system, tools.told("typing"))
        report += differences_report("typing", "Ways of typing (this) against the clean texts (other)", typed)
    if task.cross:
        rows = cross_rows(cases, desk, tools.today, task.system, tools.told("cross"))
        report += rows_report("cross", "Answer only in another language (group: language of the question)", rows)
    if task.bias:
        title = "Ten times as many unrelated entries join in the asker's language (control: in the answer's)"
        report += rows_report("bias", title, bias_rows(cases, desk, tools.today, tools.told("bias")))
    return report + _ending_report(task, cases, results, theirs)


def _ranking_report(task: Task, results: Sequence[Result]) -> Report:
    """Measure the chosen system in every group, and all systems side by side; write the run file."""
    if task.run:
        write_run(task.run, results, task.system)
    report = rows_report("rows", f"Judged questions, {task.system}", ranking_rows(results, task.system))
    return report + rows_report("systems", "Systems", _all_systems(results))


def _all_systems(results: Sequence[Result]) -> tuple[Row, ...]:
    """The row "all" of every system that the results hold."""
    known = [system for system in System if any(system in r.orders for r in results)]
    rows = ((system, ranking_rows(results, system)) for system in known)
    return tuple(Row(str(system), found[0].n, found[0].figures) for system, found in rows if found)


def _ending_report(
    task: Task, cases: Sequence[Case], results: Sequence[Result], theirs: Mapping[str, tuple[str, ...]] | None
) -> Report:
    """Comparison and misses, where they were asked for."""
    report = Report(())
    if theirs is not None:
        judged = {case.id: case for case in cases if case.is_answerable}
        differences = compare(cases, per_question(results, task.system), measured(judged, theirs))
        report += differences_report("comparison", f"This run against {task.compare}", differences)
    return report + misses_report(results, task.system) if task.misses else report


def _outside_report(task: Task, target: Path, tools: Tools) -> Report:
    """Search the folder's own texts."""
    system = System.FUSED if task.system is System.RANKED else task.system
    cases, texts = read_cases(target), read_texts(target)
    theirs = read_run(task.compare, cases) if task.compare else None
    index = OutsideIndex.build(texts, tools.encoder(), tools.told("encoding"))
    results = search_cases(cases, index, tools.told("searching"))
    chosen = replace(task, system=system)
    note = (Text(NO_RANKER, style="yellow"),) if system is not task.system else ()
    head = Report(note, {"system": str(system), "note": NO_RANKER if note else ""})
    return head + _ranking_report(chosen, results) + _ending_report(chosen, cases, results, theirs)


def _pairs_report(task: Task, target: Path, tools: Tools) -> Report:
    judged = ask_pairs(read_pairs(target), tools.desk(), tools.today, tools.told("asking"))
    report = rows_report("pairs", "Near-miss pairs (n: sides)", pair_rows(judged), (Ending.RIGHT, Ending.WRONG_TWIN))
    wrong = [j for j in judged if j.ending in MISSES]
    rows = [
        {
            "id": j.pair.id,
            "question": j.side.text,
            "wanted": ", ".join(sorted(j.side.entries)),
            "ended": f"{j.ending} {j.reply.confidence:.2f}",
            "shown": ", ".join(j.reply.documents or j.reply.entries),
        }
        for j in wrong
        if task.misses or j.ending is Ending.WRONG_TWIN
    ]
    return report + list_report("misses", "Misses" if task.misses else "Wrong twin alone on top", rows)


def _parallel_report(target: Path, tools: Tools) -> Report:
    encoder = tools.encoder()
    rows = translation_rows(read_parallel(target), encoder)
    return rows_report("parallel", f"Translation found as the nearest neighbour, encoder {encoder.name}", rows)


def _dated_report(task: Task, tools: Tools) -> Report:
    """Ask every entry's own question around each of its days of change."""
    desk = tools.desk()
    cases = tuple(dated_cases(desk.generation.base.entries.values()))
    judged = ask_dated(cases, desk, tools.today, tools.told("days"))
    report = counts_report("as_of_cases", "Own questions around each day of change", counted(judged), tuple(Version))
    listed = (Version.WRONG, Version.OTHER_ENTRY) if task.misses else (Version.WRONG,)
    rows = [
        {"entry": case.entry, "day": f"{case.day} ({case.which})", "question": case.text, "ended": str(version)}
        for case, version in judged
        if version in listed
    ]
    return report + list_report("as_of_misses", "Wrong versions" + (", other entries" if task.misses else ""), rows)
