"""Each rule of the check finds its mistake, on the line where it stands, and nothing else."""

from datetime import date
from pathlib import Path

import pytest

from kb.check import check_corpus
from kb.model import Language
from tests.writing import ALSO, BODIES, CASE, CORPUS, source, with_handbook, write_case, write_document, write_entry

TODAY = date(2026, 11, 22)
RU = BODIES[Language.RU].format(entry="alpha")


@pytest.fixture
def corpus(tmp_path) -> Path:
    write_entry(with_handbook(tmp_path), "alpha")
    return tmp_path


def found(corpus):
    return {(f.rule, f.path.name, f.line) for f in check_corpus(corpus, TODAY)}


def rules(corpus):
    return {f.rule for f in check_corpus(corpus, TODAY)}


def test_a_good_corpus_has_no_findings(corpus):
    assert found(corpus) == set()


def test_the_published_corpus_has_no_findings():
    assert [f"{f.path.name} {f.rule} {f.message}" for f in check_corpus(CORPUS, TODAY)] == []


def rewrite(corpus, language=Language.RU, **fields):
    write_document(corpus, "alpha", language, **fields)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        (RU.replace("4 250", "4 350"), "figures-differ"),
        (RU.replace("- Дети не платят.", ""), "languages-differ"),
        (BODIES[Language.KK].format(entry="alpha"), "wrong-language"),
        (
            RU.replace(
                "Да, за",
                "Да, если вы нигде не работаете и не относитесь ни к одной из льготных категорий, которые перечислены "
                "в законе об этом, и при этом хотите получать помощь, то за",
            ),
            "long-sentence",
        ),
        (RU.replace("## Условия", "# Условия"), "heading-level"),
        ("- " + RU, "no-direct-answer"),
        (RU.replace("Дети", "[Дети](https://a.kz)"), "markdown"),
        (RU.replace("Дети", "**Дети**"), "markdown"),
        (RU.replace("Дети не платят", "Звоните 8 727 250 11 22"), "phone"),
        (RU.replace("Дети", "Дeти"), "mixed-alphabets"),  # a Latin e
        (RU.replace("Дети", "Инвалиды"), "avoided-word"),
        (RU + "\n\n## Что делать", "empty-section"),
        (RU.replace("\n\n- Правило", "\nПравило:\n- Правило"), "list-spacing"),
    ],
)
def test_a_mistake_in_the_text_is_found(corpus, body, rule):
    rewrite(corpus, body=body)
    assert rule in rules(corpus)


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"see": ["nowhere"]}, "dead-link"),
        ({"see": ["alpha"]}, "dead-link"),
        ({"topic": "moon"}, "unknown-topic"),
        ({"reviewed": date(2027, 1, 1)}, "bad-date"),
        ({"also": ["раз", "два"]}, "few-wordings"),
        ({"also": [*(t.format(entry="alpha") for t in ALSO[Language.RU]), "ещё раз", "Ещё раз"]}, "wording-twice"),
        ({"sources": [source(verified=False)]}, "languages-differ"),
        ({"reviewed": date(2026, 10, 1)}, "languages-differ"),
    ],
)
def test_a_mistake_in_the_front_matter_is_found(corpus, fields, rule):
    rewrite(corpus, **fields)
    assert rule in rules(corpus)


def test_a_missing_language_is_found_for_the_version_that_lacks_it(corpus):
    write_document(corpus, "alpha", Language.RU, "2026-01-01")
    assert {(r, p) for r, p, _ in found(corpus)} == {
        ("missing-language", "kk@2026-01-01.md"),
        ("missing-language", "en@2026-01-01.md"),
    }


def test_a_question_that_leads_to_two_entries_is_found_whatever_its_spelling(corpus):
    kazakh = [*(t.format(entry="beta") for t in ALSO[Language.KK]), "Сақтандыру қайда"]
    write_entry(corpus, "beta")
    write_document(corpus, "beta", Language.KK, also=kazakh)
    rewrite(corpus, Language.KK, also=[*(t.format(entry="alpha") for t in ALSO[Language.KK]), "сактандыру кайда"])
    assert rules(corpus) == {"duplicate-question"}


def test_a_finding_points_at_the_line(corpus):
    rewrite(corpus, body=RU.replace("Дети", "Инвалиды"))
    (finding,) = [f for f in check_corpus(corpus, TODAY) if f.rule == "avoided-word"]
    assert "Инвалиды" in finding.path.read_text(encoding="utf-8").split("\n")[finding.line - 1]


@pytest.mark.parametrize("says", ["звоните 1439", "номеру 1450", "+7 727 250 11 22", "8-800-080-77-77"])
def test_only_known_phone_numbers_may_be_named(corpus, says):
    rewrite(corpus, body=RU.replace("Дети не платят", f"Дети не платят: {says}"))
    assert "phone" in rules(corpus)


def test_amounts_and_years_are_no_phone_numbers(corpus):
    for language in Language:
        body = BODIES[language].format(entry="alpha") + "\n\n2016-2017, 12345."
        rewrite(corpus, language, body=body)
    assert rules(corpus) == set()


@pytest.mark.parametrize(
    ("entry", "lines", "finding"),
    [
        ("alpha", None, ("no-case-line", "cases.yaml", 1)),
        ("alpha", CASE | {"ru": "д" * 90}, None),
        ("alpha", CASE | {"ru": "д" * 91}, ("long-case-line", "cases.yaml", 3)),
        ("alpha", CASE | {"en": ""}, ("case-line", "cases.yaml", 4)),
        ("beta", CASE, ("unknown-entry", "cases.yaml", 5)),
    ],
)
def test_every_entry_has_a_short_line_that_says_whose_case_it_is(corpus, entry, lines, finding):
    write_case(corpus, entry, lines and {str(language): line for language, line in lines.items()})
    assert found(corpus) == ({finding} if finding else set())
