"""Show figures as tables for people and as plain rows for programs."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from service.evaluate.asking import Result
from service.evaluate.calibration import Reliability
from service.evaluate.compare import Difference
from service.evaluate.measure import Figure, Row
from service.evaluate.systems import System, entries

_BAR = 40  # characters of a bar


@dataclass(frozen=True, slots=True)
class Report:
    """What is printed: `parts` one below the other, or `content` as JSON."""

    parts: tuple[RenderableType, ...]
    content: Mapping[str, Any] = field(default_factory=dict)

    @property
    def table(self) -> RenderableType:
        return Group(*self.parts)

    def __add__(self, other: Report) -> Report:
        return Report((*self.parts, *other.parts), {**self.content, **other.content})


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> Table:
    """Return a table with a title above, left, and a caption below."""
    table = Table(title=title, title_justify="left", caption=caption or None, caption_justify="left")
    for n, name in enumerate(columns):
        table.add_column(name, overflow="fold", no_wrap=n == 0)
    for row in rows:
        table.add_row(*row)
    return table


def shown(figure: Figure, name: str = "", bounded: Collection[str] = ()) -> str:
    """Write a figure with its interval: `0.912 .89–.93`; without one when others are `bounded`."""
    if math.isnan(figure.value):
        return ""
    interval = f" {_bound(figure.low)}–{_bound(figure.high)}" if not bounded or name in bounded else ""
    return f"{figure.value:.3f}{interval}"


def _bound(value: float) -> str:
    return "1.0" if value >= 0.995 else f"{value:.2f}".removeprefix("0")


def rows_report(name: str, title: str, rows: Sequence[Row], bounded: Collection[str] = ()) -> Report:
    """Show groups of questions; figures with their 95 % interval, all or those named in `bounded`."""
    columns = tuple(dict.fromkeys(figure for row in rows for figure in row.figures))
    cells = ((row.group, str(row.n), *(shown(row.figures[c], c, bounded) for c in columns)) for row in rows)
    return Report((table_of(title, ("group", "n", *columns), cells),), {name: [_row(row) for row in rows]})


def _row(row: Row) -> dict[str, Any]:
    """`values` holds the plain figures, `intervals` their bounds; null where there was nothing to measure."""
    values = {name: None if math.isnan(f.value) else f.value for name, f in row.figures.items()}
    intervals = {name: None if math.isnan(f.value) else [f.low, f.high] for name, f in row.figures.items()}
    return {"group": row.group, "n": row.n, "values": values, "intervals": intervals}


def shares_report(name: str, title: str, shares: Mapping[str, float]) -> Report:
    """Show named shares."""
    known = {key: value for key, value in shares.items() if not math.isnan(value)}
    table = table_of(title, ("outcome", "share"), ((key, f"{value:.3f}") for key, value in known.items()))
    return Report((table,), {name: {key: known.get(key) for key in shares}})


def differences_report(name: str, title: str, differences: Sequence[Difference]) -> Report:
    """Show paired differences; p is of one row alone, not corrected for the number of rows."""
    columns = ("group", "measure", "n", "this", "other", "difference 95 %", "p")
    cells = (
        (d.group, d.measure, str(d.n), f"{d.ours:.3f}", f"{d.theirs:.3f}", _signed(d.difference), f"{d.p:.4f}")
        for d in differences
    )
    table = table_of(title, columns, cells, "p: two-sided paired randomisation test over questions, each row by itself")
    return Report((table,), {name: [_difference(d) for d in differences]})


def _signed(figure: Figure) -> str:
    return f"{figure.value:+.3f} {figure.low:+.3f} to {figure.high:+.3f}"


def _difference(d: Difference) -> dict[str, Any]:
    plain = {"group": d.group, "measure": d.measure, "n": d.n, "ours": d.ours, "theirs": d.theirs, "p": d.p}
    return plain | {"difference": d.difference.value, "interval": [d.difference.low, d.difference.high]}


def counts_report(name: str, title: str, counts: Mapping[str, Mapping[str, int]], columns: Sequence[str]) -> Report:
    """Show counts by group."""
    cells = ((group, str(sum(row.values())), *(str(row.get(c, 0)) for c in columns)) for group, row in counts.items())
    content = {group: {c: row.get(c, 0) for c in columns} for group, row in counts.items()}
    return Report((table_of(title, ("group", "cases", *columns), cells),), {name: content})


def list_report(name: str, title: str, rows: Sequence[Mapping[str, str]]) -> Report:
    """Show rows of the same keys under each other."""
    if not rows:
        return Report((Text(f"{title}: none"),), {name: []})
    table = table_of(f"{title} ({len(rows)})", tuple(rows[0]), (tuple(row.values()) for row in rows))
    return Report((table,), {name: [dict(row) for row in rows]})


def calibration_report(found: Mapping[str, Reliability]) -> Report:
    """Draw each reliability plot with bars: the share that was right, and where the confidence stands (│)."""
    parts, content = [], {}
    for name, one in found.items():
        cells = ((str(b.n), f"{b.confidence:.3f}", f"{b.right:.3f}", _bar(b.right, b.confidence)) for b in one.bins)
        title = f"Calibration of {name}: expected calibration error {one.error:.3f}, n {one.n}"
        parts.append(table_of(title, ("n", "confidence", "right", "0" + " " * (_BAR - 2) + "1"), cells))
        bins = [{"n": b.n, "confidence": b.confidence, "right": b.right} for b in one.bins]
        content[name] = {"ece": None if math.isnan(one.error) else one.error, "n": one.n, "bins": bins}
    return Report(tuple(parts), {"calibration": content})


def _bar(right: float, confidence: float) -> str:
    filled, mark = round(right * _BAR), min(_BAR - 1, round(confidence * _BAR))
    bar = "█" * filled + "·" * (_BAR - filled)
    return bar[:mark] + "│" + bar[mark + 1 :]


def misses_report(results: Iterable[Result], system: System) -> Report:
    """List every question that went wrong: not answered by a right entry, or not refused as it should be."""
    missed = [(r, _ending(r, system)) for r in results if _is_miss(r, system)]
    rows = [
        {"id": r.case.id, "question": r.case.text, "wanted": _wanted(r), "ended": ended, "first": first}
        for r, (ended, first) in missed
    ]
    return list_report("misses", "Misses", rows)


def _wanted(result: Result) -> str:
    return ", ".join(sorted(result.case.relevant)) or str(result.case.outcome)


def _is_miss(result: Result, system: System) -> bool:
    if system is not System.RANKED or result.reply is None:
        first = entries(result.order(system))[:1]
        return result.case.is_answerable and not set(first) & result.case.relevant
    if result.case.is_answerable:
        return not result.is_right
    return result.reply.outcome is not result.case.outcome


def _ending(result: Result, system: System) -> tuple[str, str]:
    first = next(iter(entries(result.order(system))), "")
    if system is not System.RANKED or result.reply is None:
        return "", first
    return f"{result.reply.outcome} {result.reply.confidence:.2f}", first
