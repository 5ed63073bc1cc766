"""The editors' small files beside the entries: topics, contacts, replies, cases, signs, places."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from kb.cases import FILE as CASES
from kb.cases import read_cases, unknown_entries
from kb.frontmatter import LOADER
from kb.model import Language
from kb.places import Gazetteer
from kb.terms import Thesaurus

EMERGENCY = "emergency"  # the name under which utterances of danger stand among the kinds of question
Texts = Mapping[Language, str]
_FILES = {
    "topics": "topics.yaml",
    "contacts": "contacts.yaml",
    "replies": "replies.yaml",
    "emergency": "emergency.yaml",
    "out_of_scope": "out-of-scope.yaml",
    "glossary": "terms.yaml",
    "places": "places.yaml",
}


class HandbookError(ValueError):
    """One of the small files is missing or misshapen; the message says which, where and what to do."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A number, an app or a site that people may be sent to."""

    id: str
    phone: str
    url: str
    name: Texts
    what_for: Texts
    hours: Texts
    verified: bool


@dataclass(frozen=True, slots=True)
class OffTopic:
    """A kind of question this service does not answer: what it says instead, and how such questions sound."""

    id: str
    reply: Texts
    examples: Mapping[Language, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Handbook:
    """All of it. `raw` is what a generation stores; `of(raw)` gives the same handbook back.

    `cases` says of an entry whose case it is; an entry may have none.
    """

    raw: Mapping[str, Any]
    topics: Mapping[str, Texts]
    contacts: Mapping[str, Contact]
    replies: Mapping[str, Texts]
    cases: Mapping[str, Texts]
    signs: Mapping[str, tuple[str, ...]]
    off_topics: Mapping[str, OffTopic]
    dangers: Mapping[Language, tuple[str, ...]]
    thesaurus: Thesaurus
    gazetteer: Gazetteer

    @staticmethod
    def load(corpus: Path, entries: Collection[str]) -> Handbook:
        """Read the YAML files in `corpus`, which holds `entries`. Raises HandbookError."""
        raw = {name: _yaml(corpus / file) for name, file in _FILES.items()}
        return Handbook.of(raw | {"cases": _cases(corpus, entries)})

    @staticmethod
    def of(raw: Mapping[str, Any]) -> Handbook:
        """Make a handbook of the files' contents."""
        return Handbook(
            raw=raw,
            topics={topic: _texts(_FILES["topics"], topic, names) for topic, names in raw["topics"].items()},
            contacts={name: _contact(name, row) for name, row in raw["contacts"].items()},
            replies={key: _texts(_FILES["replies"], key, texts) for key, texts in raw["replies"].items()},
            cases={entry: _texts(CASES, entry, texts) for entry, texts in raw["cases"].items()},
            signs={row["id"]: _phrases(row) for row in raw["emergency"]["signs"]},
            off_topics={row["id"]: _off_topic(row) for row in raw["out_of_scope"]["topics"]},
            thesaurus=Thesaurus.of(raw["glossary"]),
            gazetteer=_gazetteer(raw["places"]),
            dangers=_by_language(raw["emergency"].get("examples", {})),
        )

    @property
    def json(self) -> str:
        """The contents as canonical JSON: what is stored, and what the snapshot digest covers."""
        return json.dumps(self.raw, ensure_ascii=False, sort_keys=True, default=str)

    def case(self, entry: str, language: Language) -> str:
        """Say whose case `entry` is, or "" when that is not written."""
        return self.cases[entry][language] if entry in self.cases else ""


def _cases(corpus: Path, entries: Collection[str]) -> Mapping[str, Texts]:
    lines = read_cases(corpus)
    faults = (*lines.faults, *unknown_entries(lines, entries))
    if faults:
        raise HandbookError("\n".join(f"{f.path}:{f.line}: {f.message}. {f.fix}" for f in faults))
    return lines.texts


def _gazetteer(content: Mapping[str, Any]) -> Gazetteer:
    try:
        return Gazetteer.of(content)
    except ValueError as error:
        raise HandbookError(str(error)) from None


def _yaml(path: Path) -> Mapping[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=LOADER)
    except FileNotFoundError:
        raise HandbookError(
            f"{path}: the file is missing; every corpus needs it, copy it from the published one"
        ) from None
    except yaml.YAMLError as error:
        raise HandbookError(f"{path}: not valid YAML: {error}; put quotes round values that contain `: `") from None
    if not isinstance(content, dict):
        raise HandbookError(f"{path}: must hold `name: value` lines; see corpus/README.md")
    return content


def _texts(file: str, key: str, value: Any) -> Texts:  # noqa: ANN401 - whatever YAML holds
    if not isinstance(value, dict) or not all(isinstance(value.get(language), str) for language in Language):
        raise HandbookError(
            f"{file}: `{key}` must have a text in kk, ru and en; readers of the missing one would get nothing"
        )
    return {language: value[language].strip() for language in Language}


def _contact(name: str, row: Mapping[str, Any]) -> Contact:
    file = _FILES["contacts"]
    return Contact(
        id=name,
        phone=str(row.get("phone") or ""),
        url=str(row.get("url") or ""),
        name=_texts(file, f"{name}.name", row.get("name")),
        what_for=_texts(file, f"{name}.what_for", row.get("what_for")),
        hours=_texts(file, f"{name}.hours", row.get("hours")),
        verified=bool(row.get("verified")),
    )


def _phrases(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(phrase) for language in Language for phrase in row.get(language, []))


def _off_topic(row: Mapping[str, Any]) -> OffTopic:
    return OffTopic(
        row["id"], _texts(_FILES["out_of_scope"], row["id"], row.get("reply")), _by_language(row["examples"])
    )


def _by_language(lists: Mapping[str, Any]) -> Mapping[Language, tuple[str, ...]]:
    return {language: tuple(str(text) for text in lists.get(language, [])) for language in Language}
