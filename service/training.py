"""Fit the ranker's weights and thresholds, and run the encoder's recipe, for `anyq train`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from indexer.encode import open_encoder
from indexer.generation import Generation
from indexer.shelf import Shelf, ShelfError
from indexer.train.questions import is_encoders
from indexer.units import Facet
from kb.handbook import EMERGENCY
from kb.language.folding import skeleton
from kb.model import Outcome, Scope
from service.evaluate.cases import read_cases
from service.fuse import FEATURES, Candidates, fuse
from service.rank import rank
from service.search import UnitScores, query_encoder, score_units
from service.settings import Settings, now, today
from service.tuning import TUNING_FILE, Tuning, load_tuning

Progress = Callable[[str, int, int], None]
L2 = 1e-3
OFF_TOPIC_SHARE = 0.3  # weight of all off-topic examples together, as a share of the judged questions
FALSE_REFUSALS = 0.02  # share of answerable questions that the answer threshold may refuse


@dataclass(frozen=True, slots=True)
class Lesson:
    """Candidates of one question, the rows of those that are right, and how much it counts.

    `may_refuse`: "none of them" is right too, as for every question that the corpus does not answer.
    """

    candidates: Candidates
    right: tuple[int, ...]
    may_refuse: bool = False
    weight: float = 1.0


def train_encoder(settings: Settings, data: Path, out: Path | None, progress: Progress) -> str:
    """Run the encoder's recipe; return a line for people."""
    from indexer.train.learn import TrainSettings, train

    chosen = TrainSettings(data_dir=data, corpus_dir=settings.corpus)
    report = train(replace(chosen, out_dir=out) if out else chosen, progress)
    return json.dumps(asdict(report), ensure_ascii=False, indent=1, default=str)


def train_ranker(settings: Settings, progress: Progress) -> str:
    """Fit weights and thresholds on the train questions, and write tuning.json. Returns a line for people."""
    encoder = open_encoder(settings.encoder)
    generation = _current(settings, encoder.revision)
    encode = query_encoder(encoder)
    lessons = _lessons(settings.corpus / "questions" / "train", generation, encode, progress)
    weights, nothing = fit(lessons)
    old = load_tuning()
    fitted = replace(old, weights=dict(zip(FEATURES, weights.tolist(), strict=True)), nothing=nothing, temperature=1.0)
    what = f"{len(lessons)} lessons: questions/train and the off-topic examples"
    origin = f"{what}; {now():%Y-%m-%d}, encoder {encoder.revision[:12]}"
    tuned = replace(fitted, origin=origin, answer=answer_threshold(lessons, fitted))
    TUNING_FILE.write_text(json.dumps(asdict(tuned), indent=1) + "\n", encoding="utf-8")
    return f"{TUNING_FILE}: {origin}; first in {accuracy(lessons, tuned):.3f} of lessons; answer at {tuned.answer:.3f}"


def _current(settings: Settings, revision: str) -> Generation:
    shelf = Shelf(settings.home)
    current = shelf.current()
    if current is None:
        raise ShelfError("the ranker is fitted on an index; run `anyq build --publish` first")
    return Generation.open(shelf.path(current), revision)


def _lessons(
    folder: Path, generation: Generation, encode: Callable[[str], NDArray[np.float32]], progress: Progress
) -> list[Lesson]:
    """Make lessons of judged questions, of off-topic examples and of questions whose entry is taken away."""
    lessons: list[Lesson] = []
    n_units = load_tuning().n_units
    cases = [c for c in read_cases(folder) if c.outcome is not Outcome.NOT_IN_FORCE and not is_encoders(c.text)]
    for n, case in enumerate(cases, start=1):
        scores = score_units(case.text, generation, encode, Scope(case.as_of or today()), n_units)
        lessons += _of_case(scores, generation, case.relevant, case.outcome)
        progress("questions", n, len(cases))
    off_topic = [u for u in generation.units if u.facet is Facet.OFF_TOPIC]
    skeletons = np.array([skeleton(unit.text) for unit in generation.units])
    for n, unit in enumerate(off_topic, start=1):
        scores = score_units(unit.text, generation, encode, Scope(today()), n_units)
        candidates = fuse(_without(scores, skeletons != skeleton(unit.text)), generation)
        lessons += [
            replace(x, weight=OFF_TOPIC_SHARE * len(cases) / len(off_topic))
            for x in _lesson(candidates, {unit.document})
        ]
        progress("off-topic", n, len(off_topic))
    return lessons


def _of_case(scores: UnitScores, generation: Generation, relevant: frozenset[str], outcome: Outcome) -> list[Lesson]:
    candidates = fuse(scores, generation)
    if outcome is Outcome.EMERGENCY:
        return _lesson(candidates, {EMERGENCY})
    if relevant:
        return _lesson(candidates, set(relevant))
    off_topic = {o for o, off in zip(candidates.owners, candidates.is_off_topic, strict=True) if off} - {EMERGENCY}
    rows = tuple(n for n, owner in enumerate(candidates.owners) if owner in off_topic)
    nearest = sorted(rows, key=lambda n: -candidates.features[n, 0])[:1]
    return [Lesson(candidates, tuple(nearest), may_refuse=True)]


def _lesson(candidates: Candidates, wanted: set[str]) -> list[Lesson]:
    rows = tuple(n for n, owner in enumerate(candidates.owners) if owner in wanted)
    return [Lesson(candidates, rows)] if rows else []


def _without(scores: UnitScores, keep: NDArray[np.bool_]) -> UnitScores:
    """Take a text's own units out of the scores, or it would find itself."""
    return replace(scores, dense=np.where(keep, scores.dense, 0), lexical=np.where(keep, scores.lexical, 0))


def fit(lessons: list[Lesson], n_steps: int = 100) -> tuple[NDArray[np.float64], float]:
    """Maximise the likelihood of right candidates (softmax with "nothing" as one more), with a little L2."""
    weights = torch.zeros(len(FEATURES), dtype=torch.float64, requires_grad=True)
    nothing = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    features = torch.from_numpy(np.concatenate([x.candidates.features for x in lessons]).astype(np.float64))
    sizes = torch.tensor([len(x.candidates.owners) for x in lessons])
    groups = torch.repeat_interleave(torch.arange(len(lessons)), sizes)
    right = torch.cat([_marks(x) for x in lessons])
    weight = torch.tensor([x.weight for x in lessons], dtype=torch.float64)
    unanswerable = torch.tensor([float(x.may_refuse) for x in lessons], dtype=torch.float64)
    optimizer = torch.optim.LBFGS([weights, nothing], max_iter=n_steps, line_search_fn="strong_wolfe")
    zeros = torch.zeros(len(lessons), dtype=torch.float64)

    def loss() -> torch.Tensor:
        optimizer.zero_grad()
        odds, no_odds = torch.exp(features @ weights), torch.exp(nothing)
        total = zeros.index_add(0, groups, odds) + no_odds
        good = zeros.index_add(0, groups, odds * right) + no_odds * unanswerable
        losses = (torch.log(total) - torch.log(good)) * weight
        value = losses.sum() / weight.sum() + L2 * (weights**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach().numpy(), float(nothing.detach())


def _marks(lesson: Lesson) -> torch.Tensor:
    marks = torch.zeros(len(lesson.candidates.owners), dtype=torch.float64)
    marks[list(lesson.right)] = 1.0
    return marks


def answer_threshold(lessons: list[Lesson], tuning: Tuning) -> float:
    """Return the probability that all but FALSE_REFUSALS of the answerable, rightly ranked questions reach."""
    sure = []
    for lesson in lessons:
        ranked = rank(lesson.candidates, tuning)
        if lesson.right and not ranked.is_off_topic[0] and ranked.owners[0] in _owners(lesson):
            sure.append(float(ranked.probabilities[0]))
    return round(float(np.quantile(sure, FALSE_REFUSALS)), 4)


def accuracy(lessons: list[Lesson], tuning: Tuning) -> float:
    """Return the share of lessons in which a right candidate, or rightly nothing, comes first."""
    firsts = []
    for lesson in lessons:
        ranked = rank(lesson.candidates, tuning)
        answered = bool(ranked.owners) and ranked.probabilities[0] > ranked.nothing
        firsts.append(ranked.owners[0] in _owners(lesson) if answered else lesson.may_refuse)
    return float(np.mean(firsts))


def _owners(lesson: Lesson) -> set[str]:
    return {lesson.candidates.owners[n] for n in lesson.right}
