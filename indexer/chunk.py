"""Cut a document into passages: one for each heading, long sections at paragraph ends, a list with its lead-in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.model import Document, Passage

LONGEST = 1200  # characters; about what a caller can be read aloud in a minute
_BLOCK = re.compile(r"[^\n]+(?:\n[^\n]+)*")
_HEADING = re.compile(r"^(#+) (.+)$")
_LIST = re.compile(r"^(?:- |\d+\. )")


@dataclass(frozen=True, slots=True)
class _Block:
    start: int
    end: int
    text: str


def chunk(document: Document) -> tuple[Passage, ...]:
    """Return the passages of `document`, in order; each satisfies `document.text[p.start:p.end] == p.text`."""
    passages: list[Passage] = []
    for heading, blocks in _sections(document.text):
        for group in _groups(blocks):
            start, end = group[0].start, group[-1].end
            passages.append(Passage(document.id, len(passages), heading, document.text[start:end], start, end))
    return tuple(passages)


def _blocks(text: str) -> list[_Block]:
    """Split at empty lines; a heading line is a block of its own even without one after it."""
    blocks = []
    for match in _BLOCK.finditer(text):
        first, _, rest = match[0].partition("\n")
        if _HEADING.match(first) and rest:
            cut = match.start() + len(first)
            blocks += [_Block(match.start(), cut, first), _Block(cut + 1, match.end(), rest)]
        else:
            blocks.append(_Block(match.start(), match.end(), match[0]))
    return blocks


def _sections(text: str) -> Iterator[tuple[tuple[str, ...], list[_Block]]]:
    """Yield (heading path, blocks), the heading's own line being the first block of its section."""
    path: list[tuple[int, str]] = []
    section: list[_Block] = []
    for block in _blocks(text):
        heading = _HEADING.match(block.text)
        if heading:
            if section:
                yield tuple(title for _, title in path), section
            level = len(heading[1])
            path = [(depth, title) for depth, title in path if depth < level] + [(level, heading[2].strip())]
            section = []
        section.append(block)
    if section:
        yield tuple(title for _, title in path), section


def _groups(blocks: list[_Block]) -> Iterator[list[_Block]]:
    """Pack blocks up to LONGEST characters, never parting a heading or a list's lead-in from what follows."""
    group: list[_Block] = []
    for block in blocks:
        if group and block.end - group[0].start > LONGEST and not _belongs(group[-1], block):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _belongs(before: _Block, block: _Block) -> bool:
    return bool(_HEADING.match(before.text)) or before.text.rstrip().endswith(":") or bool(_LIST.match(block.text))
