"""The agents' page: a caller waits, so one box, one answer, its citations, and a text to copy."""

from __future__ import annotations

from datetime import date

import streamlit as st

from kb.model import Answer, Language
from ui.client import Client, ServiceError, api_address
from ui.view import blocks, copy_text, strings

LANGUAGES = ("auto", "kk", "ru", "en")
SHOW = {"danger": st.error, "notice": st.warning, "handoff": st.info, "text": st.markdown, "source": st.caption}


def page() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Anyq · 1414", page_icon="☎", layout="wide")
    interface = st.sidebar.radio("Тіл · Язык · Language", list(Language), index=1, format_func=lambda x: strings(x)["name"])
    words = strings(interface)
    client = Client(api_address())
    st.title("Anyq · 1414")
    question, language, as_of = _asked(words)
    if not question:
        st.caption(words["tagline"])
        return
    try:
        answer = client.answer(question, language, as_of)
        ranking = client.search(question, language, as_of)
    except ServiceError as error:
        st.error(str(error))
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        _answer(answer, client.api, interface)
    with right:
        st.subheader(words["also"])
        for hit in ranking.hits:
            with st.expander(f"{hit.title} · {hit.score:.2f}"):
                st.markdown(hit.text)
                st.caption(f"[{hit.document}]({client.api}/d/{hit.document}) · dense {hit.retrievers['dense']:.2f} · lexical {hit.retrievers['lexical']:.2f}")


def _asked(words: dict[str, str]) -> tuple[str, str, date]:
    with st.form("question", border=False):
        box, language_box, day_box, button = st.columns([6, 1.4, 1.6, 1.2], vertical_alignment="bottom")
        question = box.text_input(words["placeholder"], key="q", max_chars=1000)
        language = language_box.selectbox(words["language"], LANGUAGES)
        as_of = day_box.date_input(words["date"], value="today", format="YYYY-MM-DD")
        button.form_submit_button(words["ask"], type="primary", width="stretch")
    return question.strip(), str(language), as_of if isinstance(as_of, date) else date.today()  # noqa: DTZ011 - the edge


def _answer(answer: Answer, api: str, interface: Language) -> None:
    words = strings(interface)
    st.markdown(f"**{answer.outcome}** · {answer.language} · {answer.confidence:.0%} · {answer.as_of} · {answer.took_ms:.0f} ms")
    for block in blocks(answer, api, interface):
        SHOW[block.kind](block.text)
    for other in answer.alternatives:
        st.markdown(f"- [{other.question or other.title}]({api}{other.link})")
    with st.expander(f"{words['short_answer']}: copy"):
        st.code(copy_text(answer, api), language=None, wrap_lines=True)


page()
