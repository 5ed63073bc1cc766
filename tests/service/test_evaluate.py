"""Measuring retrieval: figures that were worked out by hand, run files, comparisons, and what goes wrong in folders."""

import json
import math
from datetime import date

import numpy as np
import pytest

from kb.model import Outcome
from service.evaluate.asking import OnceDesk, Reply, Result, ask_cases
from service.evaluate.cases import Case, CaseError, read_cases
from service.evaluate.compare import paired, randomisation_p
from service.evaluate.measure import grouped, measured, per_question, ranking_rows, refusal_rows, shares
from service.evaluate.runs import read_run, write_run
from service.evaluate.systems import Grouping, System, reciprocal_rank_fusion
from tests.conftest import TODAY
from tests.service.test_cli import anyq


def case(identity, *relevant, outcome=None, **change):
    """A judged question, answerable when entries are relevant."""
    outcome = outcome or (Outcome.ANSWERED if relevant else Outcome.NOT_FOUND)
    given = {"text": identity, "language": "ru", "script": "Cyrl", "style": "clean", "as_of": None, **change}
    return Case(id=identity, outcome=outcome, grades=dict.fromkeys(relevant, 1), **given)


def result(of, *order, outcome=Outcome.ANSWERED, confidence=0.9):
    """What the desk did: the order of entries, answered with the first of them."""
    ranked = tuple((entry, 1 / n) for n, entry in enumerate(order, start=1))
    reply = Reply(outcome, confidence, order[:1], ())
    return Result(of, {System.RANKED: ranked}, reply)


def write_folder(folder, queries, qrels):
    folder.mkdir(exist_ok=True)
    lines = (json.dumps({"_id": i, "text": t, "metadata": m}, ensure_ascii=False) for i, t, m in queries)
    (folder / "queries.jsonl").write_text("\n".join(lines), encoding="utf-8")
    rows = "".join(f"{q}\t{c}\t{s}\n" for q, c, s in qrels)
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\n" + rows, encoding="utf-8")
    return folder


def test_measures_are_those_of_the_literature():
    cases = {"first": case("first", "a"), "third": case("third", "c"), "none": case("none", "x")}
    values = measured(cases, {"first": ("a", "b"), "third": ("a", "b", "c"), "none": ()})
    assert values["first"] == {"hit@1": 1, "hit@5": 1, "mrr@10": 1, "ndcg@10": 1}
    assert values["third"] == pytest.approx({"hit@1": 0, "hit@5": 1, "mrr@10": 1 / 3, "ndcg@10": 1 / math.log2(4)})
    assert values["none"] == dict.fromkeys(values["first"], 0)


def test_an_entry_found_below_the_tenth_place_counts_nothing():
    values = measured({"q": case("q", "a")}, {"q": (*"bcdefghijk", "a")})
    assert set(values["q"].values()) == {0}


def test_groups_are_language_script_style_and_all_their_crossings():
    cases = [case("1"), case("2", language="kk", script="Latn", style="sms", as_of=date(2025, 1, 1))]
    groups = grouped(cases)
    assert list(groups)[:2] == ["all", "past as_of"]
    assert groups["all"] == ["1", "2"]
    assert all(groups[name] == ["2"] for name in ("past as_of", "kk", "kk Latn", "style sms", "kk Latn sms"))


def test_rows_have_intervals_around_the_mean():
    results = [result(case(str(n), "a"), "a" if n < 30 else "b") for n in range(40)]
    everything = ranking_rows(results, System.RANKED)[0]
    figure = everything.figures["hit@1"]
    assert (everything.n, figure.value) == (40, 0.75)
    assert figure.low == pytest.approx(0.75 - 1.96 * math.sqrt(0.75 * 0.25 / 40), abs=0.03)
    assert figure.high == pytest.approx(0.75 + 1.96 * math.sqrt(0.75 * 0.25 / 40), abs=0.03)


def test_abstention_counts_refusals_and_only_questions_that_should_be_refused():
    refused = {"outcome": Outcome.NOT_FOUND}
    results = [
        result(case("a", "x"), "x"),
        result(case("b", "x"), "x", **refused),
        result(case("c"), "x", **refused),
        result(case("d"), "x"),
        result(case("e", outcome=Outcome.EMERGENCY), "x", **refused),
    ]
    row = refusal_rows(results)[0]
    assert row.n == 2
    assert row.figures["abstention precision"].value == pytest.approx(1 / 3)
    assert row.figures["abstention recall"].value == 0.5
    assert row.figures["false-refusal rate"].value == 0.5


def test_a_share_of_nothing_is_no_number():
    (figure,) = shares(np.zeros((3, 1)), np.zeros((3, 1)))
    assert math.isnan(figure.value)


def test_entries_are_ordered_by_their_best_unit_and_off_topic_ones_left_out():
    owners = np.array(["b", "a", "weather", "b", "c"])
    grouping = Grouping.of(owners, owners != "weather")
    order = grouping.best(np.array([0.1, 0.5, 0.9, 0.7, 0.0], dtype=np.float32))
    assert [entry for entry, _ in order] == ["b", "a"]


def test_reciprocal_rank_fusion_adds_up_one_over_sixty_plus_rank():
    fused = reciprocal_rank_fusion(((("a", 9.0), ("b", 1.0)), (("c", 0.9), ("b", 0.8))))
    assert fused[0] == ("b", pytest.approx(2 / 62))
    assert fused[1:] == (("a", pytest.approx(1 / 61)), ("c", pytest.approx(1 / 61)))


def test_a_run_read_back_is_the_run_written(tmp_path):
    results = [result(case("1", "a"), "b", "a"), result(case("2", "a"))]
    write_run(tmp_path / "run", results, System.RANKED)
    assert (tmp_path / "run").read_text().splitlines()[0] == "1 Q0 b 1 1 anyq-ranked"
    run = read_run(tmp_path / "run", [r.case for r in results])
    assert run == {"1": ("b", "a"), "2": ("-",)}
    values = measured({r.case.id: r.case for r in results}, run)
    assert values == per_question(results, System.RANKED)


def test_a_run_of_another_program_is_read_by_score_not_by_line(tmp_path):
    (tmp_path / "run").write_text("1 Q0 low 1 0.5 bm25\n1 0 high 2 12.25 bm25\n", encoding="utf-8")
    assert read_run(tmp_path / "run", [case("1", "a")]) == {"1": ("high", "low")}


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("1 Q0 a 1 0.5", "run:1: not a line of a TREC run"),
        ("1 Q0 a first 0.5 x", "run:1: not a line of a TREC run"),
        ("9 Q0 a 1 0.5 x", "run:1: question 9 is not in this folder"),
        ("1 Q0 a 1 0.5 x", "lacks 1 of the folder's questions (2"),
    ],
)
def test_a_run_of_other_questions_is_refused(tmp_path, lines, told):
    (tmp_path / "run").write_text(lines + "\n", encoding="utf-8")
    with pytest.raises(CaseError) as error:
        read_run(tmp_path / "run", [case("1", "a"), case("2", "a"), case("unanswerable")])
    assert told in str(error.value)


def test_the_randomisation_test_agrees_with_counting_all_exchanges():
    """Five wins of 1 and one loss: of 64 exchanges, 14 differ by 4 or more."""
    assert randomisation_p(np.array([1.0, 1, 1, 1, 1, -1, 0, 0])) == pytest.approx(14 / 64, abs=0.015)
    assert randomisation_p(np.zeros(4)) == 1.0
    assert randomisation_p(np.ones(30)) < 0.001


def test_a_difference_has_its_sign_and_interval():
    better = paired("all", "hit@1", [1.0] * 60 + [0.0] * 40, [1.0] * 40 + [0.0] * 60)
    assert better.difference.value == pytest.approx(0.2)
    assert 0.1 < better.difference.low < 0.2 < better.difference.high < 0.3
    assert better.p < 0.001


@pytest.mark.parametrize(
    ("qrels", "told"),
    [
        ("query-id\tcorpus-id\tscore\n1\ta\thigh\n", "qrels.tsv:2"),
        ("query\tcorpus\tscore\n1\ta\t1\n", "qrels.tsv:2"),
        ("query-id\tcorpus-id\tscore\n1\ta\t1\n2\ta\t1\n", "qrels.tsv:3: judges 2"),
    ],
)
def test_bad_judgements_are_named_with_file_and_line(tmp_path, qrels, told):
    write_folder(tmp_path, [("1", "x", {})], [])
    (tmp_path / "qrels.tsv").write_text(qrels, encoding="utf-8")
    with pytest.raises(CaseError) as error:
        read_cases(tmp_path)
    assert told in str(error.value)


def test_a_question_may_not_stand_twice(tmp_path):
    write_folder(tmp_path, [("1", "x", {}), ("1", "y", {})], [])
    with pytest.raises(CaseError, match=r"queries\.jsonl:2: `_id` 1 stands twice"):
        read_cases(tmp_path)


def test_a_folder_without_metadata_is_read_and_documents_lead_to_entries(tmp_path):
    write_folder(tmp_path, [("1", "Как прикрепиться к поликлинике?", {}), ("2", "Қалай тіркелемін?", {})], [])
    (tmp_path / "qrels.tsv").unlink()
    (tmp_path / "qrels").mkdir()
    judged = "query-id\tcorpus-id\tscore\n1\tattach/ru@2020-01-01\t2\n1\tother\t0\n"
    (tmp_path / "qrels" / "test.tsv").write_text(judged, encoding="utf-8")
    first, second = read_cases(tmp_path)
    assert (first.language, first.script, first.grades) == ("ru", "Cyrl", {"attach": 2})
    assert (second.language, second.outcome) == ("kk", Outcome.NOT_FOUND)


def test_the_desk_is_asked_once_and_answers_as_ever(desk, monkeypatch):
    cases = [
        case("Нужна ли страховка, чтобы лечиться от диабета?", "diabetes"),
        case("How do I attach to a polyclinic?", "attach-to-polyclinic", as_of=date(2025, 6, 1)),
    ]
    n_searches = []
    trace = type(desk).trace
    monkeypatch.setattr(type(desk), "trace", lambda self, query: n_searches.append(query) or trace(self, query))
    results = ask_cases(cases, desk, TODAY)
    assert [q.text for q in n_searches] == [c.text for c in cases]
    monkeypatch.undo()
    for r in results:
        day = r.case.as_of or TODAY
        hits = desk.search(r.case.text, None, day, 10).hits
        assert [entry for entry, _ in r.order(System.RANKED)[:10]] == [hit.entry for hit in hits]
        answer = desk.answer(r.case.text, None, day, TODAY)
        assert r.reply.outcome is answer.outcome
        assert r.reply.documents == (answer.citations[0].document,)
        assert set(r.orders) == set(System)


def test_the_once_desk_forgets_the_question_before(desk):
    once = OnceDesk.of(desk)
    queries = [once.query(text, None, TODAY) for text in ("диабет", "астма", "диабет")]
    firsts = [once.trace(query).ranked.owners[0] for query in queries]
    assert firsts == [desk.trace(query).ranked.owners[0] for query in queries]


def test_a_system_a_run_file_and_a_comparison_from_the_command_line(home, tmp_path):
    questions = {
        "1": ("Нужна ли страховка, чтобы лечиться от диабета?", "diabetes"),
        "2": ("Как прикрепиться к поликлинике?", "attach-to-polyclinic"),
    }
    queries = [(i, text, {"language": "ru", "script": "Cyrl"}) for i, (text, _) in questions.items()]
    folder = write_folder(tmp_path / "cases", queries, [(i, entry, 1) for i, (_, entry) in questions.items()])
    run = tmp_path / "lexical.run"
    first = json.loads(anyq("evaluate", folder, "--system", "lexical", "--run", run, "--json", "--home", home).stdout)
    assert "refusals" not in first
    assert {line.split()[5] for line in run.read_text().splitlines()} == {"anyq-lexical"}
    second = json.loads(anyq("evaluate", folder, "--compare", run, "--json", "--home", home).stdout)
    assert [row["group"] for row in second["systems"]] == ["lexical", "dense", "fused", "ranked"]
    row = next(d for d in second["comparison"] if (d["group"], d["measure"]) == ("all", "hit@1"))
    assert row["theirs"] == first["rows"][0]["values"]["hit@1"]
    assert row["ours"] == second["rows"][0]["values"]["hit@1"] == 1.0
    printed = anyq("evaluate", folder, "--compare", run, "--misses", "--home", home).stdout
    assert all(title in printed for title in ("Judged questions", "Systems", "Refusals", "This run against", "Misses"))


def test_an_unknown_system_is_refused(home, tmp_path):
    assert anyq("evaluate", tmp_path, "--system", "magic", "--home", home).exit_code == 2
