"""Guess what was meant by a text typed on the wrong keyboard, or with digits for letters.

A guess must sound far more like its language than the text as typed does, so ordinary texts get none; how often that
fails is measured in tests/kb/test_readings.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from kb.language import kazakh
from kb.language.fluency import fluency

MAX_READINGS: Final = 4
_LAYOUTS: Final = Path(__file__).parent / "words" / "layouts.json"
_CYRILLIC: Final = ("kk", "ru")
_LATIN: Final = ("kk-Latn", "ru-Latn", "en")
# In nats a letter, more for short texts; set on 2026-11-22 between ordinary texts and mistyped ones.
_GAIN: Final = 0.5
_GAIN_OF_ONE_LETTER: Final = 3.0
_GAIN_OF_A_WORD: Final = 0.42
_GAIN_OF_A_KNOWN_WORD: Final = -0.6
_GAIN_OF_THE_NEXT_WORD: Final = 0.0
# What a digit and a hyphen count for as letters of a word: a digit is noise, a hyphen may well be a hyphen.
_DIGIT_COST: Final = -6.0
_HYPHEN_COST: Final = -3.5
_MIN_LETTERS: Final = 4

_TYPED_IN_LATIN: Final = re.compile(r"[^\sЀ-ӿ]*[A-Za-z][^\sЀ-ӿ]*")
_TYPED_IN_CYRILLIC: Final = re.compile(r"[^\sA-Za-z]*[Ѐ-ӿ][^\sA-Za-z]*")
_KEY_INSIDE_WORD: Final = re.compile(r"[\[\];`{}~<>][A-Za-z]|[,.'\":][A-Za-z]")
_TWO_LETTERS: Final = r"(?<![\w.,-])(?=\S*[Ѐ-ӿ]\S*[Ѐ-ӿ])(?=[^\s\d=-]*[\d=-])"
_DIGITS_IN_WORD: Final = re.compile(
    _TWO_LETTERS + r"(?:0|[2-589](?=[Ѐ-ӿ]{4})|-(?=\S{5}))?[Ѐ-ӿ]+(?:[2-5890=-]+[Ѐ-ӿ]+)*[2-5890]?(?!\w)"
)
_MORE_DIGITS_IN_WORDS: Final = re.compile(_TWO_LETTERS + r"[Ѐ-ӿ2-5890=-]+(?!\w)")
_SMS_WORD: Final = re.compile(r"(?<![\w.@/])(?=\S*[w46])(?=\S*[a-z]\S*[a-z])[a-zäöüşñğıáóúńǵ46']{3,}(?![\w.@/])", re.I)


def readings(text: str) -> tuple[str, ...]:
    """Return `text` and what else may have been meant by it, likeliest first, at most 4.

    Covers Cyrillic typed on a Latin layout (`vfvj`, also the Kazakh layout), Latin typed on a Russian layout
    (`руддщ`), Kazakh letters typed as digits (`0аза0`) and SMS Latin (`bolwa`, `4to`). An ordinary text is returned
    alone.
    """
    guesses = (*_in_cyrillic(text), *_in_latin(text), *_without_digits(text), *_without_sms(text))
    return tuple(dict.fromkeys((text, *guesses)))[:MAX_READINGS]


def on_the_meant_keyboard(text: str) -> str:
    """Return what the keys of `text` give on the other keyboard, where that is far likelier, else `text`."""
    return next(iter((*_in_cyrillic(text), *_in_latin(text))), text)


def _in_cyrillic(text: str) -> Iterator[str]:
    """Read Latin keys as Cyrillic ones, of the Russian or the Kazakh keyboard, whichever sounds better."""
    typed = " ".join(_TYPED_IN_LATIN.findall(text))
    if _letters(typed) < _MIN_LETTERS or (typed.isupper() and _TYPED_IN_CYRILLIC.search(text)):
        return
    keyboards = (_keys("ru"), _keys("ru") | _keys("kk"))
    keys = max(keyboards, key=lambda table: _typed_fluency(typed.translate(table), _CYRILLIC))
    if _gains(_fluent(typed.translate(keys), _CYRILLIC), _fluent(typed, _LATIN), typed):
        yield _digits_read(_TYPED_IN_LATIN.sub(lambda match: match.group().translate(keys), text))


def _in_latin(text: str) -> Iterator[str]:
    """Read Cyrillic keys as Latin ones; what would put a sign inside a word was not typed so."""
    typed = " ".join(_TYPED_IN_CYRILLIC.findall(text))
    meant = typed.translate(_keys_back())
    if _letters(typed) < _MIN_LETTERS or _KEY_INSIDE_WORD.search(meant):
        return
    if _gains(_fluent(meant, _LATIN), _fluent(typed, _CYRILLIC), typed):
        yield _TYPED_IN_CYRILLIC.sub(lambda match: match.group().translate(_keys_back()), text)


def _without_digits(text: str) -> Iterator[str]:
    """Read digits inside Cyrillic words as the Kazakh letters of the same keys."""
    yield _digits_read(text)


def _digits_read(text: str) -> str:
    """Replace the words that gain enough; where one did, the others need not gain as much."""
    changed = _words_read(text, _DIGITS_IN_WORD, _GAIN_OF_A_WORD)
    return text if changed == text else _words_read(changed, _MORE_DIGITS_IN_WORDS, _GAIN_OF_THE_NEXT_WORD)


def _words_read(text: str, pattern: re.Pattern[str], gain: float) -> str:
    return pattern.sub(lambda match: _word_read(match.group(), gain), text)


def _word_read(word: str, gain: float) -> str:
    """Read the digits of one word; a form of a listed Kazakh word may even lose a little."""
    meant = word.translate(_keys("kk"))
    return _likelier(word, [meant], min(gain, _GAIN_OF_A_KNOWN_WORD) if kazakh.read(meant).is_known else gain)


def _without_sms(text: str) -> Iterator[str]:
    """Read 4 as ч, and 6 and w as ш (or w as у), in texts that are not English."""
    if _TYPED_IN_CYRILLIC.search(text):
        return
    changed = _SMS_WORD.sub(lambda match: _likelier(match.group(), _sms(match.group()), _GAIN_OF_A_WORD), text)
    if changed != text and _fluent(changed, _LATIN[:2]) > fluency(changed, "en"):
        yield changed


def _sms(word: str) -> list[str]:
    if word.isupper():
        return []
    spelled = word.lower().replace("4", "ch").replace("6", "sh")
    return [spelled.replace("w", letter) for letter in ("sh", "u")]


def _likelier(word: str, guesses: list[str], gain: float) -> str:
    """Return the guess that sounds best, or the word as typed when none gains that much."""
    labels = _CYRILLIC if _TYPED_IN_CYRILLIC.search(word) else _LATIN
    best = max(guesses, key=lambda guess: _fluent(guess, labels), default=word)
    return best if _fluent(best, labels) - _typed_fluency(word, labels) > gain else word


def _typed_fluency(word: str, labels: tuple[str, ...]) -> float:
    """Return the fluency of a word as typed, its digits and hyphens counted as the odd letters they would be."""
    odd = [_HYPHEN_COST if c in "-=" else _DIGIT_COST for c in word if c in "-=" or c.isdigit()]
    return (_fluent(word, labels) * _letters(word) + sum(odd)) / max(1, _letters(word) + len(odd))


def _gains(meant: float, typed: float, text: str) -> bool:
    return meant - typed > _GAIN + _GAIN_OF_ONE_LETTER / max(1, _letters(text))


def _letters(text: str) -> int:
    return sum(c.isalpha() for c in text)


def _fluent(text: str, labels: tuple[str, ...]) -> float:
    return max(fluency(text, label) for label in labels)


@cache
def _keys(layout: str) -> dict[int, str]:
    """Return the keys of the `ru` keyboard, or those in which the `kk` keyboard differs."""
    return str.maketrans(json.loads(_LAYOUTS.read_text(encoding="utf-8"))[layout])


@cache
def _keys_back() -> dict[int, str]:
    return {ord(letter): chr(key) for key, letter in _keys("ru").items() if letter.isalpha()}
