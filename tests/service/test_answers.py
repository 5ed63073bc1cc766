"""Answers over the real corpus: word for word, whole, in force, in the asker's language, the same every time."""

import dataclasses
import hashlib
from datetime import date, timedelta

import pytest

from kb.language.folding import skeleton
from kb.model import Citation, Kind, Language, NoticeCode, Outcome, Scope
from service.answer import QuoteError, verified_text
from tests.conftest import TODAY

ASTHMA = {
    "kk": "Астмам бар, сақтандырылмағанмын, дәріні тегін бере ме?",
    "ru": "У меня астма, я не застрахован. Лекарства дадут бесплатно?",
    "en": "I have asthma and I am not insured. Will I get my medicine free?",
}
DIABETES = {
    "kk": "Қант диабетін емдету үшін сақтандыру керек пе?",
    "ru": "Нужна ли страховка, чтобы лечиться от диабета?",
    "en": "Do I need insurance to be treated for diabetes?",
}


def ask(desk, text, as_of=TODAY, language=None):
    return desk.answer(text, language, as_of, TODAY)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize(("questions", "entry"), [(ASTHMA, "asthma"), (DIABETES, "diabetes")])
def test_the_answer_follows_the_date(desk, questions, entry, language):
    then = ask(desk, questions[language], date(2025, 6, 1))
    today = ask(desk, questions[language])
    assert (then.outcome, today.outcome) == (Outcome.ANSWERED, Outcome.ANSWERED)
    assert {c.document for c in then.citations} == {f"{entry}/{language}@2020-01-01"}
    assert {c.document for c in today.citations} == {f"{entry}/{language}@2026-01-01"}
    assert then.text != today.text
    assert NoticeCode.PAST_DATE in {n.code for n in then.notices}
    assert NoticeCode.PAST_DATE not in {n.code for n in today.notices}


def test_every_own_question_is_answered_by_its_own_entry_and_language(desk):
    """The question at the head of an entry, asked as it stands. Measured 2026-11-22: see CHANGELOG."""
    documents = [d for d in desk.generation.base.documents(Scope(TODAY)) if d.kind is Kind.FAQ]
    wrong = []
    for document in documents:
        answer = ask(desk, document.question)
        if not answer.citations or answer.citations[0].document != document.id:
            wrong.append((document.id, answer.outcome, answer.citations[0].document if answer.citations else ""))
    assert len(wrong) <= 0.01 * len(documents), wrong


@pytest.mark.parametrize("question", [*ASTHMA.values(), *DIABETES.values()])
def test_text_is_made_of_quotes_that_stand_in_the_documents(desk, question):
    answer = ask(desk, question)
    assert answer.text == "\n\n".join(c.quote for c in answer.citations)
    for c in answer.citations:
        text = desk.generation.documents[c.document].text
        assert text[c.start : c.end] == c.quote
        assert hashlib.sha256(text.encode()).hexdigest() == c.sha256


def test_an_faq_answer_is_whole(desk):
    answer = ask(desk, DIABETES["ru"])
    assert answer.text == desk.generation.documents["diabetes/ru@2026-01-01"].text


@pytest.mark.parametrize(
    "change",
    [
        {"quote": "Да. Инсулин всегда бесплатный."},
        {"start": 3},
        {"sha256": "0" * 64},
        {"document": "none/ru@2020-01-01"},
        {"quote": "", "end": 0},
    ],
)
def test_a_quote_that_is_not_the_documents_own_words_is_withheld(desk, change):
    citation = ask(desk, DIABETES["ru"]).citations[0]
    forged: Citation = dataclasses.replace(citation, **change)
    with pytest.raises(QuoteError):
        verified_text((forged,), desk.generation)


def test_the_same_question_gives_the_same_bytes(desk):
    answers = [dataclasses.replace(ask(desk, ASTHMA["kk"]), id="", took_ms=0) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    "spelling",
    [
        "Қант диабеті сақтандыру керек пе",
        "Кант диабети сактандыру керек пе",
        "qant diabeti saqtandyru kerek pe",
        "kant diabeti saktandyru kerek pe",
    ],
)
def test_every_spelling_of_kazakh_meets_the_same_entry(desk, spelling):
    answer = ask(desk, spelling)
    assert answer.citations
    assert answer.citations[0].document == "diabetes/kk@2026-01-01"


def test_a_slip_of_the_thumb_is_also_searched_for_as_the_word_that_was_meant(desk):
    typed, meant = "Плановая гостпитализация", skeleton("госпитализация")
    trace = desk.trace(desk.query(typed, None, TODAY))
    assert trace.scores.readings == (typed, f"Плановая {meant}")
    assert trace.ranked.entries[0][0] == "planned-hospitalisation"
    assert desk.trace(desk.query("Плановая госпитализация", None, TODAY)).scores.readings == (
        "Плановая госпитализация",
    )


def test_a_text_missing_in_the_askers_language_is_given_in_another_and_said_so(desk):
    kept = [d for d in desk.generation.documents.values() if not (d.entry == "diabetes" and d.language is Language.EN)]
    base = type(desk.generation.base).of(kept)
    poorer = dataclasses.replace(desk, generation=dataclasses.replace(desk.generation, base=base, _masks={}))
    poorer.generation.__dict__["documents"] = desk.generation.documents
    answer = ask(poorer, DIABETES["ru"], language=Language.EN)
    assert answer.language is Language.EN
    assert answer.citations[0].document == "diabetes/ru@2026-01-01"
    assert NoticeCode.FALLBACK_LANGUAGE in {n.code for n in answer.notices}


@pytest.mark.parametrize(
    "text",
    [
        "Мой муж потерял сознание и не дышит",
        "Анам есінен танып қалды, дем алмай жатыр",
        "my father is unconscious and not breathing",
    ],
)
def test_danger_to_life_is_sent_to_103_before_anything_else(desk, text):
    answer = ask(desk, text)
    assert answer.outcome is Outcome.EMERGENCY
    assert answer.handoff is not None
    assert answer.handoff.phone == "103"
    assert answer.citations[0].entry == "ambulance"


@pytest.mark.parametrize(
    "text",
    [
        "какая завтра погода в Астане",
        "what is the capital of France",
        "как приготовить плов",
        "пенсия жинағын қалай аламын",
    ],
)
def test_what_is_not_ours_is_refused_and_handed_to_1414(desk, text):
    answer = ask(desk, text)
    assert answer.outcome in (Outcome.OUT_OF_SCOPE, Outcome.NOT_FOUND)
    assert answer.text == ""
    assert answer.handoff is not None
    assert answer.handoff.phone == "1414"


@pytest.mark.parametrize("text", ["?", "12345", "🙂🙂", "ыыыыыыы", "a", "   x   "])
def test_nonsense_is_never_answered(desk, text):
    answer = ask(desk, text)
    assert answer.outcome in (Outcome.OUT_OF_SCOPE, Outcome.NOT_FOUND)


def test_a_rule_that_did_not_exist_yet_is_told_from_one_that_is_unknown(desk):
    answer = ask(desk, "Сколько платит таксист платформы в ОСМС?", date(2025, 6, 1))
    assert answer.outcome is Outcome.NOT_IN_FORCE
    assert answer.alternatives[0].document == "platform-workers/ru@2026-01-01"


def test_no_document_is_quoted_outside_its_validity(desk):
    """For every dated change: the day before, the first day and the last day, in three languages."""
    for entry in desk.generation.base.entries.values():
        if entry.kind is not Kind.FAQ or len(entry.timeline) < 2:
            continue
        for validity in entry.timeline:
            for day in (
                validity.start - timedelta(days=1),
                validity.start,
                (validity.end or validity.start) - timedelta(days=1),
            ):
                for question in [d.question for d in entry.documents if d.validity == validity]:
                    for c in ask(desk, question, day).citations:
                        assert desk.generation.documents[c.document].validity.covers(day), (question, day, c.document)


def test_changes_near_the_asked_day_are_announced(desk):
    before = ask(desk, DIABETES["ru"], date(2025, 12, 1))
    after = ask(desk, DIABETES["ru"], date(2026, 1, 10))
    assert NoticeCode.CHANGES_SOON in {n.code for n in before.notices}
    assert NoticeCode.CHANGED_RECENTLY in {n.code for n in after.notices}


def test_an_unverified_source_is_said(desk):
    document = next(d for d in desk.generation.base.documents(Scope(TODAY)) if d.kind is Kind.FAQ and not d.is_verified)
    answer = ask(desk, document.question)
    assert answer.citations[0].document == document.id
    assert NoticeCode.UNVERIFIED_SOURCE in {n.code for n in answer.notices}
    assert answer.handoff is not None
