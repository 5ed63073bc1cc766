"""Which countries a text names, by their names, peoples and places: `places.yaml`, the gazetteer of the corpus."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from kb.model import Language

EXACT = "!"  # after a form that has no other endings than those written
LONGEST_ENDING = 4  # letters after a form's stem
CACHED_WORDS = 2**15  # words whose names are kept
HOME = "kazakhstan"  # the country whose system the corpus is about
MASKS = {True: "homeland", False: "otherland"}  # what stands for a place in `masked`: at home or not
_VOWELS = frozenset("аеёиоуыэюяьйәіөүұaeiouy")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Name:
    """The words before the last one of a name, and the country."""

    before: tuple[str, ...]
    country: str


@dataclass(frozen=True, slots=True)
class Place:
    """A name found in a text, `text[start:end]`, and the country it belongs to."""

    start: int
    end: int
    country: str


Names = Mapping[str, tuple[_Name, ...]]


@dataclass(frozen=True)
class Gazetteer:
    """Names by their last word, as it is written or its stem."""

    words: Names
    stems: Names

    @staticmethod
    def of(content: Mapping[str, Any]) -> Gazetteer:
        """Make a gazetteer of the contents of places.yaml. Raises ValueError that says which country is misshapen."""
        words: dict[str, list[_Name]] = defaultdict(list)
        stems: dict[str, list[_Name]] = defaultdict(list)
        for country, row in content.items():
            for form in _forms(country, row):
                *before, last = _words(form)
                name = _Name(tuple(before), country)
                words[last].append(name)
                if not form.endswith(EXACT):
                    stems[_stem(last)].append(name)
        return Gazetteer(*({key: tuple(names) for key, names in found.items()} for found in (words, stems)))

    def __reduce__(self) -> tuple[type[Gazetteer], tuple[Names, Names]]:
        """Go to another process without the words remembered here."""
        return Gazetteer, (self.words, self.stems)

    def countries(self, text: str) -> frozenset[str]:
        """Return the countries that `text` names."""
        return frozenset(place.country for place in self.places(text))

    def is_abroad(self, text: str) -> bool:
        """Tell whether `text` names another country, and not ours besides."""
        named = self.countries(text)
        return bool(named) and HOME not in named

    def masked(self, text: str) -> str:
        """Return `text` with every place replaced by a word for home or abroad, and its last letter: the case.

        So what is learned of one city is known of all: "в Омске" and "в Праге" read alike, "из Омска" otherwise.
        """
        parts, done = [], 0
        for place in self.places(text):
            if place.start >= done:
                parts += [text[done : place.start], f"{MASKS[place.country == HOME]} {text[place.end - 1]}"]
                done = place.end
        return "".join([*parts, text[done:]])

    def places(self, text: str) -> Iterator[Place]:
        """Yield the names in `text`, those that end first before others, and of several with one end the longest."""
        found = list(_WORDS.finditer(text))
        words = [match.group().lower() for match in found]
        for n, word in enumerate(words):
            named = [
                Place(found[n - len(name.before)].start(), found[n].end(), name.country)
                for name in self._ended(word)
                if tuple(words[max(0, n - len(name.before)) : n]) == name.before
            ]
            yield from sorted(named, key=lambda place: place.start)

    @cached_property
    def _ended(self) -> Callable[[str], tuple[_Name, ...]]:
        """The names that may end with a word, remembered word by word."""
        return lru_cache(CACHED_WORDS)(lambda word: tuple(self._ending_with(word)))

    def _ending_with(self, word: str) -> Iterator[_Name]:
        yield from self.words.get(word, ())
        for length in range(max(1, len(word) - LONGEST_ENDING), len(word) + 1):
            yield from self.stems.get(word[:length], ())


def _words(text: str) -> list[str]:
    return _WORDS.findall(text.lower())


def _stem(word: str) -> str:
    """Drop a last vowel, ь or й: the ending that changes."""
    return word[:-1] if word[-1] in _VOWELS and len(word) > 1 else word


def _forms(country: str, row: Any) -> Iterator[str]:  # noqa: ANN401 - whatever YAML holds
    try:
        lists = [*row["cities"], *(row[part][language] for part in ("country", "people") for language in Language)]
        forms = [form for names in lists for form in names]
        if not all(isinstance(names, list) for names in lists) or not all(_words(form) for form in forms):
            raise ValueError("a list of names was expected")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f"places.yaml: `{country}` needs `country` and `people`, each a list for kk, ru and en, and `cities`, a "
            f"list of lists of names ({error!r}); questions about it would be taken for questions about our system"
        ) from None
    yield from forms
