"""Answer a question over one generation: triage, retrieve, rank, decide, compose. Everything but HTTP."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from indexer.generation import Generation
from kb.handbook import EMERGENCY
from kb.language.detect import detect
from kb.model import (
    Alternative,
    Answer,
    Citation,
    Detected,
    Document,
    Handoff,
    Hit,
    Language,
    Notice,
    NoticeCode,
    Outcome,
    Query,
    Ranking,
    Scope,
)
from service.answer import (
    Setting,
    alternatives,
    cite,
    document_for,
    handoff,
    notice,
    notices,
    verified_text,
    whole_passages,
    with_cases,
)
from service.choices import N_CHOICES, choices, overview
from service.fuse import Candidates, fuse
from service.rank import Ranked, rank
from service.search import UnitScores, score_units
from service.triage import emergency_sign
from service.tuning import Tuning

RIVAL = 0.005  # share of the first probability from which an entry is named beside an answer, and whose case it is
FUND, AMBULANCE, AMBULANCE_ENTRY = "fund-1414", "ambulance-103", "ambulance"
SURE = 0.6  # probability from which a rule in force is not doubted for one that is not
MUCH_MORE = 2  # how many times likelier a rule not in force must be than the likeliest one in force


@dataclass(frozen=True, slots=True)
class Trace:
    """Everything that led to an answer, for `--explain`."""

    query: Query
    scores: UnitScores
    candidates: Candidates
    ranked: Ranked


@dataclass(frozen=True)
class Desk:
    """A generation with its encoder and numbers, ready to answer. Stateless: safe to share between threads."""

    generation: Generation
    encode: Callable[[str], NDArray[np.float32]]
    tuning: Tuning
    public_url: str = ""

    def query(self, text: str, language: Language | None, as_of: date | None) -> Query:
        """Detect what `text` is written in; answer in `language`, or in the detected one. `as_of=None`: any day."""
        detected = detect(text)
        return Query(text, Scope(as_of), detected, language or detected.language)

    def trace(self, query: Query) -> Trace:
        """Retrieve and rank."""
        scores = score_units(
            query.text, query.detected.language, self.generation, self.encode, query.scope, self.tuning.n_units
        )
        candidates = fuse(scores, self.generation)
        return Trace(query, scores, candidates, rank(candidates, self.tuning))

    def search(self, text: str, language: Language | None, as_of: date, k: int) -> Ranking:
        """Return the `k` best hits in force on `as_of`, one for each entry."""
        trace = self.trace(self.query(text, language, as_of))
        setting = self._setting(trace.query, as_of, as_of)
        hits: list[Hit] = []
        for owner, off_topic, p in zip(
            trace.ranked.owners, trace.ranked.is_off_topic, trace.ranked.probabilities, strict=True
        ):
            document = None if off_topic else document_for(owner, setting)
            if document is not None and len(hits) < k:
                hits.append(self._hit(document, float(p), trace))
        return Ranking(text, trace.query.detected, as_of, self.generation.id, tuple(hits))

    def _hit(self, document: Document, score: float, trace: Trace) -> Hit:
        rows = self.generation.owners == document.entry
        passage = self.generation.passages[document.id][self._best_passage(document, trace)]
        retrievers = {
            "dense": round(float(trace.scores.dense[rows].max()), 6),
            "lexical": round(float(trace.scores.lexical[rows].max()), 6),
        }
        return Hit(
            entry=document.entry,
            document=document.id,
            passage=passage.id,
            kind=document.kind,
            language=document.language,
            title=document.title,
            text=passage.text,
            score=round(score, 6),
            retrievers=retrievers,
        )

    def _best_passage(self, document: Document, trace: Trace) -> int:
        """Return the number of the passage that both retrievers like best; the first when neither saw one."""
        best, number = 0.0, 0
        for row, n in self.generation.passage_rows.get(document.id, ()):
            score = float(trace.scores.dense[row] + trace.scores.lexical[row])
            if score > best:
                best, number = score, n
        return number

    def answer(self, text: str, language: Language | None, as_of: date, today: date) -> Answer:
        """Answer `text` by the rules in force on `as_of`. Raises QuoteError rather than misquote."""
        started = time.perf_counter()
        query = self.query(text, language, as_of)
        setting = self._setting(query, as_of, today)
        sign = emergency_sign(text, self.generation.handbook.signs)
        draft = self._emergency(query, setting, 1.0) if sign else self._decide(query, setting)
        took = round((time.perf_counter() - started) * 1000, 2)
        identity = hashlib.sha256(f"{time.time_ns()}{text}".encode()).hexdigest()[:16]
        return replace(draft, id=identity, took_ms=took)

    def _setting(self, query: Query, as_of: date, today: date) -> Setting:
        tuning = self.tuning
        return Setting(
            self.generation, query.language, as_of, today, tuning.soon_days, tuning.longest_text, self.public_url
        )

    def _emergency(self, query: Query, setting: Setting, confidence: float) -> Answer:
        """Quote the ambulance entry, whatever the question, and send to 103."""
        message = self.generation.handbook.replies[Outcome.EMERGENCY][query.language]
        entries = self.generation.base.entries
        document = document_for(AMBULANCE_ENTRY, setting) if AMBULANCE_ENTRY in entries else None
        citations = cite(document, self.generation.passages[document.id][:1], setting) if document else ()
        call = handoff(AMBULANCE, message, setting)
        return self._answer(Outcome.EMERGENCY, query, setting, confidence, citations, handoff=call)

    def _decide(self, query: Query, setting: Setting) -> Answer:
        trace = self.trace(query)
        ranked, tuning = trace.ranked, self.tuning
        danger = ranked.probability(EMERGENCY)
        if danger >= tuning.emergency:
            return self._emergency(query, setting, danger)
        dormant = self._not_in_force(query, setting, float(ranked.probabilities[0]) if ranked.owners else 0.0)
        if dormant is not None:
            return dormant
        if ranked.answerable < tuning.answer:
            return self._refuse(trace, setting)
        confidence, near = ranked.confidence(tuning.calibration), choices(ranked, self.tuning.clarify, setting)
        if confidence >= tuning.alone or len(near) < 2:
            return self._answered(near[0], trace, setting, confidence)
        whole = overview(near, setting)
        if whole:
            return self._answered(whole, trace, setting, confidence)
        return self._clarify(near, query, setting, confidence)

    def _answered(self, owner: str, trace: Trace, setting: Setting, confidence: float) -> Answer:
        document = document_for(owner, setting)
        if document is None:
            raise LookupError(f"{owner} was retrieved but is not in force on {setting.as_of}")
        passages = whole_passages(document, self._best_passage(document, trace), setting)
        first, *rivals = choices(trace.ranked, RIVAL, setting, N_CHOICES + 1)
        rivals = rivals if owner == first else []
        linked = (name for name in document.see if name in self.generation.base.entries)
        also = dict.fromkeys((*linked, *(name for name, _ in trace.ranked.entries)))
        near = [name for name in also if name not in (owner, *rivals)][: N_CHOICES - len(rivals)]
        doubt = not document.is_verified
        message = self.generation.handbook.replies[NoticeCode.UNVERIFIED_SOURCE][setting.language]
        answer = self._answer(
            Outcome.ANSWERED,
            trace.query,
            setting,
            confidence,
            cite(document, passages, setting),
            others=(*with_cases(alternatives(rivals, setting), setting), *alternatives(near, setting)),
            said=notices(document, setting),
            handoff=handoff(FUND, message, setting) if doubt else None,
        )
        return replace(answer, case=self.generation.handbook.case(owner, setting.language) if rivals else "")

    def _clarify(self, near: list[str], query: Query, setting: Setting, confidence: float) -> Answer:
        message = self.generation.handbook.replies[Outcome.CLARIFY][setting.language]
        return self._answer(
            Outcome.CLARIFY,
            query,
            setting,
            confidence,
            others=with_cases(alternatives(near, setting), setting),
            handoff=handoff(FUND, message, setting),
        )

    def _refuse(self, trace: Trace, setting: Setting) -> Answer:
        """Say that the question is none of ours when a known kind is likelier than nothing, or that we do not know."""
        handbook, ranked = self.generation.handbook, trace.ranked
        kinds = (o for o in ranked.owners if o in handbook.off_topics)
        kind = next((o for o in kinds if ranked.probability(o) >= ranked.nothing), "")
        texts = handbook.off_topics[kind].reply if kind else handbook.replies[Outcome.NOT_FOUND]
        near = () if kind else alternatives((owner for owner, _ in ranked.entries[:N_CHOICES]), setting)
        return self._answer(
            Outcome.OUT_OF_SCOPE if kind else Outcome.NOT_FOUND,
            trace.query,
            setting,
            1 - ranked.answerable,
            others=near,
            handoff=handoff(FUND, texts[setting.language], setting),
        )

    def _not_in_force(self, query: Query, setting: Setting, top: float) -> Answer | None:
        """Tell a rule that is not in force that day from one that does not exist: look again without the date."""
        base = self.generation.base
        if top >= SURE or all(entry.at(setting.as_of) for entry in base.entries.values()):
            return None
        ranked = self.trace(replace(query, scope=Scope(None))).ranked
        if not ranked.owners or ranked.is_off_topic[0] or ranked.probabilities[0] < max(top, self.tuning.answer):
            return None
        entry = base.entry(ranked.owners[0])
        rival = next((o for o, _ in ranked.entries if base.entry(o).at(setting.as_of)), "")
        if entry.at(setting.as_of) or ranked.probabilities[0] < MUCH_MORE * ranked.probability(rival):
            return None
        message = self.generation.handbook.replies[Outcome.NOT_IN_FORCE][setting.language]
        nearest = min(entry.timeline, key=lambda v: abs((v.start - setting.as_of).days))
        then = replace(setting, as_of=nearest.start)
        said = notice(NoticeCode.PAST_DATE, setting, setting.as_of) if setting.as_of < setting.today else None
        return self._answer(
            Outcome.NOT_IN_FORCE,
            query,
            setting,
            float(ranked.probabilities[0]),
            others=alternatives([entry.id], then),
            said=(said,) if said else (),
            handoff=handoff(FUND, message, setting),
        )

    def _answer(
        self,
        outcome: Outcome,
        query: Query,
        setting: Setting,
        confidence: float,
        citations: tuple[Citation, ...] = (),
        others: tuple[Alternative, ...] = (),
        said: tuple[Notice, ...] = (),
        handoff: Handoff | None = None,
    ) -> Answer:
        return Answer(
            id="",
            outcome=outcome,
            language=query.language,
            detected=_rounded(query.detected),
            text=verified_text(citations, self.generation),
            citations=citations,
            alternatives=others,
            notices=said,
            handoff=handoff,
            confidence=round(confidence, 4),
            as_of=setting.as_of,
            generation=self.generation.id,
            took_ms=0.0,
        )


def _rounded(detected: Detected) -> Detected:
    return replace(detected, confidence=round(detected.confidence, 4))
