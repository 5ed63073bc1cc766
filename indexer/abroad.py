"""Which entries are asked about with other countries in the question: of the others such a question is hardly meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from indexer.units import Facet, Unit
from kb.places import Gazetteer


def shares_abroad(units: Iterable[Unit], owners: Iterable[str], gazetteer: Gazetteer) -> Mapping[str, float]:
    """Return the share of each owner's wordings that name another country, 0..1; those of which none does left out.

    `owners[i]` is what unit i leads to.
    """
    asked: Counter[str] = Counter()
    abroad: Counter[str] = Counter()
    for unit, owner in zip(units, owners, strict=True):
        if unit.facet in (Facet.WORDING, Facet.OFF_TOPIC):
            asked[owner] += 1
            abroad[owner] += gazetteer.is_abroad(unit.text)
    return {owner: n / asked[owner] for owner, n in sorted(abroad.items()) if n}
