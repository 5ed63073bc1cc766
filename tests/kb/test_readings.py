"""What else a text may have meant: mistyped texts are recovered, ordinary ones are left alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.language.lists import lines
from kb.language.readings import MAX_READINGS, _keys, readings
from kb.language.scripts import has_kazakh_letters, romanise, styles, without_kazakh_letters
from tests.bench.langid import held_out

QUESTIONS = held_out()
RUSSIAN_KEYS = {ord(letter): chr(key) for key, letter in _keys("ru").items() if letter.isalpha()}
KAZAKH_KEYS = RUSSIAN_KEYS | {ord(letter): chr(key) for key, letter in _keys("kk").items()}
DIGITS = {ord(letter): chr(key) for key, letter in _keys("kk").items()}


def plain_texts(*labels):
    return [re.sub(r"[^\w\s]", "", text) for label, text in QUESTIONS if label in labels]


def recovered(texts, mistype):
    missed = [(mistype(text), text, readings(mistype(text))) for text in texts if text not in readings(mistype(text))]
    return 1 - len(missed) / len(texts), missed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vfvj", "мамо"),
        ("jcvc rfr jgkfnbnm", "осмс как оплатить"),
        ("cf0nfylshe v2hnt,tc3", "сақтандыру мәртебесі"),
        ("руддщ", "hello"),
        ("рщц ещ купшыеук", "how to register"),
        ("0аза0 тілі", "қазақ тілі"),
        ("емхана5а бару", "емханаға бару"),
        ("к-мек керек", "көмек керек"),
        ("men qashan bolwa", "men qashan bolsha"),
        ("4to delat s osms", "chto delat s osms"),
        ("ka4estvo vra4a", "kachestvo vracha"),
    ],
)
def test_what_was_meant_is_found(typed, meant):
    assert meant in readings(typed)
    assert readings(typed)[0] == typed


def test_russian_typed_on_a_latin_keyboard():
    found, missed = recovered(plain_texts("ru"), lambda text: text.translate(RUSSIAN_KEYS))
    assert found >= 0.95, missed  # 2026-11-22: 72 of 72


def test_kazakh_typed_on_a_latin_keyboard():
    found, missed = recovered(plain_texts("kk"), lambda text: text.translate(KAZAKH_KEYS))
    assert found >= 0.9, missed  # 2026-11-22: 72 of 74


def test_latin_typed_on_a_russian_keyboard():
    texts = [text for text in plain_texts("en", "ru-Latn") if text.isascii()]
    found, missed = recovered(texts, lambda text: text.translate(_keys("ru")))
    assert found >= 0.95, missed  # 2026-11-22: 111 of 112


def test_kazakh_letters_typed_as_digits():
    texts = [t for t in plain_texts("kk") if has_kazakh_letters(t) and t.islower() and not re.search(r"\d", t)]
    found, missed = recovered(texts, lambda text: text.translate(DIGITS))
    assert found >= 0.85, missed  # 2026-11-22: 29 of 32


@pytest.mark.parametrize("label", ["kk-Latn", "ru-Latn"])
def test_sms_latin(label):
    texts = [t for t in plain_texts(label) if t.islower() and re.search("sh|ch", t)]
    found, missed = recovered(texts, lambda text: text.replace("sh", "w").replace("ch", "4"))
    assert found >= 0.9, missed  # 2026-11-22: 16 of 16, 22 of 23


def test_held_out_questions_have_no_second_reading():
    assert [readings(text) for _, text in QUESTIONS if readings(text) != (text,)] == []


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_everyday_texts_have_no_second_reading(language):
    # Of 2,000 sentences of the training data each (2026-11-22): kk 0, ru 1, en 0, kk without its letters 0,
    # kk in Latin 8 and ru in Latin 3, all of them around names such as WCDMA and Huawei.
    texts = [*lines(f"everyday.{language}.txt")]
    if language == "kk":
        texts += [without_kazakh_letters(text) for text in texts]
    if language != "en":
        texts += [romanise(text, style) for text in lines(f"everyday.{language}.txt") for style in styles(language)]
    assert [readings(text) for text in texts if readings(text) != (text,)] == []


@pytest.mark.parametrize(
    "text",
    [
        "2026 жылы 1414",
        "2026жылы 5000тг 3топ мүгедек",
        "кто-то из-за дәрі-дәрмек 5-ші 12-ге 40-тан",
        "COVID-19 B12 1С МРТ1 F2F",
        "how much is 40 MW in 2026?",
        "what's new with www.egov.kz",
        "осмс egov kaspi",
        "5 000 ₸",
        "ok",
        "",
        "😀",
    ],
)
def test_ordinary_texts_are_left_alone(text):
    assert readings(text) == (text,)


@given(st.one_of(st.text(max_size=30), st.text(alphabet="абқі0235-=aw46e ", max_size=20)))
def test_the_text_comes_first_and_readings_are_few_and_different(text):
    found = readings(text)
    assert found[0] == text
    assert len(set(found)) == len(found) <= MAX_READINGS
