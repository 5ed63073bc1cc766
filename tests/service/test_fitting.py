"""Fitting: weights follow the lessons, confidence is calibrated on questions not learned, the threshold is a share."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from indexer.build import Snapshot, build
from indexer.encode import open_encoder
from indexer.shelf import Shelf
from service import training
from service.evaluate.cases import CaseError
from service.fitting import Lesson, answer_threshold, calibrate, fit, rankings_of_strangers
from service.fuse import FEATURES, Candidates
from service.rank import Ranked, rank
from service.settings import Settings, now
from service.tuning import Calibration, load_tuning
from tests.service.test_evaluate import write_folder
from tests.writing import with_handbook, write_entry

ENTRIES = ("alpha", "beta", "gamma")
META = {"language": "en", "script": "Latn", "style": "clean", "as_of": None}

COVERAGE = FEATURES.index("coverage")
ZEROS = dict.fromkeys(FEATURES, 0.0)
START = replace(load_tuning(), weights=ZEROS, nothing=0.0, order=ZEROS)
RNG = np.random.default_rng(5)


def lesson(n, noise=0.0):
    """One of four entries is right, told by its dense_wording; question 0 of every ten has no answer."""
    features = np.zeros((5, len(FEATURES)), np.float32)
    features[:, 0] = RNG.random(5) * 0.3
    features[4, FEATURES.index("is_off_topic")] = 1
    right = n % 4
    if n % 10:
        features[right, 0] += 0.6 + noise * RNG.standard_normal()
    candidates = Candidates(("a", "b", "c", "d", "off"), np.array([False] * 4 + [True]), features)
    return Lesson(f"question {n}", candidates, (right,) if n % 10 else (4,), may_refuse=not n % 10)


def test_the_feature_that_tells_gets_the_weight_and_the_unanswerable_are_refused():
    lessons = [lesson(n) for n in range(200)]
    tuning = fit(lessons, START)
    assert max(tuning.weights, key=lambda name: tuning.weights[name]) == "dense_wording"
    firsts = [rank(x.candidates, tuning).owners[0] in x.owners for x in lessons if x.is_answerable]
    assert np.mean(firsts) > 0.98
    answerable = [rank(x.candidates, tuning).answerable for x in lessons]
    assert min(a for a, x in zip(answerable, lessons, strict=True) if x.is_answerable) > max(
        a for a, x in zip(answerable, lessons, strict=True) if not x.is_answerable
    )


def test_which_entry_and_whether_any_are_learned_apart():
    """Answerable questions have a high `coverage` by all entries; among them the right one has a little less."""

    def told_apart(n):
        told = lesson(n)
        features = told.candidates.features.copy()
        features[:4, COVERAGE] = 0.9 if n % 10 else 0.1
        if n % 10:
            features[n % 4, COVERAGE] -= 0.1
        return replace(told, candidates=replace(told.candidates, features=features))

    lessons = [told_apart(n) for n in range(200)]
    tuning = fit(lessons, START)
    assert tuning.weights["coverage"] > 0 > tuning.order["coverage"]
    other = replace(tuning, order={"dense_wording": -1.0} | dict.fromkeys(FEATURES[1:], 0.0))
    for x in lessons[1:10]:
        first, second = rank(x.candidates, tuning), rank(x.candidates, other)
        assert first.entries[0][0] in x.owners
        assert second.entries[0][0] not in x.owners
        assert first.answerable == pytest.approx(second.answerable)
        assert first.nothing == second.nothing
        assert first.probabilities.sum() + first.nothing == pytest.approx(1)


def test_the_slope_of_the_loss_is_its_slope():
    from service.fitting import _Table

    table = _Table.of([lesson(n, 0.5) for n in range(30)])
    at = RNG.standard_normal(len(FEATURES) + 1)
    value, slope = table.loss(at)
    for n in (0, FEATURES.index("is_off_topic"), len(FEATURES)):
        step = np.eye(len(at))[n] * 1e-6
        assert (table.loss(at + step)[0] - value) / 1e-6 == pytest.approx(slope[n], abs=1e-4)


def test_confidence_agrees_with_how_often_the_first_is_right():
    lessons = [lesson(n, 0.6) for n in range(1500)]
    rankings = rankings_of_strangers(lessons, START)
    found = calibrate(lessons, rankings)
    confidences = np.array([r.confidence(found) for r in rankings])
    is_right = np.array([r.entries[0][0] in x.owners for r, x in zip(rankings, lessons, strict=True)])
    for part in np.array_split(np.argsort(confidences), 5):
        assert confidences[part].mean() == pytest.approx(is_right[part].mean(), abs=0.08)


def test_weights_that_rank_a_question_have_not_seen_it():
    """A question that contradicts all others is ranked as the others say."""
    lessons = [lesson(n) for n in range(1, 60) if n % 10]
    odd = replace(lessons[0], text="odd one", right=((lessons[0].right[0] + 1) % 4,))
    rankings = rankings_of_strangers([*lessons, odd], START)
    assert rankings[-1].entries[0][0] not in odd.owners


def test_the_threshold_refuses_the_agreed_share():
    lessons = [lesson(n) for n in range(400)]
    rankings = rankings_of_strangers(lessons, START)
    threshold = answer_threshold(lessons, rankings)
    reached = [r.answerable for r, x in zip(rankings, lessons, strict=True) if x.is_answerable]
    assert np.mean([a < threshold for a in reached]) == pytest.approx(0.03, abs=0.01)


def test_a_question_without_any_entry_has_no_confidence():
    nobody = Ranked((), np.zeros(0, np.bool_), np.zeros((0, len(FEATURES)), np.float32), np.zeros(0), 1.0)
    assert nobody.confidence(Calibration(1.0, (1.0, -1.0))) == 0
    assert nobody.answerable == 0


@pytest.fixture
def judged(tmp_path):
    """A small published corpus with judged questions: settings for `train_ranker`."""
    corpus = with_handbook(tmp_path / "corpus")
    for entry in ("ambulance", "alpha", "beta", "gamma"):
        write_entry(corpus, entry)
    (corpus / "questions").mkdir()
    for name in ("train", "dev"):
        asked = [(f"{name}-{entry}-{n}", f"{name} {n} {entry}", entry) for entry in ENTRIES for n in range(12)]
        nothing = [(f"{name}-{n}", f"{name} {n} погода завтра", "") for n in range(6)]
        write_folder(
            corpus / "questions" / name,
            [
                (i, text, META | {"outcome": "ANSWERED" if entry else "OUT_OF_SCOPE"})
                for i, text, entry in asked + nothing
            ],
            [(i, entry, 1) for i, _, entry in asked],
        )
    settings = Settings(corpus=corpus, home=tmp_path / "home")
    shelf = Shelf(settings.home)
    shelf.publish(build(Snapshot.read(corpus), open_encoder("anyq"), shelf, now()).id, now())
    return settings


def test_the_ranker_is_fitted_on_train_and_calibrated_on_dev(judged, tmp_path, monkeypatch):
    monkeypatch.setattr(training, "TUNING_FILE", tmp_path / "tuning.json")
    stages = set()
    line = training.train_ranker(judged, lambda stage, done, total: stages.add(stage))
    tuning = load_tuning(tmp_path / "tuning.json")
    assert set(tuning.weights) == set(tuning.order) == set(FEATURES)
    assert "calibrated on dev" in tuning.origin
    assert tuning.origin in line
    assert stages == {"questions", "off-topic"}
    assert 0 < tuning.answer < 1
    assert (tuning.alone, tuning.clarify) == (load_tuning().alone, load_tuning().clarify)


def test_a_missing_dev_folder_is_told_before_the_long_work(judged):
    shutil.rmtree(judged.corpus / "questions" / "dev")
    with pytest.raises((CaseError, OSError), match="dev"):
        training.train_ranker(judged, lambda *_: pytest.fail("work was begun"))
