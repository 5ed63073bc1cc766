"""How people really type: without Kazakh letters, in Latin script, with typos, shortened, half in another language."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from random import Random

Noise = Callable[[str, Random], str]
TYPOS_ON_TOP = 0.25  # who types in a hurry makes more than one kind of mistake
SPELLINGS = Path(__file__).with_name("spellings.json")


@cache
def spellings() -> Mapping[str, Mapping[str, str]]:
    """Return the tables of letters by name: `folded`, the Latin conventions, the keyboard's neighbours."""
    tables: Mapping[str, Mapping[str, str]] = json.loads(SPELLINGS.read_text(encoding="utf-8"))
    return tables


def respell(text: str, table: Mapping[str, str]) -> str:
    """Replace letters by `table` (small letters), keeping capitals."""
    return "".join(table.get(c) or (table[c.lower()].capitalize() if c.lower() in table else c) for c in text)


def folded(text: str, rng: Random) -> str:
    """Write without the Kazakh letters, as on a Russian keyboard."""
    return respell(text, spellings()["folded"])


def latin(text: str, rng: Random) -> str:
    """Write Cyrillic in Latin script by a random convention; sometimes from folded letters."""
    tables = spellings()
    names = [name for name in tables if name.startswith("latin-")]
    return respell(text, tables[rng.choice(names)])


def typo(text: str, rng: Random) -> str:
    """Make one slip in one of the longer words: drop, double, swap or hit the neighbouring key."""
    places = [n for n, c in enumerate(text) if c.isalpha()]
    if len(places) < 4:
        return text
    at = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    near = spellings()["neighbours"].get(text[at].lower(), text[at])
    return text[:at] + rng.choice(near) + text[at + 1 :]


def typos(text: str, rng: Random) -> str:
    """Make a slip in about every fifth word, at least one."""
    for _ in range(max(1, len(text.split()) // 5)):
        text = typo(text, rng)
    return text


def shortened(text: str, rng: Random) -> str:
    """Drop about a third of the words, as in a search box; two words at least stay."""
    words = text.split()
    kept = [word for word in words if rng.random() > 0.33]
    return " ".join(kept if len(kept) >= 2 else words)


def mixed(left: str, right: str, rng: Random) -> str:
    """Begin in the language of `left` and end in that of `right`, cut at the same share of the words."""
    share = 0.3 + 0.4 * rng.random()
    first, last = left.split(), right.split()
    return " ".join(first[: round(len(first) * share)] + last[round(len(last) * share) :])


def any_noise(share: float) -> Noise:
    """Return a noise that spoils `share` of the texts in one way each, a quarter of those with typos on top.

    Latin and folding do nothing to English.
    """
    ways: tuple[Noise, ...] = (folded, latin, typos, shortened)

    def spoil(text: str, rng: Random) -> str:
        if rng.random() >= share:
            return text
        spoilt = rng.choice(ways)(text, rng)
        return typos(spoilt, rng) if rng.random() < TYPOS_ON_TOP else spoilt

    return spoil
