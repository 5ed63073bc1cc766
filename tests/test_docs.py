"""The docs are code: what they promise exists, and what exists is told."""

import csv
import re
from datetime import date

import pytest
import yaml

from kb.load import load_corpus
from kb.model import Kind, Language
from service.settings import Settings
from tests.service.test_cli import COMMANDS
from tests.writing import CHECKOUT, CORPUS

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
BASE = load_corpus(CORPUS)
# Every entry agreed with the client, with the dates of its versions; names never change.
with (CHECKOUT / "tests" / "corpus_plan.tsv").open(encoding="utf-8", newline="") as file:
    PLAN = {row["entry"]: row for row in csv.DictReader(file, delimiter="\t")}


def test_every_setting_is_in_the_readme_and_no_other():
    told = set(re.findall(r"`(ANYQ_[A-Z_]+)`", README))
    assert told == {f"ANYQ_{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_readme(command):
    assert f"`anyq {command}" in README


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"(?m)^([a-z]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8")))
    for name in ("README.md", "CONTRIBUTING.md"):
        text = (CHECKOUT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"make ([a-z]+)", text)) <= targets, name


@pytest.mark.parametrize("entry", PLAN)
def test_every_agreed_entry_stands_in_three_languages_in_every_version(entry):
    found = BASE.entry(entry)
    versions = PLAN[entry]["versions"].split()
    starts = {date.fromisoformat(v) for v in versions if v != "-"} or {date(2020, 1, 1)}
    assert found.kind == PLAN[entry]["kind"]
    assert starts <= {v.start for v in found.timeline}
    for validity in found.timeline:
        assert {d.language for d in found.documents if d.validity == validity} == set(Language), validity


def test_the_whole_corpus_is_there():
    entries = BASE.entries.values()
    counts = {kind: sum(e.kind is kind for e in entries) for kind in Kind}
    assert counts == {Kind.FAQ: 126, Kind.LEAFLET: 10, Kind.ANNOUNCEMENT: 16}


def test_every_document_has_at_least_six_other_wordings():
    short = [d.id for d in BASE.documents() if d.kind is Kind.FAQ and len(d.also) < 6]
    assert short == []


def test_the_encoder_is_small_enough_to_ship_and_says_what_it_was_made_of():
    folder = CHECKOUT / "indexer" / "model"
    assert sum(p.stat().st_size for p in folder.rglob("*")) <= 30_000_000
    card = (folder / "README.md").read_text(encoding="utf-8")
    for word in ("licen", "seed", "CC BY"):
        assert word in card


def test_glossary_terms_have_three_languages():
    terms = yaml.safe_load((CORPUS / "terms.yaml").read_text(encoding="utf-8"))["terms"]
    assert len(terms) > 60
    assert all(set(term["official"]) == set(Language) for term in terms)
