"""Tell what a question is written in.

Two models of our own training are averaged: langdetect with our profiles, and a linear classifier on n-grams
(`ngrams`). A Kazakh letter in a text without Russian function words settles the matter, and so does a Kazakh question
particle at the end, where the predicate stands. A text typed on the wrong keyboard has the language that was meant.
Figures: tests/bench/langid.py.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from kb.language.langdetecting import PROFILES, langdetect_probabilities
from kb.language.lists import lines
from kb.language.ngrams import LABELS, NgramModel
from kb.language.readings import on_the_meant_keyboard
from kb.language.scripts import has_kazakh_letters
from kb.model import Detected, Language, Script

_CYRILLIC: Final = re.compile(r"[Ѐ-ӿ]")
_LATIN: Final = re.compile(r"[A-Za-zÀ-ɏ]")
_WORD: Final = re.compile(r"[^\W\d_]+")
# None of 128,822 Russian sentences ends so, 495 of 103,840 Kazakh ones do (2026-11-22, the texts of train_profiles).
_ENDS_AS_KAZAKH: Final = re.compile(r"\s[мбп][ае]\W*$", re.IGNORECASE)
# The classifier alone is the better of the two (2026-11-22: 99.5 against 99.0 % at 3-5 words), hence its weight.
_NGRAM_SHARE: Final = 2 / 3
_SURE: Final = 0.99


def detect(text: str) -> Detected:
    """Detect language and script of `text`, the script as typed; see `detect_label` for texts that say nothing."""
    meant = on_the_meant_keyboard(text)
    label, confidence = detect_label(meant)
    language, _, latin = label.partition("-")
    is_latin = bool(latin) or language == "en"
    script = Script.LATN if is_latin == (meant == text) else Script.CYRL
    return Detected(Language(language), script, confidence)


def detect_label(text: str) -> tuple[str, float]:
    """Return the likeliest of kk, kk-Latn, ru, ru-Latn, en and its probability, 0..1.

    A sentence of mixed languages gets the label of its frame: function words and suffixes. A text without letters
    gives `("kk", 0.2)`: the state language, with the confidence of a blind guess. Deterministic.
    """
    found = probabilities(text)
    label = max(LABELS, key=lambda name: found[name])
    return label, found[label]


def probabilities(text: str) -> dict[str, float]:
    """Return the probability of each label; they sum to 1."""
    classifier, profiles = _classifier().probabilities(text), langdetect_probabilities(text)
    mixed = {k: _NGRAM_SHARE * classifier[k] + (1 - _NGRAM_SHARE) * profiles[k] for k in LABELS}
    mixed = _written_in_its_script(mixed, text)
    if _ENDS_AS_KAZAKH.search(text) or (has_kazakh_letters(text) and not _has_russian_sign(text)):
        return _settled(mixed)
    return mixed


def _settled(found: dict[str, float]) -> dict[str, float]:
    """Raise Kazakh to certainty and share the rest among the other labels."""
    others = sum(p for label, p in found.items() if label != "kk") or 1.0
    sure = max(_SURE, found["kk"])
    return {label: sure if label == "kk" else (1 - sure) * p / others for label, p in found.items()}


def _written_in_its_script(found: dict[str, float], text: str) -> dict[str, float]:
    """Rule out labels whose script does not occur in `text` at all, and make the rest sum to 1."""
    has = {True: bool(_CYRILLIC.search(text)), False: bool(_LATIN.search(text))}
    if any(has.values()):
        found = {label: p if has[label in ("kk", "ru")] else 0.0 for label, p in found.items()}
    total = sum(found.values())
    return {label: p / total for label, p in found.items()} if total else dict.fromkeys(LABELS, 1 / len(LABELS))


def _has_russian_sign(text: str) -> bool:
    return not _russian_signs().isdisjoint(_WORD.findall(text.lower()))


@cache
def _russian_signs() -> frozenset[str]:
    return frozenset(lines("signs.ru.txt"))


@cache
def _classifier() -> NgramModel:
    return NgramModel.open(PROFILES / "ngrams.json")
