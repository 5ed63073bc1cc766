"""Read the word lists beside this package."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

_WORDS: Final = Path(__file__).parent / "words"


@cache
def lines(name: str) -> tuple[str, ...]:
    """Return the lines of `words/<name>` without comments and blanks. Raises FileNotFoundError."""
    text = (_WORDS / name).read_text(encoding="utf-8")
    return tuple(line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#"))
