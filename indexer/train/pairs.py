"""Parallel text: tab-separated pairs of sentences that mean the same (`pairs/<source>.<language>-<language>.tsv`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Protocol

FILE_NAME = re.compile(r"^(?P<source>[a-z0-9-]+)\.(?P<left>kk|ru|en)-(?P<right>kk|ru|en)\.tsv$")
LETTERS = re.compile(r"[\W_]+")


class DataError(ValueError):
    """The training data cannot be used: says where, what is wrong, why it matters and what to do."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that must meet. Pairs that share a group are never taken as each other's negatives."""

    left: str
    right: str
    groups: tuple[str, ...] = ()


class Source(Protocol):
    """Something that gives pairs to train on, fresh ones each epoch if it can."""

    @property
    def name(self) -> str: ...

    def draw(self, rng: Random) -> Sequence[Pair]:
        """Return this epoch's pairs, in random order."""
        ...


@dataclass(frozen=True, slots=True)
class Parallel:
    """The pairs of one file, e.g. `mozilla-www` kk-ru."""

    name: str
    languages: tuple[str, str]
    pairs: tuple[Pair, ...]

    def draw(self, rng: Random) -> Sequence[Pair]:
        return rng.sample(self.pairs, len(self.pairs))


@lru_cache(maxsize=500_000)
def key(text: str) -> str:
    """Return the letters and digits of `text` only: equal keys are the same sentence for every purpose here."""
    return LETTERS.sub(" ", text.casefold()).strip()


def read_parallel(data: Path) -> list[Parallel]:
    """Read every `pairs/<source>.<l1>-<l2>.tsv` under `data`. Raises DataError naming the file and line."""
    folder = data / "pairs"
    paths = sorted(folder.glob("*.tsv"))
    if not paths:
        raise DataError(
            f"{folder}: no training pairs (<source>.<l1>-<l2>.tsv) here. The encoder learns from them that a Kazakh, a "
            "Russian and an English sentence mean the same. Pass the folder that holds `pairs/` and `qa/` with --data; "
            "the shipped weights in indexer/model work without it."
        )
    return [_read_file(path) for path in paths]


def _read_file(path: Path) -> Parallel:
    name = FILE_NAME.match(path.name)
    if not name:
        raise DataError(f"{path}: the name must be <source>.<kk|ru|en>-<kk|ru|en>.tsv. Rename it")
    pairs = tuple(_rows(path))
    return Parallel(name["source"], (name["left"], name["right"]), pairs)


def _rows(path: Path) -> Iterator[Pair]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        cells = line.split("\t")
        if len(cells) != 2 or not all(cell.strip() for cell in cells):
            raise DataError(f"{path}:{number}: expected two texts and one tab, found {len(cells)} cells. Mend the line")
        yield Pair(cells[0], cells[1])


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Sentences kept away from training: pairs to measure on by language pair ('kk-ru'), and every key they use."""

    pairs: dict[str, tuple[Pair, ...]]
    keys: frozenset[str]

    def admits(self, pair: Pair) -> bool:
        """Tell whether `pair` may be trained on."""
        return key(pair.left) not in self.keys and key(pair.right) not in self.keys


def hold_out(sources: Iterable[Parallel], trusted: frozenset[str], n: int, seed: int) -> HeldOut:
    """Choose `n` pairs for each language pair from the `trusted` sources, no text twice."""
    pools: dict[str, list[Pair]] = {}
    for source in sources:
        if source.name in trusted:
            pools.setdefault("-".join(source.languages), []).extend(source.pairs)
    chosen = {name: tuple(_distinct(pool, n, Random(f"{seed}-{name}"))) for name, pool in sorted(pools.items())}
    keys = frozenset(key(text) for pairs in chosen.values() for pair in pairs for text in (pair.left, pair.right))
    return HeldOut(chosen, keys)


def _distinct(pool: list[Pair], n: int, rng: Random) -> Iterator[Pair]:
    seen: set[str] = set()
    for pair in rng.sample(pool, len(pool)):
        keys = {key(pair.left), key(pair.right)}
        if len(seen) >= 2 * n or keys & seen or min(len(k.split()) for k in keys) < 3:
            continue
        seen |= {key(pair.left), key(pair.right)} if len(keys) == 2 else keys | {f"{key(pair.left)}#"}
        yield pair


def without(source: Parallel, held_out: HeldOut) -> Parallel:
    """Return the source less everything held out."""
    return Parallel(source.name, source.languages, tuple(p for p in source.pairs if held_out.admits(p)))
