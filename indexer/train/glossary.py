"""The glossary as training pairs, and as another way to say the same: `osms`, `медстраховка`, `сақтандыру`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

from indexer.train.pairs import DataError, Pair

SHORTEST = 4  # letters of a form that may be replaced inside a text; shorter ones are abbreviations, kept whole


@dataclass(frozen=True, slots=True)
class Term:
    """Every way to say one thing; small letters, the official terms first."""

    id: str
    forms: tuple[str, ...]


def read_terms(path: Path) -> tuple[Term, ...]:
    """Read `terms.yaml`. An absent file gives none; a misshapen one raises DataError."""
    if not path.is_file():
        return ()
    try:
        return tuple(_term(row) for row in yaml.safe_load(path.read_text(encoding="utf-8"))["terms"])
    except (KeyError, TypeError, yaml.YAMLError) as error:
        raise DataError(f"{path}: not a glossary ({error!r}). `anyq check` says which line to mend") from error


def _term(row: dict[str, Any]) -> Term:
    groups: Iterable[Iterable[str]] = (
        row["official"].values(),
        row.get("abbreviations", ()),
        *row.get("forms", {}).values(),
        row.get("latin", ()),
    )
    return Term(row["id"], tuple(dict.fromkeys(str(form) for group in groups for form in group)))


@dataclass(frozen=True, slots=True)
class Glossary:
    """Gives each form of a term another form of it, and writes other forms into texts."""

    name: str
    terms: tuple[Term, ...]

    def draw(self, rng: Random) -> Sequence[Pair]:
        pairs = [Pair(form, rng.choice(term.forms), (term.id,)) for term in self.terms for form in term.forms]
        return rng.sample(pairs, len(pairs))
