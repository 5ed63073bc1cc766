"""A generation is whole or refused; publishing is one step; only changed texts are encoded again."""

import json
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from indexer.build import Snapshot, build, unchanged
from indexer.generation import Generation, GenerationError
from indexer.shelf import Shelf, ShelfError
from kb.model import Language, Scope
from tests.encoding import WordEncoder
from tests.writing import BODIES, with_handbook, write_case, write_document, write_entry

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERYTHING = Scope(None)


@pytest.fixture
def corpus(tmp_path):
    root = with_handbook(tmp_path / "corpus")
    for name in ("alpha", "beta"):
        write_entry(root, name)
    write_entry(root, "beta", "2027-01-01")
    return root


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "home")


def make(corpus, shelf, encoder=None, minutes=0):
    return build(Snapshot.read(corpus), encoder or WordEncoder(), shelf, NOW + timedelta(minutes=minutes))


def test_an_opened_generation_has_the_corpus_and_finds_texts_in_it(corpus, shelf):
    manifest = make(corpus, shelf)
    generation = Generation.open(shelf.path(manifest.id), "r1")
    assert manifest.counts == {"faq": {"en": 3, "kk": 3, "ru": 3}}
    assert generation.documents["alpha/ru@2020-01-01"].text == BODIES[Language.RU].format(entry="alpha")
    scores = generation.lexical.scores("нужен ли alpha", generation.admitted(EVERYTHING))
    assert generation.owners[int(scores.argmax())] == "alpha"


def test_the_filter_is_the_scopes_own_definition(corpus, shelf):
    generation = Generation.open(shelf.path(make(corpus, shelf).id))
    for scope in (Scope(date(2026, 1, 1)), Scope(date(2027, 1, 1)), Scope(date(2026, 1, 1), frozenset({Language.KK}))):
        mask = generation.admitted(scope)
        for unit, admitted in zip(generation.units, mask, strict=True):
            document = generation.documents.get(unit.document)
            assert admitted == (document is None or scope.admits(document))


def test_a_filtered_out_unit_is_not_retrieved(corpus, shelf):
    generation = Generation.open(shelf.path(make(corpus, shelf).id))
    mask = generation.admitted(Scope(date(2026, 1, 1)))
    assert not generation.lexical.scores("beta", mask)[~mask].any()


def test_a_future_version_takes_effect_on_its_day_without_a_rebuild(corpus, shelf):
    generation = Generation.open(shelf.path(make(corpus, shelf).id))
    beta = generation.base.entry("beta")
    assert beta.at(date(2026, 12, 31))[Language.RU].id == "beta/ru@2020-01-01"
    assert beta.at(date(2027, 1, 1))[Language.RU].id == "beta/ru@2027-01-01"


def test_only_changed_texts_are_encoded_again(corpus, shelf):
    first = WordEncoder()
    make(corpus, shelf, first)
    write_document(corpus, "alpha", Language.RU, body="Да, за alpha вы теперь платите 5 000 тенге.")
    second = WordEncoder()
    manifest = make(corpus, shelf, second, minutes=1)
    assert second.n_encoded == manifest.n_encoded == 2  # the one passage of the text now, and the whole document
    assert first.n_encoded > 50


def test_reused_vectors_are_those_of_a_full_build(corpus, shelf, tmp_path):
    make(corpus, shelf)
    write_document(corpus, "alpha", Language.RU, body="Да, за alpha вы теперь платите 5 000 тенге.")
    reused = Generation.open(shelf.path(make(corpus, shelf, minutes=1).id))
    fresh_shelf = Shelf(tmp_path / "fresh")
    fresh = Generation.open(fresh_shelf.path(make(corpus, fresh_shelf).id))
    np.testing.assert_array_equal(reused.store.vectors(), fresh.store.vectors())


def test_another_encoder_encodes_everything(corpus, shelf):
    make(corpus, shelf)
    other = WordEncoder("r2")
    make(corpus, shelf, other, minutes=1)
    assert other.n_encoded > 50


def test_nothing_changed_is_recognised(corpus, shelf):
    manifest = make(corpus, shelf)
    assert unchanged(Snapshot.read(corpus), WordEncoder(), shelf) == manifest
    assert unchanged(Snapshot.read(corpus), WordEncoder("r2"), shelf) is None
    write_entry(corpus, "gamma")
    assert unchanged(Snapshot.read(corpus), WordEncoder(), shelf) is None


def test_a_mixed_index_is_refused_with_field_expected_found_and_command(corpus, shelf):
    path = shelf.path(make(corpus, shelf).id)
    with pytest.raises(GenerationError, match=r"encoder_revision: expected r2, found r1.*anyq build"):
        Generation.open(path, "r2")


@pytest.mark.parametrize("field", ["format_version", "analyzer_version"])
def test_another_format_or_analyzer_is_refused(corpus, shelf, field):
    path = shelf.path(make(corpus, shelf).id)
    manifest = json.loads((path / "manifest.json").read_text())
    (path / "manifest.json").write_text(json.dumps(manifest | {field: 99 if field == "format_version" else "99"}))
    with pytest.raises(GenerationError, match=field):
        Generation.open(path)


@pytest.mark.parametrize("name", ["documents.json", "units.json", "dense/index.faiss", "handbook.json"])
def test_a_damaged_or_lost_file_is_refused(corpus, shelf, name):
    path = shelf.path(make(corpus, shelf).id)
    content = (path / name).read_bytes()
    (path / name).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(GenerationError, match="checksum"):
        Generation.open(path)
    (path / name).unlink()
    with pytest.raises(GenerationError, match="no file"):
        Generation.open(path)


def test_whose_case_an_entry_is_travels_with_a_generation(corpus, shelf):
    path = shelf.path(make(corpus, shelf).id)
    assert Generation.open(path).handbook.case("alpha", Language.EN) == "You need alpha"


def test_a_generation_tells_which_entries_are_asked_about_with_other_countries(corpus, shelf):
    generation = Generation.open(shelf.path(make(corpus, shelf).id))
    assert generation.abroad["russian-system"] > 0.5
    assert "alpha" not in generation.abroad


def test_a_new_line_on_whose_case_an_entry_is_asks_for_a_new_generation(corpus, shelf):
    make(corpus, shelf)
    write_case(corpus, "alpha", {"kk": "а", "ru": "б", "en": "c"})
    assert unchanged(Snapshot.read(corpus), WordEncoder(), shelf) is None
    assert make(corpus, shelf, minutes=1).n_encoded == 0


def test_a_failed_build_leaves_nothing_behind(corpus, shelf):
    class Failing(WordEncoder):
        def encode_passages(self, texts, progress=None):
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        make(corpus, shelf, Failing())
    assert shelf.manifests() == ()
    assert shelf.current() is None


def test_a_write_that_breaks_off_leaves_no_generation(corpus, shelf):
    def break_off():
        with shelf.new_folder("half") as folder:
            (folder / "documents.json").write_text("[]")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk"):
        break_off()
    assert list(shelf.folder.iterdir()) == []


def test_publish_and_rollback_walk_the_history(corpus, shelf):
    ids = []
    for minutes in range(3):
        write_entry(corpus, f"extra-{minutes}")
        ids.append(make(corpus, shelf, minutes=minutes).id)
        shelf.publish(ids[-1], NOW)
    assert shelf.current() == ids[2]
    assert shelf.rollback(NOW).generation == ids[1]
    assert shelf.rollback(NOW).generation == ids[0]
    with pytest.raises(ShelfError, match="no earlier"):
        shelf.rollback(NOW)
    shelf.publish(ids[2], NOW)
    assert shelf.rollback(NOW).generation == ids[0]
    assert [p.act for p in shelf.history()].count("rollback") == 3


@pytest.mark.parametrize("name", ["", "nowhere", "../home"])
def test_publishing_what_does_not_exist_is_refused(shelf, name):
    with pytest.raises(ShelfError, match="no generation"):
        shelf.publish(name, NOW)


def test_an_empty_corpus_is_refused(tmp_path, shelf):
    with pytest.raises(ValueError, match="no documents"):
        make(with_handbook(tmp_path / "empty"), shelf)
