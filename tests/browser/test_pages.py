"""The surfaces in a real browser (Debian's chromium): citizens' widget, document page, agents' and editors' pages."""

import os
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from tests.conftest import KEY, start_server, stop_server, wait_for

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SHOTS = os.environ.get("ANYQ_SCREENSHOTS", "")
LONGEST_NAME = 200  # file systems take 255 bytes
SLOW = 30_000  # ms; the machines are noisy


@pytest.fixture(scope="module")
def everything(home):
    """`anyq serve --all`: the API with both Streamlit pages."""
    process, base = start_server(home, "--all", n_ports=3)
    port = int(base.rsplit(":", 1)[1])
    agent, editor = (f"http://127.0.0.1:{port + n}" for n in (1, 2))
    for address in (agent, editor):
        wait_for(f"{address}/_stcore/health", process)
    yield base, agent, editor
    stop_server(process)


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser, request):
    """A page that fails the test on a script error, and leaves a picture where ANYQ_SCREENSHOTS says."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(SLOW)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    if SHOTS:
        name = request.node.name[:LONGEST_NAME].replace("/", "-")
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)
    context.close()
    assert errors == []


def ask(page, base, language, question):
    page.goto(f"{base}/?lang={language}")
    page.get_by_role("textbox").fill(question)
    page.get_by_role("textbox").press("Enter")
    expect(page.locator(".answer")).to_be_visible(timeout=SLOW)
    return page.locator(".answer")


@pytest.mark.parametrize(
    ("language", "question", "says"),
    [
        ("kk", "кант диабети сактандыру керек пе", "2026 жылғы 1 қаңтардан"),
        ("ru", "Нужна ли страховка, чтобы лечиться от диабета?", "С 1 января 2026 года"),
        ("en", "Do I need insurance to be treated for diabetes?", "Since 1 January 2026"),
    ],
)
def test_a_citizen_gets_a_cited_answer_on_a_phone(page, everything, language, question, says):
    page.set_viewport_size({"width": 360, "height": 740})
    answer = ask(page, everything[0], language, question)
    expect(answer).to_contain_text(says)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    link = answer.locator(".cite a").get_attribute("href")
    assert link.endswith(f"/d/diabetes/{language}@2026-01-01#p0")


def test_a_citations_link_opens_the_marked_passage(page, everything):
    link = (
        ask(page, everything[0], "ru", "Нужна ли страховка, чтобы лечиться от диабета?")
        .locator(".cite a")
        .get_attribute("href")
    )
    page.goto(link)
    marked = page.locator(".passage:target")
    expect(marked).to_have_count(1)
    assert marked.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 243, 196)"
    expect(page.locator("h1")).to_have_text("Нужна ли страховка, чтобы лечиться от диабета?")


def test_danger_shows_103_first_and_ready_to_dial(page, everything):
    answer = ask(page, everything[0], "ru", "муж потерял сознание и не дышит")
    expect(answer.locator("> :first-child a.call")).to_have_attribute("href", "tel:103")


def first_answer(base, questions, is_wanted):
    """Return the first of some real questions whose answer is of the wanted kind, and that answer."""
    for question in questions:
        answer = httpx.get(f"{base}/v1/answer", params={"q": question, "lang": "ru"}).json()
        if is_wanted(answer):
            return question, answer
    raise AssertionError(f"none of {questions} is answered as this test needs; put a question here that is")


def asked_back(base):
    """A real question that several entries fit, and the service's answer to it."""
    return first_answer(base, ("взносы ИП", "зубы лечить", "лечение зубов"), lambda a: a["outcome"] == "CLARIFY")


def answered_for_a_case(base):
    """A real question with an answer that another case is near to."""
    questions = ("что дают незастрахованному бесплатно", "Взносы при ИП и работе по найму", "лечение за границей")
    return first_answer(base, questions, lambda a: a["outcome"] == "ANSWERED" and a["case"])


def test_whose_case_is_answered_stands_above_the_answer_and_other_cases_below(page, everything):
    question, answer = answered_for_a_case(everything[0])
    page.set_viewport_size({"width": 360, "height": 740})
    shown = ask(page, everything[0], "ru", question)
    expect(shown.locator("> :first-child")).to_contain_text(answer["case"])
    cases = [a for a in answer["alternatives"] if a["case"]]
    expect(shown.locator("button.case")).to_have_count(len(cases))
    for button, other in zip(shown.locator("button.case").all(), cases, strict=True):
        expect(button).to_have_text(f"{other['case']} {other['question'] or other['title']}")


def test_an_agent_sees_whose_case_is_answered_and_the_others(page, everything):
    question, answer = answered_for_a_case(everything[0])
    page.goto(everything[1])
    page.get_by_role("textbox").first.fill(question)
    page.get_by_role("textbox").first.press("Enter")
    expect(page.get_by_text(answer["case"]).first).to_be_visible(timeout=SLOW)
    for other in answer["alternatives"]:
        if other["case"]:
            expect(page.get_by_role("listitem").filter(has_text=other["case"])).to_be_visible()


def test_asking_back_says_whose_case_each_choice_is(page, everything):
    question, answer = asked_back(everything[0])
    page.set_viewport_size({"width": 360, "height": 740})
    choices = ask(page, everything[0], "ru", question).locator("button.pick")
    expect(choices).to_have_count(len(answer["alternatives"]))
    asked_first = choices.first.locator("small").inner_text()
    for choice, other in zip(choices.all(), answer["alternatives"], strict=True):
        asks = other["question"] or other["title"]
        expect(choice).to_have_text(f"{other['case']} {asks}")
        expect(choice.locator("small")).to_have_text(asks)
    choices.first.click()
    expect(page.get_by_role("textbox")).to_have_value(asked_first)


def test_an_agent_asked_back_sees_whose_case_each_choice_is(page, everything):
    question, answer = asked_back(everything[0])
    page.goto(everything[1])
    page.get_by_role("textbox").first.fill(question)
    page.get_by_role("textbox").first.press("Enter")
    for other in answer["alternatives"]:
        expect(page.get_by_role("listitem").filter(has_text=other["case"])).to_be_visible(timeout=SLOW)
        expect(page.get_by_role("link", name=other["question"] or other["title"]).first).to_be_visible()


def test_a_superseded_document_says_so_and_leads_to_the_one_in_force(page, everything):
    page.goto(f"{everything[0]}/d/diabetes/kk@2020-01-01")
    expect(page.get_by_role("note")).to_be_visible()
    page.get_by_role("note").get_by_role("link").click()
    expect(page).to_have_url(f"{everything[0]}/d/diabetes/kk@2026-01-01")
    expect(page.get_by_role("note")).to_have_count(0)


def test_the_widget_survives_a_dead_service(page, everything):
    page.goto(f"{everything[0]}/?lang=ru")
    page.route("**/v1/answer*", lambda route: route.abort())
    page.get_by_role("textbox").fill("диабет")
    page.get_by_role("button", name="Спросить").click()
    expect(page.locator(".handoff a.call")).to_have_attribute("href", "tel:1414", timeout=SLOW)


def test_markup_in_an_answer_is_text(page, everything):
    page.goto(f"{everything[0]}/?lang=ru")
    answer = httpx.get(
        f"{everything[0]}/v1/answer", params={"q": "Нужна ли страховка, чтобы лечиться от диабета?"}
    ).json()
    answer["text"] = "<img src=x onerror=alert(1)><b>жирно</b>"
    page.route("**/v1/answer*", lambda route: route.fulfill(json=answer))
    page.get_by_role("textbox").fill("диабет")
    page.get_by_role("button", name="Спросить").click()
    expect(page.locator(".answer")).to_contain_text("<b>жирно</b>", timeout=SLOW)
    expect(page.locator(".answer img")).to_have_count(0)


def test_an_agent_searches_and_gets_text_to_copy(page, everything):
    page.goto(everything[1])
    box = page.get_by_role("textbox").first
    box.fill("Нужна ли страховка, чтобы лечиться от диабета?")
    box.press("Enter")
    expect(page.get_by_text("ANSWERED")).to_be_visible(timeout=SLOW)
    expect(page.get_by_text("С 1 января 2026 года диабет лечат по ОСМС").first).to_be_visible()
    expect(page.get_by_role("link", name="diabetes/ru@2026-01-01").first).to_be_visible()


def test_an_editor_sees_texts_and_cannot_enter_without_the_key(page, everything):
    page.goto(everything[2])
    key = page.locator("input[type=password]")
    key.fill("wrong")
    key.press("Enter")
    expect(page.get_by_text("key is missing or wrong")).to_be_visible(timeout=SLOW)
    key.fill(KEY)
    key.press("Enter")
    expect(page.get_by_text("Действуют сегодня")).to_be_visible(timeout=SLOW)
    page.get_by_role("tab", name="Замечания").click()
    page.get_by_role("button", name="Проверить тексты").click()
    expect(page.get_by_text("Замечаний нет.")).to_be_visible(timeout=4 * SLOW)
