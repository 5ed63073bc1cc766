"""Near-miss pairs: two questions that differ in one deciding word. Does the wrong twin ever stand alone on top?"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import numpy as np

from kb.base import KnowledgeBase
from kb.model import Outcome
from service.desk import Desk
from service.evaluate.asking import REFUSALS, Reply, Told
from service.evaluate.cases import CaseError
from service.evaluate.measure import Row, shares

PAIRS = "pairs.jsonl"


class Ending(StrEnum):
    """How one side of a pair ended. OFFERED: the desk asked back (CLARIFY) and showed these entries.

    WRONG_WITH_RIGHT: the wrong twin is answered, but says whose case it is for, with the right entry's case beside it.
    """

    RIGHT = "right alone"
    WRONG_TWIN = "wrong twin alone"
    WRONG_WITH_RIGHT = "wrong twin, right case beside"
    OTHER = "other"
    BOTH_OFFERED = "both offered"
    RIGHT_OFFERED = "right one offered"
    OTHER_OFFERED = "other offered"
    REFUSED = "refused"


MISSES = (Ending.WRONG_TWIN, Ending.WRONG_WITH_RIGHT, Ending.OTHER, Ending.OTHER_OFFERED)


@dataclass(frozen=True, slots=True)
class Side:
    """One question of a pair, the entries that answer it, and its day (None: today)."""

    text: str
    entries: frozenset[str]
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sides; `shared` are general entries that serve both."""

    id: str
    language: str
    kind: str
    a: Side
    b: Side
    shared: frozenset[str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A side that was asked, what came of it, and how that is judged."""

    pair: Pair
    side: Side
    reply: Reply
    ending: Ending


def read_pairs(folder: Path) -> tuple[Pair, ...]:
    """Read `pairs.jsonl`. Raises CaseError with file and line."""
    path = folder / PAIRS
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_pair(path, n, line) for n, line in enumerate(lines, start=1) if line.strip())


def _pair(path: Path, n: int, line: str) -> Pair:
    try:
        row = json.loads(line)
        a, b = (
            Side(
                row[name]["text"],
                frozenset(row[name]["entries"]),
                date.fromisoformat(row[name]["as_of"]) if row[name].get("as_of") else None,
            )
            for name in "ab"
        )
        return Pair(row["_id"], row["language"], row["kind"], a, b, frozenset(row.get("shared", ())))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CaseError(
            f"{path}:{n}: {error!r}; a pair needs _id, language, kind, a and b as corpus/questions/README.md says"
        ) from None


def ask_pairs(pairs: Sequence[Pair], desk: Desk, today: date, told: Told | None = None) -> tuple[Judged, ...]:
    """Ask both sides of every pair, each as of its day."""
    judged = []
    for n, pair in enumerate(pairs, start=1):
        for side, twin in ((pair.a, pair.b), (pair.b, pair.a)):
            reply = Reply.of(desk.answer(side.text, None, side.as_of or today, today))
            ending = judge(reply, pair.shared, side, twin, desk.generation.base, today)
            judged.append(Judged(pair, side, reply, ending))
        if told:
            told(n, len(pairs))
    return tuple(judged)


def judge(reply: Reply, shared: frozenset[str], side: Side, twin: Side, base: KnowledgeBase, today: date) -> Ending:
    """Judge the reply to `side`. Where both sides lead to one entry, the version that is cited decides."""
    right = side.entries | shared
    wrong = twin.entries - right
    if reply.outcome in REFUSALS:
        return Ending.REFUSED
    shown = set(reply.entries)
    if reply.outcome is Outcome.CLARIFY:
        if not shown & right:
            return Ending.OTHER_OFFERED
        return Ending.BOTH_OFFERED if shown & wrong else Ending.RIGHT_OFFERED
    if shown & right:
        versions = {
            d.id for name in right & base.entries.keys() for d in base.entry(name).at(side.as_of or today).values()
        }
        return Ending.RIGHT if set(reply.documents) <= versions else Ending.WRONG_TWIN
    if not shown & wrong:
        return Ending.OTHER
    return Ending.WRONG_WITH_RIGHT if right.intersection(reply.cases) else Ending.WRONG_TWIN


def pair_rows(judged: Iterable[Judged]) -> tuple[Row, ...]:
    """Return the share of sides of each ending: all, by language, by kind. `n` counts sides; pairs are resampled."""
    endings: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0] * len(Ending)))
    order = list(Ending)
    for one in judged:
        for group in ("all", one.pair.language, one.pair.kind):
            endings[group][one.pair.id][order.index(one.ending)] += 1
    rows = []
    for group in sorted(endings, key=lambda name: (name != "all", len(name) != 2, name)):
        counts = np.array(list(endings[group].values()))
        sides = np.repeat(counts.sum(axis=1, keepdims=True), len(order), axis=1)
        figures = dict(zip(map(str, order), shares(counts, sides), strict=True))
        rows.append(Row(group, int(counts.sum()), figures))
    return tuple(rows)
