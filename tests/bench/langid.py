"""Compare language identification: `python -m tests.bench.langid [--data /path/to/data]` prints one table a set.

The texts are the judged questions of corpus/questions/dev, then the held-out ones of tests/kb/langid.tsv; with `--data`
also sentences that no profile was trained on. A system is right when it names the language, whatever the script: others
do not know our labels. A mixed sentence has the language of its frame. Our misses on the questions are listed.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from kb.language.detect import detect
from kb.language.langdetecting import PROFILES, langdetect_probabilities
from kb.language.ngrams import NgramModel
from kb.language.scripts import has_kazakh_letters, romanise, styles, without_kazakh_letters
from kb.language.training_text import data_files, labelled, split_rows
from service.evaluate.cases import read_cases
from service.evaluate.report import table_of
from tests.writing import CORPUS

Identify = Callable[[str], str]
Found = dict[str, list[bool]]  # group -> whether each of its texts was right
DEV, HELD_OUT = CORPUS / "questions" / "dev", Path(__file__).parent.parent / "kb" / "langid.tsv"


@dataclass(frozen=True, slots=True)
class Sample:
    """A text, the language of its frame, and its script; `style` is how it is typed, where that is known."""

    text: str
    language: str
    script: str
    style: str = ""

    @property
    def groups(self) -> Iterator[tuple[int, str]]:
        """The groups it counts in, each with the place of its kind in a table."""
        words = len(self.text.split())
        yield 0, "all"
        yield 1, f"{words} word{'s' * (words > 1)}" if words < 3 else "3+ words"
        if words > 2:
            yield 2, "3+, a Kazakh letter" if has_kazakh_letters(self.text) else "3+, no Kazakh letter"
            yield 3, f"3+, {self.language} {self.script}"
        if self.style:
            yield 4, f"style {self.style}"


def held_out() -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in HELD_OUT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(label, text) for label, text in rows]


def sample(label: str, text: str) -> Sample:
    language, _, latin = label.partition("-")
    return Sample(text, language, "Latn" if latin or language == "en" else "Cyrl")


def asked(folder: Path = DEV) -> list[Sample]:
    """Return every judged question, answerable or not."""
    return [Sample(c.text, str(c.language), c.script, c.style) for c in read_cases(folder)]


def likeliest(found: dict[str, float]) -> str:
    return max(found, key=lambda label: found[label])


def rightness(identify: Identify, samples: Sequence[Sample]) -> tuple[Found, float]:
    """Return what was right, by group in the order of a table, and the time of one text in ms."""
    identify("жарна")
    found: dict[tuple[int, str], list[bool]] = defaultdict(list)
    start = time.perf_counter()
    named = [identify(one.text) for one in samples]
    took = (time.perf_counter() - start) / len(samples) * 1e3
    for one, name in zip(samples, named, strict=True):
        for group in one.groups:
            found[group].append(name.partition("-")[0] == one.language)
    return {name: found[kind, name] for kind, name in sorted(found)}, took


def ours() -> dict[str, Identify]:
    classifier = NgramModel.open(PROFILES / "ngrams.json")
    return {
        "anyq": lambda text: str(detect(text).language),
        "langdetect, our profiles": lambda text: likeliest(langdetect_probabilities(text)),
        "n-gram classifier": lambda text: likeliest(classifier.probabilities(text)),
    }


def others() -> dict[str, Identify]:
    import py3langid
    from langdetect import DetectorFactory, LangDetectException, detect
    from lingua import Language, LanguageDetectorBuilder

    codes = {Language.KAZAKH: "kk", Language.RUSSIAN: "ru", Language.ENGLISH: "en"}
    lingua = LanguageDetectorBuilder.from_languages(*codes).build()
    py3langid.set_languages(["kk", "ru", "en"])
    DetectorFactory.seed = 0

    def langdetect_as_shipped(text: str) -> str:
        try:
            return str(detect(text))
        except LangDetectException:
            return ""

    return {
        "lingua (kk ru en)": lambda text: codes.get(lingua.detect_language_of(text), ""),
        "py3langid (kk ru en)": lambda text: str(py3langid.classify(text)[0]),
        "langdetect as shipped": langdetect_as_shipped,
    }


def unseen(data: Path, n: int = 400) -> Iterator[tuple[str, str]]:
    """Yield windows of 1 to 15 words from rows left out of training, in every spelling."""
    chance = random.Random(5)
    pool: dict[str, list[str]] = defaultdict(list)
    for path in data_files(data):
        for row in chance.sample(left, min(400, len(left))) if (left := split_rows(path)[1]) else []:
            for language, text in labelled(path, row):
                pool[language].append(text)
    spellings = [("kk", "kk", [str]), ("kk", "kk", [without_kazakh_letters]), ("ru", "ru", [str]), ("en", "en", [str])]
    for language in ("kk", "ru"):
        latin = [lambda text, s=style: romanise(text, s) for style in styles(language)]
        spellings.append((f"{language}-Latn", language, latin))
    for label, language, ways in spellings:
        for i in range(n):
            words = ways[i % len(ways)](chance.choice(pool[language])).split()
            for low, high in ((1, 2), (3, 5), (6, 15)):
                size = chance.randint(low, high)
                start = chance.randrange(max(1, len(words) - size + 1))
                text = " ".join(words[start : start + size])
                if len(words) >= size and sum(c.isalpha() for c in text) > 2:
                    yield label, text


def compare(title: str, samples: Sequence[Sample], out: Console) -> None:
    """Print the share of right languages of every system in every group."""
    found = {name: rightness(identify, samples) for name, identify in (ours() | others()).items()}
    rows = [[group, str(len(flags))] for group, flags in next(iter(found.values()))[0].items()]
    for groups, _ in found.values():
        for row, flags in zip(rows, groups.values(), strict=True):
            row.append(f"{100 * sum(flags) / len(flags):.1f}")
    rows.append(["ms a text", "", *(f"{took:.2f}" for _, took in found.values())])
    out.print(table_of(title + ": right language, %", ("group", "n", *found), rows))


def mistakes(samples: Sequence[Sample]) -> None:
    for one in samples:
        found = detect(one.text)
        if found.language != one.language:
            print(f"  {one.language} {one.style} taken for {found.language} ({found.confidence:.2f}): {one.text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    data, out = parser.parse_args().data, Console(width=140)
    sets = {"Judged questions, dev": asked(), "Held-out questions": [sample(*text) for text in held_out()]}
    for title, samples in sets.items():
        compare(title, samples, out)
        mistakes(samples)
    if data:
        compare("Sentences left out of training", [sample(*text) for text in unseen(data)], out)


if __name__ == "__main__":
    main()
