"""Is it more than our own words? `python -m tests.bench.folds [--folds 5] [--rounds N] [--out DIR]`: about an hour.

The entries' other wordings (what people asked; not titles and own questions) are split by a hash of their letters. For
each fold the encoder's subject stage and the index do without them, then a sample of them is asked with the shipped
ranker's numbers. The languages are learned once, without any of them. DIR keeps that and the results of each fold: the
same command goes on where it was broken off. Runs on one thread.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from indexer.train.pairs import DataError
from indexer.train.settings import TrainSettings
from kb.load import CorpusError
from service.evaluate.cases import CaseError
from service.evaluate.report import rows_report
from service.settings import today
from tests.bench.folds.leaving import SAMPLE, Plan
from tests.bench.folds.running import Asked, rows_of, run
from tests.writing import CHECKOUT


def main() -> None:
    plan, begin = _plan(), time.monotonic()
    asked: list[Asked] = []
    with Console(stderr=True).status("reading") as status:
        try:
            for part in run(plan, lambda stage, done, total: status.update(f"{stage}: {done}/{total}")):
                asked += part
        except (CaseError, CorpusError, DataError) as error:
            sys.exit(str(error))
    report = rows_report("folds", f"Wordings that training and index did without, {plan.folds} folds", rows_of(asked))
    Console(width=100).print(report.table)
    print(f"{(time.monotonic() - begin) / 60:.1f} minutes")


def _plan() -> Plan:
    shipped, parser = TrainSettings(), argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=shipped.rounds, help="of the subject stage")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="wordings asked in each fold")
    parser.add_argument("--corpus", type=Path, default=shipped.corpus_dir)
    parser.add_argument("--data", type=Path, default=shipped.data_dir, help="folder with pairs/ and qa/")
    parser.add_argument("--out", type=Path, default=CHECKOUT / "var" / "folds")
    given = parser.parse_args()
    if given.folds < 2:
        parser.error("--folds must be at least 2: with one, no wording would be left to learn from")
    settings = replace(shipped, rounds=given.rounds, corpus_dir=given.corpus, data_dir=given.data, threads=1)
    return Plan(settings, given.out, today(), given.folds, given.sample)


if __name__ == "__main__":
    main()
