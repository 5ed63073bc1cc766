"""Is an answer found that exists only in another language? Every document in the asker's language is taken away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from kb.model import Language, Scope
from service.desk import Desk
from service.evaluate.asking import Told, order_of_cases
from service.evaluate.cases import Case
from service.evaluate.measure import Row, measured, shares
from service.evaluate.systems import System

HITS = ("hit@1", "hit@5")


def other_languages(case: Case, day: date) -> Scope:
    """Admit what is in force on `day` in the two languages the question is not in."""
    return Scope(day, frozenset(Language) - {Language(case.language)})


def cross_rows(
    cases: Sequence[Case], desk: Desk, today: date, system: System, told: Told | None = None
) -> tuple[Row, ...]:
    """Measure the answerable questions, each searched in the other two languages only; a row for each language."""
    asked = {case.id: case for case in cases if case.is_answerable}
    values = measured(asked, order_of_cases(asked.values(), desk, today, system, other_languages, told))
    rows = []
    for group in ("all", *Language):
        table = np.array([[values[c.id][h] for h in HITS] for c in asked.values() if group in ("all", c.language)])
        if len(table):
            rows.append(Row(str(group), len(table), dict(zip(HITS, shares(table), strict=True))))
    return tuple(rows)
