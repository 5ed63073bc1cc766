"""The gazetteer: other countries, however they are named, and no ordinary word taken for one."""

from __future__ import annotations

import pickle

import pytest
import yaml

from kb.places import Gazetteer
from tests.writing import CORPUS

NAMES = {"kk": ["эстония"], "ru": ["эстония"], "en": ["estonia"]}


@pytest.fixture(scope="module")
def gazetteer():
    return Gazetteer.of(yaml.safe_load((CORPUS / "places.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Живу в Омске, где взять полис?", "russia"),
        ("Самарада тұрамын, емханаға қалай тіркелемін?", "russia"),
        ("мәскеуде оқимын", "russia"),
        ("our clinic in Saint Petersburg", "russia"),
        ("брат работает в Нижнем Новгороде", "russia"),
        ("Дочь учится в Праге", "czechia"),
        ("Түркиядағы ауруханаға жатсам ше", "turkey"),
        ("I flew to Seoul for surgery", "south_korea"),
        ("приехали из Ташкента", "uzbekistan"),
    ],
)
def test_a_country_is_known_by_its_places_in_any_case(gazetteer, text, country):
    assert gazetteer.countries(text) == {country}


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Живу в Алматы, как прикрепиться к поликлинике?", "kazakhstan"),
        ("I moved from Pavlodar to Kostanay", "kazakhstan"),
    ],
)
def test_our_own_country_is_not_abroad(gazetteer, text, country):
    assert gazetteer.countries(text) == {country}
    assert not gazetteer.is_abroad(text)


def test_a_question_that_names_our_country_too_is_not_about_another(gazetteer):
    assert gazetteer.is_abroad("Беременна, муж в Москве, где прикрепиться?")
    assert not gazetteer.is_abroad("Беременна, муж в Москве, снимаю квартиру в Астане, где прикрепиться?")


@pytest.mark.parametrize(
    "text",
    [
        "рак кишечника, страховка нужна?",
        "мама на пенсии, платит ли она взносы",
        "how long is the queue for an MRI",
        "",
    ],
)
def test_ordinary_words_are_no_country(gazetteer, text):
    assert gazetteer.countries(text) == frozenset()


def test_the_words_before_the_last_one_must_stand_there():
    gazetteer = Gazetteer.of({"estonia": {"country": NAMES, "people": NAMES, "cities": [["новый таллин", "нарва!"]]}})
    assert gazetteer.countries("живу в новый таллине") == {"estonia"}
    assert gazetteer.countries("живу в Таллине") == frozenset()
    assert gazetteer.countries("из нарва") == {"estonia"}
    assert gazetteer.countries("из нарвы") == frozenset()


def test_masked_places_read_alike_and_keep_their_endings(gazetteer):
    assert gazetteer.masked("Живу в Омске, работаю") == "Живу в otherland е, работаю"
    assert gazetteer.masked("Живу в Праге, работаю") == "Живу в otherland е, работаю"
    assert gazetteer.masked("приехала из Омска") == "приехала из otherland а"
    assert gazetteer.masked("in Saint Petersburg and Omsk") == "in otherland g and otherland k"
    assert gazetteer.masked("Живу в Алматы") == "Живу в homeland ы"
    assert gazetteer.masked("Живу у мамы") == "Живу у мамы"


def test_a_gazetteer_that_was_used_goes_to_another_process(gazetteer):
    """A build learns in a process of its own, and whoever starts it may have asked before."""
    question = "полис в Омске"
    masked = gazetteer.masked(question)
    assert pickle.loads(pickle.dumps(gazetteer)).masked(question) == masked != question


@pytest.mark.parametrize(
    "row",
    [
        {"country": NAMES, "people": NAMES},
        {"country": {"kk": [], "ru": []}, "people": NAMES, "cities": []},
        {"country": NAMES, "people": NAMES, "cities": ["нарва"]},
        {"country": NAMES, "people": NAMES, "cities": [["!"]]},
        {"country": NAMES, "people": NAMES, "cities": [[5]]},
        [],
    ],
)
def test_a_misshapen_country_is_named(row):
    with pytest.raises(ValueError, match=r"places\.yaml: `estonia` needs"):
        Gazetteer.of({"estonia": row})
