"""Write Kazakh and Russian the ways people type them: Latin alphabets, everyday transliteration, no Kazakh letters."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final

_ALPHABETS: Final = Path(__file__).parent / "words" / "alphabets.json"
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


def has_kazakh_letters(text: str) -> bool:
    """Tell whether `text` has a Cyrillic letter that Kazakh has and Russian has not."""
    return _KAZAKH_LETTER.search(text) is not None


@cache
def _alphabets() -> dict[str, dict[int, str]]:
    tables = json.loads(_ALPHABETS.read_text(encoding="utf-8"))
    return {name: str.maketrans(table) for name, table in tables.items()}
