"""Recognise danger to life before anything is searched. It never judges how urgent: any sign means "call 103"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from kb.language.folding import words
from kb.language.readings import readings

SHORTEST = 4  # letters of a beginning that may stand for longer words; a shorter one is a whole word
WINDOW = 3  # words that may stand between the words of a sign: «муж вдруг упал и сознание потерял»


def emergency_sign(text: str, signs: Mapping[str, tuple[str, ...]]) -> str | None:
    """Return the id of the first sign that `text` shows, or None.

    A sign's phrase is a set of word beginnings that must all occur near each other, in any order, after letters are
    folded; `signs` maps ids to phrases.
    """
    for reading in readings(text):
        found = words(reading)
        there = {word[:n] for word in found for n in range(SHORTEST, len(word))} | set(found)
        for sign, phrases in signs.items():
            keyed = _by_longest(phrases)
            likely = (beginnings for word in there & keyed.keys() for beginnings in keyed[word])
            if any(there.issuperset(beginnings) and _occurs(beginnings, found) for beginnings in likely):
                return sign
    return None


@cache
def _by_longest(phrases: tuple[str, ...]) -> dict[str, list[tuple[str, ...]]]:
    """Return each phrase's beginnings under its longest one: few phrases share one with a question."""
    keyed: dict[str, list[tuple[str, ...]]] = {}
    for beginnings in map(tuple, map(words, phrases)):
        keyed.setdefault(max(beginnings, key=len, default=""), []).append(beginnings)
    return keyed


def _occurs(beginnings: tuple[str, ...], found: list[str]) -> bool:
    places = [[n for n, word in enumerate(found) if _begins(word, beginning)] for beginning in beginnings]
    return bool(places) and any(_near(first, places[1:], len(beginnings)) for first in places[0])


def _begins(word: str, beginning: str) -> bool:
    """A short beginning stands for the whole word, or «ес» would be found in «если»."""
    return word == beginning or (len(beginning) >= SHORTEST and word.startswith(beginning))


def _near(first: int, others: Iterable[list[int]], size: int) -> bool:
    reach = size - 1 + WINDOW
    return all(any(0 < abs(place - first) <= reach for place in places) for places in others)
