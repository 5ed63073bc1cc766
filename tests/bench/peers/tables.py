"""The tables: hit@1 of every system in each group with the test against the best peer, and all measures for `all`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from service.evaluate.cases import Case
from service.evaluate.compare import paired
from service.evaluate.measure import grouped
from service.evaluate.report import table_of
from tests.bench.peers.asking import Run

HIT, OVERALL = "hit@1", ("hit@1", "hit@5", "ndcg@10")
LEVEL = 0.05


def groups(cases: Sequence[Case]) -> dict[str, list[str]]:
    """Return all, past days, languages, languages by script, and styles; not styles within a language and script."""
    return {name: ids for name, ids in grouped(cases).items() if len(name.split()) < 3}


def hits_table(cases: Sequence[Case], ours: Run, peers: Sequence[Run]) -> Table:
    """Show hit@1; `lead` is ours minus the row's best peer, `p` that of a paired randomisation test of the two."""
    rows, ahead = [], 0
    for group, ids in groups(cases).items():
        best = max(peers, key=lambda run: run.mean(HIT, ids))
        found = paired(group, HIT, [ours.values[i][HIT] for i in ids], [best.values[i][HIT] for i in ids])
        ahead += found.difference.value > 0 and found.p < LEVEL
        figures = (f"{run.mean(HIT, ids):.3f}" for run in (ours, *peers))
        rows.append((group, str(len(ids)), *figures, best.name, f"{found.difference.value:+.3f}", f"{found.p:.4f}"))
    columns = ("group", "n", ours.name, *(run.name for run in peers), "best peer", "lead", "p")
    caption = f"ahead of the best peer with p < {LEVEL} in {ahead} of {len(rows)} groups; each p is of its row alone"
    return table_of(HIT, columns, rows, caption)


def overall_table(cases: Sequence[Case], runs: Sequence[Run]) -> Table:
    """Show each system's measures over all questions, its speed, and how texts made entries."""
    ids = [case.id for case in cases]
    rows = (
        (run.name, *(f"{run.mean(name, ids):.3f}" for name in OVERALL), f"{run.ms:.1f}", run.pooling) for run in runs
    )
    columns = ("system", *OVERALL, "ms a question", "entry score")
    caption = (
        "entry score: its best text, or its three best together; each peer gets what has more hit@1 on these questions"
    )
    return table_of(f"all {len(ids)} questions", columns, rows, caption)


def missing_lines(missing: Mapping[str, str]) -> list[str]:
    """Say which peers were not measured, and why."""
    return [f"not measured: {name}: {why}" for name, why in missing.items()]
