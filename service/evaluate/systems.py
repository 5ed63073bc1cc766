"""How each system orders entries for a question: BM25 alone, the encoder alone, both by rank, the learned ranker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from service.rank import Ranked
from service.search import UnitScores

DEPTH = 100  # entries kept for each question
RRF_K = 60  # Cormack et al. 2009
Order = tuple[tuple[str, float], ...]  # (entry, score), best first


class System(StrEnum):
    """A way to order entries. Only RANKED can also refuse."""

    LEXICAL = "lexical"
    DENSE = "dense"
    FUSED = "fused"
    RANKED = "ranked"


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which entry each unit leads to. `rows`: the units that count, (n,); `codes`: their entry in `names`, (n,)."""

    names: tuple[str, ...]
    rows: NDArray[np.int64]
    codes: NDArray[np.int64]

    @staticmethod
    def of(owners: NDArray[np.str_], counts: NDArray[np.bool_]) -> Grouping:
        """Group units by owner, (n_units,); those that do not count, such as off-topic examples, lead nowhere."""
        rows = np.flatnonzero(counts)
        names, codes = np.unique(owners[rows], return_inverse=True)
        return Grouping(tuple(str(name) for name in names), rows, codes)

    def best(self, scores: NDArray[np.float32]) -> Order:
        """Order entries by the best score of their units; entries without a score above 0 are left out."""
        best = np.zeros(len(self.names), dtype=np.float32)
        np.maximum.at(best, self.codes, scores[self.rows])
        found = np.flatnonzero(best > 0)
        order = found[np.argsort(-best[found], kind="stable")][:DEPTH]
        return tuple((self.names[n], float(best[n])) for n in order)


def orders_of(scores: UnitScores, grouping: Grouping) -> dict[System, Order]:
    """Return what each retriever, and both together, would put first."""
    lexical, dense = grouping.best(scores.lexical), grouping.best(scores.dense)
    return {System.LEXICAL: lexical, System.DENSE: dense, System.FUSED: reciprocal_rank_fusion((lexical, dense))}


def ranked_order(ranked: Ranked) -> Order:
    """Return the entries of the learned ranker with their probabilities, off-topic kinds left out."""
    return ranked.entries[:DEPTH]


def reciprocal_rank_fusion(orders: Sequence[Order], k: int = RRF_K) -> Order:
    """Add up 1 / (k + rank) over `orders`; ties are broken by name."""
    total: dict[str, float] = {}
    for order in orders:
        for rank, (entry, _) in enumerate(order, start=1):
            total[entry] = total.get(entry, 0.0) + 1 / (k + rank)
    return tuple(sorted(total.items(), key=lambda pair: (-pair[1], pair[0])))[:DEPTH]


def entries(order: Order) -> tuple[str, ...]:
    """Return the entries of an order, best first."""
    return tuple(entry for entry, _ in order)


Orders = Mapping[System, Order]
