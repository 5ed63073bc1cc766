"""What the command line prints: tables for people and rows for programs, made of the same numbers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from indexer.shelf import Shelf
from kb.handbook import Handbook
from kb.language.analyze import analyze
from kb.language.folding import skeleton
from kb.load import load_corpus
from kb.model import Answer, Kind, Language
from service.desk import Desk
from service.fuse import FEATURES
from service.triage import emergency_sign

N_EXPLAINED = 5


@dataclass(frozen=True, slots=True)
class Report:
    """A table for people and the same rows for programs."""

    table: RenderableType
    rows: list[dict[str, Any]]


def _table(title: str, rows: list[dict[str, Any]]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in rows[0] if rows else ():
        table.add_column(name, justify="right" if isinstance(rows[0][name], int) else "left")
    for row in rows:
        table.add_row(*(str(value) for value in row.values()))
    return table


def corpus_report(corpus: Path) -> Report:
    """Count entries, documents, versions, words, other wordings and judged questions, by language and kind."""
    base = load_corpus(corpus)
    questions = _questions(corpus / "questions")
    rows = []
    for kind in Kind:
        for language in Language:
            documents = [d for d in base.documents() if d.kind is kind and d.language is language]
            newest = {d.entry: d for d in sorted(documents, key=lambda d: d.validity.start)}
            row = {
                "kind": str(kind),
                "language": str(language),
                "entries": len(newest),
                "documents": len(documents),
                "superseded": len(documents) - len(newest),
                "words": sum(len(re.findall(r"\w+", d.text)) for d in documents),
                "wordings": sum(len(d.also) for d in newest.values()),
            }
            rows.append(row)
    n_questions = [{"set": name, "language": lang, "questions": n} for (name, lang), n in sorted(questions.items())]
    table = Group(_table(f"Corpus {corpus}", rows), *([_table("Questions", n_questions)] if n_questions else []))
    return Report(table, rows + n_questions)


def _questions(folder: Path) -> dict[tuple[str, str], int]:
    counts: dict[tuple[str, str], int] = {}
    for path in sorted(folder.glob("*/queries.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            key = (path.parent.name, json.loads(line)["metadata"]["language"])
            counts[key] = counts.get(key, 0) + 1
    return counts


def shelf_report(home: Path) -> Report:
    """List the generations, newest first, and which one is published."""
    shelf = Shelf(home)
    rows = [
        {
            "generation": m.id,
            "published": "yes" if m.id == shelf.current() else "",
            "created": m.created,
            "documents": sum(n for languages in m.counts.values() for n in languages.values()),
            "encoder": m.encoder,
            "encoded": m.n_encoded,
        }
        for m in reversed(shelf.manifests())
    ]
    history = [{"at": p.at, "act": p.act, "generation": p.generation} for p in reversed(shelf.history())]
    if not rows:
        return Report(Text("No generation yet. Run `anyq build --publish`."), [])
    return Report(Group(_table("Generations", rows), _table("History", history)), rows)


def answer_report(question: str, answer: Answer, handbook: Handbook) -> RenderableType:
    """Show an answer as a person reads it: text, notices, whom to call, and the cited documents."""
    parts: list[RenderableType] = [Text(f"= {answer.case}", style="bold")] if answer.case else []
    parts += [Markdown(answer.text)] if answer.text else []
    parts += [Text(f"! {notice.message}", style="yellow") for notice in answer.notices]
    if answer.handoff:
        parts.append(Text(f"→ {answer.handoff.message} ({answer.handoff.phone})", style="cyan"))
    for a in answer.alternatives:
        parts += [Text(f"? {a.case}", style="bold")] if a.case else []
        parts.append(Text(f"{' ' if a.case else '?'} [{a.document}] {a.question or a.title}", style="dim"))
    for document in dict.fromkeys(c.document for c in answer.citations):
        cited = next(c for c in answer.citations if c.document == document)
        source = f"{cited.source.publisher}: {cited.source.title}, {cited.source.date}"
        parts.append(Text(f"[{document}] {source}", style="green"))
    ending = (
        f"{answer.outcome} · {answer.language} · {answer.confidence:.2f} · {answer.as_of} · {answer.took_ms:.0f} ms"
    )
    return Panel(Group(*parts), title=Text(question, style="bold"), subtitle=ending, title_align="left")


def explanation(desk: Desk, question: str, language: Language | None, as_of: date) -> dict[str, Any]:
    """Say how an answer was found: readings, normal forms, each retriever's list, features, weights, thresholds."""
    trace = desk.trace(desk.query(question, language, as_of))
    tuning, ranked, scores = desk.tuning, trace.ranked, trace.scores
    units = desk.generation.units
    lists = {
        name: [
            {
                "document": units[row].document,
                "facet": units[row].facet,
                "text": units[row].text[:80],
                "score": round(float(part[row]), 4),
            }
            for row in (-part).argsort(kind="stable")[:N_EXPLAINED]
            if part[row] > 0
        ]
        for name, part in (("dense", scores.dense), ("lexical", scores.lexical))
    }
    candidates = [
        {"entry": owner, "probability": round(float(p), 4)} | _features(row)
        for owner, p, row in zip(ranked.owners[:N_EXPLAINED], ranked.probabilities, ranked.features, strict=False)
    ]
    return {
        "detected": {"language": trace.query.detected.language, "script": trace.query.detected.script},
        "readings": list(scores.readings),
        "skeleton": skeleton(question),
        "terms": {str(x): analyze(question, x) for x in Language},
        "emergency_sign": emergency_sign(question, desk.generation.handbook.signs),
        "retrievers": lists,
        "candidates": candidates,
        "nothing": round(ranked.nothing, 4),
        "answerable": round(ranked.answerable, 4),
        "confidence": round(ranked.confidence(tuning.calibration), 4),
        "tuning": {
            "answer": tuning.answer,
            "alone": tuning.alone,
            "clarify": tuning.clarify,
            "weights": dict(tuning.weights),
            "order": dict(tuning.order),
        },
    }


def _features(row: Any) -> dict[str, object]:  # noqa: ANN401 - a numpy row
    return {name: round(float(value), 4) for name, value in zip(FEATURES, row, strict=True)}
