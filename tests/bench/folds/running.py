"""Learn, build and ask fold after fold; what is done is kept in a folder, so that a run that was broken off goes on."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from random import Random

import numpy as np
from threadpoolctl import threadpool_limits

from indexer.build import Snapshot, build
from indexer.generation import Generation
from indexer.ngram_table import NgramTable
from indexer.ngrams import Ngrams
from indexer.shelf import Shelf
from indexer.train.learn import Progress, general_batches, learn_languages, learn_subject
from indexer.train.learner import Floats
from indexer.train.materials import Materials
from indexer.train.pairs import Pair
from kb.base import KnowledgeBase
from kb.model import Language
from service.desk import Desk
from service.evaluate.asking import ask_cases
from service.evaluate.cases import Case, CaseError
from service.evaluate.measure import Row, per_question, shares
from service.evaluate.systems import System
from service.search import query_encoder
from service.settings import now
from service.tuning import Tuning, load_tuning
from tests.bench.folds.leaving import Plan, materials_of, questions, remaining, without

HITS = ("hit@1", "hit@5")
Asked = Mapping[str, object]  # a left-out wording: language, entries, text, and the hits of each system


@dataclass(frozen=True)
class TableEncoder:
    """A table fresh from training, as an encoder."""

    table: NgramTable
    name: str = "fold"

    @property
    def revision(self) -> str:
        return sha256(self.table.rows.tobytes() + self.table.scale.tobytes()).hexdigest()

    @property
    def dimension(self) -> int:
        return self.table.dimension

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        return self.table.encode(texts)

    def encode_passages(self, texts: Sequence[str], progress: object = None) -> Floats:
        return self.table.encode(texts)


def run(plan: Plan, tell: Progress) -> Iterator[list[Asked]]:
    """Yield what was asked in each fold; what `plan.out` holds is read. Raises CaseError when that is another run's."""
    plan.settings.check()
    snapshot = Snapshot.read(plan.settings.corpus_dir)
    _claim(plan, snapshot)
    paths = [plan.out / f"fold-{fold}.json" for fold in range(plan.folds)]
    course: Course | None = None
    with threadpool_limits(plan.settings.threads):
        for fold, path in enumerate(paths):
            if not path.is_file():
                course = course or Course.begin(plan, snapshot, tell)
                begin = time.monotonic()
                asked = course.fold(fold)
                _write(path, {"fold": fold, "seconds": round(time.monotonic() - begin), "asked": asked})
            yield json.loads(path.read_text(encoding="utf-8"))["asked"]


def _claim(plan: Plan, snapshot: Snapshot) -> None:
    """Say in the folder what it is for; refuse one that is for something else."""
    settings = {name: value for name, value in asdict(plan.settings).items() if not isinstance(value, Path)}
    wanted = {
        "corpus": snapshot.digest,
        "ranker": load_tuning().origin,
        "folds": plan.folds,
        "sample": plan.sample,
        "settings": settings,
    }
    path = plan.out / "run.json"
    if not path.is_file():
        plan.out.mkdir(parents=True, exist_ok=True)
        _write(path, wanted)
        return
    found = json.loads(path.read_text(encoding="utf-8"))
    different = ", ".join(name for name in wanted if found.get(name) != wanted[name])
    if different:
        raise CaseError(
            f"{path}: this run was begun with another {different}, so its folds cannot be counted together with new "
            "ones; give another --out, or remove this folder to begin again"
        )


def _write(path: Path, content: object) -> None:
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)


@dataclass(frozen=True)
class Course:
    """What all folds share. `rows`, (buckets, dimension), know the languages and none of the wordings."""

    plan: Plan
    snapshot: Snapshot
    materials: Materials
    batches: list[list[list[Pair]]]
    rows: Floats
    tuning: Tuning
    tell: Progress

    @staticmethod
    def begin(plan: Plan, snapshot: Snapshot, tell: Progress) -> Course:
        """Read the training texts; learn the languages, unless the folder holds the rows already."""
        settings, tuning, path = plan.settings, load_tuning(), plan.out / "languages.npy"
        tell("reading", 0, 1)
        materials = Materials.read(settings.data_dir, settings.corpus_dir, settings.held_out, settings.seed)
        batches = general_batches(settings, materials, Random(settings.seed))
        if not path.is_file():
            bare = materials_of(materials, without(snapshot.base.documents(), plan.folds, range(plan.folds)))
            rows, _ = learn_languages(settings, bare, batches, Random(settings.seed), tell)
            temporary = plan.out / "part.npy"
            np.save(temporary, rows)
            temporary.replace(path)
        return Course(plan, snapshot, materials, batches, np.load(path), tuning, tell)

    def fold(self, fold: int) -> list[Asked]:
        """Learn the subject and build the index without the fold's wordings, and ask them."""
        kept, materials = self.kept(fold)
        encoder = self._encoder(materials, fold)
        with tempfile.TemporaryDirectory() as home:
            shelf = Shelf(Path(home))
            generation = Generation.open(shelf.path(build(kept, encoder, shelf, now()).id), encoder.revision)
            desk = Desk(generation, query_encoder(encoder), self.tuning)
            cases = questions(self.snapshot.base, remaining(kept, materials), self.plan, fold)
            return ask(cases, desk, self.plan.day)

    def kept(self, fold: int) -> tuple[Snapshot, Materials]:
        """Return what is indexed and learned from when the fold's wordings are left out."""
        documents = without(self.snapshot.base.documents(), self.plan.folds, (fold,))
        kept = Snapshot(KnowledgeBase.of(documents), self.snapshot.handbook)
        return kept, materials_of(self.materials, documents)

    def _encoder(self, materials: Materials, fold: int) -> TableEncoder:
        settings = self.plan.settings
        rng = Random(f"{settings.seed} {fold}")

        def told(stage: str, done: int, total: int) -> None:
            self.tell(f"{stage}, fold {fold + 1} of {self.plan.folds}", done, total)

        rows, _ = learn_subject(settings, materials, self.rows.copy(), self.batches, rng, told)
        return TableEncoder(NgramTable.quantised(Ngrams(settings.buckets), rows))


def ask(cases: Sequence[Case], desk: Desk, day: date) -> list[Asked]:
    """Return each question with the hits of every system."""
    results = ask_cases(cases, desk, day)
    values = {system: per_question(results, system) for system in System}
    return [
        {"language": str(case.language), "entries": sorted(case.relevant), "text": case.text}
        | {str(system): [values[system][case.id][hit] for hit in HITS] for system in System}
        for case in cases
    ]


def rows_of(asked: Sequence[Asked]) -> tuple[Row, ...]:
    """Measure each system, the ranker first, in all and each language, over all folds together."""
    rows = []
    for system in sorted(System, key=lambda one: one is not System.RANKED):
        for language in ("all", *map(str, Language)):
            hits = np.array([one[str(system)] for one in asked if language in ("all", one["language"])])
            if len(hits):
                rows.append(Row(f"{system}, {language}", len(hits), dict(zip(HITS, shares(hits), strict=True))))
    return tuple(rows)
