"""The glossary at work in search: every form of a term meets in one concept."""

import pytest
import yaml

from kb.language.analyze import analyze
from kb.model import Language
from kb.terms import MARK, Thesaurus
from tests.writing import CORPUS

GLOSSARY = yaml.safe_load((CORPUS / "terms.yaml").read_text(encoding="utf-8"))
THESAURUS = Thesaurus.of(GLOSSARY)


def concepts(text, language):
    return {term for term in THESAURUS.expand(analyze(text, language), language) if term.startswith(MARK)}


@pytest.mark.parametrize(
    ("language", "texts", "concept"),
    [
        (
            Language.RU,
            ["слетела медстраховка", "что такое ОСМС", "osms", "обязательное социальное медицинское страхование"],
            "@osms",
        ),
        (Language.KK, ["мамс деген не", "МӘМС", "медсактандыру"], "@osms"),
        (Language.RU, ["хочу прикрепиться"], "@attachment"),
        (Language.EN, ["what is GOBMP", "the free package"], "@guaranteed-package"),
    ],
)
def test_every_form_gives_its_concept(language, texts, concept):
    assert all(concept in concepts(text, language) for text in texts)


def test_the_longest_form_counts():
    assert "@osms" not in concepts("добровольное медицинское страхование", Language.RU)


def test_words_that_are_no_terms_give_no_concept():
    assert concepts("завтра будет дождь", Language.RU) == set()


def test_terms_stay_as_they_are_and_concepts_follow():
    terms = analyze("слетела медстраховка", Language.RU)
    assert THESAURUS.expand(terms, Language.RU)[: len(terms)] == terms


def test_every_official_term_names_its_concept_in_its_language():
    missing = [
        (row["id"], language)
        for row in GLOSSARY["terms"]
        for language in Language
        if f"{MARK}{row['id']}" not in concepts(row["official"][language], language)
    ]
    assert missing == []
