"""Find the figures of a text (dates, amounts, percentages, phone numbers) in a form that compares across languages."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

from kb.model import Language

_NUMBER = r"\d{1,3}(?:[  ]\d{3})+(?:,\d+)?(?!\d)|\d+(?:,\d+)?"
_NUMBER_EN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"


@cache
def _data() -> dict[str, dict[str, dict[str, int] | list[str]]]:
    text = Path(__file__).with_name("figures.json").read_text(encoding="utf-8")
    data: dict[str, dict[str, dict[str, int] | list[str]]] = json.loads(text)
    return data


@cache
def _date_pattern(language: Language) -> re.Pattern[str]:
    """One pattern for every way a language writes a date; month names may carry case endings."""
    months = "|".join(f"(?P<m{n}>{name})" for n, name in enumerate(_data()["months"][language], start=1))
    month = rf"\b(?:{months})\w*"
    year_after, day_before = r"(?:,?\s+(?P<year>\d{4}))?", r"(?:(?P<day>\d{1,2})\s+)?"
    if language is Language.KK:
        return re.compile(rf"(?:(?P<year>\d{{4}})\s*ж\w*\.?\s+)?{day_before}{month}", re.IGNORECASE)
    if language is Language.RU:
        return re.compile(rf"{day_before}{month}{year_after}", re.IGNORECASE)
    return re.compile(rf"{day_before}{month}{year_after}")


def figures(text: str, language: Language) -> Counter[str]:
    """Count the figures of `text`.

    Keys: `date:2026-01-01`, `date:2025-09` (a part that is not said is left out: `date:-09-15`), `85000`, `3%`,
    `24.8%`, `1414`. Thousands signs, decimal signs, month names and words such as million are read as the language
    writes them.
    """
    found: Counter[str] = Counter()

    def take_date(match: re.Match[str]) -> str:
        month = next(n for n in range(1, 13) if match[f"m{n}"])
        if language is Language.EN and month == 5 and not match["day"] and not match["year"]:
            return match[0]  # "may", the verb, at the start of a sentence
        day = f"-{int(match['day']):02d}" if match["day"] else ""
        found[f"date:{match['year'] or ''}-{month:02d}{day}"] += 1
        return " "

    rest = _date_pattern(language).sub(take_date, text)
    for number in _numbers(rest, language):
        found[number] += 1
    return found


@cache
def _number_pattern(language: Language) -> re.Pattern[str]:
    number = _NUMBER_EN if language is Language.EN else _NUMBER
    words = "|".join(sorted(_data()["multipliers"][language], key=len, reverse=True))
    # An ordered list's own numbers ("1. Check…") are layout, not figures.
    return re.compile(rf"(?m)^\s*\d+\.\s|(?P<number>{number})(?:\s*(?P<percent>%)|\s+(?P<word>{words})\w*)?")


def _numbers(text: str, language: Language) -> list[str]:
    multipliers = _data()["multipliers"][language]
    assert isinstance(multipliers, dict)
    found = []
    for match in _number_pattern(language).finditer(text):
        if match["number"] is None:
            continue
        value = _value(match["number"], language) * multipliers.get((match["word"] or "").lower(), 1)
        found.append(f"{value:.10g}" + (match["percent"] or ""))
    return found


def _value(number: str, language: Language) -> float:
    if language is Language.EN:
        return float(number.replace(",", ""))
    return float(re.sub(r"[  ]", "", number).replace(",", "."))


def differences(one: Counter[str], other: Counter[str]) -> tuple[list[str], list[str]]:
    """Return what only `one` says and what only `other` says, repeated figures counted."""
    return sorted((one - other).elements()), sorted((other - one).elements())
