"""Run the encoder's recipe, or make lessons for the ranker and write its numbers, for `anyq train`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from indexer.classifier import EntryClassifier
from indexer.encode import open_encoder
from indexer.generation import Generation, Narrowed
from indexer.shelf import Shelf, ShelfError
from indexer.train.questions import is_encoders
from indexer.units import Facet, Unit
from kb.handbook import EMERGENCY
from kb.language.detect import detect
from kb.model import Language, Outcome, Scope
from service.evaluate.cases import Case, read_cases
from service.fitting import Lesson, accuracy, answer_threshold, calibrate, fit, rankings_of_strangers
from service.fuse import Candidates, fuse
from service.rank import rank
from service.search import Encode, query_encoder, score_units
from service.settings import Settings, now, today
from service.tuning import TUNING_FILE, Tuning, load_tuning

Progress = Callable[[str, int, int], None]
FOREIGN_EVERY = 2  # every so many questions are asked once more where half of the entries lack translations
FOREIGN_WEIGHT = 0.3  # of such a lesson: with 1 the ranker was 0.1 points worse where nothing is lacking (2026-11-22)
OFF_TOPIC_SHARE = 0.3  # weight of all off-topic examples together, as a share of the judged questions


def train_encoder(settings: Settings, data: Path, out: Path | None, progress: Progress) -> str:
    """Run the encoder's recipe; return a line for people."""
    from indexer.train.learn import TrainSettings, train

    chosen = TrainSettings(data_dir=data, corpus_dir=settings.corpus)
    report = train(replace(chosen, out_dir=out) if out else chosen, progress)
    return json.dumps(asdict(report), ensure_ascii=False, indent=1, default=str)


def train_ranker(settings: Settings, progress: Progress) -> str:
    """Fit weights and threshold on the train questions, calibrate on dev, write tuning.json. Returns a line for people.

    The threshold is taken from questions that the weights they are judged by were not fitted on.
    """
    folder = settings.corpus / "questions"
    train, dev = _cases(folder / "train"), _cases(folder / "dev")
    encoder = open_encoder(settings.encoder)
    generation, encode = _current(settings, encoder.revision), query_encoder(encoder)
    lessons = list(_lessons(train, generation, encode, progress))
    tuned, first = tuning_of(lessons, load_tuning())
    checks = [_of_case(case, candidates) for case, candidates in _asked(dev, generation, encode, progress)]
    what = f"{len(lessons)} lessons: questions/train and the off-topic examples"
    tuned = replace(
        tuned,
        origin=f"{what}; calibrated on dev; {now():%Y-%m-%d}, encoder {encoder.revision[:12]}",
        calibration=calibrate(checks, [rank(check.candidates, tuned) for check in checks]),
    )
    TUNING_FILE.write_text(json.dumps(asdict(tuned), indent=1) + "\n", encoding="utf-8")
    return f"{TUNING_FILE}: {tuned.origin}; right entry first in {first:.3f}; answer from {tuned.answer:.3f}"


def tuning_of(lessons: list[Lesson], tuning: Tuning) -> tuple[Tuning, float]:
    """Return the fitted weights and threshold, and how often the right entry is first among questions not fitted on."""
    rankings = rankings_of_strangers(lessons, tuning)
    return replace(fit(lessons, tuning), answer=answer_threshold(lessons, rankings)), accuracy(lessons, rankings)


def _current(settings: Settings, revision: str) -> Generation:
    shelf = Shelf(settings.home)
    current = shelf.current()
    if current is None:
        raise ShelfError("the ranker is fitted on an index; run `anyq build --publish` first")
    return Generation.open(shelf.path(current), revision)


def _cases(folder: Path) -> list[Case]:
    return [case for case in read_cases(folder) if case.outcome is not Outcome.NOT_IN_FORCE]


def _asked(
    cases: Sequence[Case], generation: Generation, encode: Encode, progress: Progress
) -> Iterator[tuple[Case, Candidates]]:
    """Yield each case with its candidates."""
    for n, case in enumerate(cases, start=1):
        yield case, _candidates(case, generation, encode)
        progress("questions", n, len(cases))


def _candidates(case: Case, generation: Generation, encode: Encode) -> Candidates:
    language, scope = detect(case.text).language, Scope(case.as_of or today())
    return fuse(score_units(case.text, language, generation, encode, scope, load_tuning().n_units), generation)


def _lessons(judged: Sequence[Case], generation: Generation, encode: Encode, progress: Progress) -> Iterator[Lesson]:
    """Yield lessons of judged questions and of off-topic examples, those with nothing to learn left out."""
    cases = [case for case in judged if not _seen_by_the_encoder(case)]
    for n, (case, candidates) in enumerate(_asked(cases, generation, encode, progress), start=1):
        lesson = _of_case(case, candidates)
        if lesson.right or lesson.may_refuse:
            yield lesson
        if lesson.is_answerable and n % FOREIGN_EVERY == 0:
            scattered = Narrowed(generation, _scattered(case, generation))
            foreign = _of_case(case, _candidates(case, scattered, encode))
            if foreign.right:
                yield replace(foreign, weight=FOREIGN_WEIGHT, is_asked=False)
    yield from _off_topic_lessons(OFF_TOPIC_SHARE * len(cases), generation, encode, progress)


def _off_topic_lessons(weight: float, generation: Generation, encode: Encode, progress: Progress) -> Iterator[Lesson]:
    """Yield the off-topic examples, `weight` all together, each asked as if it were not indexed."""
    off_topic = [u for u in generation.units if u.facet is Facet.OFF_TOPIC]
    n_units = load_tuning().n_units
    halves = [replace(generation, classifier=_classifier_without(off_topic[half::2], generation)) for half in (0, 1)]
    for n, unit in enumerate(off_topic, start=1):
        searched = halves[(n - 1) % 2]
        scores = score_units(unit.text, unit.language, searched, encode, Scope(today()), n_units, unit)
        candidates = fuse(scores, searched)
        right = _rows(candidates, {unit.document})
        if right:
            yield Lesson(unit.text, candidates, right, weight=weight / len(off_topic), is_asked=False)
        progress("off-topic", n, len(off_topic))


def _seen_by_the_encoder(case: Case) -> bool:
    return case.is_answerable and is_encoders(case.text)


def _classifier_without(left_out: list[Unit], generation: Generation) -> EntryClassifier:
    """Train the classifier on everything else: an example it has learned would look too likely to it."""
    out = {(unit.document, unit.text) for unit in left_out}
    kept = [n for n, unit in enumerate(generation.units) if (unit.document, unit.text) not in out]
    units, owners = [generation.units[n] for n in kept], [str(generation.owners[n]) for n in kept]
    return EntryClassifier.train(units, owners, generation.handbook.gazetteer.masked)


def _of_case(case: Case, candidates: Candidates) -> Lesson:
    if case.outcome is Outcome.EMERGENCY:
        return Lesson(case.text, candidates, _rows(candidates, {EMERGENCY}))
    if case.relevant:
        return Lesson(case.text, candidates, _rows(candidates, case.relevant))
    off_topic = {o for o, off in zip(candidates.owners, candidates.is_off_topic, strict=True) if off} - {EMERGENCY}
    nearest = sorted(_rows(candidates, off_topic), key=lambda n: -candidates.features[n, 0])[:1]
    return Lesson(case.text, candidates, tuple(nearest), may_refuse=True)


def _scattered(case: Case, generation: Generation) -> NDArray[np.bool_]:
    """Admit half of the entries, the right ones no less than others, in one language only.

    So the ranker learns that an entry which nobody has translated yet is no worse for it, nor better.
    """
    rng = np.random.default_rng(crc32(case.text.encode()))
    only = rng.choice(sorted(Language), len(generation.owner_names))
    is_whole = rng.random(len(only)) < 0.5
    codes, off_topic = generation.owner_codes, generation.facets == Facet.OFF_TOPIC
    is_there = off_topic | is_whole[codes] | (only[codes] == generation.languages)
    return generation.admitted(Scope(case.as_of or today())) & np.asarray(is_there, dtype=np.bool_)


def _rows(candidates: Candidates, wanted: set[str] | frozenset[str]) -> tuple[int, ...]:
    return tuple(n for n, owner in enumerate(candidates.owners) if owner in wanted)
