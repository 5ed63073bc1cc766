"""Everything an editor must mend before publishing, all at once: each finding says where, which rule, what and how."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from kb.base import KnowledgeBase
from kb.cases import case_findings, read_cases
from kb.figures import differences, figures
from kb.language.folding import skeleton
from kb.load import Reading, read_corpus
from kb.model import Document, Entry, Finding, Kind, Language
from kb.plain import avoided_words, known_phones, text_findings

FEWEST_WORDINGS = 6


def check_corpus(root: Path, today: date, progress: Callable[[int, int], None] | None = None) -> list[Finding]:
    """Apply every rule to the corpus at `root` and return all findings, sorted by path and line.

    `today` is only used to refuse a review date in the future. `progress(done, total)` counts entries.
    """
    reading = read_corpus(root)
    findings = list(reading.findings)
    base = KnowledgeBase.of(reading.documents)
    topics, avoid, phones = read_topics(root), avoided_words(root), known_phones(root)
    for n, entry in enumerate(base.entries.values(), start=1):
        findings += _entry_findings(entry, base, topics, today)
        for document in entry.documents:
            findings += text_findings(document, avoid, phones)
        if progress:
            progress(n, len(base.entries))
    findings += _same_question(reading)
    findings += case_findings(read_cases(root), base.entries)
    return sorted(set(findings), key=lambda f: (str(f.path), f.line, f.rule, f.message))


def read_topics(root: Path) -> Mapping[str, Mapping[str, str]]:
    """Read topics.yaml: topic -> its name in each language."""
    path = root / "topics.yaml"
    content: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return content or {}


def _entry_findings(entry: Entry, base: KnowledgeBase, topics: Mapping[str, object], today: date) -> Iterator[Finding]:
    yield from _languages(entry)
    for document in entry.documents:
        yield from _references(document, base, topics, today)
    for validity in entry.timeline:
        versions = [d for d in entry.documents if d.validity == validity]
        yield from _agreement(versions)
    yield from _wordings(entry)


def _languages(entry: Entry) -> Iterator[Finding]:
    """Every version stands in every language."""
    for start in sorted({d.validity.start for d in entry.documents}):
        there = {d.language: d for d in entry.documents if d.validity.start == start}
        for language in Language:
            if language not in there:
                path = next(iter(there.values())).path.with_name(f"{language}@{start}.md")
                message = f"`{entry.id}` has no `{language}` text from {start}: readers get another language instead"
                yield Finding(path, 1, "missing-language", message, f"write {path.name}")


def _references(
    document: Document, base: KnowledgeBase, topics: Mapping[str, object], today: date
) -> Iterator[Finding]:
    for name in document.see:
        if name not in base.entries or name == document.entry:
            why = "is the entry itself" if name == document.entry else "is not an entry"
            yield Finding(document.path, 1, "dead-link", f"`see: {name}` {why}", "correct the name or remove it")
    if document.topic not in topics:
        yield Finding(
            document.path, 1, "unknown-topic", f"`{document.topic}` is not in topics.yaml", "use one of its topics"
        )
    if document.reviewed > today:
        yield Finding(
            document.path, 1, "bad-date", f"reviewed on {document.reviewed}, which is still to come", "correct it"
        )


def _agreement(versions: list[Document]) -> Iterator[Finding]:
    """The languages of one version say the same: figures, sections, lists, sources, links."""
    if len(versions) < 2:
        return
    reference = next((d for d in versions if d.language is Language.RU), versions[0])
    for other in versions:
        if other is not reference:
            yield from _figures_differ(reference, other)
            yield from _structure_differs(reference, other)


def _figures_differ(one: Document, other: Document) -> Iterator[Finding]:
    for what, a, b in (
        ("text", one.text, other.text),
        ("title", one.title, other.title),
        ("question", one.question, other.question),
    ):
        only_one, only_other = differences(figures(a, one.language), figures(b, other.language))
        if only_one or only_other:
            message = (
                f"{what}: `{one.language}` says {_listed(only_one)}, `{other.language}` says {_listed(only_other)}"
            )
            yield Finding(
                other.path, 1, "figures-differ", message, "make all languages state the same figures and dates"
            )


def _listed(values: list[str]) -> str:
    return ", ".join(values) or "nothing more"


def _structure_differs(one: Document, other: Document) -> Iterator[Finding]:
    for what, a, b in (
        ("sections", one.text.count("\n## "), other.text.count("\n## ")),
        ("list items", _n_items(one), _n_items(other)),
        (
            "sources",
            [(s.url, s.date, s.verified) for s in one.sources],
            [(s.url, s.date, s.verified) for s in other.sources],
        ),
        ("links", one.see, other.see),
        ("topic", one.topic, other.topic),
        ("audience", one.audience, other.audience),
        ("review dates", one.reviewed, other.reviewed),
    ):
        if a != b:
            message = f"{what} differ: `{one.language}` has {a}, `{other.language}` has {b}"
            yield Finding(other.path, 1, "languages-differ", message, "bring the languages into line")


def _n_items(document: Document) -> int:
    return len(re.findall(r"(?m)^\s*(?:- |\d+\. )", document.text))


def _wordings(entry: Entry) -> Iterator[Finding]:
    if entry.kind is not Kind.FAQ:
        return
    newest = max(d.validity.start for d in entry.documents)
    for document in entry.documents:
        if document.validity.start == newest and len(document.also) < FEWEST_WORDINGS:
            message = f"{len(document.also)} other ways to ask, at least {FEWEST_WORDINGS} are needed to be found"
            yield Finding(document.path, 1, "few-wordings", message, "add to `also:` how people really ask")
        for wording, n in Counter(w.strip().lower() for w in document.wordings).items():
            if n > 1:
                yield Finding(document.path, 1, "wording-twice", f"«{wording}» stands {n} times", "remove one")


def _same_question(reading: Reading) -> Iterator[Finding]:
    """No wording may lead to two entries: the reader would get either by chance."""
    owners: dict[tuple[Language, str], dict[str, Document]] = defaultdict(dict)
    for document in reading.documents:
        for wording in document.wordings:
            owners[document.language, skeleton(wording)].setdefault(document.entry, document)
    for (_, wording), documents in owners.items():
        if len(documents) > 1 and wording:
            names = ", ".join(sorted(documents))
            for document in documents.values():
                yield Finding(
                    document.path,
                    1,
                    "duplicate-question",
                    f"«{wording}» is asked in several entries: {names}",
                    "keep it in one",
                )
