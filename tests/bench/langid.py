"""Compare language identification: `python -m tests.bench.langid [--data /path/to/data]` prints one table.

Judged by label for our own systems, and by language for those that do not know our labels. Without `--data` the texts
are the held-out questions of tests/kb/langid.tsv; with it, also sentences that no profile was trained on.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from kb.language.detect import detect_label, probabilities
from kb.language.langdetecting import PROFILES, langdetect_probabilities
from kb.language.ngrams import NgramModel
from kb.language.scripts import has_kazakh_letters, romanise, styles, without_kazakh_letters
from kb.language.training_text import data_files, labelled, split_rows

Identify = Callable[[str], str]
HELD_OUT = Path(__file__).parent.parent / "kb" / "langid.tsv"


def held_out() -> list[tuple[str, str]]:
    rows = [line.split("\t") for line in HELD_OUT.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return [(label, text) for label, text in rows]


def likeliest(found: dict[str, float]) -> str:
    return max(found, key=lambda label: found[label])


def bucket(text: str) -> str:
    n = len(text.split())
    return "1-2 words" if n < 3 else "3-5 words" if n < 6 else "6-15 words"


def accuracy(identify: Identify, texts: list[tuple[str, str]], by_language: bool) -> dict[str, tuple[int, int]]:
    """Count (right, all) for each group of texts."""
    counts: dict[str, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for label, text in texts:
        found = identify(text)
        right = found.partition("-")[0] == label.partition("-")[0] if by_language else found == label
        groups = [bucket(text), f"{label}, 3+" if len(text.split()) > 2 else "", "ә..і, 3+" if _certain(text) else ""]
        for group in filter(None, groups):
            good, n = counts[group]
            counts[group] = good + right, n + 1
    return counts


def _certain(text: str) -> bool:
    return len(text.split()) > 2 and has_kazakh_letters(text)


def ours() -> dict[str, Identify]:
    classifier = NgramModel.open(PROFILES / "ngrams.json")
    return {
        "anyq": lambda text: detect_label(text)[0],
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


def table(texts: list[tuple[str, str]]) -> None:
    systems = [(name, f, False) for name, f in ours().items()]
    systems += [(f"{name}, by language", f, True) for name, f in {"anyq": systems[0][1], **others()}.items()]
    groups = ["1-2 words", "3-5 words", "6-15 words", "ә..і, 3+"]
    groups += [f"{label}, 3+" for label in ("kk", "kk-Latn", "ru", "ru-Latn", "en")]
    print(f"{'':38}" + "".join(f"{group:>13}" for group in groups) + f"{'ms':>8}")
    for name, identify, by_language in systems:
        identify("жарна")
        start = time.perf_counter()
        counts = accuracy(identify, texts, by_language)
        took = (time.perf_counter() - start) / len(texts) * 1e3
        shares = [counts.get(group, (0, 0)) for group in groups]
        print(f"{name:38}" + "".join(f"{100 * a / n if n else 0:12.1f}%" for a, n in shares) + f"{took:8.2f}")
    print(f"{'texts':38}" + "".join(f"{counts.get(group, (0, 0))[1]:13}" for group in groups))


def mistakes(texts: list[tuple[str, str]]) -> None:
    for label, text in texts:
        found = probabilities(text)
        if likeliest(found) != label:
            print(f"  {label} taken for {likeliest(found)} ({max(found.values()):.2f}): {text}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    data = parser.parse_args().data
    print("Held-out questions")
    table(held_out())
    mistakes(held_out())
    if data:
        print("\nSentences left out of training")
        table(list(unseen(data)))


if __name__ == "__main__":
    main()
