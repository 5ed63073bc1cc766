"""Turn text into index terms: the same function for passages and for questions."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from kb.language import kazakh
from kb.language.folding import plain, skeleton, spell_signs
from kb.language.lists import lines
from kb.language.russian import cyrillic
from kb.language.scripts import without_kazakh_letters
from kb.language.snowball import english_stem, russian_stem
from kb.model import Language

ANALYZER_VERSION: Final = "1"
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*'?|\d+")
_CYRILLIC: Final = re.compile(r"[Ѐ-ӿ]")


def analyze(text: str, language: Language) -> list[str]:
    """List the index terms of `text`, read as `language`: skeletons of stems, stop words dropped, order kept.

    A word typed without Kazakh letters or in Latin script gives the term of its proper spelling. A negated
    Kazakh form (`төлемеген`, `жолдамасыз`) also gives the term of `емес` (not), since the stem has lost the suffix;
    words of negation (`жоқ`, `can't`) give one term for each language.
    """
    terms = _TERMS[language]
    return [term for word in _WORD.findall(plain(spell_signs(text))) for term in terms(word)]


@lru_cache(maxsize=1 << 16)
def _kazakh(word: str) -> tuple[str, ...]:
    folded = skeleton(word)
    if folded in _folded("stop.kk.txt"):
        return ()
    if folded in _folded("negation.kk.txt"):
        return (_negation(Language.KK),)
    found = kazakh.read(word)
    if found.is_negative:
        return (found.stem, _negation(Language.KK))
    return (found.stem,) if found.stem else ()


@lru_cache(maxsize=1 << 16)
def _russian(word: str) -> tuple[str, ...]:
    spelled = without_kazakh_letters(word) if _CYRILLIC.search(word) else cyrillic(word)
    if not _folded("stop.ru.txt").isdisjoint((skeleton(word), skeleton(spelled))):
        return ()
    return tuple(skeleton(russian_stem(spelled)).split())


@lru_cache(maxsize=1 << 16)
def _english(word: str) -> tuple[str, ...]:
    if _CYRILLIC.search(word):
        return _russian(word)
    folded = skeleton(word)
    if folded in _folded("stop.en.txt"):
        return ()
    if folded in _folded("negation.en.txt"):
        return (_negation(Language.EN),)
    return tuple(skeleton(english_stem(word)).split())


_TERMS: Final[dict[Language, Callable[[str], tuple[str, ...]]]] = {
    Language.KK: _kazakh,
    Language.RU: _russian,
    Language.EN: _english,
}


@cache
def _folded(name: str) -> frozenset[str]:
    return frozenset(skeleton(word) for word in lines(name))


@cache
def _negation(language: Language) -> str:
    return skeleton(lines(f"negation.{language}.txt")[0])
