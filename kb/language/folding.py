"""One common ground where every spelling of a word meets: a plain ASCII Latin skeleton.

`letters` romanises, `contract` merges what spellings disagree about, `skeleton` does both. All are deterministic and
know nothing of the language, so that a document and a question meet without guessing either's language.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

CACHED_TEXTS: Final = 2**17  # texts whose skeleton is kept: a build asks six times for each unit; 50 MB when full
CACHED_WORDS: Final = 2**16  # words whose folding is kept; every rule looks at one word only
_APOSTROPHES: Final = {**dict.fromkeys(map(ord, "’‘ʼʻ`´′＇ʹ"), "'"), ord("№"): " ", ord("_"): " "}
_SIGNS: Final = str.maketrans({"₸": " tenge ", "$": " dollar ", "€": " euro ", "₽": " rubl "})
# Cyrillic of Kazakh and Russian, and the neighbours' letters that stray in; one or two Latin letters each.
_CYRILLIC: Final = dict(zip("абвгдеёзийклмнопрстуфхцыэіїєґ", "abvgdeeziiklmnoprstufhcieiieg", strict=True)) | {
    **dict(zip("әғқңөұүһҳўҡ", "agknouuhhuk", strict=True)),
    **{"ж": "j", "ч": "ch", "ш": "sh", "щ": "sh", "ю": "iu", "я": "ia", "ъ": "", "ь": ""},
}
# Latin letters whose sound a plain removal of the mark would lose. `ý` is у of the 2018 alphabet.
_LATIN: Final = {
    **dict(zip("ıəɵŋý", "iaonu", strict=True)),
    **{"ş": "sh", "š": "sh", "ś": "sh", "ș": "sh", "ç": "ch", "č": "ch", "ć": "ch", "ž": "j", "q": "k", "x": "h"},
}
_TABLE: Final = str.maketrans(_CYRILLIC | _LATIN)
_TWINS: Final = str.maketrans("aceihkmoptxyABCEHKMOPTXYI", "асеіһкмортхуАВСЕНКМОРТХУІ")

_MIXED: Final = re.compile(r"[A-Za-zЀ-ӿ]*(?:[A-Za-z][Ѐ-ӿ]|[Ѐ-ӿ][A-Za-z])[A-Za-zЀ-ӿ]*")
_CYRILLIC_LETTER: Final = re.compile(r"[Ѐ-ӿ]")
_THOUSANDS: Final = re.compile(r"(?<=\d)[ \u00a0\u202f,](?=\d{3}(?!\d))")
_KAZAKH_APOSTROPHE: Final = re.compile(r"[aougi]'(?!(?:s|re|m|ll|ve|d|t)(?![\w']))[a-z]")
_Y_RULES: Final = (
    (re.compile(r"(?<=[eio])yo(?![aeiou])"), "e"),
    (re.compile(r"(?<=[bdfghjklmnprstvzc])yo(?![aeiou])"), "e"),
    (re.compile(r"y"), "i"),
)
_CONTRACTIONS: Final = (
    (re.compile(r"shch|shh|sch(?!o)"), "sh"),
    (re.compile(r"kh"), "h"),
    (re.compile(r"gh"), "g"),
    (re.compile(r"zh"), "j"),
    (re.compile(r"(?<=t)z(?![a-z])"), "s"),
    (re.compile(r"ts(?=[a-gi-z])|tz"), "c"),
    (re.compile(r"(?<=[ae])c(?![a-z])"), "ts"),
    (re.compile(r"(?<=[oi])j(?![a-z])"), "i"),
    (re.compile(r"(?<=[sc])ja(?![a-z])"), "ia"),
    (re.compile(r"([a-z])\1+"), r"\1"),
)
_DIGRAPHS: Final = ((re.compile(r"kh"), "h"), (re.compile(r"gh"), "g"), (re.compile(r"zh"), "j"))
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9]+|(?<=\d)(?=[a-z])")


@lru_cache(maxsize=CACHED_TEXTS)
def skeleton(text: str) -> str:
    """Reduce `text` to the ASCII Latin skeleton where all its spellings meet.

    Returns lower-case words of `a-z0-9` joined by single spaces, or an empty string. Idempotent. Digits stay, groups
    of thousands are joined, `₸ $ € ₽` become words, other signs become spaces.
    """
    return contract(letters(text))


def words(text: str) -> list[str]:
    """List the words of the skeleton of `text`, in order."""
    return skeleton(text).split()


def letters(text: str) -> str:
    """Romanise `text` letter by letter, keeping doubled letters and `ts` apart, as stemmers need them.

    Returns words of `a-z0-9` joined by single spaces; `contract` makes the skeleton of it.
    """
    return " ".join(filter(None, map(_letters_of, plain(spell_signs(text)).split())))


@lru_cache(maxsize=CACHED_WORDS)
def _letters_of(word: str) -> str:
    romanised = word.replace("'", "").translate(_TABLE)
    romanised = _without_marks(romanised).translate(_TABLE)
    for pattern, replacement in (*_Y_RULES, *_DIGRAPHS):
        romanised = pattern.sub(replacement, romanised)
    return _NOT_PLAIN.sub(" ", romanised).strip()


def spell_signs(text: str) -> str:
    """Write signs of money as words: `₸` -> `tenge`."""
    return text.translate(_SIGNS)


def plain(text: str) -> str:
    """Normalise `text` without leaving its script: NFKC, lower case, one apostrophe, whole numbers, no twin letters."""
    text = _without_twins(unicodedata.normalize("NFKC", text.translate(_APOSTROPHES)))
    return _with_apostrophes_read(_THOUSANDS.sub("", text.casefold()))


def contract(romanised: str) -> str:
    """Merge what spellings disagree about: `zh` and `j`, `ts` and `c`, `kh` and `h`, doubled letters."""
    return " ".join(map(_contracted, romanised.split(" ")))


@lru_cache(maxsize=CACHED_WORDS)
def _contracted(word: str) -> str:
    before = None
    while before != word:
        before = word
        for pattern, replacement in _CONTRACTIONS:
            word = pattern.sub(replacement, word)
    return word


def _without_twins(text: str) -> str:
    """Turn Latin look-alikes inside mostly Cyrillic words into the Cyrillic letters they stand for."""
    return _MIXED.sub(_cyrillic_twin, text)


def _cyrillic_twin(match: re.Match[str]) -> str:
    word = match.group()
    mostly_cyrillic = len(_CYRILLIC_LETTER.findall(word)) * 2 >= len(word)
    return word.translate(_TWINS) if mostly_cyrillic else word


def _with_apostrophes_read(text: str) -> str:
    """Read `s' c' y'` as ш ч у, but only in a text that uses the 2017 Kazakh apostrophe alphabet."""
    if "'" not in text or not _KAZAKH_APOSTROPHE.search(text):
        return text
    return text.replace("s'", "sh").replace("c'", "ch").replace("y'", "u")


def _without_marks(text: str) -> str:
    """Drop accents that the letter tables did not read: `á ä ñ ǵ ū` become plain."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
