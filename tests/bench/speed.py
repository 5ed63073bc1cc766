"""Print speed as ratios measured side by side in one run: `python -m tests.bench.speed`. Never part of the tests."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np

from indexer.build import Snapshot, build
from indexer.encode import open_encoder
from indexer.generation import Generation
from indexer.shelf import Shelf
from indexer.stores.exact import ExactStore
from kb.model import Scope
from service.desk import Desk
from service.search import query_encoder
from service.settings import now
from service.tuning import load_tuning
from tests.writing import CORPUS

TODAY = date(2026, 11, 22)
N_QUESTIONS, N_ROUNDS = 200, 3


def milliseconds(work: Callable[[], object], n: int) -> float:
    """Return the median time of one of `n` pieces of `work`, over N_ROUNDS rounds."""
    rounds = []
    for _ in range(N_ROUNDS):
        begin = time.perf_counter()
        work()
        rounds.append((time.perf_counter() - begin) * 1000 / n)
    return statistics.median(rounds)


def main() -> None:
    encoder = open_encoder("anyq")
    with tempfile.TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        begin = time.perf_counter()
        first = build(Snapshot.read(CORPUS), encoder, shelf, now())
        full = time.perf_counter() - begin
        generation = Generation.open(shelf.path(first.id), encoder.revision)
        report(generation, Desk(generation, query_encoder(encoder), load_tuning()))
    print(f"full build: {full:.1f} s, {first.n_encoded} texts encoded")


def report(generation: Generation, desk: Desk) -> None:
    """Print what each part of an answer costs, as a share of the whole answer."""
    questions = [d.question for d in generation.base.documents(Scope(TODAY)) if d.question][:N_QUESTIONS]
    vectors = [desk.encode(q) for q in questions]
    everything = generation.admitted(Scope(TODAY))
    exact = ExactStore(generation.store.vectors())
    answer = milliseconds(lambda: [desk.answer(q, None, TODAY, TODAY) for q in questions], len(questions))
    parts: dict[str, Callable[[], object]] = {
        "encode the question": lambda: [desk.encode(q) for q in questions],
        "FAISS, filtered": lambda: [generation.store.search(v, 400, everything) for v in vectors],
        "numpy, filtered": lambda: [exact.search(v, 400, everything) for v in vectors],
        "BM25, three languages": lambda: [generation.lexical.scores(q, everything) for q in questions],
    }
    print(f"answer: {answer:.2f} ms a question ({len(questions)} questions, {len(generation.units)} units)")
    for name, work in parts.items():
        cost = milliseconds(work, len(questions))
        print(f"  {name}: {cost:.2f} ms, {cost / answer:.2f} of an answer")
    print(f"  vectors: {np.asarray(generation.store.vectors()).nbytes / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
