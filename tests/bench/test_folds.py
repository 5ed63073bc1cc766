"""Wordings that are left out are nowhere in training and index, every one is in one fold, and a run can be resumed."""

import json
from dataclasses import replace
from random import Random

import pytest

from indexer.build import Snapshot
from indexer.train.settings import TrainSettings
from kb.language.folding import skeleton
from service.evaluate.cases import CaseError
from tests.bench.folds.leaving import Plan, fold_of, questions, remaining, without
from tests.bench.folds.running import Course, rows_of, run
from tests.conftest import TODAY
from tests.writing import with_handbook, write_entry

FOLDS = 3


@pytest.fixture
def plan(tmp_path):
    """A made-up corpus and parallel text, and settings that learn them in a second."""
    corpus, pairs = with_handbook(tmp_path / "corpus"), tmp_path / "data" / "pairs"
    (corpus / "out-of-scope.yaml").write_text("topics: []\n", encoding="utf-8")  # the real one takes seconds to read
    for name in ("alpha", "beta", "gamma"):
        write_entry(corpus, name)
    pairs.mkdir(parents=True)
    rows = [f"слово {n} дом\tword {n} house" for n in range(40)]
    (pairs / "tatoeba.ru-en.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    sizes = {"epochs": 1, "rounds": 2, "dimension": 16, "buckets": 4000, "batch": 32, "held_out": 5}
    return Plan(TrainSettings(tmp_path / "data", corpus, **sizes), tmp_path / "out", TODAY, FOLDS, sample=12)


def wordings(snapshot, fold):
    return {w for d in snapshot.base.documents() for w in d.also if fold_of(w, FOLDS) == fold}


def silent(stage, done, total):
    pass


def test_texts_that_differ_in_spelling_only_are_in_one_fold():
    assert fold_of("Қайда тіркелемін?", 5) == fold_of("қайда  тіркелемін", 5) == fold_of("Кайда тиркелемин", 5)
    assert {fold_of(f"wording {n}", 5) for n in range(60)} == set(range(5))


def test_every_wording_is_left_out_once_and_titles_and_own_questions_never(plan):
    documents = tuple(Snapshot.read(plan.settings.corpus_dir).base.documents())
    parts = [without(documents, FOLDS, (fold,)) for fold in range(FOLDS)]
    for n, document in enumerate(documents):
        left = [set(document.also) - set(part[n].also) for part in parts]
        assert sorted(text for texts in left for text in texts) == sorted(document.also)
        assert {(part[n].title, part[n].question, part[n].text) for part in parts} == {
            (document.title, document.question, document.text)
        }


def test_no_left_out_wording_is_in_the_index_or_in_what_is_learned(plan):
    snapshot = Snapshot.read(plan.settings.corpus_dir)
    plan.out.mkdir()
    course = Course.begin(plan, snapshot, silent)
    for fold in range(FOLDS):
        left_out = {skeleton(text) for text in wordings(snapshot, fold)}
        kept, materials = course.kept(fold)
        indexed = {skeleton(line) for unit in kept.units() for line in unit.text.splitlines()}
        drawn = [pair for source, _ in materials.domain() for n in range(5) for pair in source.draw(Random(n))]
        learned = {skeleton(line) for pair in drawn for text in (pair.left, pair.right) for line in text.splitlines()}
        assert left_out
        assert not left_out & indexed
        assert not left_out & learned
        assert not left_out & {skeleton(text) for text in materials.texts()}


def test_what_is_asked_was_left_out_and_is_known_nowhere(plan):
    write_entry(plan.settings.corpus_dir, "delta", also=["alpha", "only asked for delta", "gamma где"])
    snapshot = Snapshot.read(plan.settings.corpus_dir)
    plan.out.mkdir()
    course = Course.begin(plan, snapshot, silent)
    asked = []
    for fold in range(FOLDS):
        known = remaining(*course.kept(fold))
        cases = questions(snapshot.base, known, plan, fold)
        assert cases == questions(snapshot.base, known, plan, fold)
        assert {case.text for case in cases} <= wordings(snapshot, fold)
        assert max(sum(case.language == language for case in cases) for language in ("kk", "ru", "en")) <= 4
        asked += cases
    assert "alpha" not in {case.text for case in asked}  # the title of another entry
    assert any(case.grades == {"delta": 1} for case in asked)


def test_a_run_is_resumed_fold_by_fold_and_refuses_another_runs_folder(plan):
    plan, told = replace(plan, folds=2), []
    first = next(run(plan, lambda stage, done, total: told.append(stage)))
    assert [path.name for path in sorted(plan.out.glob("fold-*"))] == ["fold-0.json"]
    assert "languages" in told
    told.clear()
    parts = list(run(plan, lambda stage, done, total: told.append(stage)))
    assert parts[0] == first
    assert set(told) == {"reading", "subject, fold 2 of 2"}
    told.clear()
    assert list(run(plan, lambda stage, done, total: told.append(stage))) == parts
    assert told == []
    rows = {row.group: row for row in rows_of([one for part in parts for one in part])}
    assert rows["ranked, all"].n == sum(map(len, parts)) > 15
    assert rows["ranked, all"].figures["hit@5"].value > 0.5
    assert json.loads((plan.out / "fold-1.json").read_text(encoding="utf-8"))["asked"] == parts[1]
    write_entry(plan.settings.corpus_dir, "omega")
    with pytest.raises(CaseError, match=r"run\.json: this run was begun with another corpus"):
        list(run(plan, silent))
