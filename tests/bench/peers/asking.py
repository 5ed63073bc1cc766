"""Ask Anyq and each peer the same questions on the same days, and keep their rankings and how long they took."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from service.desk import Desk
from service.evaluate.cases import Case
from service.evaluate.measure import Values, measured
from service.evaluate.systems import entries, ranked_order
from tests.bench.peers.pool import POOLINGS, TextPool
from tests.bench.peers.systems import Peer

Ranked = tuple[str, ...]  # entries, best first


@dataclass(frozen=True)
class Run:
    """What one system did. `values`: question -> measure -> value; `ms` a question; `pooling` is empty for Anyq."""

    name: str
    values: Values
    ms: float
    pooling: str = ""

    def mean(self, measure: str, ids: Sequence[str]) -> float:
        """Return the mean of a measure over the questions `ids`."""
        return sum(self.values[i][measure] for i in ids) / len(ids)


def anyq_run(cases: Sequence[Case], desk: Desk, today: date) -> Run:
    """Rank with the desk, as `anyq evaluate` does for its system `ranked`."""

    def ranking(case: Case) -> Ranked:
        return entries(ranked_order(desk.trace(desk.query(case.text, None, case.as_of or today)).ranked))

    rankings, ms = _timed(cases, ranking)
    return Run("anyq", measured({case.id: case for case in cases}, rankings), ms)


def peer_run(name: str, peer: Peer, cases: Sequence[Case], pool: TextPool, today: date) -> Run:
    """Index, ask, and keep the pooling by which the peer has more questions right: hit@1, then nDCG@10."""
    peer.index(pool.texts)
    scores: dict[str, NDArray[np.float32]] = {}

    def ranking(case: Case) -> Ranked:
        scores[case.id] = peer.scores(case.text)
        return pool.ranked(scores[case.id], case.as_of or today, POOLINGS["max"])

    _, ms = _timed(cases, ranking)
    by_id = {case.id: case for case in cases}
    rankings = {
        pooling: {case.id: pool.ranked(scores[case.id], case.as_of or today, pooled) for case in cases}
        for pooling, pooled in POOLINGS.items()
    }
    runs = [Run(name, measured(by_id, found), ms, pooling) for pooling, found in rankings.items()]
    return max(runs, key=lambda run: (run.mean("hit@1", list(by_id)), run.mean("ndcg@10", list(by_id))))


def _timed(cases: Sequence[Case], ranking: Callable[[Case], Ranked]) -> tuple[dict[str, Ranked], float]:
    """Return question -> ranking and the mean milliseconds of one, after one that warms up."""
    ranking(cases[0])
    begin = time.perf_counter()
    rankings = {case.id: ranking(case) for case in cases}
    return rankings, (time.perf_counter() - begin) * 1000 / len(cases)
