"""The shipped encoder finds what it should, both its ways agree, and other models get their prefixes."""

import subprocess
import sys
import time

import numpy as np
import pytest

from indexer import encode
from indexer.encode import EncoderError, ShippedEncoder, open_encoder
from indexer.families import family_of
from indexer.ngram_table import NgramTable
from indexer.ngrams import Ngrams

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def shipped():
    return open_encoder()


def test_questions_and_passages_of_the_shipped_encoder_are_unit_rows_and_agree(shipped):
    texts = ["Қант диабетін емдету үшін сақтандыру керек пе?", "как прикрепиться", "costly tests", "?", ""]
    told = []
    passages = shipped.encode_passages(texts, lambda done, total: told.append((done, total)))
    queries = shipped.encode_queries(texts)
    assert queries.dtype == passages.dtype == np.float32
    assert queries.shape == (5, shipped.dimension)
    np.testing.assert_allclose(queries, passages, atol=1e-6)
    np.testing.assert_allclose(np.linalg.norm(queries, axis=1), [1, 1, 1, 0, 0], atol=1e-6)
    assert told == [(5, 5)]


def test_progress_is_told_after_every_batch(shipped, monkeypatch):
    monkeypatch.setattr(encode, "BATCH", 2)
    told = []
    vectors = shipped.encode_passages(["a1", "b2", "c3", "d4", "e5"], lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]
    np.testing.assert_allclose(vectors, shipped.encode_queries(["a1", "b2", "c3", "d4", "e5"]), atol=1e-6)
    assert shipped.encode_passages([]).shape == (0, shipped.dimension)


@pytest.mark.parametrize(
    ("question", "same", "other"),
    [
        ("Сколько стоит страховка?", "Сақтандыру қанша тұрады?", "Емханаға қалай тіркелемін?"),
        ("How do I join a polyclinic?", "Как прикрепиться к поликлинике?", "Сколько платит работодатель?"),
        ("тегін дәрі алу", "tegin dari alu", "жедел жәрдем шақыру"),
        ("dental care for children", "балаларға тіс емдеу", "residence permit"),
    ],
)
def test_the_same_question_is_nearer_than_another_one(shipped, question, same, other):
    vectors = shipped.encode_queries([question, same, other])
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.2


@pytest.mark.parametrize("spelling", ["сактандыру керек пе", "saqtandyru kerek pe", "САҚТАНДЫРУ КЕРЕК ПЕ?"])
def test_spellings_of_one_question_meet(shipped, spelling):
    vectors = shipped.encode_queries(["сақтандыру керек пе", spelling])
    assert vectors[0] @ vectors[1] > 0.95


def test_the_shipped_folder_is_small_and_carries_its_card(shipped):
    files = [path for path in shipped.folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 30 * MEGABYTE
    assert {"README.md", "train_report.json", "modules.json"} <= {path.name for path in files}


def test_the_revision_is_that_of_the_training_report(shipped):
    report = (shipped.folder / "train_report.json").read_text(encoding="utf-8")
    # A difference means that weights or folding changed since training: run `anyq train` again.
    assert f'"revision": "{shipped.revision}"' in report


def test_a_question_takes_about_a_millisecond(shipped):
    question = "сақтандыруым жоқ, тегін дәріні қалай аламын"
    shipped.encode_queries([question])
    times = []
    for _ in range(50):
        start = time.perf_counter()
        shipped.encode_queries([question])
        times.append(time.perf_counter() - start)
    assert min(times) < 0.001


def test_asking_needs_no_torch():
    code = "import sys; from indexer.encode import open_encoder; open_encoder().encode_queries(['x']); "
    check = "sys.exit('torch' in sys.modules or 'sentence_transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code + check], check=False).returncode == 0


def test_a_missing_shipped_model_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(encode, "SHIPPED_FOLDER", tmp_path)
    with pytest.raises(EncoderError, match=r"git checkout indexer/model.*anyq train"):
        open_encoder("anyq")


def test_a_model_that_cannot_be_loaded_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(EncoderError, match=r"ANYQ_ENCODER=.*/nothing.*cannot be loaded.*ANYQ_ENCODER=anyq"):
        open_encoder(str(tmp_path / "nothing"))


def test_a_hub_model_without_a_network_is_a_plain_error():
    code = "from indexer.encode import open_encoder, EncoderError\ntry: open_encoder('nobody/no-such-model')\n"
    code += "except EncoderError as error: print(error)"
    environment = {"HF_HUB_OFFLINE": "1", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert "ANYQ_ENCODER=nobody/no-such-model: this model cannot be loaded" in done.stdout
    assert "network" in done.stdout


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("intfloat/e5-base-v2", "query: ", "passage: "),
        ("BAAI/bge-m3", "", ""),
        ("BAAI/bge-small-en-v1.5", "Represent this sentence for searching relevant passages: ", ""),
        ("Alibaba-NLP/gte-multilingual-base", "", ""),
        ("sentence-transformers/LaBSE", "", ""),
        ("Snowflake/snowflake-arctic-embed-m", "query: ", ""),
        ("someone/elsewhere5", "", ""),
    ],
)
def test_known_families_have_their_prefixes(name, query, passage):
    family = family_of(name, {})
    assert (family.query, family.passage) == (query, passage)


def test_an_unknown_family_keeps_the_prompts_it_brings():
    family = family_of("someone/model", {"query": "Q: ", "document": "D: "})
    assert (family.query, family.passage) == ("Q: ", "D: ")


def test_another_folder_is_opened_by_its_path_with_prefixes(tmp_path):
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "query": 1, "passage": 2, "tax": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    folder = tmp_path / "tiny-e5"
    weights = np.eye(4, dtype=np.float32)
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, weights)], device="cpu").save(str(folder))
    encoder = open_encoder(str(folder))
    query, passage = encoder.encode_queries(["tax"])[0], encoder.encode_passages(["tax"])[0]
    assert encoder.dimension == 4
    assert query[1] > 0 == query[2]
    assert passage[2] > 0 == passage[1]
    assert len(encoder.revision) == 64
    assert encoder.revision == open_encoder(str(folder)).revision


def test_the_revision_tells_encoders_apart(tmp_path):
    revisions = set()
    for seed in range(2):
        rows = np.random.default_rng(seed).standard_normal((10, 4), np.float32)
        NgramTable.quantised(Ngrams(10), rows).save(tmp_path)
        revisions.add(encode.revision_of(tmp_path))
    assert len(revisions) == 2
    assert isinstance(open_encoder(), ShippedEncoder)
