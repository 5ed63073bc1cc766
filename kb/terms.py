"""The glossary at work: whatever form a term takes, in whatever language, gives one concept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.language.analyze import analyze
from kb.model import Language

MARK = "@"  # begins a concept's index term, so that it never equals a word


@dataclass(frozen=True, slots=True)
class Thesaurus:
    """Forms of terms as sequences of index terms, by language, each with the concepts it may mean.

    `sizes`: first term of a form -> how many terms the forms that begin with it have, the longest first.
    """

    forms: Mapping[Language, Mapping[tuple[str, ...], tuple[str, ...]]]
    sizes: Mapping[Language, Mapping[str, tuple[int, ...]]]

    @staticmethod
    def of(glossary: Mapping[str, Any]) -> Thesaurus:
        """Make a thesaurus of the contents of terms.yaml."""
        forms: dict[Language, dict[tuple[str, ...], tuple[str, ...]]] = {}
        for language in Language:
            found: dict[tuple[str, ...], list[str]] = defaultdict(list)
            for row in glossary.get("terms", []):
                for form in _forms(row, language):
                    key = tuple(analyze(form, language))
                    if key and row["id"] not in found[key]:
                        found[key].append(row["id"])
            forms[language] = {key: tuple(f"{MARK}{concept}" for concept in ids) for key, ids in found.items()}
        return Thesaurus(forms, {language: _sizes(known) for language, known in forms.items()})

    def expand(self, terms: Sequence[str], language: Language) -> list[str]:
        """Return `terms` with the concepts they name appended; at each place the longest form counts."""
        forms, sizes = self.forms[language], self.sizes[language]
        concepts: dict[str, None] = {}
        place = 0
        while place < len(terms):
            spans = ((n, tuple(terms[place : place + n])) for n in sizes.get(terms[place], ()))
            size, form = next(((n, span) for n, span in spans if span in forms), (1, ()))
            concepts |= dict.fromkeys(forms.get(form, ()))
            place += size
        return [*terms, *concepts]


def _sizes(forms: Iterable[tuple[str, ...]]) -> dict[str, tuple[int, ...]]:
    found: dict[str, set[int]] = defaultdict(set)
    for form in forms:
        found[form[0]].add(len(form))
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}


def _forms(row: Mapping[str, Any], language: Language) -> Iterable[str]:
    """A term's forms that may stand in a text or question of `language`: abbreviations and Latin ones in any."""
    yield row["official"][language]
    for form in (*row.get("abbreviations", ()), *row.get("forms", {}).get(language, ()), *row.get("latin", ())):
        yield str(form)
