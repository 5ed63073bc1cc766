"""Index terms: spellings meet, topics stay apart, words that decide meaning are kept."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from kb.language.analyze import ANALYZER_VERSION, analyze
from kb.language.scripts import romanise, styles, without_kazakh_letters
from kb.model import Language

RUSSIAN = [
    "прикрепиться к поликлинике",
    "Как вернуть ошибочно уплаченные взносы?",
    "стоимость лечения в больнице без ОСМС",
    "нужно ли направление к кардиологу",
    "Кто платит за женщину в декрете и сохранится ли страховка",
    "задолженность за прошлый месяц",
    "бесплатные лекарства беременным",
    "почему слетел статус застрахованного",
    "перечисляет ли работодатель отчисления за сотрудников",
    "скорая помощь незастрахованным",
]
KAZAKH = [
    "Емханаға қалай тіркелуге болады?",
    "сақтандырылмаған адамдарға тегін көмек көрсетіле ме",
    "жарналарды кім төлейді",
    "Баламызға дәрігерді үйге қалай шақырамыз",
    "өтініш беруге қандай құжаттар қажет",
]


@pytest.mark.parametrize("text", RUSSIAN)
@pytest.mark.parametrize("style", ["ru-zh", "ru-j", "ru-kh", "ru-ia"])
def test_russian_typed_in_latin_gives_the_same_terms(text, style):
    assert analyze(romanise(text, style), Language.RU) == analyze(text, Language.RU)


@pytest.mark.parametrize("text", KAZAKH)
@pytest.mark.parametrize("spell", [without_kazakh_letters, *(lambda t, s=s: romanise(t, s) for s in styles("kk"))])
def test_kazakh_spellings_give_the_same_terms(text, spell):
    assert analyze(spell(text), Language.KK) == analyze(text, Language.KK)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("прикрепиться к поликлинике", Language.RU, ["prikrep", "poliklinik"]),
        ("Емханаға тіркелу", Language.KK, ["emhana", "tirke"]),
        ("How can I register with a polyclinic?", Language.EN, ["regist", "policlin"]),
        ("МЗП в 2026 году 85 000 тенге", Language.RU, ["mzp", "2026", "god", "85000", "teng"]),
        ("2026 жылғы 1414", Language.KK, ["2026", "jil", "1414"]),
        ("ОСМС debt", Language.EN, ["osms", "debt"]),
        ("", Language.EN, []),
        ("?!", Language.KK, []),
    ],
)
def test_terms(text, language, expected):
    assert analyze(text, language) == expected


@pytest.mark.parametrize(
    ("one", "other", "language"),
    [
        ("емханаға тіркелу", "емханаларға тіркелдім", Language.KK),
        ("взносы за работников", "взнос за работника", Language.RU),
        ("paying contributions", "pay a contribution", Language.EN),
    ],
)
def test_forms_give_the_same_terms(one, other, language):
    assert analyze(one, language) == analyze(other, language)


@pytest.mark.parametrize(
    ("text", "language", "term"),
    [
        ("без страховки", Language.RU, "bez"),
        ("не застрахован", Language.RU, "ne"),
        ("нет денег", Language.RU, "net"),
        ("жолдама жоқ", Language.KK, "emes"),
        ("сақтандырылған емеспін", Language.KK, "emes"),
        ("сақтандырылмағанмын", Language.KK, "emes"),
        ("жолдамасыз", Language.KK, "emes"),
        ("without insurance", Language.EN, "without"),
        ("no money", Language.EN, "no"),
        ("I can't pay", Language.EN, "not"),
        ("i cant pay", Language.EN, "not"),
    ],
)
def test_words_that_decide_meaning_are_kept(text, language, term):
    assert term in analyze(text, language)


def test_a_negated_form_is_its_positive_and_a_negation():
    positive, negative = (Counter(analyze(f"сақтандырыл{s}", Language.KK)) for s in ("ған", "маған"))
    assert negative == positive + Counter(["emes"])


def test_a_russian_quotation_of_kazakh_meets_its_spelling_without_kazakh_letters():
    assert analyze("программа «Аңсаған сәби»", Language.RU) == analyze("программа ансаган саби", Language.RU)


def test_a_change_of_terms_changes_the_version():
    forms = (Path(__file__).parent / "kazakh_forms.tsv").read_text(encoding="utf-8")
    texts = [(text, Language.RU) for text in RUSSIAN] + [(text, Language.KK) for text in (*KAZAKH, forms)]
    terms = " ".join(term for text, language in texts for term in analyze(text, language))
    digest = hashlib.sha256(terms.encode()).hexdigest()[:12]
    # Indexes built with other terms must be refused: give ANALYZER_VERSION a new number with the new digest.
    assert (ANALYZER_VERSION, digest) == ("1", "f3763143af4b")
