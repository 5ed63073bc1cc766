"""The Snowball stemmers, loaded at first use."""

from __future__ import annotations

from functools import cache
from typing import Protocol, cast


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...


def russian_stem(word: str) -> str:
    """Stem one lower-case Russian word in Cyrillic."""
    return _stemmer("russian").stemWord(word)


def english_stem(word: str) -> str:
    """Stem one lower-case English word."""
    return _stemmer("english").stemWord(word)


@cache
def _stemmer(name: str) -> _Stemmer:
    import snowballstemmer

    return cast(_Stemmer, snowballstemmer.stemmer(name))
