"""The knowledge base: entries, their timelines, and what is in force on a day."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from kb.model import Document, Entry, Scope, Validity


class UnknownEntryError(KeyError):
    """There is no entry of that name."""

    def __init__(self, entry: str, near: Iterable[str] = ()) -> None:
        hint = ", ".join(near)
        super().__init__(f"no entry is named `{entry}`" + (f"; near: {hint}" if hint else ""))

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """Every entry of a corpus, sorted by name."""

    entries: Mapping[str, Entry]

    @staticmethod
    def of(documents: Iterable[Document]) -> KnowledgeBase:
        """Group documents into entries; the newest document gives kind and topic."""
        groups: dict[str, list[Document]] = defaultdict(list)
        for document in documents:
            groups[document.entry].append(document)
        entries = {}
        for name in sorted(groups):
            group = sorted(groups[name], key=lambda d: (d.validity.start, d.language))
            entries[name] = Entry(name, group[-1].kind, group[-1].topic, tuple(group))
        return KnowledgeBase(entries)

    def entry(self, name: str) -> Entry:
        """Return the entry, or raise UnknownEntryError with near names."""
        if name not in self.entries:
            raise UnknownEntryError(name, get_close_matches(name, self.entries, n=3))
        return self.entries[name]

    def documents(self, scope: Scope | None = None) -> Iterator[Document]:
        """Yield the documents that `scope` admits, all of them by default."""
        for entry in self.entries.values():
            yield from (d for d in entry.documents if scope is None or scope.admits(d))

    def at(self, as_of: date) -> tuple[Document, ...]:
        """Return the documents in force on `as_of`."""
        return tuple(self.documents(Scope(as_of)))

    def timeline(self, name: str) -> tuple[Validity, ...]:
        """Return the versions of an entry, oldest first."""
        return self.entry(name).timeline

    @property
    def digest(self) -> str:
        """SHA-256 over everything that shapes an index: ids, validity, texts, wordings, sources."""
        total = hashlib.sha256()
        for document in sorted(self.documents(), key=lambda d: d.id):
            parts = (document.id, document.validity, document.title, document.text, document.question, document.also)
            rest = (document.topic, document.audience, document.sources, document.see, document.reviewed)
            total.update(repr((parts, rest)).encode())
        return total.hexdigest()
