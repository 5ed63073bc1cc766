"""What known families of encoders want before a question and before a passage."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Prefixes of one family; `pattern` is searched in the model's name, small letters."""

    pattern: str
    query: str
    passage: str


# From the model cards on huggingface.co, as known on 2026-11-22. The first that fits counts.
FAMILIES = (
    Family(r"e5-.*instruct", "Instruct: Given a question, retrieve the passage that answers it\nQuery: ", ""),
    Family(r"\be5\b", "query: ", "passage: "),
    Family(r"bge-(small|base|large)-en", "Represent this sentence for searching relevant passages: ", ""),
    Family(r"\bbge\b", "", ""),
    Family(r"snowflake-arctic-embed", "query: ", ""),
    Family(r"nomic-embed", "search_query: ", "search_document: "),
    Family(r"\bgte\b|labse|minilm|mpnet|distiluse", "", ""),
)


def family_of(name: str, prompts: Mapping[str, str]) -> Family:
    """Return the family of a model; one we do not know keeps the prompts it brings along, or none."""
    for family in FAMILIES:
        if re.search(family.pattern, name.lower()):
            return family
    passage = next((prompts[key] for key in ("document", "passage", "corpus") if prompts.get(key)), "")
    return Family("", prompts.get("query") or "", passage)
