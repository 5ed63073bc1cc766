"""Answers as display blocks: pure functions, so that what is shown can be tested without a browser."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from kb.model import Alternative, Answer, Citation, Language, Outcome

STRINGS = Path(__file__).with_name("strings")


@dataclass(frozen=True, slots=True)
class Block:
    """One thing to show. `kind`: danger, notice, case, text, handoff, source."""

    kind: str
    text: str


@cache
def strings(language: str) -> Mapping[str, str]:
    """Return the interface texts of a language."""
    words: dict[str, str] = json.loads((STRINGS / f"{language}.json").read_text(encoding="utf-8"))
    return words


def blocks(answer: Answer, api: str, language: Language) -> tuple[Block, ...]:
    """Lay an answer out: danger first, then notices, whose case, text, whom to call, sources.

    Labels are in `language`.
    """
    danger = answer.outcome is Outcome.EMERGENCY
    call = (
        (Block("danger" if danger else "handoff", f"{answer.handoff.message} ☎ {answer.handoff.phone}"),)
        if answer.handoff
        else ()
    )
    body = (Block("text", smaller_headings(answer.text)),) if answer.text else ()
    said = tuple(Block("notice", notice.message) for notice in answer.notices)
    sources = tuple(Block("source", source_line(c, api, language)) for c in one_for_each_document(answer.citations))
    case = _whose_case(answer, api, strings(language))
    return (*call, *said, *body, *sources) if danger else (*said, *case, *body, *call, *sources)


def _whose_case(answer: Answer, api: str, words: Mapping[str, str]) -> tuple[Block, ...]:
    """Say whose case is answered and which others it may be, when they are not ruled out."""
    if not answer.case:
        return ()
    others = "\n".join(choice(other, api) for other in answer.alternatives if other.case)
    return (Block("case", f"{words['for_case']}: **{answer.case}**\n\n{words['other_case']}:\n\n{others}"),)


def choice(other: Alternative, api: str) -> str:
    """Offer another entry, in Markdown: its question as a link, and above it, where known, whose case it is."""
    link = _address(other.link, api)
    question = f"[{other.question or other.title}]({link})"
    return f"- **{other.case}**  \n  :small[{question}]" if other.case else f"- {question}"


def _address(link: str, api: str) -> str:
    """Return the whole address of a link that the service may give without its own."""
    return link if link.startswith("http") else api + link


def smaller_headings(text: str) -> str:
    """Set the corpus's `##` headings two steps smaller: on a page they stand under larger ones."""
    return re.sub(r"(?m)^## ", "#### ", text)


def one_for_each_document(citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """Keep the first citation of each document."""
    return tuple({c.document: c for c in reversed(citations)}.values())[::-1]


def source_line(citation: Citation, api: str, language: Language) -> str:
    """Say, in Markdown, who published what, when, since when it holds, with a link to the marked passage."""
    words, source = strings(language), citation.source
    link = _address(citation.link, api)
    dated = "" if source.date == "unknown" else f", {source.date}"
    until = f" — {citation.valid_to}" if citation.valid_to else ""
    doubt = "" if source.verified else f" ({words['unverified']})"
    return (
        f"{words['source']}: {source.publisher}, «{source.title}»{dated}{doubt}. "
        f"{words['valid_from']}: {citation.valid_from}{until}. [{citation.document}]({link})"
    )


def copy_text(answer: Answer, api: str) -> str:
    """Return an answer as plain text to paste into a chat: the words or what to choose from, then the links."""
    links = [_address(c.link, api) for c in one_for_each_document(answer.citations)]
    text = answer.text or (answer.handoff.message if answer.handoff else "")
    case = f"{strings(answer.language)['for_case']}: {answer.case}" if answer.case else ""
    offered = answer.alternatives if answer.outcome is Outcome.CLARIFY else ()
    choices = [f"- {a.case or a.question or a.title}: {_address(a.link, api)}" for a in offered]
    return "\n\n".join(part for part in (case, text, "\n".join([*choices, *links])) if part)


def coverage(documents: list[Mapping[str, object]]) -> dict[str, str]:
    """For an entry's documents, tell for each language the newest version's start, or "" when it has none."""
    newest = {language: "" for language in Language}
    for document in documents:
        language = Language(str(document["language"]))
        newest[language] = max(newest[language], str(document["valid_from"]))
    return {str(language): start for language, start in newest.items()}
