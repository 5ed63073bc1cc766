"""The editors' page: what the corpus holds, what must be mended, and how a change reaches the public."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import streamlit as st

from kb.model import Language
from ui.client import Client, ServiceError, api_address
from ui.view import blocks, coverage

STYLE = "<style>.block-container { padding-top: 2.5rem; } </style>"
STAGES = {
    "reading": "Читаю тексты",
    "encoding": "Кодирую изменённые тексты",
    "writing": "Записываю индекс",
    "learning": "Учусь различать вопросы",
}


def page() -> None:
    """Draw the page."""
    st.set_page_config(page_title="Anyq · редакция", page_icon="✎", layout="wide")
    st.html(STYLE)
    st.subheader("Anyq · редакция")
    key = st.sidebar.text_input("Ключ редактора · Редактор кілті", type="password", help="`make run` печатает его")
    if not key:
        st.info("Введите ключ редактора слева. · Сол жаққа редактор кілтін енгізіңіз.")
        return
    client = Client(api_address(), key)
    try:
        shelves = client.generations()
    except ServiceError as error:
        st.error(str(error))
        return
    names = ("Тексты · Мәтіндер", "Замечания · Ескертулер", "Переиндексация и публикация", "История и откат")
    for tab, draw in zip(st.tabs(names), (_entries, _findings, _publishing, _history), strict=True):
        with tab:
            try:
                draw(client, shelves)
            except ServiceError as error:
                st.error(str(error))


def _entries(client: Client, shelves: dict[str, Any]) -> None:
    lines = client.entries("ru", date.today())  # noqa: DTZ011 - the edge
    st.caption(f"Действуют сегодня: {len(lines)}. Выберите строку, чтобы увидеть тексты.")
    table = [
        {"Запись": x["id"], "С": x["valid_from"]}
        | {str(language): "✓" if language in x["languages"] else "—" for language in Language}
        | {"Название": x["title"], "Вид": x["kind"], "Тема": x["topic"]}
        for x in lines
    ]
    chosen = st.dataframe(table, hide_index=True, width="stretch", on_select="rerun", selection_mode="single-row")
    rows = chosen["selection"]["rows"]
    if rows:
        _entry(client, lines[rows[0]]["id"])


def _entry(client: Client, name: str) -> None:
    entry = client.entry(name)
    st.subheader(name)
    newest = coverage(entry["documents"])
    latest = max(newest.values())
    for language, start in newest.items():
        if start != latest:
            st.warning(f"{language}: нет текста версии {latest}; читатели получат другой язык.")
    for tab, language in zip(st.tabs([str(x) for x in Language]), Language, strict=True):
        with tab:
            for d in reversed([d for d in entry["documents"] if d["language"] == language]):
                until = d["valid_to"] or "…"
                with st.expander(f"{d['valid_from']} — {until} · {d['title']}", expanded=d["in_force"]):
                    st.markdown(d["text"])
                    st.caption(f"[{d['id']}]({client.api}/d/{d['id']}) · {d['sources'][0]['publisher']}")


def _findings(client: Client, shelves: dict[str, Any]) -> None:
    if st.button("Проверить тексты сейчас · Тексеру"):
        st.session_state.findings = client.findings()
    found = st.session_state.get("findings")
    if found is None:
        st.caption("Проверка читает папку corpus в её нынешнем виде.")
    elif not found:
        st.success("Замечаний нет.")
    else:
        st.warning(f"Замечаний: {len(found)}. Исправьте их до публикации.")
        st.dataframe(found, hide_index=True, width="stretch")


def _publishing(client: Client, shelves: dict[str, Any]) -> None:
    st.markdown(f"Опубликовано: `{shelves['current']}`")
    if st.button("Построить новый индекс", type="primary"):
        client.start_build()
        _watch(client)
        st.rerun()
    job = client.build_state()
    if job["state"] == "failed":
        st.error(f"Индекс не построен, опубликованный не затронут. {job['error']}")
    if job["state"] == "done":
        st.success(f"Построен {job['generation']}, изменённых текстов: {job['n_encoded']}.")
    current = shelves["current"]
    others = {g["id"]: g["created"][:16].replace("T", " ") for g in shelves["generations"] if g["id"] != current}
    if not others:
        st.caption("Новых индексов нет: опубликован последний.")
        return
    candidate = st.selectbox("Индекс для проверки (время UTC)", others, format_func=lambda x: f"{others[x]} · {x}")
    _compare(client, str(candidate), str(current))
    if st.button(f"Опубликовать {candidate}"):
        client.publish(str(candidate))
        st.rerun()


def _watch(client: Client) -> None:
    bar = st.progress(0.0, "Читаю тексты")
    while (job := client.build_state())["state"] == "running":
        bar.progress(job["done"] / job["total"] if job["total"] else 0.0, STAGES.get(job["stage"], job["stage"]))
        time.sleep(0.3)
    bar.progress(1.0, "Готово")


def _compare(client: Client, candidate: str, current: str) -> None:
    question = st.text_input("Задайте вопрос обоим индексам", key="trial")
    if not question:
        return
    for column, generation, label in zip(st.columns(2), (candidate, current), ("Новый", "Опубликованный"), strict=True):
        answer = client.preview(generation, question, "auto")
        with column, st.container(border=True):
            st.markdown(f"**{label}** · {answer.outcome} · {answer.confidence:.0%}")
            for block in blocks(answer, client.api, answer.language):
                st.markdown(block.text)


def _history(client: Client, shelves: dict[str, Any]) -> None:
    st.dataframe(shelves["history"], hide_index=True, width="stretch")
    st.caption("Откат возвращает индекс, который был опубликован до нынешнего. Ничего не стирается.")
    if st.button("Откатить публикацию · Кері қайтару"):
        st.success(f"Опубликован {client.rollback()}")
        time.sleep(1)
        st.rerun()


page()
