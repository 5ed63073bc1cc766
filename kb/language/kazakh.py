"""Stem Kazakh words by rules, whatever their spelling.

Stemming works on the folded ground of `folding.letters`, where қ and к or і and ы are one letter: only so do a word
and its spelling without Kazakh letters give one stem. Suffixes are peeled in layers, outermost first; every layer is
optional, so a word has several candidates. A candidate that is a known stem wins; otherwise the shortest does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from itertools import product
from typing import Final, NamedTuple

from kb.language.folding import contract, letters
from kb.language.lists import lines

_SOUNDS: Final = {"A": "ae", "D": "dt", "G": "gk", "L": "ldt", "N": "ndt", "M": "mbp", "I": "i"}
_VOWELS: Final = frozenset("aeiou")
_VOICELESS: Final = frozenset("ptkshcfbgdv")
_HARDENED: Final = {"b": "p", "g": "k"}
_PARTICIPLES: Final = ("gan", "gen", "kan", "ken", "tin", "mas", "mes", "bas", "bes", "pas", "pes")
_NOMINAL: Final = ("person", "case", "possessive", "plural", "abessive", "quality")
_VERBAL: Final = ("negation", "voice", "voice")
_NEGATIVE: Final = frozenset(("negation", "abessive"))
_MIN_STEM: Final = 3
_LONE_C: Final = re.compile(r"c(?!h)")


class Reading(NamedTuple):
    """One way to take a word apart: its stem as a skeleton, whether a suffix negates it, whether the stem is listed."""

    stem: str
    is_negative: bool
    is_known: bool


class _Suffix(NamedTuple):
    form: str
    fits: str
    only_known: bool
    clashes: str


class _Rest(NamedTuple):
    word: str
    only_known: bool = False
    is_negative: bool = False
    known: str = ""


def stem(word: str) -> str:
    """Return the stem of one Kazakh word as a skeleton.

    Proper, folded and Latin spellings of a form give the same stem. Parts joined by a hyphen give one stem; an empty
    word gives an empty string.
    """
    return read(word).stem


@lru_cache(maxsize=1 << 16)
def read(word: str) -> Reading:
    """Take one Kazakh word apart; `is_negative` marks `-ма-` of verbs and `-сыз` of nouns."""
    folded = _ground(word).replace(" ", "")
    rests = _rests(folded) if folded else {_Rest("")}
    best = max((rest for rest in rests if rest.known), key=_size, default=None)
    best = best or min((rest for rest in rests if not rest.only_known), key=_size)
    return Reading(contract(_closed(best.known or best.word)), best.is_negative, best.known != "")


def _ground(text: str) -> str:
    """Romanise `text` with ц as `ts`, however it was typed."""
    return _LONE_C.sub("ts", letters(text))


def _rests(folded: str) -> set[_Rest]:
    """Collect what is left of a word after every admissible chain of suffixes, known stems repaired."""
    whole = _Rest(folded)
    nouns = _peeled({whole}, _NOMINAL)
    verbs = _peeled(_strip_all(nouns, "verbal") | _strip_all({whole}, "finite"), _VERBAL)
    nouns |= _strip_all(verbs, "denominal")
    found = {_recognised(rest, folded, "kazakh_nouns.txt") for rest in nouns}
    return found | {_recognised(rest, folded, "kazakh_verbs.txt") for rest in (whole, *verbs)}


def _size(rest: _Rest) -> tuple[bool, int, bool, str]:
    return not rest.only_known, len(rest.word), not rest.is_negative, rest.word


def _peeled(found: set[_Rest], layers: tuple[str, ...]) -> set[_Rest]:
    for layer in layers:
        found = found | _strip_all(found, layer)
    return found


def _strip_all(rests: set[_Rest], layer: str) -> set[_Rest]:
    return {stripped for rest in rests for stripped in _strip(rest, layer)}


def _strip(rest: _Rest, layer: str) -> Iterator[_Rest]:
    word = rest.word
    for suffix in _suffixes(layer).get(word[-1:], ()):
        if word.endswith(suffix.form) and _fits(word[: -len(suffix.form)], suffix):
            left = word[: -len(suffix.form)]
            only_known = rest.only_known or suffix.only_known or len(left) < _MIN_STEM
            yield _Rest(left, only_known, rest.is_negative or layer in _NEGATIVE)


def _fits(left: str, suffix: _Suffix) -> bool:
    return left != "" and _CONDITIONS[suffix.fits](left) and _assimilates(left, suffix) and _harmonises(left, suffix)


_CONDITIONS: Final[dict[str, Callable[[str], bool]]] = {
    "V": lambda left: left[-1] in _VOWELS,
    "C": lambda left: left[-1] not in "aeoi",
    "D": lambda left: left[-1] not in "aeo",
    "i": lambda left: left[-1] == "i",
    "P": lambda left: left.endswith(_PARTICIPLES),
    "L": lambda left: len(left) > _MIN_STEM,
    "-": lambda left: True,
    "known": lambda left: True,
}


def _assimilates(left: str, suffix: _Suffix) -> bool:
    """Check that voiceless suffixes follow voiceless sounds and voiced ones the rest; single letters may be either."""
    if len(suffix.form) == 1 or suffix.form[0] in "aeiusr":
        return True
    return (suffix.form[0] in "tkp") == (left[-1] in _VOICELESS)


def _harmonises(left: str, suffix: _Suffix) -> bool:
    """Check vowel harmony as far as folded letters show it: only a and e are certain, and `men` never changes."""
    if not suffix.clashes:
        return True
    return next((c for c in reversed(left) if c in _VOWELS), "") != suffix.clashes


def _recognised(rest: _Rest, folded: str, name: str) -> _Rest:
    """Mark `rest` as known when it, perhaps with its last consonant or a dropped vowel repaired, is in that list."""
    form = next((form for form in _repairs(rest.word, folded[len(rest.word) :]) if form in _stems(name)), "")
    return rest._replace(known=form) if form else rest


def _repairs(left: str, suffixes: str) -> Iterator[str]:
    """Yield what may have stood before the suffixes: кітаб- is кітап, and халқ- before -ы is халық."""
    hard = left[:-1] + _HARDENED.get(left[-1:], left[-1:])
    yield from (left, hard)
    if suffixes.startswith("i") and len(left) > 2 and left[-1] not in _VOWELS and left[-2] not in "aeo":
        yield f"{left[:-1]}i{hard[-1]}"


def _closed(word: str) -> str:
    """Give the stem its final shape: no final i, hard last consonant."""
    if word.endswith("i") and len(word) > _MIN_STEM:
        word = word.rstrip("i")
    return word[:-1] + _HARDENED.get(word[-1:], word[-1:])


@cache
def _stems(name: str) -> frozenset[str]:
    return frozenset(_ground(word) for line in lines(name) for word in line.split())


@cache
def _suffixes(layer: str) -> dict[str, list[_Suffix]]:
    """Return the suffixes of a layer by their last letter."""
    table: dict[str, list[_Suffix]] = {}
    for row in lines("kazakh_suffixes.tsv"):
        of_layer, pattern, condition = row.split("\t")
        for form in sorted(_forms(pattern)) if of_layer == layer else ():
            table.setdefault(form[-1], []).append(_Suffix(form, condition, condition == "known", _clash(form)))
    return table


def _clash(form: str) -> str:
    """Return the stem vowel that the suffix cannot follow, or nothing."""
    if form.endswith("men") or form in ("ben", "pen", "benen", "penen"):
        return ""
    vowel = next((c for c in form if c in _VOWELS), "")
    return {"a": "e", "e": "a"}.get(vowel, "")


def _forms(pattern: str) -> set[str]:
    """Spell out a pattern such as `LAr` as lar ler dar der tar ter."""
    return {"".join(sounds) for sounds in product(*(_SOUNDS.get(c, c) for c in pattern))}
