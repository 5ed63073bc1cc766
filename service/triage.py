"""Recognise danger to life before anything is searched. It never judges how urgent: any sign means "call 103"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kb.language.folding import words
from kb.language.readings import readings

WINDOW = 3  # words that may stand between the words of a sign: «муж вдруг упал и сознание потерял»


def emergency_sign(text: str, signs: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the id of the first sign that `text` shows, or None.

    A sign's phrase is a set of word beginnings that must all occur near each other, in any order, after letters are
    folded; `signs` maps ids to phrases.
    """
    for reading in readings(text):
        found = words(reading)
        for sign, phrases in signs.items():
            if any(_occurs(words(phrase), found) for phrase in phrases):
                return sign
    return None


def _occurs(beginnings: list[str], found: list[str]) -> bool:
    places = [_places(beginning, found) for beginning in beginnings]
    if not beginnings or not all(places):
        return False
    return any(_near(first, places[1:], len(beginnings)) for first in places[0])


def _places(beginning: str, found: list[str]) -> list[int]:
    # A short beginning stands for the whole word, or «ес» would be found in «если».
    return [n for n, word in enumerate(found) if word == beginning or (len(beginning) > 2 and word.startswith(beginning))]


def _near(first: int, others: Iterable[list[int]], size: int) -> bool:
    reach = size - 1 + WINDOW
    return all(any(0 < abs(place - first) <= reach for place in places) for places in others)
