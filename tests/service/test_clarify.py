"""When the desk is not sure it asks back, with the likeliest entries; when nothing is likely it says so."""

from dataclasses import replace

import pytest

from kb.model import Kind, Outcome
from service.answer import document_for
from tests.conftest import TODAY

QUESTIONS = (
    "Кто платит взнос за работника?",
    "Жүктімін, жұмыс істемеймін, жарнаны кім төлейді?",
    "Do I need a referral for an MRI?",
    "Как прикрепиться к поликлинике?",
)


@pytest.mark.parametrize("text", QUESTIONS)
def test_below_the_least_confidence_two_or_three_entries_are_offered(desk, text):
    cautious = replace(desk, tuning=replace(desk.tuning, alone=1.01, answer=0.0, clarify=0.0))
    answer = cautious.answer(text, None, TODAY, TODAY)
    assert answer.outcome in (Outcome.CLARIFY, Outcome.ANSWERED)
    if answer.outcome is Outcome.CLARIFY:
        assert 2 <= len(answer.alternatives) <= 3
        assert answer.citations == ()
        assert answer.handoff
    else:  # a leaflet covers all that was offered
        assert desk.generation.documents[answer.citations[0].document].kind is Kind.LEAFLET


@pytest.mark.parametrize("text", QUESTIONS)
def test_what_is_offered_beside_a_question_and_answer_is_not_its_own_leaflet(desk, text):
    trace = desk.trace(desk.query(text, None, TODAY))
    setting = desk._setting(trace.query, TODAY, TODAY)
    first, *others = replace(desk, tuning=replace(desk.tuning, clarify=0.0))._near(trace.ranked, setting)
    document = document_for(first, setting)
    for other in (document_for(name, setting) for name in others):
        linked = other.entry in document.see or document.entry in other.see
        assert document.kind is not Kind.FAQ or other.kind is Kind.FAQ or not linked


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
