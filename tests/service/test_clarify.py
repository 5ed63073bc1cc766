"""When the desk is not sure it asks back, with the likeliest entries; when nothing is likely it says so."""

import io
from dataclasses import replace

import pytest
import yaml
from rich.console import Console

from kb.model import Kind, Outcome
from service.answer import document_for
from service.choices import N_CHOICES, choices
from service.desk import RIVAL
from service.reports import answer_report
from tests.conftest import TODAY
from tests.writing import CORPUS

QUESTIONS = (
    "Кто платит взнос за работника?",
    "Жүктімін, жұмыс істемеймін, жарнаны кім төлейді?",
    "Do I need a referral for an MRI?",
    "Как прикрепиться к поликлинике?",
)
WHOSE = {"kk": "ИП жарна", "ru": "взносы ИП", "en": "sole trader contributions"}
CASES = yaml.safe_load((CORPUS / "cases.yaml").read_text(encoding="utf-8"))


def asks_back(desk):
    """The same desk, never sure of one entry alone."""
    return replace(desk, tuning=replace(desk.tuning, alone=1.01, answer=0.0, clarify=0.0))


def printed(desk, text, answer):
    """What `anyq ask` prints."""
    console = Console(file=io.StringIO(), width=200)
    console.print(answer_report(text, answer, desk.generation.handbook))
    return console.file.getvalue()


@pytest.mark.parametrize("text", QUESTIONS)
def test_below_the_least_confidence_two_or_three_entries_are_offered(desk, text):
    answer = asks_back(desk).answer(text, None, TODAY, TODAY)
    assert answer.outcome in (Outcome.CLARIFY, Outcome.ANSWERED)
    if answer.outcome is Outcome.CLARIFY:
        assert 2 <= len(answer.alternatives) <= 3
        assert answer.citations == ()
        assert answer.handoff
    else:  # a leaflet covers all that was offered
        assert desk.generation.documents[answer.citations[0].document].kind is Kind.LEAFLET


@pytest.mark.parametrize("language", WHOSE)
def test_each_choice_says_whose_case_it_is_in_the_askers_language(desk, language):
    answer = asks_back(desk).answer(WHOSE[language], None, TODAY, TODAY)
    assert (answer.outcome, answer.language) == (Outcome.CLARIFY, language)
    assert [a.case for a in answer.alternatives] == [CASES[a.entry][language] for a in answer.alternatives]
    lines = [line.strip("│ ") for line in printed(desk, WHOSE[language], answer).splitlines()]
    for a in answer.alternatives:
        assert lines[lines.index(f"? {a.case}") + 1] == f"[{a.document}] {a.question or a.title}"


def test_a_choice_without_a_line_is_offered_by_its_question(desk):
    handbook = replace(desk.generation.handbook, cases={})
    bare = replace(desk, generation=replace(desk.generation, handbook=handbook))
    answer = asks_back(bare).answer(WHOSE["ru"], None, TODAY, TODAY)
    assert {a.case for a in answer.alternatives} == {""}
    shown = printed(desk, WHOSE["ru"], answer)
    assert all(f"? [{a.document}] {a.question or a.title}" in shown for a in answer.alternatives)


def test_entries_named_beside_an_answer_are_shown_with_their_case_where_it_may_be_the_askers(desk):
    answer = replace(desk, tuning=replace(desk.tuning, alone=0.0)).answer(WHOSE["ru"], None, TODAY, TODAY)
    assert (answer.outcome, answer.case) == (Outcome.ANSWERED, CASES[answer.citations[0].entry]["ru"])
    assert any(a.case for a in answer.alternatives)
    lines = [line.strip("│ ") for line in printed(desk, WHOSE["ru"], answer).splitlines()]
    assert f"= {answer.case}" in lines
    for a in answer.alternatives:
        entry = f"[{a.document}] {a.question or a.title}"
        assert lines[lines.index(f"? {a.case}") + 1] == entry if a.case else f"? {entry}" in lines


@pytest.mark.parametrize("text", QUESTIONS)
def test_what_is_offered_beside_a_question_and_answer_is_not_its_own_leaflet(desk, text):
    trace = desk.trace(desk.query(text, None, TODAY))
    setting = desk._setting(trace.query, TODAY, TODAY)
    first, *others = choices(trace.ranked, 0.0, setting)
    document = document_for(first, setting)
    for other in (document_for(name, setting) for name in others):
        linked = other.entry in document.see or document.entry in other.see
        assert document.kind is not Kind.FAQ or other.kind is Kind.FAQ or not linked


@pytest.mark.parametrize("text", QUESTIONS)
def test_what_may_be_meant_instead_is_named_beside_an_answer_before_linked_entries(desk, text):
    desk = replace(desk, tuning=replace(desk.tuning, alone=0.0, answer=0.0))
    trace = desk.trace(desk.query(text, None, TODAY))
    first, *rivals = choices(trace.ranked, RIVAL, desk._setting(trace.query, TODAY, TODAY), N_CHOICES + 1)
    answer = desk.answer(text, None, TODAY, TODAY)
    assert [a.entry for a in answer.alternatives][: len(rivals)] == rivals
    assert [a.entry for a in answer.alternatives if a.case] == rivals
    assert first not in [a.entry for a in answer.alternatives]
    assert answer.case == (CASES[first][answer.language] if rivals else "")


def test_the_threshold_of_answering_is_on_all_entries_together(desk):
    text = QUESTIONS[0]
    open_to_all = replace(desk, tuning=replace(desk.tuning, answer=0.0, alone=0.0))
    assert open_to_all.answer(text, None, TODAY, TODAY).outcome is Outcome.ANSWERED
    refused = replace(desk, tuning=replace(desk.tuning, answer=1.01)).answer(text, None, TODAY, TODAY)
    assert refused.outcome in (Outcome.NOT_FOUND, Outcome.OUT_OF_SCOPE)
    assert refused.handoff


def test_confidence_is_the_calibrated_one(desk):
    text = QUESTIONS[3]
    desk = replace(desk, tuning=replace(desk.tuning, answer=0.0, alone=0.0))
    ranked = desk.trace(desk.query(text, None, TODAY)).ranked
    answer = desk.answer(text, None, TODAY, TODAY)
    assert answer.confidence == pytest.approx(ranked.confidence(desk.tuning.calibration), abs=1e-4)
