"""Rules for one text: is it plain, in the language it claims, and written in the shape our passages need."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from kb.language.detect import detect
from kb.model import Document, Finding, Kind, Language

LONGEST_SENTENCE = 26  # words; the guide asks for about 20, a list of names may need a little more
MEAN_SENTENCE = 15.0  # words
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[^a-zа-яәғқңөұүһі])|\n+|(?<=:)\s+")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_MIXED = re.compile(r"\b(?=\w*[A-Za-z])(?=\w*[А-Яа-яӘәҒғҚқҢңӨөҰұҮүҺһІіЁё])[^\W\d_]+\b")
_LIST = re.compile(r"^(?:- |\d+\. )")
_UNSUPPORTED = (
    (re.compile(r"\]\("), "a link in the text"),
    (re.compile(r"\*\*|__"), "bold"),
    (re.compile(r"^\|"), "a table"),
)
_LONG_PHONE = re.compile(r"(?:\+7|\b8)[ (-]*\d{3}[) -]*\d{3}[ -]?\d{2}[ -]?\d{2}\b|\b\d{2,3}-\d{2}-\d{2}\b")
_SHORT_PHONE = re.compile(r"(?i)(?:номер\w*|call|звон\w+|телефон\w*)\s(\d{3,6})\b|\b(\d{3,6}) нөмір")


def text_findings(
    document: Document, avoid: Mapping[Language, tuple[tuple[str, str], ...]], phones: frozenset[str]
) -> Iterator[Finding]:
    """Yield what is wrong with one document's own text.

    `avoid` maps a language to (word beginning, say instead); `phones` are the numbers that may be named.
    """
    yield from _shape(document, phones)
    yield from _sentences(document)
    yield from _language(document)
    yield from _characters(document)
    yield from _avoided(document, avoid.get(document.language, ()))


def _at(document: Document, line: int, rule: str, message: str, fix: str) -> Finding:
    return Finding(document.path, document.body_line + line, rule, message, fix)


def _shape(document: Document, phones: frozenset[str]) -> Iterator[Finding]:
    lines = document.text.split("\n")
    if document.kind is Kind.FAQ and (lines[0].startswith("#") or _LIST.match(lines[0])):
        yield _at(
            document,
            0,
            "no-direct-answer",
            "the text does not begin with the answer itself",
            "begin with one to three sentences",
        )
    for n, line in enumerate(lines):
        if line.startswith("#") and not line.startswith("## "):
            yield _at(document, n, "heading-level", f"heading `{line}`", "write headings as `## Heading`")
        for pattern, what in _UNSUPPORTED:
            if pattern.search(line):
                yield _at(
                    document,
                    n,
                    "markdown",
                    f"{what} is not shown to readers as such",
                    "write plain sentences and lists",
                )
        yield from _phones(document, n, line, phones)
    for n, (line, after) in enumerate(zip(lines, [*lines[1:], ""], strict=True)):
        if line.startswith("## ") and not any(
            t.strip() and not t.startswith("## ") for t in _until_heading(lines[n + 1 :])
        ):
            yield _at(
                document,
                n,
                "empty-section",
                f"nothing stands under `{line}`",
                "write the section or remove the heading",
            )
        if _LIST.match(after) and line.strip() and not _LIST.match(line) and not line.startswith("  "):
            yield _at(document, n, "list-spacing", "a list must have an empty line before it", "add an empty line")


def _phones(document: Document, n: int, line: str, phones: frozenset[str]) -> Iterator[Finding]:
    short = {first or second for first, second in _SHORT_PHONE.findall(line)}
    for phone in [*_LONG_PHONE.findall(line), *sorted(short - phones)]:
        fix = f"use one of {', '.join(sorted(phones))}"
        yield _at(document, n, "phone", f"the phone number `{phone}` is not in contacts.yaml", fix)


def _until_heading(lines: list[str]) -> Iterator[str]:
    for line in lines:
        if line.startswith("## "):
            return
        yield line


def sentences(text: str) -> list[str]:
    """Split Markdown into sentences; a heading, a list item and a lead-in before a colon each end one."""
    plain = re.sub(r"(?m)^(?:#+ |- |\d+\. )", "", text)
    return [s for s in (part.strip() for part in _SENTENCE_END.split(plain)) if s]


def _sentences(document: Document) -> Iterator[Finding]:
    counts = [(len(_WORD.findall(s)), s) for s in sentences(document.text)]
    for n_words, sentence in counts:
        if n_words > LONGEST_SENTENCE:
            line = next((n for n, t in enumerate(document.text.split("\n")) if sentence[:30] in t), 0)
            yield _at(
                document,
                line,
                "long-sentence",
                f"{n_words} words: «{sentence[:60]}…»",
                "split it; aim at 20 words or fewer",
            )
    mean = sum(n for n, _ in counts) / max(1, len(counts))
    if mean > MEAN_SENTENCE:
        yield _at(
            document,
            0,
            "reading-level",
            f"{mean:.1f} words a sentence on average",
            "shorten; short sentences are understood",
        )


def _language(document: Document) -> Iterator[Finding]:
    for what, text in (("the text", document.text), ("the title", document.title), ("the question", document.question)):
        if len(_WORD.findall(text)) < 4:
            continue
        found = detect(text).language
        if found is not document.language and (what == "the text" or _surely_other(text, document.language)):
            fix = f"write it in `{document.language}`, or rename the file"
            yield Finding(
                document.path,
                1,
                "wrong-language",
                f"{what} reads as `{found}`, the file says `{document.language}`",
                fix,
            )


def _surely_other(text: str, language: Language) -> bool:
    """A title is short: only a wrong alphabet is proof."""
    latin = len(re.findall(r"[A-Za-z]", text))
    cyrillic = len(re.findall(r"[А-Яа-яЁё]", text))
    return (latin > cyrillic) != (language is Language.EN)


def _characters(document: Document) -> Iterator[Finding]:
    for n, line in enumerate(document.text.split("\n")):
        for word in _MIXED.findall(line):
            if not _is_suffixed_name(word):
                yield _at(
                    document, n, "mixed-alphabets", f"`{word}` mixes Latin and Cyrillic letters", "retype the word"
                )
    for field in (document.title, document.question):
        if field != unicodedata.normalize("NFC", field):
            yield Finding(document.path, 1, "unicode", "letters are stored in pieces (not NFC)", "retype the line")


def _is_suffixed_name(word: str) -> bool:
    """Accept a Latin name with a Cyrillic ending, e.g. «eGovта»: Latin first, then Cyrillic, three letters or more."""
    return bool(re.fullmatch(r"[A-Za-z]{3,}[^\W\d_A-Za-z]+", word))


def _avoided(document: Document, avoid: tuple[tuple[str, str], ...]) -> Iterator[Finding]:
    for where, text, first in (("body", document.text, document.body_line), ("title", document.title, 1)):
        for n, line in enumerate(text.split("\n")):
            for beginning, instead in avoid:
                if re.search(rf"\b{beginning}", line, re.IGNORECASE):
                    yield Finding(
                        document.path, first + n, "avoided-word", f"`{beginning}…` in the {where}", f"write: {instead}"
                    )


def known_phones(corpus: Path) -> frozenset[str]:
    """Read the phone numbers of contacts.yaml."""
    path = corpus / "contacts.yaml"
    rows: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return frozenset(str(row["phone"]) for row in rows.values() if row.get("phone"))


def avoided_words(corpus: Path) -> Mapping[Language, tuple[tuple[str, str], ...]]:
    """Read the `avoid` list of terms.yaml as regular expressions by language; empty when the file has none."""
    path = corpus / "terms.yaml"
    if not path.is_file():
        return {}
    rows: list[dict[str, Any]] = (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("avoid", [])
    return {
        language: tuple(
            (pattern, row["instead"]) for row in rows if row["language"] == language for pattern in _patterns(row)
        )
        for language in Language
    }


def _patterns(row: Mapping[str, Any]) -> list[str]:
    return [re.escape(str(word)) for word in row.get("beginnings", [row["word"]])]
