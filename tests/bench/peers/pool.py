"""The corpus as plain texts for peers, and from a score for every text to ranked entries of a day."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from indexer.units import Unit
from kb.base import KnowledgeBase
from kb.model import Scope

DEPTH = 10  # entries kept of a ranking


@dataclass(frozen=True, eq=False)
class TextPool:
    """Distinct texts of a corpus, and which entry each leads to. A pair is (text, entry); pairs are sorted by entry.

    `pair_text`, `pair_entry`: (n_pairs,) row numbers. `pair_documents`: for each pair the documents that have the text.
    """

    base: KnowledgeBase
    texts: tuple[str, ...]
    entries: tuple[str, ...]
    pair_text: NDArray[np.int64]
    pair_entry: NDArray[np.int64]
    pair_documents: tuple[frozenset[str], ...]
    _masks: dict[date, NDArray[np.bool_]] = field(default_factory=dict, repr=False)

    @staticmethod
    def of(base: KnowledgeBase, units: Sequence[Unit]) -> TextPool:
        """Collect the texts of `units` of the documents of `base`; other units (off-topic examples) are left out."""
        owners = {d.id: d.entry for d in base.documents()}
        pairs: dict[tuple[str, str], set[str]] = {}
        for unit in units:
            if unit.document in owners:
                pairs.setdefault((owners[unit.document], unit.text), set()).add(unit.document)
        texts = {text: n for n, text in enumerate(dict.fromkeys(text for _, text in sorted(pairs)))}
        entries = {entry: n for n, entry in enumerate(sorted({entry for entry, _ in pairs}))}
        return TextPool(
            base=base,
            texts=tuple(texts),
            entries=tuple(entries),
            pair_text=np.array([texts[text] for _, text in sorted(pairs)], dtype=np.int64),
            pair_entry=np.array([entries[entry] for entry, _ in sorted(pairs)], dtype=np.int64),
            pair_documents=tuple(frozenset(pairs[pair]) for pair in sorted(pairs)),
        )

    def in_force(self, day: date) -> NDArray[np.bool_]:
        """Tell which pairs stand in a document in force on `day`, (n_pairs,)."""
        if day not in self._masks:
            documents = {d.id for d in self.base.documents(Scope(day))}
            self._masks[day] = np.array([not documents.isdisjoint(d) for d in self.pair_documents], dtype=np.bool_)
        return self._masks[day]

    def ranked(self, scores: NDArray[np.float32], day: date, pooling: Pooling) -> tuple[str, ...]:
        """Return up to DEPTH entries in force on `day`, best first; `scores`: (n_texts,), 0 = not found."""
        found = np.where(self.in_force(day), scores[self.pair_text], 0)
        totals = pooling(found, self.pair_entry, len(self.entries))
        best = np.argsort(-totals, kind="stable")[:DEPTH]
        return tuple(self.entries[n] for n in best if totals[n] > 0)


Pooling = Callable[[NDArray[np.float32], NDArray[np.int64], int], NDArray[np.float32]]


def sum_of_best(k: int, scores: NDArray[np.float32], groups: NDArray[np.int64], n: int) -> NDArray[np.float32]:
    """Return for each of `n` groups the sum of its `k` best scores, (n,); `groups` is sorted."""
    order = np.lexsort((-scores, groups))
    place = np.arange(len(groups)) - np.searchsorted(groups, groups)
    kept = order[place < k]
    return np.bincount(groups[kept], weights=scores[kept], minlength=n).astype(np.float32)


# An entry is as good as its best text, or as its three best together. Each peer gets what serves it better.
POOLINGS: dict[str, Pooling] = {"max": partial(sum_of_best, 1), "top 3": partial(sum_of_best, 3)}
