"""The skeleton of many texts, fast: word by word with a memory, wherever that gives what `skeleton` gives."""

from __future__ import annotations

import re
from functools import lru_cache

from kb.language.folding import skeleton

# Figures such as `51 000` and apostrophes are read with their neighbours, so such texts take the slow way.
NEEDS_CONTEXT = re.compile(r"\d[\s,.]\d|['’‘ʼʻ`´′＇ʹ]")


def fast_skeleton(text: str) -> str:
    """Return `skeleton(text)`, about ten times faster on text whose words repeat."""
    if NEEDS_CONTEXT.search(text):
        return skeleton(text)
    return " ".join(folded for word in text.split() if (folded := _word(word)))


@lru_cache(maxsize=500_000)
def _word(word: str) -> str:
    return skeleton(word)
