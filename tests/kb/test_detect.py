"""Language identification on held-out questions, with floors; figures of 2026-11-22 by tests/bench/langid.py."""

import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.language.detect import detect, detect_label, probabilities
from kb.language.langdetecting import PROFILES, langdetect_probabilities
from kb.language.ngrams import LABELS, NgramModel
from kb.language.scripts import has_kazakh_letters
from kb.model import Detected, Language, Script
from tests.bench.langid import asked, held_out, likeliest

QUESTIONS = held_out()
SHORT = [(label, text) for label, text in QUESTIONS if len(text.split()) < 3]
LONG = [(label, text) for label, text in QUESTIONS if len(text.split()) > 2]
LETTERED = [(label, text) for label, text in QUESTIONS if has_kazakh_letters(text)]


def share(questions, identify=lambda text: detect_label(text)[0]):
    wrong = [(label, identify(text), text) for label, text in questions if identify(text) != label]
    return 1 - len(wrong) / len(questions), wrong


def test_there_are_enough_questions_of_each_label():
    assert {label for label in LABELS if sum(q[0] == label for q in QUESTIONS) >= 60} == set(LABELS)


def test_questions_of_three_words_and_more():
    found, wrong = share(LONG)
    assert found >= 0.99, wrong  # 2026-11-22: 100 % of 294


def test_questions_of_one_or_two_words():
    found, wrong = share(SHORT)
    assert found >= 0.92, wrong  # 2026-11-22: 96.2 % of 53


def test_a_kazakh_letter_settles_the_language():
    found, wrong = share(LETTERED)
    assert found >= 0.995, wrong  # 2026-11-22: 100 %


@pytest.mark.parametrize("label", LABELS)
def test_no_label_is_neglected(label):
    found, wrong = share([q for q in LONG if q[0] == label])
    assert found >= 0.97, wrong


def test_langdetect_alone_is_good_with_our_profiles():
    found, wrong = share(LONG, lambda text: likeliest(langdetect_probabilities(text)))
    assert found >= 0.97, wrong  # 2026-11-22: 99.0 %


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("поликлиникаға прикрепиться болу керек пе", "kk"),
        ("направлениесіз терапевт қабылдамай жатыр", "kk"),
        ("осмс калай толеймин", "kk"),
        ("как оплатить мәмс через каспи", "ru"),
        ("что даёт программа Аңсаған сәби", "ru"),
        ("можно ли кандасу прикрепиться к поликлинике", "ru"),
        ("how do I check my ОСМС status", "en"),
        ("vznosti qalai toleimin", "kk-Latn"),
        ("mozhno li v emhane sdelat uzi", "ru-Latn"),
        ("Пенсионерге зубной протез бесплатно ма?", "kk"),
        ("Прикреплениесіз анализ платный ма, осмс бар ма?", "kk"),
        ("Бесплатно ли в программе «Мама», если я не работаю?", "ru"),
    ],
)
def test_mixed_text_has_the_language_of_its_frame(text, label):
    assert detect_label(text)[0] == label


@pytest.mark.parametrize("text", ["", "   ", "1414", "2026-01-01", "😀👍", "?!", "مرحبا", "₸ 5000"])
def test_a_text_that_says_nothing_is_a_blind_guess(text):
    assert detect_label(text) == ("kk", 0.2)
    assert detect(text) == Detected(Language.KK, Script.CYRL, 0.2)


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("тегін дәрі қайда", Language.KK, Script.CYRL),
        ("tegin dari qaida", Language.KK, Script.LATN),
        ("где взять лекарства", Language.RU, Script.CYRL),
        ("gde vzyat lekarstva", Language.RU, Script.LATN),
        ("where do I get medicine", Language.EN, Script.LATN),
    ],
)
def test_script_comes_with_the_language(text, language, script):
    found = detect(text)
    assert (found.language, found.script) == (language, script)
    assert found.confidence > 0.9


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("rfr ghbrhtgbnmcz r gjkbrkbybrt", Language.RU, Script.LATN),
        ("ntu3y l2h3y3 0fqlfy fkfvsy", Language.KK, Script.LATN),
        ("рщц ещ купшыеук", Language.EN, Script.CYRL),
        ("ECG XRF MRI?", Language.EN, Script.LATN),
    ],
)
def test_the_wrong_keyboard_has_the_language_that_was_meant_and_the_script_that_was_typed(text, language, script):
    found = detect(text)
    assert (found.language, found.script) == (language, script)


def test_the_judged_questions_of_three_words_and_more():
    texts = [(one.language, one.text) for one in asked() if len(one.text.split()) > 2]
    found, wrong = share(texts, lambda text: str(detect(text).language))
    assert found >= 0.98, wrong  # 2026-11-22: 99.9 % of 1101
    lettered = [(language, text) for language, text in texts if has_kazakh_letters(text)]
    found, wrong = share(lettered, lambda text: str(detect(text).language))
    assert found >= 0.995, wrong  # 2026-11-22: 99.6 % of 262


@given(st.one_of(st.text(max_size=40), st.text(alphabet="абвгқәіabcdey 12'", max_size=30)))
def test_any_text_gets_probabilities_that_sum_to_one(text):
    found = probabilities(text)
    assert set(found) == set(LABELS)
    assert sum(found.values()) == pytest.approx(1)
    assert min(found.values()) >= 0
    assert detect_label(text) == detect_label(text)


def test_a_script_that_does_not_occur_is_ruled_out():
    assert {label for label, p in probabilities("jarna toleu").items() if p > 0} <= {"kk-Latn", "ru-Latn", "en"}
    assert {label for label, p in probabilities("жарна").items() if p > 0} <= {"kk", "ru"}


def test_detection_is_fast_and_the_same_in_another_process():
    start = time.perf_counter()
    found = [detect_label(text) for _, text in QUESTIONS]
    assert (time.perf_counter() - start) / len(QUESTIONS) < 0.01  # 2026-11-22: 0.8 ms on a shared core
    code = "from tests.bench.langid import held_out; from kb.language.detect import detect_label\n"
    code += "print([detect_label(text) for _, text in held_out()])"
    again = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, encoding="utf-8")
    assert again.stdout.strip() == repr(found)


def test_the_profiles_are_small():
    assert sum(path.stat().st_size for path in PROFILES.iterdir()) < 300_000


def test_a_model_of_other_labels_is_refused(tmp_path):
    path = tmp_path / "model.json"
    path.write_text('{"labels":["kk"],"bias":[0],"step":1,"weights":{}}', encoding="utf-8")
    with pytest.raises(ValueError, match="run train_profiles"):
        NgramModel.open(path)


def test_a_saved_model_is_read_back(tmp_path):
    model = NgramModel({"<а": (1.0, -1.0, 0.5, 0.0, 0.25), "=x": (0.0, 0.0, 0.0, 0.0, 0.5)}, (0.1, 0, 0, 0, 0))
    model.save(tmp_path / "model.json")
    read = NgramModel.open(tmp_path / "model.json")
    assert read.probabilities("а") == pytest.approx(model.probabilities("а"), abs=0.01)


def test_importing_is_cheap():
    code = "import sys, kb.language.detect, kb.language.analyze, kb.language.readings\n"
    code += "print([m for m in ('langdetect', 'snowballstemmer', 'numpy', 'sklearn') if m in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
