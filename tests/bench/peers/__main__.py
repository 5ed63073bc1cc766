"""Measure Anyq and its peers on judged questions, in one run: `python -m tests.bench.peers [FOLDER ...]`.

The peers index the texts of the published generation: titles, wordings, passages and whole documents. They answer for
the same day as Anyq: entries not in force on it are left out of their rankings.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from service.engine import Engine
from service.evaluate.cases import Case, read_cases
from service.settings import Settings, today
from tests.bench.peers.asking import anyq_run, peer_run
from tests.bench.peers.pool import TextPool
from tests.bench.peers.systems import PEERS, open_peer
from tests.bench.peers.tables import hits_table, missing_lines, overall_table
from tests.writing import CORPUS

WIDTH = 160
DEV = CORPUS / "questions" / "dev"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", default=[DEV], help="judged questions (default: dev)")
    parser.add_argument("--home", type=Path, help="folder of generations (default: the checkout's var/)")
    parser.add_argument("--only", nargs="+", choices=PEERS, default=list(PEERS), help="peers to measure (all)")
    options = parser.parse_args()
    try:
        compare_with_peers(options.folders, options.home, options.only)
    except (ValueError, RuntimeError, OSError) as error:
        sys.exit(f"error: {error}")


def cases_of(folders: Sequence[Path]) -> list[Case]:
    """Return the answerable questions of all folders; each id begins with its folder, as folders may share ids."""
    cases = ((folder, case) for folder in folders for case in read_cases(folder))
    return [replace(case, id=f"{folder}/{case.id}") for folder, case in cases if case.is_answerable]


def compare_with_peers(folders: Sequence[Path], home: Path | None, names: Sequence[str]) -> None:
    """Run Anyq and the peers `names`, one after the other, and print two tables and what could not be measured."""
    console, errors = Console(highlight=False, width=WIDTH), Console(stderr=True, highlight=False)
    cases = cases_of(folders)
    engine = Engine(Settings() if home is None else Settings(home=home))
    engine.load()
    desk, day = engine.desk(), today()
    generation = desk.generation
    pool = TextPool.of(generation.base, generation.units)
    ours, peers, missing = anyq_run(cases, desk, day), [], {}
    for name in names:
        errors.print(f"{name} …")
        peer = open_peer(name, engine.encoder)
        if isinstance(peer, str):
            missing[name] = peer
        else:
            peers.append(peer_run(name, peer, cases, pool, day))
    asked = f"{', '.join(map(str, folders))}: {len(cases)} answerable questions"
    console.print(f"{asked}; generation {generation.id}, {len(pool.texts)} texts")
    if peers:
        console.print(hits_table(cases, ours, peers))
    console.print(overall_table(cases, (ours, *peers)))
    for line in missing_lines(missing):
        console.print(line, soft_wrap=True)


if __name__ == "__main__":
    main()
