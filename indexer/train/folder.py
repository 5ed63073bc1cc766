"""Write a trained encoder: weights, sentence-transformers configuration, model card, report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from string import Template

from indexer.ngram_table import WEIGHTS, NgramTable, revision_of
from indexer.train.measure import Figure
from indexer.train.settings import Report

HERE = Path(__file__).parent
REPORT = "train_report.json"


def write_model(table: NgramTable, report: Report, folder: Path) -> None:
    """Write everything that `SentenceTransformer(folder, trust_remote_code=True)` and a reader of it need."""
    from sentence_transformers import SentenceTransformer

    from indexer.hashed_ngrams import HashedNgrams

    folder.mkdir(parents=True, exist_ok=True)
    SentenceTransformer(modules=[HashedNgrams(table)], device="cpu").save(str(folder), create_model_card=False)
    (folder / WEIGHTS).chmod(0o644)
    content = asdict(report) | {"revision": revision_of(folder)}
    (folder / REPORT).write_text(json.dumps(content, indent=1, default=_name) + "\n", encoding="utf-8")
    (folder / "README.md").write_text(card(table, report), encoding="utf-8")


def _name(path: object) -> str:
    """Write a folder by its last name: where it lay on one machine tells nothing on another."""
    return path.name if isinstance(path, Path) else str(path)


def card(table: NgramTable, report: Report) -> str:
    """Return the model card: `card.md` with this run's numbers."""
    settings = report.settings
    return Template((HERE / "card.md").read_text(encoding="utf-8")).substitute(
        buckets=f"{table.ngrams.buckets:,}",
        dimension=table.dimension,
        shortest=table.ngrams.shortest,
        longest=table.ngrams.longest,
        epochs=settings.epochs,
        rounds=settings.rounds,
        batch=settings.batch,
        seed=settings.seed,
        minutes=f"{report.seconds / 60:.0f}",
        compared=(HERE / "compared.md").read_text(encoding="utf-8").strip(),
        figures=_figures(report.figures),
        sources=_sources(report.counts),
    )


def _figures(figures: Iterable[Figure]) -> str:
    rows = [f"| {figure.name} | {figure.value:.1f} | {figure.n:,} |" for figure in figures]
    return "\n".join(["| what is asked -> what must come first | hit@1, % | among |", "|---|---:|---:|", *rows])


def _sources(counts: Mapping[str, int]) -> str:
    """Return the table of sources with origin and licence; `licences.json` is keyed by how a source's name begins."""
    licences: dict[str, dict[str, str]] = json.loads((HERE / "licences.json").read_text(encoding="utf-8"))
    rows = []
    for name, n in counts.items():
        known = next((row for start, row in licences.items() if name.startswith(start)), {})
        origin, licence = (known.get(cell, "not recorded") for cell in ("origin", "licence"))
        rows.append(f"| {name} | {n:,} | {origin} | {licence} |")
    return "\n".join(["| source | rows used | origin | licence |", "|---|---:|---|---|", *rows])
