"""Which entries to offer when more than one may be meant."""

from __future__ import annotations

from kb.model import Kind
from service.answer import Setting, document_for
from service.rank import Ranked

N_CHOICES = 3


def choices(ranked: Ranked, share: float, setting: Setting, most: int = N_CHOICES) -> list[str]:
    """Return the first entry and those that may be meant instead: at most `most`, at least `share` as likely.

    A leaflet or announcement about what the first entry says is no other answer, so it is not offered beside it.
    """
    first, best = ranked.entries[0]
    chosen = [first]
    for owner, p in ranked.entries[1:]:
        if len(chosen) == most or p < share * best:
            break
        if not _says_the_same(first, owner, setting):
            chosen.append(owner)
    return chosen


def overview(entries: list[str], setting: Setting) -> str:
    """Return the leaflet among `entries` that covers all the others, or "": it answers a double question."""
    for entry in entries:
        document = document_for(entry, setting)
        if document and document.kind is Kind.LEAFLET and set(entries) <= {entry, *document.see}:
            return entry
    return ""


def _says_the_same(first: str, other: str, setting: Setting) -> bool:
    """Tell whether `other` is a leaflet or announcement that is linked with the question and answer `first`."""
    one, two = document_for(first, setting), document_for(other, setting)
    linked = one and two and (two.entry in one.see or one.entry in two.see)
    return bool(linked and one and two and one.kind is Kind.FAQ and two.kind is not Kind.FAQ)
