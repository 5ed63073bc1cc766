"""How much a text sounds like a language, letter by letter: a trigram model over langdetect's profiles."""

from __future__ import annotations

import json
import math
import re
from functools import cache, lru_cache
from typing import Final

from kb.language.folding import plain
from kb.language.langdetecting import PROFILES

_WORD: Final = re.compile(r"[^\W\d_]+")
_BACKED_OFF: Final = 0.2
_FLOOR: Final = -12.0


def fluency(text: str, label: str) -> float:
    """Return the mean log-probability of a letter of `text` in the language of that label: about -2 fluent, -6 noise.

    A text without letters gives the floor, -12.
    """
    found = [_letter(trigram, label) for word in _WORD.findall(plain(text)) for trigram in _trigrams(f" {word} ")]
    return sum(found) / len(found) if found else _FLOOR


def _trigrams(word: str) -> list[str]:
    """List each letter of a padded word, and its end, with up to two letters before it."""
    return [word[max(0, i - 2) : i + 1] for i in range(1, len(word))]


@lru_cache(maxsize=1 << 16)
def _letter(trigram: str, label: str) -> float:
    """Return log P(last letter | letters before), backing off to shorter contexts at a price."""
    counts, total = _counts(label)
    price = 0.0
    while len(trigram) > 1:
        seen = counts.get(trigram)
        if seen:
            return price + math.log(seen / max(seen, counts.get(trigram[:-1], total)))
        trigram, price = trigram[1:], price + math.log(_BACKED_OFF)
    return max(_FLOOR, price + math.log(counts.get(trigram, 0.01) / total))


@cache
def _counts(label: str) -> tuple[dict[str, int], int]:
    profile = json.loads((PROFILES / f"{label}.json").read_text(encoding="utf-8"))
    return profile["freq"], profile["n_words"][0]
