"""Ask every judged question once and keep what each system found and what the desk answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from datetime import date

from indexer.generation import Generation
from indexer.units import Facet
from kb.model import Answer, Language, Outcome, Query, Scope
from service.desk import Desk, Trace
from service.evaluate.cases import Case
from service.evaluate.systems import Grouping, Order, Orders, System, entries, orders_of, ranked_order

REFUSALS = (Outcome.NOT_FOUND, Outcome.OUT_OF_SCOPE, Outcome.NOT_IN_FORCE)
Told = Callable[[int, int], None]  # progress: done, total


@dataclass(frozen=True, slots=True)
class Reply:
    """What the desk answered. `entries` are those cited, or offered when it asked back.

    `cases` are entries beside an answer with the line that says whose case they are.
    """

    outcome: Outcome
    confidence: float
    entries: tuple[str, ...]
    documents: tuple[str, ...]
    cases: tuple[str, ...] = ()

    @staticmethod
    def of(answer: Answer) -> Reply:
        """Keep of an answer what is measured."""
        offered = answer.alternatives if answer.outcome is Outcome.CLARIFY else ()
        shown = [c.entry for c in answer.citations] or [a.entry for a in offered]
        documents = dict.fromkeys(c.document for c in answer.citations)
        cases = tuple(a.entry for a in answer.alternatives if a.case and answer.case)
        return Reply(answer.outcome, answer.confidence, tuple(dict.fromkeys(shown)), tuple(documents), cases)


@dataclass(frozen=True, slots=True)
class Result:
    """One question: the order of each system and, where a desk was asked, its reply."""

    case: Case
    orders: Orders = field(hash=False)
    reply: Reply | None

    def order(self, system: System) -> Order:
        """Return the system's order, empty when it has none for this question."""
        return self.orders.get(system, ())

    @property
    def is_refused(self) -> bool:
        return self.reply is not None and self.reply.outcome in REFUSALS

    @property
    def is_right(self) -> bool:
        """Tell whether the desk answered with an entry that is right."""
        reply = self.reply
        return reply is not None and reply.outcome is Outcome.ANSWERED and reply.entries[0] in self.case.relevant


@dataclass(frozen=True)
class OnceDesk(Desk):
    """A desk that reads and searches once for a question, however often in a row it is asked to."""

    _last_query: dict[tuple[str, Language | None, date | None], Query] = field(
        default_factory=dict, repr=False, compare=False
    )
    _last: dict[Query, Trace] = field(default_factory=dict, repr=False, compare=False)

    @staticmethod
    def of(desk: Desk) -> OnceDesk:
        """Return the same desk, with a memory of one question."""
        return OnceDesk(**{f.name: getattr(desk, f.name) for f in fields(Desk)})

    def query(self, text: str, language: Language | None, as_of: date | None) -> Query:
        """Detect the language, unless this is the question asked last."""
        key = text, language, as_of
        if key not in self._last_query:
            self._last_query.clear()
            self._last_query[key] = Desk.query(self, text, language, as_of)
        return self._last_query[key]

    def trace(self, query: Query) -> Trace:
        """Retrieve and rank, unless this is the question asked last."""
        if query not in self._last:
            trace = Desk.trace(self, query)
            self._last.clear()
            self._last[query] = trace
        return self._last[query]


def grouping_of(generation: Generation) -> Grouping:
    """Group a generation's units by entry, leaving off-topic examples out."""
    return Grouping.of(generation.owners, generation.facets != Facet.OFF_TOPIC)


def ask_cases(cases: Iterable[Case], desk: Desk, today: date, told: Told | None = None) -> tuple[Result, ...]:
    """Ask every question as of its day; `told(done, total)` hears of the progress."""
    cases, once, grouping = tuple(cases), OnceDesk.of(desk), grouping_of(desk.generation)
    results = []
    for n, case in enumerate(cases, start=1):
        day = case.as_of or today
        trace = once.trace(once.query(case.text, None, day))
        orders = orders_of(trace.scores, grouping) | {System.RANKED: ranked_order(trace.ranked)}
        results.append(Result(case, orders, Reply.of(once.answer(case.text, None, day, today))))
        if told:
            told(n, len(cases))
    return tuple(results)


def order_of_cases(
    cases: Iterable[Case],
    desk: Desk,
    today: date,
    system: System,
    scope_of: Callable[[Case, date], Scope] | None = None,
    told: Told | None = None,
) -> dict[str, tuple[str, ...]]:
    """Only search: question -> entries, best first, by one system, in the scope of `scope_of` (that day's rules)."""
    cases, grouping = tuple(cases), grouping_of(desk.generation)
    found = {}
    for n, case in enumerate(cases, start=1):
        day = case.as_of or today
        query = desk.query(case.text, None, day)
        trace = desk.trace(replace(query, scope=scope_of(case, day)) if scope_of else query)
        is_ranked = system is System.RANKED
        found[case.id] = entries(ranked_order(trace.ranked) if is_ranked else orders_of(trace.scores, grouping)[system])
        if told:
            told(n, len(cases))
    return found
