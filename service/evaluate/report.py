"""Show figures as tables for people and as plain rows for programs."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from service.evaluate.asking import Result
from service.evaluate.compare import Difference
from service.evaluate.measure import Figure, Row
from service.evaluate.systems import System, entries


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


def shown(figure: Figure) -> str:
    """Write a figure with its interval: `0.912 .89–.93`."""
    return "" if math.isnan(figure.value) else f"{figure.value:.3f} {_bound(figure.low)}–{_bound(figure.high)}"


def _bound(value: float) -> str:
    return "1.0" if value >= 0.995 else f"{value:.2f}".removeprefix("0")


def rows_report(name: str, title: str, rows: Sequence[Row], caption: str = "") -> Report:
    """Show groups of questions; each figure with its 95 % interval."""
    columns = tuple(dict.fromkeys(figure for row in rows for figure in row.figures))
    cells = ((row.group, str(row.n), *(shown(row.figures[c]) for c in columns)) for row in rows)
    table = table_of(title, ("group", "n", *columns), cells, caption)
    return Report((table,), {name: [_row(row) for row in rows]})


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


def misses_report(results: Iterable[Result], system: System) -> Report:
    """List every question that went wrong: not answered by a right entry, or not refused as it should be."""
    missed = [(r, _ending(r, system)) for r in results if _is_miss(r, system)]
    table = table_of(
        f"Misses ({len(missed)})",
        ("id", "question", "wanted", "ended", "first"),
        ((r.case.id, r.case.text, ", ".join(sorted(r.case.relevant)) or r.case.outcome, *end) for r, end in missed),
    )
    rows = [
        {"id": r.case.id, "text": r.case.text, "wanted": sorted(r.case.relevant), "ended": end[0], "first": end[1]}
        for r, end in missed
    ]
    return Report((table,), {"misses": rows})


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
