"""The peers that need nothing but Anyq's own packages rank a tiny corpus as they should, and fairly."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from indexer.encode import ShippedEncoder
from indexer.units import Facet, Unit, units_of
from kb.base import KnowledgeBase
from kb.load import load_corpus
from kb.model import Language, Outcome, Validity
from service.evaluate.cases import Case
from tests.bench.peers import systems
from tests.bench.peers.__main__ import cases_of
from tests.bench.peers.asking import Run, peer_run
from tests.bench.peers.pool import POOLINGS, TextPool
from tests.bench.peers.systems import open_peer
from tests.bench.peers.tables import groups, hits_table
from tests.service.test_evaluate import write_folder
from tests.writing import with_handbook, write_entry

TODAY = date(2026, 11, 22)
NO_ENCODER = ShippedEncoder("none", "", None, None)


def case(name, text, entry, as_of=None):
    return Case(name, text, Language.EN, "Latn", "clean", as_of, Outcome.ANSWERED, {entry: 1})


@pytest.fixture
def pool(tmp_path):
    """Three entries; `dental` begins in 2026, before which nothing is said of teeth."""
    root = with_handbook(tmp_path / "corpus")
    write_entry(root, "insulin")
    write_entry(root, "dental", "2026-01-01")
    write_entry(root, "ambulance")
    base = load_corpus(root)
    examples = (Unit("weather", Language.EN, Facet.OFF_TOPIC, 0, "will it rain"),)
    return TextPool.of(base, units_of(base.documents()) + examples)


@pytest.mark.parametrize("name", ["bm25s", "tf-idf"])
def test_a_peer_ranks_the_entry_that_is_asked_for_first_and_only_on_days_it_is_in_force(name, pool):
    cases = [
        case("1", "How much is INSULIN", "insulin"),
        case("2", "dental free?", "dental"),
        case("3", "dental free?", "dental", date(2025, 6, 1)),
        case("4", "щщщ", "dental"),
    ]
    run = peer_run(name, open_peer(name, NO_ENCODER), cases, pool, TODAY)
    assert [run.values[i]["hit@1"] for i in "1234"] == [1, 1, 0, 0]
    assert [run.values[i]["hit@5"] for i in "34"] == [0, 0]
    assert run.ms > 0


def test_character_ngrams_forgive_a_typo_that_plain_tokens_do_not(pool):
    cases = [case("1", "insuline", "insulin")]
    hits = {name: peer_run(name, open_peer(name, NO_ENCODER), cases, pool, TODAY) for name in ("bm25s", "tf-idf")}
    assert {name: run.values["1"]["hit@1"] for name, run in hits.items()} == {"bm25s": 0, "tf-idf": 1}


def test_texts_stand_once_and_examples_of_other_subjects_not_at_all(pool):
    assert len(set(pool.texts)) == len(pool.texts)
    assert "will it rain" not in pool.texts
    assert pool.entries == ("ambulance", "dental", "insulin")


def test_questions_of_several_folders_are_asked_together_though_their_ids_are_the_same(tmp_path):
    for name, entry in (("first", "dental"), ("second", "insulin")):
        queries = [("1", f"{name}?", {}), ("2", "unanswerable?", {})]
        write_folder(tmp_path / name, queries, [("1", entry, 1)])
    cases = cases_of([tmp_path / "first", tmp_path / "second"])
    assert [(case.text, case.relevant) for case in cases] == [("first?", {"dental"}), ("second?", {"insulin"})]
    assert len({case.id for case in cases}) == 2


def test_a_text_repeated_in_a_later_version_counts_once(pool):
    old = next(pool.base.documents())
    end = date(2026, 1, 1)
    new = replace(old, validity=Validity(end, None))
    base = KnowledgeBase.of([replace(old, validity=Validity(old.validity.start, end)), new])
    twice = TextPool.of(base, units_of(base.documents()))
    scores = np.ones(len(twice.texts), dtype=np.float32)
    for day in (date(2025, 6, 1), TODAY):
        assert twice.in_force(day).all()
        assert twice.ranked(scores, day, POOLINGS["top 3"]) == (old.entry,)
    assert not twice.in_force(date(2019, 1, 1)).any()


@pytest.mark.parametrize(("pooling", "totals"), [("max", [4, 3]), ("top 3", [7, 8])])
def test_poolings(pooling, totals):
    scores, owners = np.array([1, 2, 4, 1, 3, 3, 2], dtype=np.float32), np.array([0, 0, 0, 1, 1, 1, 1])
    assert POOLINGS[pooling](scores, owners, 2).tolist() == totals


def test_a_peer_that_is_not_installed_is_told_and_left_out(monkeypatch):
    def opened(_):
        import no_such_package  # noqa: F401

    monkeypatch.setattr(systems, "PEERS", {"gone": opened})
    assert "no_such_package is not installed" in open_peer("gone", NO_ENCODER)


def test_the_table_tests_against_the_best_peer_of_the_row():
    cases = [case(str(n), "?", "a") for n in range(20)]
    runs = [
        Run(name, {c.id: dict.fromkeys(("hit@1", "hit@5", "ndcg@10"), float(int(c.id) < n)) for c in cases}, 1.0)
        for name, n in (("anyq", 20), ("weak", 2), ("strong", 5))
    ]
    table = hits_table(cases, runs[0], runs[1:])
    columns = {column.header: list(column.cells) for column in table.columns}
    assert columns["group"] == list(groups(cases)) == ["all", "en", "en Latn", "style clean"]
    assert columns["best peer"][0] == "strong"
    assert columns["lead"][0] == "+0.750"
    assert float(columns["p"][0]) < 0.01
    assert "in 4 of 4 groups" in table.caption
