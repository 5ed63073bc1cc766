"""Training really learns, forgets nothing it read, spoils as people do, and says what is missing.

All texts here are made up by us: a toy language of templates, and small corpora from tests.writing.
"""

import json
import subprocess
import sys
from dataclasses import replace
from itertools import product
from random import Random

import numpy as np
import pytest

from indexer.encode import load_model
from indexer.ngram_table import NgramTable
from indexer.ngrams import Ngrams
from indexer.train.answers import Answers, Section, cloze, read_sections, split, window
from indexer.train.batches import Preparation, plan, thin
from indexer.train.domain import Domain, Lines, subjects_of
from indexer.train.folding import fast_skeleton
from indexer.train.glossary import Glossary, read_terms
from indexer.train.learn import train
from indexer.train.learner import Learner, contrast
from indexer.train.measure import hits
from indexer.train.noise import any_noise, folded, latin, mixed, shortened, typo, typos
from indexer.train.pairs import DataError, Pair, Parallel, hold_out, key, read_parallel, without
from indexer.train.questions import Asked, encoders_share, is_encoders, read_questions
from indexer.train.rarity import rarity
from indexer.train.settings import TrainSettings
from kb.language.folding import skeleton
from kb.load import load_corpus
from tests.writing import write_entry

WHO = [("врач", "doctor"), ("пациент", "patient"), ("ребёнок", "child"), ("сосед", "neighbour"), ("мать", "mother")]
DOES = [("видит", "sees"), ("ждёт", "awaits"), ("зовёт", "calls"), ("слышит", "hears"), ("ищет", "seeks")]
WHAT = [("книгу", "book"), ("дом", "house"), ("собаку", "dog"), ("письмо", "letter"), ("реку", "river")]
WHEN = [("утром", "morning"), ("вечером", "evening"), ("зимой", "winter"), ("летом", "summer")]


def toy_pairs():
    """Return 500 made-up sentences in Russian and word-for-word English, in random order."""
    pairs = [
        Pair(" ".join(ru for ru, _ in words), " ".join(en for _, en in words))
        for words in product(WHO, DOES, WHAT, WHEN)
    ]
    Random(1).shuffle(pairs)
    return pairs


def quiet(text, rng):
    return text


@pytest.fixture
def data(tmp_path):
    """A data folder with made-up pairs and answers."""
    folder = tmp_path / "data"
    (folder / "pairs").mkdir(parents=True)
    (folder / "qa").mkdir()
    rows = [f"{p.left}\t{p.right}" for p in toy_pairs()]
    (folder / "pairs" / "tatoeba.ru-en.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    sections = [
        {"id": f"a{n}", "ru_q": p.left, "en_q": p.right, "ru_a": f"{p.left}. Да. Так.", "en_a": f"{p.right}. Yes. So."}
        for n, p in enumerate(toy_pairs()[:60])
    ]
    lines = [json.dumps(section, ensure_ascii=False) for section in sections]
    (folder / "qa" / "toy.ru-en.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def corpus(tmp_path):
    root = tmp_path / "corpus"
    for name in ("alpha", "beta", "gamma"):
        write_entry(root, name)
    return root


@pytest.fixture
def settings(data, corpus, tmp_path):
    sizes = {"epochs": 4, "rounds": 2, "dimension": 32, "buckets": 4000, "batch": 64, "held_out": 50}
    return TrainSettings(data, corpus, tmp_path / "model", rate=0.02, domain_rate=0.005, **sizes)


# --- learning


def test_learning_puts_the_translation_first():
    pairs, ngrams = toy_pairs(), Ngrams(4000)
    lesson, exam = pairs[:400], pairs[400:]
    learner = Learner.random(np.ones(4000, np.float32), 32, seed=1)

    def accuracy():
        table = NgramTable.quantised(ngrams, learner.rows)
        return hits(table.encode([p.left for p in exam]), table.encode([p.right for p in exam]))

    before = accuracy()
    preparation, rng = Preparation(ngrams, quiet, 0.7), Random(2)
    for _ in range(8):
        for part in plan([(Parallel("toy", ("ru", "en"), tuple(lesson)), 1)], 64, rng):
            learner.step(preparation.batch(part, rng), 0.02, 0.1)
    assert before < 0.1
    assert accuracy() > 0.9


def test_the_slopes_are_those_of_the_loss():
    rng = np.random.default_rng(3)
    left, right = rng.standard_normal((2, 5, 4)).astype(np.float32)
    same = np.zeros((5, 5), np.bool_)
    same[0, 1] = same[1, 0] = True
    _, left_slope, right_slope = contrast(left, right, same, 0.5)
    for side, slope in ((left, left_slope), (right, right_slope)):
        for place in ((0, 1), (3, 2)):
            values = []
            for change in (1e-3, -1e-3):
                original = side[place]
                side[place] += change
                values.append(contrast(left, right, same, 0.5)[0])
                side[place] = original
            assert slope[place] == pytest.approx((values[0] - values[1]) / 2e-3, abs=2e-3)


def test_pairs_of_one_group_or_with_equal_texts_are_no_negatives():
    pairs = [
        Pair("a b", "c d", ("one", "two")),
        Pair("e f", "g h", ("two",)),
        Pair("A, b!", "i j"),
        Pair("k l", "m n", ("three",)),
    ]
    same = Preparation(Ngrams(100), quiet, 1.0).batch(pairs, Random(1)).same
    assert np.argwhere(same).tolist() == [[0, 1], [0, 2], [1, 0], [2, 0]]


def test_thinning_keeps_the_texts_apart():
    batch = Preparation(Ngrams(100), quiet, 1.0).batch([Pair("альфа", "бета"), Pair("гамма", "дельта")], Random(1))
    thinned = thin(batch.left, 0.5, np.random.default_rng(1))
    assert 0 < len(thinned.ids) < len(batch.left.ids)
    assert thinned.offsets[0] == 0 <= thinned.offsets[1] <= len(thinned.ids)


def test_rare_features_begin_longer_than_common_ones_and_unseen_ones_shorter():
    ngrams = Ngrams(100_000)
    weights = rarity([f"бірге сөз{n}" for n in range(300)] + ["сирек"] * 6, ngrams)
    assert weights[ngrams.of("сирек")].mean() > 1.5 * weights[ngrams.of("бірге")].mean()
    assert weights[ngrams.of("қате")].mean() < weights[ngrams.of("сирек")].mean()
    assert 0 < weights.min() <= weights.max() <= 1


# --- the whole recipe


def test_training_writes_a_folder_that_works_and_says_how_it_was_made(settings):
    told = []
    report = train(settings, lambda stage, done, total: told.append(stage))
    figures = {figure.name: figure.value for figure in report.figures}
    assert figures["ru -> en sentence"] > 80
    assert report.losses[settings.epochs - 1] < report.losses[0]
    assert list(dict.fromkeys(told)) == ["reading", "languages", "subject", "measuring"]
    table = NgramTable.load(settings.out_dir)
    model = load_model(str(settings.out_dir), trust=True)
    np.testing.assert_allclose(model.encode(["врач ждёт"]), table.encode(["врач ждёт"]), atol=1e-6)
    card = (settings.out_dir / "README.md").read_text(encoding="utf-8")
    assert "| tatoeba ru-en |" in card
    assert "CC BY 2.0 FR" in card
    assert "$" not in card
    written = json.loads((settings.out_dir / "train_report.json").read_text(encoding="utf-8"))
    assert written["settings"]["seed"] == settings.seed
    assert written["counts"]["corpus documents"] == 9


def test_the_same_seed_gives_the_same_weights_and_another_one_others(settings, tmp_path):
    short = replace(settings, epochs=1, rounds=1)
    tables = []
    for n, seed in enumerate((1, 1, 2)):
        train(replace(short, seed=seed, out_dir=tmp_path / str(n)))
        tables.append(NgramTable.load(tmp_path / str(n)))
    np.testing.assert_array_equal(tables[0].rows, tables[1].rows)
    np.testing.assert_array_equal(tables[0].scale, tables[1].scale)
    assert (tables[0].rows != tables[2].rows).any()


def test_pairs_do_not_depend_on_pythons_hash_seed(data, corpus):
    code = (
        "import sys; from pathlib import Path; from random import Random\n"
        "from indexer.train.materials import Materials\n"
        "m = Materials.read(Path(sys.argv[1]), Path(sys.argv[2]), 20, 1)\n"
        "print([s.draw(Random(1)) for s, _ in (*m.general(), *m.domain())])"
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code, data, corpus],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(drawn) == 1


def test_a_missing_data_folder_is_said_before_any_work(settings, tmp_path):
    with pytest.raises(DataError, match=r"no training pairs.*--data.*shipped weights"):
        train(replace(settings, data_dir=tmp_path / "nowhere"))
    assert not settings.out_dir.exists()


def test_impossible_settings_are_all_named(settings):
    with pytest.raises(DataError, match=r"batch must be above zero; noise must be at most 1"):
        train(replace(settings, batch=0, noise=1.5))


# --- what is read


@pytest.mark.parametrize("line", ["one cell", "a\tb\tc", "a\t "])
def test_a_bad_row_is_named_by_file_and_line(data, line):
    path = data / "pairs" / "tatoeba.ru-en.tsv"
    path.write_text(f"да\tyes\n{line}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"tatoeba\.ru-en\.tsv:2"):
        read_parallel(data)


def test_a_misnamed_file_is_refused(data):
    (data / "pairs" / "words.tsv").write_text("a\tb\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"words\.tsv"):
        read_parallel(data)


def test_held_out_sentences_are_in_no_training_pair(data):
    sources = read_parallel(data)
    held_out = hold_out(sources, frozenset({"tatoeba"}), 40, seed=1)
    kept = {key(text) for p in without(sources[0], held_out).pairs for text in (p.left, p.right)}
    assert len(held_out.pairs["ru-en"]) == 40
    assert not kept & held_out.keys
    assert hold_out(sources, frozenset({"tatoeba"}), 40, seed=1) == held_out


def test_an_article_is_never_on_both_sides(data):
    sections = read_sections(data)
    lessons, exam = split(sections, 0.3)
    assert len(lessons) + len(exam) == 60
    assert exam
    assert not {s.article for s in lessons} & {s.article for s in exam}


def test_a_bad_answer_is_named_by_file_and_line(data):
    path = data / "qa" / "toy.ru-en.jsonl"
    path.write_text('{"id": "a", "en_q": "x", "en_a": "y"}\n{"id": "b"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"toy\.ru-en\.jsonl:2"):
        read_sections(data)


def test_answers_ask_headings_and_sentences():
    text = "First thing. Second thing. Third thing."
    section = Section("a", {"en": "Heading here"}, {"en": text})
    pairs = Answers("answers", (section,)).draw(Random(1))
    assert {p.left for p in pairs} - {"First thing.", "Second thing.", "Third thing."} == {"Heading here"}
    sentence, rest = cloze(text, Random(1))
    assert sentence not in rest
    assert cloze("Only one.", Random(1)) == ("", "")
    assert window(text, Random(1)) in text


def test_corpus_pairs_stay_within_an_entry_and_cross_languages(corpus):
    documents = tuple(load_corpus(corpus).documents())
    subjects = subjects_of(documents)
    pairs = Domain("corpus", subjects).draw(Random(1))
    entries = {subject.entry: set(subject.texts()) for subject in subjects}
    assert all(pair.right in entries[pair.groups[0]] for pair in pairs)
    languages = {text: language for s in subjects for language, part in s.wordings.items() for text in part}
    known = [(p.left, p.right) for p in pairs if p.left in languages and p.right in languages]
    assert any(languages[left] != languages[right] for left, right in known)
    lines = Lines("lines", documents).draw(Random(1))
    assert {"Дети не платят", "Children do not pay"} in [{line.left, line.right} for line in lines]


def test_the_glossary_pairs_forms_of_one_term(tmp_path):
    path = tmp_path / "terms.yaml"
    path.write_text("terms:\n- {id: fee, official: {kk: жарна, ru: взнос}, forms: {ru: [плата]}, latin: [jarna]}\n")
    terms = read_terms(path)
    assert terms[0].forms == ("жарна", "взнос", "плата", "jarna")
    assert {p.left for p in Glossary("terms", terms).draw(Random(1))} == set(terms[0].forms)
    assert read_terms(tmp_path / "none.yaml") == ()
    path.write_text("terms: [{id: fee}]\n")
    with pytest.raises(DataError, match=r"terms\.yaml"):
        read_terms(path)


@pytest.fixture
def asked(tmp_path):
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "queries.jsonl").write_text('{"_id": "q1", "text": "How much?"}\n{"_id": "q2", "text": "Off topic"}\n')
    (folder / "qrels.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\talpha/en@2020-01-01\t1\nq1\tbeta\t1\nq2\tbeta\t0\n"
    )
    return folder


def test_judged_questions_are_paired_with_every_entry_that_answers(asked, corpus):
    questions = read_questions(asked)
    assert [(q.text, q.entries) for q in questions] == [("How much?", ("alpha", "beta"))]
    subjects = subjects_of(load_corpus(corpus).documents())
    pairs = Asked("questions", tuple(questions), subjects).draw(Random(1))
    assert [(p.left, p.groups) for p in pairs] == [("How much?", ("alpha", "beta"))]
    assert read_questions(asked / "none") == []


def test_a_judgement_of_an_unknown_question_is_refused(asked):
    (asked / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq9\talpha\t1\n")
    with pytest.raises(DataError, match="judges q9"):
        read_questions(asked)


def test_the_ranker_keeps_about_a_third_of_the_questions():
    texts = [f"question {n}" for n in range(900)]
    assert 500 < sum(is_encoders(text) for text in texts) < 700
    assert encoders_share([]) == ()


# --- noise


def test_each_noise_is_what_people_do():
    rng = Random(4)
    text = "Қант диабетін емдеу үшін сақтандыру керек"
    assert folded(text, rng) == "Кант диабетин емдеу ушин сактандыру керек"
    assert latin(text, rng).isascii() or not set(latin(text, rng)) & set("абвгдеқәүі")
    assert len(shortened(text, rng).split()) >= 2
    half = mixed("бір екі үш төрт", "one two three four", rng).split()
    assert half[0] == "бір"
    assert half[-1] == "four"


def test_one_slip_changes_one_place():
    text = "емханаға тіркелу"
    for seed in range(30):
        spoilt = typo(text, Random(seed))
        assert abs(len(spoilt) - len(text)) <= 1
        assert sum(a != b for a, b in zip(spoilt, text, strict=False)) <= len(text)
    assert typo("???", Random(1)) == "???"
    assert typos("а б", Random(1)) == "а б"


def test_noise_is_seeded_and_touches_its_share():
    noise = any_noise(0.5)
    texts = [f"емханаға тіркелу {n}" for n in range(400)]
    first = [noise(text, Random(n)) for n, text in enumerate(texts)]
    assert first == [noise(text, Random(n)) for n, text in enumerate(texts)]
    assert 100 < sum(a != b for a, b in zip(first, texts, strict=True)) < 300


@pytest.mark.parametrize(
    "text",
    [
        "51 000 теңге",
        "4,250 tenge",
        "don't s'ag",
        "Қазақстан Республикасы!",
        "ОСМС—2026, №1",
        "a\u00a0b",
        "щётка x2y",
        "",
    ],
)
def test_the_fast_skeleton_is_the_skeleton(text):
    assert fast_skeleton(text) == skeleton(text)
