"""The program as its users run it: what it prints, what it refuses, and with which status it ends."""

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from service.cli import app
from tests.writing import CHECKOUT, with_handbook, write_document, write_entry

COMMANDS = ("check", "build", "publish", "rollback", "info", "ask", "serve", "train", "evaluate")


def anyq(*arguments, **environment):
    """Run `anyq` in this process; returns the result with its exit code and outputs."""
    return CliRunner(env={"COLUMNS": "200", **environment}).invoke(app, [str(a) for a in arguments])


@pytest.fixture
def corpus(tmp_path):
    root = with_handbook(tmp_path / "corpus")
    write_entry(root, "ambulance", topic="emergency")
    write_entry(root, "alpha")
    return root


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command):
    result = anyq(command, "--help")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 5


def test_an_answer_as_json_is_the_answer_of_the_api(home):
    result = anyq("ask", "Нужна ли страховка, чтобы лечиться от диабета?", "--json", "--home", home)
    answer = json.loads(result.stdout)
    assert answer["outcome"] == "ANSWERED"
    assert answer["citations"][0]["document"] == "diabetes/ru@2026-01-01"


def test_several_questions_are_answered_in_one_go_and_name_their_documents(home):
    result = anyq(
        "ask", "Қант диабетін емдету үшін сақтандыру керек пе?", "How do I attach to a polyclinic?", "--home", home
    )
    assert "[diabetes/kk@2026-01-01]" in result.stdout
    assert "[attach-to-polyclinic/en@2020-01-01]" in result.stdout


def test_explain_shows_how_the_answer_was_found(home):
    result = anyq("ask", "кант диабети", "--json", "--explain", "--home", home)
    trace = json.loads(result.stdout)["explain"]
    assert {"detected", "readings", "skeleton", "terms", "retrievers", "candidates", "nothing", "tuning"} <= set(trace)
    assert trace["candidates"][0]["entry"] == "diabetes"


def test_a_past_day_is_honoured(home):
    result = anyq(
        "ask", "Нужна ли страховка, чтобы лечиться от диабета?", "--as-of", "2025-06-01", "--json", "--home", home
    )
    assert json.loads(result.stdout)["citations"][0]["document"] == "diabetes/ru@2020-01-01"


@pytest.mark.parametrize("options", [("--lang", "de"), ("--as-of", "yesterday"), ("--as-of", "2026-02-30")])
def test_a_wrong_option_is_refused(home, options):
    result = anyq("ask", "диабет", *options, "--home", home)
    assert result.exit_code == 2


def test_ask_builds_a_first_index_by_itself(corpus, tmp_path):
    result = anyq("ask", "Сколько я плачу за alpha?", "--json", "--home", tmp_path / "home", ANYQ_CORPUS=str(corpus))
    assert json.loads(result.stdout)["citations"][0]["document"] == "alpha/ru@2020-01-01"


def test_a_second_build_does_nothing_when_nothing_changed(corpus, tmp_path):
    options = ("--corpus", corpus, "--home", tmp_path / "home", "--json")
    first, second = (json.loads(anyq("build", "--publish", *options).stdout) for _ in range(2))
    assert (first["built"], second["built"]) == (True, False)
    assert first["generation"] == second["generation"]


def test_publish_and_rollback(corpus, tmp_path):
    home = ("--home", tmp_path / "home")
    first = json.loads(anyq("build", "--publish", "--json", "--corpus", corpus, *home).stdout)["generation"]
    write_entry(corpus, "beta")
    second = json.loads(anyq("build", "--json", "--corpus", corpus, *home).stdout)["generation"]
    assert anyq("publish", *home).stdout.strip() == f"Published {second}"
    assert anyq("rollback", *home).stdout.strip() == f"Rolled back to {first}"
    assert anyq("publish", "nowhere", *home).exit_code == 1
    rows = json.loads(anyq("info", "--json", *home).stdout)
    assert [(r["generation"], r["published"]) for r in rows] == [(second, ""), (first, "yes")]


def test_check_ends_with_status_1_and_names_path_line_rule_and_fix(corpus):
    assert anyq("check", "--corpus", corpus).exit_code == 0
    path = write_document(corpus, "alpha", "ru", topic="moon")
    result = anyq("check", "--corpus", corpus, "--json")
    assert result.exit_code == 1
    (finding,) = [f for f in json.loads(result.stdout) if f["rule"] == "unknown-topic"]
    assert finding["path"] == str(path)
    assert finding["fix"]


def test_a_broken_corpus_is_told_in_plain_words_and_nothing_is_published(corpus, tmp_path):
    write_document(corpus, "alpha", "ru", colour="red")
    result = anyq("build", "--publish", "--corpus", corpus, "--home", tmp_path / "home")
    assert result.exit_code == 1
    assert "unknown field `colour`" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "home" / "CURRENT").exists()


def test_corpus_counts_are_true(corpus):
    rows = json.loads(anyq("info", "--corpus", "--json", ANYQ_CORPUS=str(corpus)).stdout)
    faq = {row["language"]: row for row in rows if row.get("kind") == "faq"}
    assert faq["kk"]["entries"] == faq["kk"]["documents"] == 2
    assert faq["kk"]["wordings"] == 12


def test_evaluate_measures_judged_questions(home, tmp_path):
    folder = tmp_path / "cases"
    folder.mkdir()
    cases = [
        {"_id": "1", "text": "Нужна ли страховка, чтобы лечиться от диабета?", "metadata": {"language": "ru"}},
        {"_id": "2", "text": "какая завтра погода", "metadata": {"language": "ru", "outcome": "OUT_OF_SCOPE"}},
    ]
    lines = "\n".join(json.dumps(c, ensure_ascii=False) for c in cases)
    (folder / "queries.jsonl").write_text(lines, encoding="utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n1\tdiabetes\t1\n", encoding="utf-8")
    result = json.loads(anyq("evaluate", folder, "--json", "--home", home).stdout)
    everything = next(row for row in result["rows"] if row["group"] == "all")
    assert everything["n"] == 1
    assert everything["values"]["hit@1"] == 1.0
    assert result["refusals"][0]["values"]["abstention recall"] == 1.0


@pytest.mark.parametrize(
    "line", ["not json", '{"text": "x"}', '{"_id": "1", "text": "x", "metadata": {"language": "de"}}']
)
def test_a_bad_case_is_named_with_file_and_line(home, tmp_path, line):
    (tmp_path / "queries.jsonl").write_text('{"_id": "0", "text": "x"}\n' + line, encoding="utf-8")
    result = anyq("evaluate", tmp_path, "--home", home)
    assert result.exit_code == 1
    assert "queries.jsonl:2" in result.stderr


def test_a_taken_port_is_told_before_anything_starts(home):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = anyq("serve", "--port", port, "--home", home)
    assert result.exit_code == 1
    assert str(port) in result.stderr


def test_the_pages_end_with_the_service(home):
    from tests.conftest import start_server, stop_server

    process, base = start_server(home, "--all", n_ports=3)
    stop_server(process)
    pages = subprocess.run(
        ["pgrep", "-f", f"server.port={int(base.rsplit(':', 1)[1]) + 1}"], capture_output=True, check=False
    )
    assert pages.stdout == b""


def test_asking_does_not_import_torch(home):
    """A caller waits: importing torch would take seconds."""
    then = "print('torch' in sys.modules, file=sys.stderr)"
    code = f"import sys; from service.cli import app; app(standalone_mode=False); {then}"
    command = [sys.executable, "-c", code, "ask", "диабет", "--json", "--home", str(home)]
    done = subprocess.run(command, cwd=CHECKOUT, env=os.environ, capture_output=True, text=True, check=True)
    assert done.stderr.strip().endswith("False")
