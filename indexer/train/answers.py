"""Questions with their answers: support articles (title = problem, body = answer) and headed sections of manuals."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

from indexer.train.pairs import DataError, Pair

SENTENCE = re.compile(r"(?<=[.!?])\s+")
PASSAGE = 600  # characters of an answer shown at once; our own passages are about that long
LANGUAGES = ("kk", "ru", "en")


@dataclass(frozen=True, slots=True)
class Section:
    """One question or heading with its answer, by language. `article` is the page it stands on."""

    article: str
    headings: Mapping[str, str]
    texts: Mapping[str, str]


def read_sections(data: Path) -> list[Section]:
    """Read every `qa/*.jsonl` under `data`. An absent folder gives none; a bad line raises DataError."""
    return [s for path in sorted((data / "qa").glob("*.jsonl")) for s in _read_file(path)]


def _read_file(path: Path) -> Iterator[Section]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            yield _section(path.name, json.loads(line))
        except (KeyError, json.JSONDecodeError) as error:
            raise DataError(f"{path}:{number}: no question with its answer ({error!r}), see the README") from error


def _section(file: str, row: Mapping[str, Any]) -> Section:
    """Support articles name their cells ru_q, ru_a; sections name them ru_h, ru."""
    article = row["doc"] if "doc" in row else row["id"]
    heads = {lang: row.get(f"{lang}_h") or row.get(f"{lang}_q") or "" for lang in LANGUAGES}
    texts = {lang: row.get(lang) or row.get(f"{lang}_a") or "" for lang in LANGUAGES}
    present = [lang for lang in LANGUAGES if heads[lang] and texts[lang]]
    if not present:
        raise KeyError("no language has both a heading and a text")
    return Section(f"{file}/{article}", {k: heads[k] for k in present}, {k: texts[k] for k in present})


def split(sections: Iterable[Section], share: float) -> tuple[list[Section], list[Section]]:
    """Split by article into (train, held out), so that no page stands on both sides. `share` is held out."""
    parts: tuple[list[Section], list[Section]] = ([], [])
    for section in sections:
        number = int.from_bytes(sha256(section.article.encode()).digest()[:4], "big") / 2**32
        parts[number < share].append(section)
    return parts


@dataclass(frozen=True, slots=True)
class Answers:
    """Gives heading -> passage, and sentence -> the rest of its section, within and across languages."""

    name: str
    sections: tuple[Section, ...]
    sentences: int = 1  # how many sentences of each section are asked as if they were questions

    def draw(self, rng: Random) -> Sequence[Pair]:
        pairs = [pair for section in self.sections for pair in self._of(section, rng)]
        rng.shuffle(pairs)
        return pairs

    def _of(self, section: Section, rng: Random) -> Iterator[Pair]:
        for language, heading in section.headings.items():
            other = rng.choice(list(section.texts))
            for target in dict.fromkeys((language, other)):
                yield Pair(heading, window(section.texts[target], rng), (section.article,))
            for _ in range(self.sentences):
                sentence, rest = cloze(section.texts[language], rng)
                other_rest = window(section.texts[other], rng) if other != language else rest
                if sentence and other_rest:
                    yield Pair(sentence, other_rest, (section.article,))


def window(text: str, rng: Random) -> str:
    """Return up to PASSAGE characters of `text` that begin at a sentence, the beginning in half of the cases."""
    sentences = SENTENCE.split(text)
    first = 0 if rng.random() < 0.5 else rng.randrange(len(sentences))
    return " ".join(sentences[first:])[:PASSAGE]


def cloze(text: str, rng: Random) -> tuple[str, str]:
    """Return a random sentence and the text around it without it; ('', '') for a text of one sentence."""
    sentences = SENTENCE.split(text)
    if len(sentences) < 2:
        return "", ""
    chosen = rng.randrange(len(sentences))
    rest = sentences[:chosen] + sentences[chosen + 1 :]
    begin = max(0, min(chosen - 2, len(rest) - 4))
    return sentences[chosen], " ".join(rest[begin : begin + 6])[:PASSAGE]
