"""What the pages show of an answer, and that the three languages have the same interface texts."""

import dataclasses
import json
from datetime import date

import pytest

from kb.model import (
    Alternative,
    Answer,
    Citation,
    Detected,
    Handoff,
    Kind,
    Language,
    Notice,
    NoticeCode,
    Outcome,
    Script,
    Source,
)
from ui.view import STRINGS, blocks, choice, copy_text, coverage, strings

API = "http://anyq.test"
SOURCE = Source("The Fund", "A page", "https://msqory.kz", "2026-01", True)
CITATION = Citation(
    1, "diabetes", "diabetes/ru@2026-01-01", Kind.FAQ, Language.RU, "Диабет", (), "Да.", 0, 3, "0" * 64,
    date(2026, 1, 1), None, SOURCE, "/d/diabetes/ru@2026-01-01#p0",
)  # fmt: skip
ANSWER = Answer(
    "1", Outcome.ANSWERED, Language.RU, Detected(Language.RU, Script.CYRL, 1.0), "Да.", (CITATION,), (),
    (Notice(NoticeCode.CHANGED_RECENTLY, "Недавно изменилось."),), None, 0.9, date(2026, 1, 10), "g", 5.0,
)  # fmt: skip


def test_notices_stand_before_the_text_and_sources_after():
    assert [b.kind for b in blocks(ANSWER, API, Language.RU)] == ["notice", "text", "source"]


OTHER = Alternative("a", "a/ru@2026-01-01", "Очно", "Я учусь очно?", "/d/a/ru@2026-01-01", "Вы учитесь очно")
QUESTION = "[Я учусь очно?](http://anyq.test/d/a/ru@2026-01-01)"


def test_whose_case_another_entry_is_stands_above_its_question():
    assert choice(OTHER, API).splitlines() == ["- **Вы учитесь очно**  ", f"  :small[{QUESTION}]"]
    assert choice(dataclasses.replace(OTHER, case=""), API) == f"- {QUESTION}"


def test_whose_case_is_answered_stands_above_the_text_with_the_other_cases():
    linked = dataclasses.replace(OTHER, case="", title="Каникулы")
    sided = dataclasses.replace(ANSWER, case="Вы учитесь заочно", alternatives=(OTHER, linked))
    shown = blocks(sided, API, Language.RU)
    assert [b.kind for b in shown] == ["notice", "case", "text", "source"]
    assert "**Вы учитесь заочно**" in shown[1].text
    assert choice(OTHER, API) in shown[1].text
    assert choice(linked, API) not in shown[1].text.splitlines()
    assert copy_text(sided, API).startswith(f"{strings('ru')['for_case']}: Вы учитесь заочно\n\nДа.")


def test_what_to_choose_from_can_be_pasted_into_a_chat():
    asked = Handoff("fund-1414", "Фонд", "1414", "Уточните, пожалуйста.")
    back = dataclasses.replace(
        ANSWER, outcome=Outcome.CLARIFY, text="", citations=(), handoff=asked, alternatives=(OTHER,)
    )
    assert copy_text(back, API) == f"Уточните, пожалуйста.\n\n- Вы учитесь очно: {API}{OTHER.link}"


def test_danger_comes_first():
    danger = dataclasses.replace(
        ANSWER, outcome=Outcome.EMERGENCY, handoff=Handoff("ambulance-103", "Скорая", "103", "Звоните 103")
    )
    shown = blocks(danger, API, Language.RU)
    assert shown[0].kind == "danger"
    assert "103" in shown[0].text


def test_a_source_says_who_when_since_when_and_links_to_the_passage():
    (source,) = [b.text for b in blocks(ANSWER, API, Language.RU) if b.kind == "source"]
    assert "The Fund" in source
    assert "2026-01-01" in source
    assert "(http://anyq.test/d/diabetes/ru@2026-01-01#p0)" in source


def test_an_unverified_source_is_marked_and_an_unknown_date_is_not_shown():
    doubtful = dataclasses.replace(CITATION, source=dataclasses.replace(SOURCE, verified=False, date="unknown"))
    shown = blocks(dataclasses.replace(ANSWER, citations=(doubtful,)), API, Language.RU)[-1].text
    assert strings("ru")["unverified"] in shown
    assert "unknown" not in shown


def test_two_passages_of_one_document_are_one_source():
    second = dataclasses.replace(CITATION, n=2, quote="Нет.", link="/d/diabetes/ru@2026-01-01#p1")
    answer = dataclasses.replace(ANSWER, citations=(CITATION, second))
    assert sum(b.kind == "source" for b in blocks(answer, API, Language.RU)) == 1


def test_copied_text_has_the_words_and_the_link():
    assert copy_text(ANSWER, API) == "Да.\n\nhttp://anyq.test/d/diabetes/ru@2026-01-01#p0"


def test_coverage_shows_which_language_lags():
    documents = [{"language": "ru", "valid_from": "2026-01-01"}, {"language": "kk", "valid_from": "2020-01-01"}]
    assert coverage(documents) == {"kk": "2020-01-01", "ru": "2026-01-01", "en": ""}


@pytest.mark.parametrize("language", list(Language))
def test_every_language_has_every_interface_text(language):
    texts = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in STRINGS.glob("*.json")}
    assert set(texts[language]) == set(texts["en"])
    assert all(texts[language].values())
