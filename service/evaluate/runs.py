"""TREC run files: `question Q0 entry rank score tag`, one line for each entry found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from service.evaluate.asking import Result
from service.evaluate.cases import Case, CaseError
from service.evaluate.systems import System

NOTHING = "-"  # stands for an entry where a system found none, so that the file names every question


def write_run(path: Path, results: Iterable[Result], system: System) -> None:
    """Write what one system found, tagged with its name."""
    lines = []
    for result in results:
        order = result.order(system) or ((NOTHING, 0.0),)
        for rank, (entry, score) in enumerate(order, start=1):
            lines.append(f"{result.case.id} Q0 {entry} {rank} {score:.9g} anyq-{system}\n")
    path.write_text("".join(lines), encoding="utf-8")


def read_run(path: Path, cases: Iterable[Case]) -> dict[str, tuple[str, ...]]:
    """Return question -> entries, best first: by score, as every reader of such files, then by rank.

    Raises CaseError on an unreadable line, on a question that `cases` lack, and on an answerable one it lacks itself.
    """
    rows: dict[str, list[tuple[float, int, str]]] = defaultdict(list)
    known = {case.id: case for case in cases}
    for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            question, _, entry, rank, score, _ = line.split()
            rows[question].append((-float(score), int(rank), entry))
        except ValueError:
            raise CaseError(
                f"{path}:{n}: not a line of a TREC run; it needs `question Q0 entry rank score tag`"
            ) from None
        if question not in known:
            raise CaseError(
                f"{path}:{n}: question {question} is not in this folder, so the run was made on another set; "
                "compare runs of the same folder"
            )
    missing = [case.id for case in known.values() if case.is_answerable and case.id not in rows]
    if missing:
        raise CaseError(
            f"{path}: lacks {len(missing)} of the folder's questions ({', '.join(missing[:3])} …), so nothing can be "
            f"paired with them; make the run again on this folder (a line with the entry `{NOTHING}` says: found none)"
        )
    return {question: tuple(dict.fromkeys(entry for _, _, entry in sorted(found))) for question, found in rows.items()}
