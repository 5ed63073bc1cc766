"""Can the encoder find a sentence's translation? Accuracy over parallel texts, as in tables on FLORES or Tatoeba."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from indexer.encode import Encoder
from service.evaluate.cases import CaseError
from service.evaluate.measure import Figure, Row, shares

BLOCK = 1024  # rows compared at once: 1,024 x n cosines in memory
ACCURACY = "accuracy"


def read_parallel(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Read a TSV whose first line names the languages, one parallel text in each row: language -> texts.

    Raises CaseError with file and line.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    header = [name.strip() for name in rows[0]] if rows else []
    if len(header) < 2 or len(set(header)) < len(header) or not all(header):
        raise CaseError(
            f"{path}:1: the first line must name two or more languages, each once, with tabs between (`kk\tru\ten`); "
            "without that columns cannot be told apart"
        )
    texts = list(_texts(path, rows[1:], len(header)))
    if len(texts) < 2:
        raise CaseError(f"{path}: holds fewer than two rows, so there is nothing to tell a translation from; add rows")
    return {name: tuple(row[n] for row in texts) for n, name in enumerate(header)}


def _texts(path: Path, rows: Sequence[Sequence[str]], n_columns: int) -> Iterator[Sequence[str]]:
    for n, row in enumerate(rows, start=2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != n_columns or not all(cell.strip() for cell in row):
            raise CaseError(
                f"{path}:{n}: {len(row)} cells, {sum(bool(cell.strip()) for cell in row)} of them filled, where the "
                f"first line names {n_columns} languages; fill or drop the row, since each text needs its translation"
            )
        yield row


def translation_rows(texts: Mapping[str, Sequence[str]], encoder: Encoder) -> tuple[Row, ...]:
    """Return, for each ordered pair of languages, the share of texts whose nearest neighbour is their translation."""
    vectors = {language: encoder.encode_queries(list(rows)) for language, rows in texts.items()}
    rows = []
    for source, target in permutations(texts, 2):
        hits = nearest_is_own(vectors[source], vectors[target], texts[target])
        (figure,) = shares(hits[:, None].astype(np.float64))
        rows.append(Row(f"{source} → {target}", len(hits), {ACCURACY: figure}))
    if len(rows) > 2:
        rows.append(_average(rows))
    return tuple(rows)


def _average(rows: Sequence[Row]) -> Row:
    """The mean over pairs, as published tables give it; bounds are means of bounds."""
    figures = [row.figures[ACCURACY] for row in rows]
    mean = Figure(*(float(np.mean([getattr(f, name) for f in figures])) for name in ("value", "low", "high")))
    return Row("average", sum(row.n for row in rows), {ACCURACY: mean})


def nearest_is_own(source: NDArray[np.float32], target: NDArray[np.float32], texts: Sequence[str]) -> NDArray[np.bool_]:
    """Tell for each source row (n, dimension) whether the nearest target row is its own or one of the same text."""
    hits = []
    for start in range(0, len(source), BLOCK):
        nearest = (source[start : start + BLOCK] @ target.T).argmax(axis=1)
        hits += [texts[found] == texts[start + n] for n, found in enumerate(nearest)]
    return np.array(hits, dtype=np.bool_)
