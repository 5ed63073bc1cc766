"""Write Kazakh and Russian the ways people type them.

Latin alphabets, everyday transliteration, no Kazakh letters, digits in their place, the wrong keyboard layout.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final

_ALPHABETS: Final = Path(__file__).parent / "words" / "alphabets.json"
_LAYOUTS: Final = Path(__file__).parent / "words" / "layouts.json"
_KAZAKH: Final = "әғқңөұүһі"
_FOLDED: Final = str.maketrans(_KAZAKH + _KAZAKH.upper(), "агкноуухиАГКНОУУХИ")
_KAZAKH_LETTER: Final = re.compile(f"[{_KAZAKH}]", re.IGNORECASE)


def styles(language: str) -> tuple[str, ...]:
    """Name the Latin styles known for `kk` or `ru`, such as `kk-2021` or `ru-zh`."""
    return tuple(name for name in _alphabets() if name.startswith(f"{language}-"))


def romanise(text: str, style: str) -> str:
    """Write lower-cased `text` in the Latin style of that name; signs stay. Raises KeyError for an unknown style."""
    return text.lower().translate(_alphabets()[style])


def without_kazakh_letters(text: str) -> str:
    """Replace Kazakh letters by the Russian ones people type instead: `қандас` -> `кандас`."""
    return text.translate(_FOLDED)


def on_latin_layout(text: str) -> str:
    """Write what comes out when `text` is typed while the keyboard is switched to English: `қан` -> `0fy`."""
    return _KAZAKH_LETTER.sub(lambda match: match.group().lower(), text).translate(_keys("kk") | _keys("ru"))


def digits_for_kazakh_letters(text: str) -> str:
    """Write lower-cased `text` with the digits on whose keys the Kazakh letters stand: `қазақ` -> `0аза0`."""
    return text.lower().translate(_keys("kk"))


def has_kazakh_letters(text: str) -> bool:
    """Tell whether `text` has a Cyrillic letter that Kazakh has and Russian has not."""
    return _KAZAKH_LETTER.search(text) is not None


@cache
def _alphabets() -> dict[str, dict[int, str]]:
    tables = json.loads(_ALPHABETS.read_text(encoding="utf-8"))
    return {name: str.maketrans(table) for name, table in tables.items()}


@cache
def _keys(layout: str) -> dict[int, str]:
    """Return letter -> key of the `ru` keyboard, or of what the `kk` keyboard has instead of digits."""
    return {ord(letter): key for key, letter in json.loads(_LAYOUTS.read_text(encoding="utf-8"))[layout].items()}
