"""The agents' page: a caller waits, so one box, one answer, its citations, and a text to copy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

from kb.model import Answer, Language, Outcome, Ranking
from ui.client import Client, ServiceError, api_address
from ui.view import blocks, choice, copy_text, smaller_headings, strings

LANGUAGES = ("auto", "kk", "ru", "en")
SHOW = {
    "danger": st.error,
    "notice": st.warning,
    "handoff": st.info,
    "text": st.markdown,
    "case": st.markdown,
    "source": st.caption,
}
COLOURS = {Outcome.ANSWERED: "green", Outcome.CLARIFY: "orange", Outcome.EMERGENCY: "red"}
STYLE = "<style>.block-container { padding-top: 2.5rem; } </style>"


def page() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Anyq · 1414", page_icon="☎", layout="wide", initial_sidebar_state="collapsed")
    st.html(STYLE)
    title, switch = st.columns([3, 2], vertical_alignment="bottom")
    title.subheader("Anyq · 1414")
    names = {language: strings(language)["name"] for language in Language}
    chosen = switch.segmented_control(
        "Тіл · Язык · Language", list(Language), default="ru", format_func=names.get, label_visibility="collapsed"
    )
    interface = chosen or Language.RU
    words, client = strings(interface), Client(api_address())
    question, language, as_of = _asked(words)
    if not question:
        st.caption(words["tagline"])
        return
    try:
        answer, ranking = client.answer(question, language, as_of), client.search(question, language, as_of)
    except ServiceError as error:
        st.error(str(error))
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        _answer(answer, client.api, interface)
    with right:
        _ranking(ranking, client.api, words)


def _asked(words: Mapping[str, str]) -> tuple[str, str, date]:
    with st.form("question", border=False):
        box, language_box, day_box, button = st.columns([6, 1.3, 2, 1.7], vertical_alignment="bottom")
        question = box.text_input(words["placeholder"], key="q", max_chars=1000)
        language = language_box.selectbox(words["language"], LANGUAGES)
        as_of = day_box.date_input(words["date"], value="today", format="YYYY-MM-DD")
        button.form_submit_button(words["ask"], type="primary", width="stretch")
    return question.strip(), str(language), as_of if isinstance(as_of, date) else date.today()  # noqa: DTZ011 - the edge


def _answer(answer: Answer, api: str, interface: Language) -> None:
    words, colour = strings(interface), COLOURS.get(answer.outcome, "gray")
    st.markdown(
        f":{colour}-badge[{words[answer.outcome.lower()]}] :gray[{answer.outcome} · {answer.language} · "
        f"{words['surety']} {answer.confidence:.0%} · {answer.as_of} · {answer.took_ms:.0f} ms]"
    )
    for block in blocks(answer, api, interface):
        SHOW[block.kind](block.text)
    for other in answer.alternatives:
        if not (answer.case and other.case):  # those stand above the answer
            st.markdown(choice(other, api))
    with st.expander(words["copy"]):
        st.code(copy_text(answer, api), language=None, wrap_lines=True)


def _ranking(ranking: Ranking, api: str, words: Mapping[str, str]) -> None:
    st.markdown(f"**{words['also']}**")
    for hit in ranking.hits:
        with st.expander(hit.title):
            st.markdown(smaller_headings(hit.text))
            parts = " · ".join(f"{name} {score:.2f}" for name, score in hit.retrievers.items())
            st.caption(f"[{hit.document}]({api}/d/{hit.document}) · {hit.score:.1%} · {parts}")


page()
