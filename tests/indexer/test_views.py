"""Views of a text: what counts as a feature, how it is weighed; what regression and network learn from such rows."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from indexer import network, softmax
from indexer.views import BEGINNINGS, SEEN, VIEWS, Hashed, Vocabulary

TEXTS = ("skolko platit rabotnik", "skolko platit rabotodatel", "kto platit za rabotnika", "nechto drugoe")


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.of(Hashed.of(TEXTS))


def test_a_feature_counts_from_the_second_text_that_holds_it(vocabulary):
    frequency = {}
    for text in TEXTS:
        for feature in set(Hashed.of([text]).ids.tolist()):
            frequency[feature] = frequency.get(feature, 0) + 1
    assert vocabulary.ids.tolist() == sorted(f for f, n in frequency.items() if n >= SEEN)
    assert max(vocabulary.idf) == pytest.approx(np.log(5 / 3) + 1)  # two of four texts
    assert min(vocabulary.idf) == pytest.approx(np.log(5 / 4) + 1)  # "platit": three


def test_each_view_of_a_text_has_length_one_whatever_the_number_of_words(vocabulary):
    rows = vocabulary.rows(Hashed.of(["skolko platit rabotnik rabotnik", "platit"]))
    for row in (rows[0], rows[1]):
        for view in np.unique(vocabulary.ids[row.indices] % VIEWS):
            there = vocabulary.ids[row.indices] % VIEWS == view
            assert np.linalg.norm(row.data[there]) == pytest.approx(1)


def test_an_ending_nobody_used_still_shares_the_beginning(vocabulary):
    row = vocabulary.rows(Hashed.of(["rabotniku"]))
    assert (vocabulary.ids[row.indices] % VIEWS == BEGINNINGS).sum() == 1


def test_texts_without_anything_known_are_empty_rows_in_their_place(vocabulary):
    rows = vocabulary.rows(Hashed.of(["", "qqq", "platit"]))
    assert np.diff(rows.indptr)[:2].tolist() == [0, 0]
    assert rows[2].nnz > 0
    assert vocabulary.rows(Hashed.of([])).shape == (0, len(vocabulary.ids))
    assert Vocabulary.of(Hashed.of(["a"])).rows(Hashed.of(["a", "b"])).shape == (2, 0)


def test_the_regression_finds_the_shares_of_what_it_saw():
    """Of a feature's rows three in four are of class 0: so is the likelihood."""
    rows = csr_matrix(np.tile(np.eye(2, dtype=np.float32), (80_000, 1)))
    classes = np.where(np.arange(160_000) % 2, 1, np.where(np.arange(160_000) % 8 == 0, 2, 0)).astype(np.int64)
    weights, bias = softmax.learn(rows, classes, 3)
    odds = np.exp(weights + bias)
    np.testing.assert_allclose((odds / odds.sum(axis=1, keepdims=True))[0], [0.75, 0, 0.25], atol=0.05)
    assert (weights + bias).argmax(axis=1).tolist() == [0, 1]
    np.testing.assert_array_equal(softmax.learn(rows, classes, 3)[0], weights)


def scores_of(layers, rows):
    (hidden, hidden_bias), (output, bias) = layers
    return np.maximum(rows @ hidden + hidden_bias, 0) @ output + bias


def test_the_network_finds_what_two_features_say_only_together():
    """Class 1 is where one of two features stands without the other: no sum of single features can tell it."""
    kinds = np.array([[1, 1, 1], [1, 1, 0], [1, 0, 1], [1, 0, 0]], np.float32)
    classes = np.tile([0, 1, 1, 0], 5000).astype(np.int64)
    rows = csr_matrix(np.tile(np.repeat(kinds, 8, axis=1), (5000, 1)))  # eight features for each: half are left out
    layers = network.learn(rows, classes, 2)
    assert scores_of(layers, np.repeat(kinds, 8, axis=1)).argmax(axis=1).tolist() == [0, 1, 1, 0]


def test_the_same_rows_give_the_same_network():
    rows = csr_matrix(np.eye(6, dtype=np.float32))
    first, second = (network.learn(rows, np.arange(6) % 3, 3) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_array_equal(x, y)
    assert scores_of(first, np.eye(6)).argmax(axis=1).tolist() == [0, 1, 2, 0, 1, 2]
