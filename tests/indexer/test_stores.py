"""FAISS gives what brute force gives, by value, under any filter."""

import numpy as np
import pytest

from indexer.stores.exact import ExactStore
from indexer.stores.faiss import FaissStore

CHANCE = np.random.default_rng(7)
VECTORS = CHANCE.standard_normal((500, 32)).astype(np.float32)
VECTORS /= np.linalg.norm(VECTORS, axis=1, keepdims=True)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.02])
@pytest.mark.parametrize("k", [1, 10, 1000])
def test_faiss_agrees_with_the_exact_store(share, k):
    admitted = CHANCE.random(len(VECTORS)) < share
    for query in VECTORS[:20]:
        rows, scores = FaissStore.build(VECTORS).search(query, k, admitted)
        true_rows, true_scores = ExactStore(VECTORS).search(query, k, admitted)
        assert rows.tolist() == true_rows.tolist()
        np.testing.assert_allclose(scores, true_scores, atol=1e-5)
        assert admitted[rows].all()


def test_nothing_admitted_finds_nothing():
    rows, scores = FaissStore.build(VECTORS).search(VECTORS[0], 5, np.zeros(len(VECTORS), bool))
    assert len(rows) == len(scores) == 0


def test_a_saved_store_holds_the_same_vectors(tmp_path):
    FaissStore.build(VECTORS).save(tmp_path / "dense")
    np.testing.assert_array_equal(FaissStore.open(tmp_path / "dense").vectors(), VECTORS)
