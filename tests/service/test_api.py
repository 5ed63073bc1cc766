"""The real server over HTTP: contracts, problems, faults."""

import json
import shutil
import threading

import httpx
import pytest

from indexer.build import Snapshot, build
from indexer.encode import open_encoder
from indexer.shelf import Shelf
from service.editor import Workshop
from service.settings import now
from tests.conftest import KEY, start_server, stop_server
from tests.writing import CORPUS, with_handbook, write_entry

ANSWER = {
    "id",
    "outcome",
    "language",
    "detected",
    "text",
    "citations",
    "alternatives",
    "notices",
    "handoff",
    "confidence",
    "as_of",
    "generation",
    "took_ms",
    "case",
}
CITATION = {
    "n",
    "entry",
    "document",
    "kind",
    "language",
    "title",
    "heading",
    "quote",
    "start",
    "end",
    "sha256",
    "valid_from",
    "valid_to",
    "source",
    "link",
}
ALTERNATIVE = {"entry", "document", "title", "question", "link", "case"}
HIT = {"entry", "document", "passage", "kind", "language", "title", "text", "score", "retrievers"}
Q = "Нужна ли страховка, чтобы лечиться от диабета?"


def test_an_answer_has_the_promised_fields_and_its_quote_can_be_checked(server):
    answer = httpx.get(f"{server}/v1/answer", params={"q": Q}).json()
    assert set(answer) == ANSWER
    citation = answer["citations"][0]
    assert set(citation) == CITATION
    assert all(set(alternative) == ALTERNATIVE for alternative in answer["alternatives"])
    assert set(citation["source"]) == {"publisher", "title", "url", "date", "verified"}
    entry = httpx.get(f"{server}/v1/entries/{citation['entry']}").json()
    document = next(d for d in entry["documents"] if d["id"] == citation["document"])
    assert document["text"][citation["start"] : citation["end"]] == citation["quote"]
    assert document["sha256"] == citation["sha256"]


def test_a_citations_link_lands_on_the_marked_passage(server):
    citation = httpx.get(f"{server}/v1/answer", params={"q": Q}).json()["citations"][1]
    address, _, anchor = citation["link"].partition("#")
    page = httpx.get(server + address)
    assert page.status_code == 200
    assert f'id="{anchor}"' in page.text


def test_a_ranking_shows_each_retrievers_part(server):
    ranking = httpx.get(f"{server}/v1/search", params={"q": Q, "k": 5}).json()
    assert set(ranking) == {"query", "detected", "as_of", "generation", "hits"}
    assert len(ranking["hits"]) == 5
    assert all(set(hit) == HIT and set(hit["retrievers"]) == {"dense", "lexical"} for hit in ranking["hits"])
    assert [h["score"] for h in ranking["hits"]] == sorted((h["score"] for h in ranking["hits"]), reverse=True)


def test_the_same_question_gives_the_same_bytes_but_for_id_and_time(server):
    rows = [httpx.get(f"{server}/v1/answer", params={"q": Q, "as_of": "2026-03-01"}).json() for _ in range(2)]
    assert rows[0].pop("id") != rows[1].pop("id")
    for row in rows:
        del row["took_ms"]
    assert json.dumps(rows[0]) == json.dumps(rows[1])


def test_entries_are_listed_by_day_language_and_topic(server):
    everything = httpx.get(f"{server}/v1/entries", params={"lang": "kk"}).json()
    then = httpx.get(f"{server}/v1/entries", params={"lang": "kk", "as_of": "2025-06-01"}).json()
    dental = httpx.get(f"{server}/v1/entries", params={"topic": "dental"}).json()
    assert {e["language"] for e in everything} == {"kk"}
    assert "platform-workers" in {e["id"] for e in everything} - {e["id"] for e in then}
    assert {e["topic"] for e in dental} == {"dental"}
    assert 0 < len(dental) < len(everything)


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/v1/answer", 422, "`q`"),
        ("/v1/answer?q=", 422, "`q`"),
        ("/v1/answer?q=%20%20", 422, "only spaces"),
        ("/v1/answer?q=x&lang=de", 422, "`lang`"),
        ("/v1/answer?q=x&as_of=2026-02-30", 422, "`as_of`"),
        ("/v1/answer?q=x&as_off=2026-02-28", 422, "as_off"),
        (f"/v1/answer?q={'x' * 1001}", 422, "`q`"),
        ("/v1/search?q=x&k=0", 422, "`k`"),
        ("/v1/entries?topic=moon", 422, "moon"),
        ("/v1/entries/diabete", 404, "diabetes"),
        ("/d/diabetes/ru@1999-01-01", 404, "ru@1999-01-01"),
        ("/nowhere", 404, ""),
        ("/v1/editor/findings", 401, "key"),
    ],
)
def test_a_wrong_request_is_a_problem_that_says_what_is_wrong(server, path, status, says):
    response = httpx.get(server + path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == status
    assert says in problem["detail"]


def test_health_metrics_and_generation(server):
    assert httpx.get(f"{server}/healthz").json() == {"status": "alive"}
    httpx.get(f"{server}/v1/answer", params={"q": Q})
    assert 'anyq_answers_total{language="ru",outcome="ANSWERED"}' in httpx.get(f"{server}/metrics").text
    generation = httpx.get(f"{server}/v1/generation").json()
    assert generation["encoder"] == "anyq"
    assert generation["trouble"] == ""


def test_text_of_a_page_is_escaped(server):
    page = httpx.get(f"{server}/d/diabetes/kk@2026-01-01").text
    assert 'lang="kk"' in page
    assert "<script>" not in page


@pytest.fixture
def small(tmp_path):
    """A service over a small corpus that a test may change: (process, address, corpus, shelf)."""
    corpus = with_handbook(tmp_path / "corpus")
    write_entry(corpus, "ambulance", topic="emergency")
    write_entry(corpus, "alpha")
    shelf = Shelf(tmp_path / "home")
    shelf.publish(build(Snapshot.read(corpus), open_encoder("anyq"), shelf, now()).id, now())
    process, base = start_server(tmp_path / "home", ANYQ_CORPUS=str(corpus))
    yield base, corpus, shelf
    stop_server(process)


@pytest.fixture
def client(small):
    """The editors' calls of the small service."""
    with httpx.Client(base_url=small[0], headers={"X-Anyq-Key": KEY}, timeout=30) as client:
        yield client


def wait_for_build(client):
    for _ in range(600):
        job = client.get("/v1/editor/builds").json()
        if job["state"] != "running":
            return job
        threading.Event().wait(0.05)
    raise AssertionError("the build did not end")


def test_an_editor_checks_builds_compares_publishes_and_rolls_back(small, client):
    base, corpus, shelf = small
    first = shelf.current()
    write_entry(corpus, "gamma")
    assert client.get("/v1/editor/findings").json() == []
    assert client.post("/v1/editor/builds").status_code == 202
    job = wait_for_build(client)
    assert job["state"] == "done", job
    assert 0 < job["n_encoded"] < 60
    old = client.get("/v1/editor/answer", params={"generation": first, "q": "Сколько я плачу за gamma?"}).json()
    new = client.get(
        "/v1/editor/answer", params={"generation": job["generation"], "q": "Сколько я плачу за gamma?"}
    ).json()
    assert new["citations"][0]["entry"] == "gamma"
    assert not old["citations"] or old["citations"][0]["entry"] != "gamma"
    assert httpx.get(f"{base}/v1/generation").json()["id"] == first
    client.post("/v1/editor/publish", json={"generation": job["generation"]}).raise_for_status()
    assert httpx.get(f"{base}/v1/generation").json()["id"] == job["generation"]
    assert client.post("/v1/editor/rollback").json()["generation"] == first
    assert httpx.get(f"{base}/v1/generation").json()["id"] == first
    assert [h["act"] for h in client.get("/v1/editor/generations").json()["history"]][:2] == ["rollback", "publish"]


def test_a_build_that_breaks_as_nobody_foresaw_does_not_run_for_ever():
    workshop = Workshop(None)  # no engine: an AttributeError, which no build should raise
    workshop.start()
    for _ in range(100):
        if workshop.job.state != "running":
            break
        threading.Event().wait(0.05)
    assert workshop.job.state == "failed"
    assert "unexpected AttributeError" in workshop.job.error


def test_a_corpus_that_does_not_load_fails_the_build_and_leaves_the_service_as_it_was(small, client):
    base, corpus, shelf = small
    (corpus / "faq/alpha/ru@2020-01-01.md").write_text("nonsense", encoding="utf-8")
    client.post("/v1/editor/builds")
    job = wait_for_build(client)
    assert job["state"] == "failed"
    assert "ru@2020-01-01.md" in job["error"]
    assert httpx.get(f"{base}/v1/generation").json()["id"] == shelf.current()
    assert [f["rule"] for f in client.get("/v1/editor/findings").json()].count("front-matter") == 1


def test_a_damaged_publication_leaves_the_former_one_in_service_and_is_reported(small):
    base, corpus, shelf = small
    first = shelf.current()
    write_entry(corpus, "gamma")
    second = build(Snapshot.read(corpus), open_encoder("anyq"), shelf, now()).id
    (shelf.path(second) / "units.json").write_text("[]")
    shelf.publish(second, now())
    generation = httpx.get(f"{base}/v1/generation").json()
    assert generation["id"] == first
    assert "checksum" in generation["trouble"]
    assert httpx.get(f"{base}/v1/answer", params={"q": "Сколько я плачу за alpha?"}).status_code == 200


def test_no_question_is_dropped_while_generations_change(small):
    base, corpus, shelf = small
    write_entry(corpus, "gamma")
    ids = [shelf.current(), build(Snapshot.read(corpus), open_encoder("anyq"), shelf, now()).id]
    failures, stop = [], threading.Event()

    def asker():
        with httpx.Client(base_url=base, timeout=30) as client:
            while not stop.is_set():
                response = client.get("/v1/answer", params={"q": "Сколько я плачу за alpha?"})
                if response.status_code != 200 or response.json()["citations"][0]["entry"] != "alpha":
                    failures.append(response.text)

    threads = [threading.Thread(target=asker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for n in range(8):
        shelf.publish(ids[(n + 1) % 2], now())
        threading.Event().wait(0.2)
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_without_a_generation_the_engine_is_down_and_never_says_nothing_found(tmp_path):
    from fastapi.testclient import TestClient

    from service.api import create_app
    from service.settings import Settings

    with TestClient(create_app(Settings(home=tmp_path / "empty", corpus=CORPUS))) as client:
        for path in ("/v1/answer?q=x", "/v1/search?q=x", "/readyz"):
            response = client.get(path)
            assert response.status_code == 503
            assert response.headers["content-type"] == "application/problem+json"
        assert client.get("/healthz").status_code == 200


def test_a_lost_generation_is_503(home, tmp_path):
    from fastapi.testclient import TestClient

    from service.api import create_app
    from service.settings import Settings

    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    shutil.rmtree(copy / "generations")
    with TestClient(create_app(Settings(home=copy, corpus=CORPUS))) as client:
        response = client.get("/v1/answer?q=x")
        assert response.status_code == 503
        assert "there is no generation" in response.json()["detail"] or "loading" in response.json()["detail"]
