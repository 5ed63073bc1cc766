"""Every spelling of a word has one skeleton, and the skeleton of a skeleton is itself."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.language.folding import contract, letters, plain, skeleton, words
from kb.language.scripts import romanise, styles, without_kazakh_letters

# Words whose spellings must meet; the first of each is the proper one.
CLASSES = [
    "сақтандыру сактандыру saqtandyru saqtandyrý saktandiru SAQTANDYRU",
    "қазақша казакша qazaqşa qazaqsha kazaksha",
    "көмек комек kömek kómek ko'mek komek",
    "дәрігер даригер däriger dáriger da'riger dariger дәрiгер",
    "жеңілдік женилдик jeñıldık jeńildik jen'ildik zhenildik jenildik",
    "халық халык xalyq khalyk halyk",
    "шағым шагым şağym shaǵym s'ag'ym shaghym",
    "жүрек журек jürek júrek ju'rek zhurek",
    "ұйым уйым ūiym uıym uyym",
    "прикрепиться prikrepitsya prikrepit'sya prikrepitsia prikrepitsja прикрепится",
    "больница bolnitsa bolnica bol'nitsa",
    "месяц mesyats mesyac mesiats mesyatz",
    "взять vzyat vzyat' vziat",
    "ещё еще eshche esche eshe eshchyo",
    "приём прием priyom priem",
    "мой moy moi moj",
    "медицинский meditsinskiy medicinskij medicinskii",
    "осмс ОСМС osms OSMS oсмс",
    "чек-ап chek-ap чек‑ап",
    "ребёнок ребенок rebyonok rebenok",
]  # fmt: skip
SENTENCES = [
    "Сақтандыру мәртебесін қайдан көремін?",
    "Әкімшілікке шағым жазуға бола ма",
    "Өтініш беру үшін қандай құжаттар керек",
    "Жүкті әйелдің жарнасын мемлекет төлейді",
]
RUSSIAN = ["Как прикрепиться к поликлинике без прописки?", "нужно ли направление к врачу", "шесть юристов и больница"]


@pytest.mark.parametrize("spellings", CLASSES)
def test_the_spellings_of_a_word_meet(spellings):
    proper, *others = spellings.split()
    assert {other: skeleton(other) for other in others} == dict.fromkeys(others, skeleton(proper))


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("style", styles("kk"))
def test_a_kazakh_sentence_meets_itself_in_every_latin_style(sentence, style):
    assert skeleton(romanise(sentence, style)) == skeleton(sentence)


@pytest.mark.parametrize("sentence", RUSSIAN)
@pytest.mark.parametrize("style", set(styles("ru")) - {"ru-scientific"})
def test_a_russian_sentence_meets_itself_in_latin(sentence, style):
    assert skeleton(romanise(sentence, style)) == skeleton(sentence)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_without_kazakh_letters_meets_the_proper_one(sentence):
    assert skeleton(without_kazakh_letters(sentence)) == skeleton(sentence)


def test_different_words_stay_different():
    words_of_all_kinds = "жарна жолдама шағым сағым тіркелу төлем төлеу дәрі тері қар кәр емхана аурухана взнос вынос"
    different = words_of_all_kinds.split()
    assert len({skeleton(word) for word in different}) == len(different) - 1  # қар and кәр are one, by design


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("85 000 ₸", "85000 tenge"),
        ("4,250 tenge, $5, 1 000 000тг", "4250 tenge dolar 5 1000000 tg"),
        ("01.01.2026 №7", "01 01 2026 7"),
        ("don't — parents' rights!", "dont parents rigts"),
        ("😀 ?!", ""),
        ("", ""),
    ],
)
def test_signs_and_numbers(text, expected):
    assert skeleton(text) == expected


def test_an_apostrophe_spells_sh_only_in_a_kazakh_apostrophe_text():
    assert skeleton("a's'yq ko's'e") == skeleton("әшық көше")
    assert skeleton("pis'mo vos'moj") == skeleton("письмо восьмой")


def test_words_are_those_of_the_skeleton():
    assert words("Тегін дәрі, 2026!") == ["tegin", "dari", "2026"]


ALPHABET = st.text(alphabet="тсхкшщзжйцчояёюьъыiıäşğñúýs'chkzjytgioanxqwÓ әғқңөұүһі 0123,.-₸")


@given(st.one_of(st.text(), ALPHABET))
def test_the_skeleton_of_a_skeleton_is_itself(text):
    once = skeleton(text)
    assert skeleton(once) == once
    assert re.fullmatch(r"([a-z0-9]+( [a-z0-9]+)*)?", once)


@given(ALPHABET)
def test_letters_is_plain_ascii_and_case_does_not_matter(text):
    assert letters(text).isascii()
    assert contract(letters(text)) == skeleton(text)
    assert plain(plain(text)) == plain(text)
