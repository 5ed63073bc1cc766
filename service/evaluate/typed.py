"""The same clean questions, typed the ways people type: how much does each way cost against the clean text?"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path
from random import Random

from indexer.train.noise import respell, spellings, typo
from kb.language.scripts import digits_for_kazakh_letters, on_latin_layout, romanise, without_kazakh_letters
from kb.model import Language
from service.desk import Desk
from service.evaluate.asking import Told, order_of_cases
from service.evaluate.cases import Case
from service.evaluate.compare import Difference, paired
from service.evaluate.measure import SEED, Values, measured
from service.evaluate.systems import System

Maker = Callable[[str, Random], str]
CODE_SWITCH = Path(__file__).with_name("code_switch.tsv")
EVERYDAY = ("latin-everyday", "latin-everyday-q", "latin-everyday-w")
SEVERAL_TRIES = 20


def everyday_latin(text: str, rng: Random) -> str:
    """Write as in a short message: small letters, no signs, one of the everyday spellings."""
    return respell(re.sub(r"[^\w\s-]", "", text.lower()), spellings()[rng.choice(EVERYDAY)])


def one_typo(text: str, rng: Random) -> str:
    """Make exactly one slip."""
    tries = (typo(text, rng) for _ in range(SEVERAL_TRIES))
    return next((changed for changed in tries if changed != text), text)


def hasty(text: str, rng: Random) -> str:
    """Write as on a phone in a hurry: small letters, no signs, as many slips as a third of the words, at least two."""
    text = re.sub(r"[^\w\s-]", "", text.lower())
    for _ in range(max(2, len(text.split()) // 3)):
        text = one_typo(text, rng)
    return text


def code_switched(text: str, rng: Random) -> str:
    """Put the Russian word, as Kazakh speakers do, for each Kazakh one that `code_switch.tsv` lists; endings stay."""
    words = _switches()
    pattern = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + ")", re.IGNORECASE)
    return pattern.sub(lambda match: words[match.group().lower()], text)


@cache
def _switches() -> dict[str, str]:
    """Kazakh beginning of a word -> Russian one, the longest first."""
    with CODE_SWITCH.open(encoding="utf-8", newline="") as file:
        pairs = [(row["kk"].lower(), row["ru"]) for row in csv.DictReader(file, delimiter="\t")]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


CLASSES: tuple[tuple[Language, str, Maker], ...] = (
    (Language.KK, "missing Kazakh letters", lambda text, _: without_kazakh_letters(text)),
    (Language.KK, "Latin of 2021", lambda text, _: romanise(text, "kk-2021")),
    (Language.KK, "Latin of 2017, apostrophes", lambda text, _: romanise(text, "kk-2017")),
    (Language.KK, "everyday SMS Latin", everyday_latin),
    (Language.KK, "wrong keyboard layout", lambda text, _: on_latin_layout(text)),
    (Language.KK, "digits for letters", lambda text, _: digits_for_kazakh_letters(text)),
    (Language.KK, "one-edit typo", one_typo),
    (Language.KK, "mixed with Russian", code_switched),
    (Language.RU, "one-edit typo", one_typo),
    (Language.EN, "one-edit typo", one_typo),
    (Language.KK, "hasty, many slips", hasty),
    (Language.RU, "hasty, many slips", hasty),
    (Language.EN, "hasty, many slips", hasty),
)


@dataclass(frozen=True, slots=True)
class Typed:
    """A clean question and the same question typed in another way; `typed.id` names the class too."""

    group: str
    clean: Case
    typed: Case


def typed_cases(cases: Iterable[Case]) -> Iterator[Typed]:
    """Yield every clean, answerable question in every class of its language; unchanged texts are left out. Seeded."""
    clean = [c for c in cases if c.style == "clean" and c.is_answerable and (c.script == "Cyrl" or c.language == "en")]
    for language, name, write in CLASSES:
        rng = Random(f"{SEED} {language} {name}")
        for case in clean:
            text = write(case.text, rng) if case.language == language else case.text
            if text.lower() != case.text.lower():
                group = f"{language} {name}"
                yield Typed(group, case, replace(case, id=f"{case.id} {name}", text=text))


def typed_differences(
    cases: Iterable[Case], desk: Desk, today: date, system: System, told: Told | None = None
) -> tuple[Difference, ...]:
    """Measure hit@1 of each class of typing against the clean texts of the same questions."""
    typed = tuple(typed_cases(cases))
    asked = {case.id: case for one in typed for case in (one.clean, one.typed)}
    found = order_of_cases(asked.values(), desk, today, system, told=told)
    values = measured(asked, found)
    groups = dict.fromkeys(one.group for one in typed)
    return tuple(_difference(group, [one for one in typed if one.group == group], values) for group in groups)


def _difference(group: str, typed: Sequence[Typed], values: Values) -> Difference:
    ours = [values[one.typed.id]["hit@1"] for one in typed]
    return paired(group, "hit@1", ours, [values[one.clean.id]["hit@1"] for one in typed])
