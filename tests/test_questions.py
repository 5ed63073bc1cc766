"""The judged questions are fit to measure with: readable, judged against entries that exist, and kept apart."""

import json
from collections import Counter

import pytest

from kb.language.folding import skeleton
from kb.load import load_corpus
from service.evaluate.cases import read_cases
from tests.writing import CORPUS

ENTRIES = load_corpus(CORPUS).entries
DEV = read_cases(CORPUS / "questions" / "dev")
TRAIN = read_cases(CORPUS / "questions" / "train")
NOT_LEARNED = ("dev", "fresh", "fresh-2", "exam", "exam-2", "exam-3", "exam-4", "exam-5")
KEPT = {name: read_cases(CORPUS / "questions" / name) for name in NOT_LEARNED}
PAIRS = [
    json.loads(line) for line in (CORPUS / "questions/near-miss/pairs.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.mark.parametrize("cases", [TRAIN, *KEPT.values()], ids=["train", *KEPT])
def test_every_answerable_question_is_judged_against_entries_that_exist(cases):
    assert [c.id for c in cases if c.is_answerable != bool(c.relevant) and c.outcome != "NOT_IN_FORCE"] == []
    assert {entry for c in cases for entry in c.relevant} - set(ENTRIES) == set()


@pytest.mark.parametrize("name", KEPT)
def test_what_measures_shares_no_wording_with_train(name):
    assert {skeleton(c.text) for c in KEPT[name]} & {skeleton(c.text) for c in TRAIN} == set()


@pytest.mark.parametrize("name", KEPT)
def test_no_question_that_measures_is_a_wording_of_the_corpus(name):
    """Two-word searches that anybody types may coincide; sentences may not."""
    wordings = {skeleton(w) for e in ENTRIES.values() for d in e.documents for w in d.wordings}
    assert [c.text for c in KEPT[name] if skeleton(c.text) in wordings and len(c.text.split()) > 4] == []


def test_the_dev_set_is_as_large_and_as_mixed_as_agreed():
    languages, outcomes = Counter(c.language for c in DEV), Counter(c.outcome for c in DEV)
    kazakh = [c for c in DEV if c.language == "kk"]
    folded = [c for c in kazakh if c.script == "Latn" or c.style in ("no-kazakh-letters", "digits")]
    assert len(DEV) >= 900
    assert min(languages.values()) >= 300
    assert len(folded) >= len(kazakh) / 3
    assert sum(c.style == "mixed" for c in DEV) >= 60
    assert outcomes["OUT_OF_SCOPE"] >= 100
    assert outcomes["EMERGENCY"] >= 30
    assert outcomes["NOT_FOUND"] >= 40
    assert sum(c.as_of is not None for c in DEV) >= 60


def test_every_entry_is_asked_for_in_dev_and_in_train():
    for cases in (DEV, TRAIN):
        assert set(ENTRIES) - {entry for c in cases for entry in c.relevant} == set()


def test_near_miss_pairs_name_what_decides_and_lead_to_different_places():
    assert len(PAIRS) >= 150
    for pair in PAIRS:
        a, b = pair["a"], pair["b"]
        assert pair["decides"]
        assert set(a["entries"]) | set(b["entries"]) <= set(ENTRIES), pair["_id"]
        assert not set(a["entries"]) & set(b["entries"]) or a["as_of"] != b["as_of"], pair["_id"]
