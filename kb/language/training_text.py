"""Gather the text that language identification is trained on, by label."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from kb.language.folding import skeleton
from kb.language.lists import lines
from kb.language.scripts import romanise, styles, without_kazakh_letters
from kb.load import read_corpus

PER_FILE: Final = 6000
_LANGUAGES: Final = ("kk", "ru", "en")
_CYRILLIC: Final = re.compile(r"[Ѐ-ӿ]")
_LATIN_WORD: Final = re.compile(r"[A-Za-z]{2,}")
_MARKUP: Final = re.compile(r"[*_#`>|…]+|\(https?:[^)]*\)|https?:\S+")


def by_label(corpus: Path, data: Path, held_out: Iterable[str]) -> dict[str, list[str]]:
    """Return sentences for each of kk, kk-Latn, ru, ru-Latn, en.

    `corpus` is the knowledge base (its wordings count several times: they are what people ask), `data` holds
    `pairs/*.tsv` and `mono/*.txt`. Nothing whose skeleton is that of a held-out text is kept. Deterministic.
    """
    kept_out = {skeleton(text) for text in held_out}
    found: dict[str, list[str]] = {label: [] for label in ("kk", "kk-Latn", "ru", "ru-Latn", "en")}
    for label, text in (*_everyday(), *_from_corpus(corpus), *_from_data(data)):
        if skeleton(text) not in kept_out:
            found[label].append(text)
    return _with_spellings(found)


def _everyday() -> Iterator[tuple[str, str]]:
    for language in _LANGUAGES:
        yield from ((language, text) for text in lines(f"everyday.{language}.txt") * 20)


def _from_corpus(corpus: Path) -> Iterator[tuple[str, str]]:
    for document in read_corpus(corpus).documents:
        texts = [*document.wordings * 8, *re.split(r"(?<=[.!?])\s+|\n+", document.text)]
        for text in (_MARKUP.sub(" ", text).strip() for text in texts):
            label = str(document.language)
            if label != "en" and not _CYRILLIC.search(text):
                label += "-Latn"
            if text and not (label == "en" and _CYRILLIC.search(text)):
                yield label, text


def _from_data(data: Path) -> Iterator[tuple[str, str]]:
    for path in data_files(data):
        trained, _ = split_rows(path)
        yield from (pair for row in trained for pair in labelled(path, row))


def data_files(data: Path) -> list[Path]:
    """List the text files of the data folder in a fixed order."""
    return sorted((*data.glob("pairs/*.tsv"), *data.glob("mono/*.txt")))


def split_rows(path: Path) -> tuple[list[str], list[str]]:
    """Split a file into at most `PER_FILE` rows to train on, chosen by chance, and the rest, for evaluation."""
    rows = path.read_text(encoding="utf-8").splitlines()
    chosen = random.Random(path.name).sample(range(len(rows)), min(PER_FILE, len(rows)))
    left = set(range(len(rows))).difference(chosen)
    return [rows[i] for i in chosen], [rows[i] for i in sorted(left)]


def labelled(path: Path, row: str) -> Iterator[tuple[str, str]]:
    """Yield (language, text) of a row of `<source>.<l1>-<l2>.tsv` or `<source>.<l1>.txt`, Latin words of kk, ru cut."""
    for name, text in zip(path.name.split(".")[-2].split("-"), row.split("\t"), strict=False):
        text = _MARKUP.sub(" ", text).strip()
        if bool(_CYRILLIC.search(text)) == (name != "en"):
            yield name, text if name == "en" else _LATIN_WORD.sub(" ", text)


def _with_spellings(found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Add Kazakh without its letters, and each Latin style of Kazakh and Russian in turn."""
    kazakh, russian = found["kk"], found["ru"]
    folded = [without_kazakh_letters(text) for text in kazakh]
    latin = {
        f"{language}-Latn": [romanise(text, names[i % len(names)]) for i, text in enumerate(texts)]
        for language, texts in (("kk", kazakh), ("ru", russian))
        for names in (styles(language),)
    }
    return found | {"kk": kazakh + folded} | {label: found[label] * 8 + texts for label, texts in latin.items()}
