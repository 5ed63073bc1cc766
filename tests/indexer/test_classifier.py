"""The classifier tells entries apart by their words, knows what it does not know, and survives a trip to disk."""

import numpy as np
import pytest

from indexer.classifier import OFF_TOPIC, UNLIKELY, EntryClassifier
from indexer.units import Facet, Unit
from kb.handbook import EMERGENCY
from kb.model import Language

ASKED = {
    "employee": (
        "сколько удержат с моей зарплаты",
        "какой процент берут с работника",
        "вычет из моей зарплаты",
        "сколько удержат с зарплаты работника",
        "процент с моей зарплаты работника удержат",
    ),
    "employer": (
        "сколько платит работодатель за штат",
        "какой процент платит фирма",
        "отчисления фирмы",
        "сколько платит фирма за штат",
        "платит ли отчисления работодатель",
    ),
    "braces": ("брекеты ребёнку бесплатно", "поставят ли брекеты школьнику", "сколько стоят брекеты"),
}
OFF = {
    "weather": ("какая погода завтра", "погода завтра дождь", "завтра погода без дождя"),
    EMERGENCY: ("человек не дышит", "отец не дышит", "ребёнок не дышит"),
}


def units():
    for owner, texts in (*ASKED.items(), *OFF.items()):
        facet, document = (Facet.OFF_TOPIC, owner) if owner in OFF else (Facet.WORDING, f"{owner}/ru@2020-01-01")
        for n, text in enumerate(texts):
            yield Unit(document, Language.RU, facet, n, text), owner


@pytest.fixture(scope="module")
def classifier():
    return EntryClassifier.train(*zip(*units(), strict=True))


def best(classifier, text):
    opinions = classifier.opinions(text)
    return {classifier.owners[int(shares.argmax())] for shares in (opinions.regression, opinions.network)}


@pytest.mark.parametrize(
    ("text", "owner"),
    [
        ("процент удержат с зарплаты работника", "employee"),
        ("процент платит фирма работодатель", "employer"),
        ("BREKETY rebenku", "braces"),
        ("завтра погода", OFF_TOPIC),
        ("не дышит человек", EMERGENCY),
    ],
)
def test_deciding_words_decide(classifier, text, owner):
    assert best(classifier, text) == {owner}


def test_kinds_of_off_topic_question_are_one_class_and_danger_is_its_own(classifier):
    assert classifier.owners == (OFF_TOPIC, "braces", EMERGENCY, "employee", "employer")
    opinions = classifier.opinions("погода завтра")
    chosen = ["weather", "braces", EMERGENCY, "stranger"]
    regression, network = classifier.pick(opinions, chosen, [True, False, False, False])
    np.testing.assert_array_equal(regression, [*opinions.regression[:3], UNLIKELY])
    np.testing.assert_array_equal(network, [*opinions.network[:3], UNLIKELY])


@pytest.mark.parametrize("name", ["regression", "network"])
def test_the_shares_of_all_owners_add_up_to_one(classifier, name):
    assert np.exp(getattr(classifier.opinions("процент с зарплаты"), name)).sum() == pytest.approx(1, abs=1e-4)


def test_what_is_written_is_read_again(classifier, tmp_path):
    classifier.save(tmp_path / "classifier")
    again = EntryClassifier.open(tmp_path / "classifier")
    assert again.owners == classifier.owners
    for name in ("regression", "network"):
        expected = getattr(classifier.opinions("брекеты"), name)
        np.testing.assert_array_equal(getattr(again.opinions("брекеты"), name), expected)


def test_a_service_of_another_user_may_read_what_any_may_read(classifier, tmp_path):
    classifier.save(tmp_path / "classifier")
    assert len({file.stat().st_mode for file in (tmp_path / "classifier").iterdir()}) == 1


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_corpus_of_hardly_any_entries_can_be_learned(n):
    chosen = [(u, o) for u, o in units() if o in list(ASKED)[:n]]
    small = EntryClassifier.train([u for u, _ in chosen], [o for _, o in chosen])
    assert small.opinions("сколько удержат").network.shape == (n,)
    assert n < 2 or best(small, "с моей зарплаты") == {"employee"}


def test_a_text_of_nothing_known_is_told_by_the_bias_alone(classifier):
    bias = classifier.regression.bias
    np.testing.assert_allclose(classifier.opinions("qqq").regression, bias - np.logaddexp.reduce(bias), rtol=1e-5)
    np.testing.assert_array_equal(classifier.opinions("qqq").network, classifier.opinions("xyzxyz").network)
