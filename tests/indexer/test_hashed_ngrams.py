"""Features are stable, weights survive saving, and int8 stays within its bound."""

import json
import warnings

import numpy as np
import pytest

from indexer.ngram_table import CONFIG, WEIGHTS, ModelFolderError, NgramTable, revision_of
from indexer.ngrams import Ngrams, join

NGRAMS = Ngrams(1000)


@pytest.fixture
def table():
    rows = np.random.default_rng(1).standard_normal((1000, 16), np.float32)
    return NgramTable.quantised(NGRAMS, rows)


def test_features_are_the_word_and_its_ngrams_with_boundary_marks():
    wide = Ngrams(2**31 - 1)
    assert len(wide.of("ab")) == 1 + 2 + 1  # =ab; <ab, ab>; <ab>
    assert len(wide.of("сау")) == 1 + 3 + 2 + 1
    assert not len(wide.of("?! —"))


def test_features_are_the_same_on_every_machine():
    # Written down 2026-11-22. If this changes, every trained weight means something else: raise FORMAT and retrain.
    known = [
        21530,
        196872,
        10719,
        80567,
        64895,
        57544,
        29804,
        79171,
        167722,
        6174,
        46520,
        98683,
        49247,
        71722,
        172850,
        198472,
        45710,
        91229,
        199688,
        56378,
    ]
    assert Ngrams(200_000).of("ОСМС 2026").tolist() == known


def test_spellings_of_one_word_have_the_same_features():
    reference = NGRAMS.of("сақтандыру").tolist()
    assert NGRAMS.of("сактандыру").tolist() == reference
    assert NGRAMS.of("Saqtandyru").tolist() == reference


def test_a_word_is_cut_alone_so_order_does_not_count(table):
    first, second = table.encode(["тегін дәрі", "дәрі тегін"])
    np.testing.assert_allclose(first, second, atol=1e-6)


def test_joined_bags_know_where_each_text_begins():
    bags = join([np.array([1, 2], np.int32), np.array([], np.int32), np.array([3], np.int32)])
    assert bags.ids.tolist() == [1, 2, 3]
    assert bags.offsets.tolist() == [0, 2, 2]


def test_rows_are_unit_vectors_and_a_text_without_letters_is_zero(table):
    vectors = table.encode(["емхана", "поликлиника", "???", ""])
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 0, 0], atol=1e-6)
    assert table.encode([]).shape == (0, 16)


def test_int8_is_off_by_at_most_half_a_step():
    rows = np.random.default_rng(2).standard_normal((50, 8), np.float32) * np.logspace(-4, 3, 50)[:, None]
    rows[7] = 0
    table = NgramTable.quantised(Ngrams(50), rows.astype(np.float32))
    restored = table.rows * table.scale[:, None]
    assert (np.abs(restored - rows) <= table.scale[:, None] * 0.5001).all()
    assert not restored[7].any()


def test_saved_weights_come_back_equal(table, tmp_path):
    table.save(tmp_path)
    loaded = NgramTable.load(tmp_path)
    assert loaded.ngrams == table.ngrams
    np.testing.assert_array_equal(loaded.rows, table.rows)
    np.testing.assert_array_equal(loaded.scale, table.scale)
    assert revision_of(tmp_path) == revision_of(tmp_path)


def test_the_revision_follows_weights_and_configuration(table, tmp_path):
    table.save(tmp_path)
    before = revision_of(tmp_path)
    (tmp_path / CONFIG).write_text(json.dumps(json.loads((tmp_path / CONFIG).read_text()) | {"longest": 6}))
    assert revision_of(tmp_path) != before


@pytest.mark.parametrize("damage", [WEIGHTS, CONFIG])
def test_a_damaged_folder_says_what_to_do(table, tmp_path, damage):
    table.save(tmp_path)
    (tmp_path / damage).write_text("{}")
    with pytest.raises(ModelFolderError, match=r"git checkout indexer/model.*anyq train"):
        NgramTable.load(tmp_path)


def test_weights_that_do_not_fit_the_configuration_are_refused(table, tmp_path):
    table.save(tmp_path)
    (tmp_path / CONFIG).write_text(json.dumps(json.loads((tmp_path / CONFIG).read_text()) | {"buckets": 999}))
    with pytest.raises(ModelFolderError, match="do not fit"):
        NgramTable.load(tmp_path)


def test_sentence_transformers_gives_the_same_vectors_after_a_round_trip(table, tmp_path):
    texts = ["Қант диабеті", "saqtandyru kerek pe", "", "51 000 теңге", "What is OSMS?"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from sentence_transformers import SentenceTransformer

        from indexer.hashed_ngrams import HashedNgrams

        SentenceTransformer(modules=[HashedNgrams(table)], device="cpu").save(str(tmp_path), create_model_card=False)
        model = SentenceTransformer(str(tmp_path), trust_remote_code=True, device="cpu")
    assert model.get_embedding_dimension() == 16
    np.testing.assert_allclose(model.encode(texts), table.encode(texts), atol=1e-6)
    assert model.tokenize(["ab"])["offsets"].tolist() == [0]
    prompted = model.encode(["диабет"], prompt="қант ")
    np.testing.assert_allclose(prompted, table.encode(["қант диабет"]), atol=1e-6)
