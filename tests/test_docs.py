"""The docs are code: what they promise exists, and what exists is told."""

import re

import pytest
import yaml

from kb.load import load_corpus
from kb.model import Kind, Language
from service.settings import Settings
from tests.service.test_cli import COMMANDS
from tests.writing import CHECKOUT, CORPUS

README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
# The plan of the corpus: its entries as agreed with the client, names never change.
BASE = load_corpus(CORPUS)
# fmt: off
FIRST_PART = [
    "what-is-osms", "two-packages", "guaranteed-package-what", "guaranteed-package-who", "osms-package-what",
    "costly-tests", "private-clinics", "chronic-diseases", "socially-significant-diseases", "diabetes", "asthma",
    "employee-contribution", "employer-deduction", "entrepreneur-contribution", "self-payer-contribution",
    "platform-workers", "preferential-categories", "registered-unemployed", "social-levels-d-and-e", "check-status",
    "how-to-become-insured", "pay-twelve-months-ahead", "losing-status", "refund-of-overpayment",
    "attach-to-polyclinic", "attachment-campaign", "examination-elsewhere", "long-wait-for-ct-mri",
    "planned-hospitalisation", "ambulance", "dental-care-children", "dental-care-adults", "braces", "free-medicines",
    "cancer-screening", "residence-permit", "eaeu-workers", "migrant-without-policy", "how-to-complain",
    "contact-number", "osms-in-brief", "who-does-not-pay", "2026-chronic-diseases-move-to-osms",
    "2026-more-people-insured",
]
# fmt: on


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


@pytest.mark.parametrize("entry", FIRST_PART)
def test_every_agreed_entry_stands_in_three_languages_in_every_version(entry):
    found = BASE.entry(entry)
    for validity in found.timeline:
        assert {d.language for d in found.documents if d.validity == validity} == set(Language), (entry, validity)


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
