"""The words an entry is asked about with: alike words count in part, a text can be left out, files keep all of it."""

import dataclasses

import numpy as np
import pytest

from indexer.units import Facet, Unit
from indexer.words import OFTEN_ASKED, WordIndex, coverage
from kb.model import Language
from tests.encoding import WordEncoder

UNITS = (
    Unit("braces/ru@2020-01-01", Language.RU, Facet.WORDING, 0, "Брекеты ребёнку бесплатно"),
    Unit("braces/ru@2020-01-01", Language.RU, Facet.WORDING, 1, "брекеты школьнику"),
    Unit("braces/ru@2020-01-01", Language.RU, Facet.PASSAGE, 0, "Только в паспорте пассажа"),
    Unit("weather", Language.RU, Facet.OFF_TOPIC, 0, "какая погода"),
)
ENCODER = WordEncoder()


@pytest.fixture
def index():
    return WordIndex.build(UNITS, ENCODER.encode_queries)


def known(index, *words):
    return index.knows(words, ENCODER.encode_queries)


def test_a_word_is_known_where_a_wording_holds_it_in_any_spelling(index):
    assert index.documents == ("braces/ru@2020-01-01", "weather")
    np.testing.assert_allclose(known(index, "BREKETY", "погода", "самолёт"), [[1, 0], [0, 1], [0, 0]], atol=1e-5)


def test_passages_give_no_words(index):
    assert "pasporte" not in index.words


def test_a_word_half_way_between_alike_and_the_same_counts_half(index):
    vector = index.vectors[index.words.index("breketi")]
    other = np.eye(1, len(vector), dtype=np.float32)[0]
    other -= vector * (other @ vector)
    tilted = 0.75 * vector + np.sqrt(1 - 0.75**2) * other / np.linalg.norm(other)
    found = index.knows(["tilted"], lambda _: tilted[None, :].astype(np.float32))
    assert found[0, 0] == pytest.approx(0.5, abs=1e-4)


def test_without_a_text_its_own_words_are_gone_and_shared_ones_stay(index):
    left = index.without(UNITS[0])
    np.testing.assert_allclose(known(left, "бесплатно", "брекеты")[:, 0], [0, 1], atol=1e-5)
    np.testing.assert_allclose(known(index, "бесплатно")[:, 0], [1], atol=1e-5)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("breketu", "breketi"),  # another letter
        ("breeketi", "breketi"),  # one more
        ("brketi", "breketi"),  # one less
        ("rbeketi", "breketi"),  # two swapped
        ("breeketu", "breketi"),  # two slips in a long word
        ("breketi", "breketi"),
        ("berkteu", "berkteu"),  # too far
        ("kakay", "kakay"),  # as near as can be, but short words are others
        ("pogada", "pogoda"),
        ("pagada", "pagada"),  # two slips make another word of a short one
        ("2026god", "2026god"),
    ],
)
def test_a_word_one_slip_away_from_a_known_one_is_respelled(index, typed, meant):
    """Every known word is alike enough here, so that only the slip decides."""
    everything = dataclasses.replace(index, vectors=np.ones_like(index.vectors) / np.sqrt(index.vectors.shape[1]))
    assert everything.respelled(typed, lambda _: everything.vectors[0]) == meant


def index_of(*texts):
    units = tuple(Unit("a", Language.RU, Facet.WORDING, n, text) for n, text in enumerate(texts))
    built = WordIndex.build(units, ENCODER.encode_queries)
    return dataclasses.replace(built, vectors=np.zeros_like(built.vectors))


def test_of_words_as_near_and_as_alike_the_one_asked_more_often_is_meant():
    nothing = np.zeros(ENCODER.dimension, np.float32)
    index = index_of("палата", *(f"палаты {n}" for n in range(9)))
    assert index.respelled("palatu", lambda _: nothing) == "palati"
    assert index_of("палата").respelled("palatu", lambda _: nothing) == "palata"


def test_one_slip_makes_another_word_of_three_letters():
    nothing = np.zeros(ENCODER.dimension, np.float32)
    index = index_of("дом", "дома")
    assert index.respelled("duma", lambda _: nothing) == "doma"
    assert index.respelled("dum", lambda _: nothing) == "dum"


def test_two_words_that_are_often_asked_are_told_apart_where_the_space_is_missing():
    nothing = np.zeros(ENCODER.dimension, np.float32)
    often = [f"моя палата {n}" for n in range(OFTEN_ASKED)]
    assert index_of(*often).respelled("moiapalata", lambda _: nothing) == "moia palata"
    assert index_of(*often[1:]).respelled("moiapalata", lambda _: nothing) == "moiapalata"


def test_of_several_known_words_the_most_alike_is_meant():
    units = tuple(Unit("a", Language.RU, Facet.WORDING, n, text) for n, text in enumerate(("палата", "палаты")))
    index = WordIndex.build(units, ENCODER.encode_queries)
    wanted = dict(zip(index.words, index.vectors, strict=True))
    for meant in wanted:
        assert index.respelled("palatu", lambda _, meant=meant: wanted[meant]) == meant


def test_rare_words_weigh_more():
    everywhere, rare = [1.0] * 10, [1.0] + [0.0] * 9
    shares = coverage(np.array([everywhere, rare], dtype=np.float32))
    assert shares[0] == pytest.approx(1)
    assert 0 < shares[1] < 0.1


def test_a_question_of_unknown_words_is_covered_by_nobody():
    assert coverage(np.zeros((3, 4), dtype=np.float32)).tolist() == [0, 0, 0, 0]


def test_what_is_written_is_read_again(index, tmp_path):
    index.save(tmp_path / "words")
    again = WordIndex.open(tmp_path / "words")
    assert (again.words, again.documents) == (index.words, index.documents)
    np.testing.assert_array_equal(again.holders.toarray(), index.holders.toarray())
    np.testing.assert_array_equal(again.vectors, index.vectors)
