"""Train the shipped encoder: the one function behind `anyq train`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from indexer.ngram_table import NgramTable
from indexer.ngrams import Ngrams
from indexer.train.batches import Preparation, features, plan
from indexer.train.folder import write_model
from indexer.train.learner import Floats, Learner, schedule
from indexer.train.materials import Materials
from indexer.train.measure import examine
from indexer.train.noise import any_noise
from indexer.train.pairs import Pair
from indexer.train.rarity import rarity
from indexer.train.settings import Report
from indexer.train.settings import TrainSettings as TrainSettings

Progress = Callable[[str, int, int], None]


def train(settings: TrainSettings, progress: Progress | None = None) -> Report:
    """Read, learn, measure, and write the sentence-transformers folder `settings.out_dir`.

    `progress(stage, done, total)` is told of every batch. The same settings and texts give the same weights.
    Raises DataError when something is missing, before any work is done, and CorpusError.
    """
    settings.check()
    begin = time.monotonic()
    tell = progress or (lambda stage, done, total: None)
    tell("reading", 0, 1)
    materials = Materials.read(settings.data_dir, settings.corpus_dir, settings.held_out, settings.seed)
    with threadpool_limits(settings.threads):
        table, losses = learn(settings, materials, tell)
        tell("measuring", 0, 1)
        figures = examine(encoder_of(table), materials, settings.seed)
    report = Report(settings, materials.counts(), tuple(losses), figures, round(time.monotonic() - begin, 1))
    write_model(table, report, settings.out_dir)
    return report


def learn(settings: TrainSettings, materials: Materials, tell: Progress) -> tuple[NgramTable, list[float]]:
    """Learn the languages, then the subject; return the int8 table and the mean loss of each epoch and round."""
    rng = Random(settings.seed)
    batches = general_batches(settings, materials, rng)
    rows, losses = learn_languages(settings, materials, batches, rng, tell)
    rows, more = learn_subject(settings, materials, rows, batches, rng, tell)
    return NgramTable.quantised(Ngrams(settings.buckets), rows), losses + more


def general_batches(settings: TrainSettings, materials: Materials, rng: Random) -> list[list[list[Pair]]]:
    """Return the batches that teach the languages, by epoch."""
    return [plan(materials.general(), settings.batch, rng) for _ in range(settings.epochs)]


def learn_languages(
    settings: TrainSettings,
    materials: Materials,
    batches: Sequence[Sequence[Sequence[Pair]]],
    rng: Random,
    tell: Progress,
) -> tuple[Floats, list[float]]:
    """Begin at random and learn every batch; return rows (buckets, dimension) and the mean loss of each epoch."""
    ngrams = Ngrams(settings.buckets)
    learner = Learner.random(rarity(materials.texts(), ngrams), settings.dimension, settings.seed)
    preparation = Preparation(ngrams, any_noise(settings.noise), settings.keep)
    run = Run(learner, preparation, settings.temperature, settings.rate, rng)
    losses = run.over(batches, lambda done, total: tell("languages", done, total))
    return learner.rows, losses


def learn_subject(
    settings: TrainSettings,
    materials: Materials,
    rows: Floats,
    batches: Sequence[Sequence[Sequence[Pair]]],
    rng: Random,
    tell: Progress,
) -> tuple[Floats, list[float]]:
    """Go on from `rows`, changing them in place, with the corpus and some of `batches`; losses of each round."""
    again = [pairs for epoch in batches for pairs in epoch] or plan(materials.general(), settings.batch, rng)
    domain = [_round(materials, settings, again, n, rng) for n in range(settings.rounds)]
    preparation = Preparation(Ngrams(settings.buckets), any_noise(settings.domain_noise), settings.keep)
    learner = Learner(rows)
    run = Run(learner, preparation, settings.temperature, settings.domain_rate, rng)
    return learner.rows, run.over(domain, lambda done, total: tell("subject", done, total))


def _round(
    materials: Materials, settings: TrainSettings, again: Sequence[Sequence[Pair]], n: int, rng: Random
) -> list[Sequence[Pair]]:
    """Return one round's batches: the whole corpus, and the next few of the batches learned from before."""
    repeated = [again[(n * settings.repeat + i) % len(again)] for i in range(settings.repeat)] if again else []
    batches: list[Sequence[Pair]] = [*plan(materials.domain(), settings.batch, rng), *repeated]
    rng.shuffle(batches)
    return batches


@dataclass(frozen=True, slots=True)
class Run:
    """One stage of learning, with a learning rate that rises shortly and then falls."""

    learner: Learner
    preparation: Preparation
    temperature: float
    rate: float
    rng: Random

    def over(self, epochs: Sequence[Sequence[Sequence[Pair]]], tell: Callable[[int, int], None]) -> list[float]:
        """Learn from every batch of every epoch; return each epoch's mean loss."""
        total, done, losses = sum(len(epoch) for epoch in epochs), 0, []
        for epoch in epochs:
            loss = 0.0
            for pairs in epoch:
                batch = self.preparation.batch(pairs, self.rng)
                loss += self.learner.step(batch, self.rate * schedule(done / total), self.temperature)
                done += 1
                tell(done, total)
            losses.append(round(loss / max(1, len(epoch)), 4))
        return losses


def encoder_of(table: NgramTable) -> Callable[[Sequence[str]], NDArray[np.float32]]:
    """Return the table's encoding with the memory for features that training filled."""
    return lambda texts: table.pooled([features(text, table.ngrams) for text in texts])
