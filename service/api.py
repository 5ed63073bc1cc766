"""The HTTP service: cited answers, rankings, entries, health and metrics."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from typing import Annotated

from fastapi import Depends, FastAPI, HTTPException, Query, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from pydantic import BaseModel

from kb.model import Answer, Document, Kind, Language, Ranking, Scope, Source, Validity
from service import editor, pages, problems
from service.engine import Engine
from service.settings import Settings, today


class DocumentView(BaseModel):
    """A document as the API shows it; `text` is what citations' offsets and `sha256` refer to."""

    id: str
    language: Language
    title: str
    question: str
    valid_from: date
    valid_to: date | None
    in_force: bool
    sources: tuple[Source, ...]
    see: tuple[str, ...]
    audience: tuple[str, ...]
    reviewed: date
    sha256: str
    text: str
    link: str


class EntryView(BaseModel):
    """One entry with its timeline and the texts of every version."""

    id: str
    kind: Kind
    topic: str
    timeline: tuple[Validity, ...]
    documents: tuple[DocumentView, ...]


class EntryLine(BaseModel):
    """An entry in a list: its document in force, in the asked language or the next best."""

    id: str
    kind: Kind
    topic: str
    document: str
    language: Language
    languages: tuple[Language, ...]
    title: str
    question: str
    valid_from: date
    valid_to: date | None


def known_parameters(request: Request) -> None:
    """Refuse a parameter that the address does not know: a misspelt `as_of` would silently mean today."""
    route = request.scope.get("route")
    known = {p.alias for p in route.dependant.query_params} if isinstance(route, APIRoute) else set()
    for name in request.query_params:
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise HTTPException(422, f"unknown parameter `{name}`; this address knows: {names}")


Question = Annotated[str, Query(min_length=1, max_length=1000, description="The question, in any language or script.")]
AsOf = Annotated[date | None, Query(description="Day whose rules apply, YYYY-MM-DD; today when absent.")]
Asked = Annotated[str, Query(pattern="^(auto|kk|ru|en)$", description="Language to answer in.")]


def create_app(settings: Settings | None = None, engine: Engine | None = None) -> FastAPI:
    """Make the application. The engine loads in the background; until then answers are 503."""
    settings = settings or Settings()
    engine = engine or Engine(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=engine.load, daemon=True, name="engine").start()
        yield

    app = FastAPI(title="Anyq", version="0.1.0", lifespan=lifespan, description="Cited answers about health insurance.")
    app.add_middleware(CORSMiddleware, allow_origins=settings.allow_origins, allow_methods=["GET"])
    problems.install(app)
    _answers(app, engine)
    _entries(app, engine)
    _operations(app, engine)
    app.include_router(editor.router(engine))
    app.include_router(pages.router(engine))
    return app


def _language(asked: str) -> Language | None:
    return None if asked == "auto" else Language(asked)


def _text(q: str) -> str:
    if not q.strip():
        raise HTTPException(422, "`q` holds no question, only spaces")
    return q.strip()


def _answers(app: FastAPI, engine: Engine) -> None:
    registry = app.state.registry = CollectorRegistry()
    outcomes = Counter("anyq_answers", "Answers by outcome and language", ["outcome", "language"], registry=registry)
    seconds = Histogram(
        "anyq_answer_seconds",
        "Time to answer",
        registry=registry,
        buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 3),
    )

    @app.get("/v1/answer", dependencies=[Depends(known_parameters)], response_model=Answer)
    def answer(q: Question, lang: Asked = "auto", as_of: AsOf = None) -> Answer:
        """Return one cited answer."""
        desk = engine.desk()
        with seconds.time():
            result = desk.answer(_text(q), _language(lang), as_of or today(), today())
        outcomes.labels(result.outcome, result.language).inc()
        return result

    @app.get("/v1/search", dependencies=[Depends(known_parameters)], response_model=Ranking)
    def search(
        q: Question, lang: Asked = "auto", as_of: AsOf = None, k: Annotated[int, Query(ge=1, le=100)] = 10
    ) -> Ranking:
        """Return the ranking behind an answer, with each retriever's part in every hit."""
        return engine.desk().search(_text(q), _language(lang), as_of or today(), k)


def _entries(app: FastAPI, engine: Engine) -> None:
    @app.get("/v1/entries", dependencies=[Depends(known_parameters)])
    def entries(lang: Asked = "auto", as_of: AsOf = None, topic: str = "") -> list[EntryLine]:
        """List the entries in force, each in the asked language where it exists."""
        generation = engine.desk().generation
        if topic and topic not in generation.handbook.topics:
            raise HTTPException(422, f"`topic`: `{topic}` is none of {', '.join(generation.handbook.topics)}")
        scope = Scope(as_of or today(), topics=frozenset({topic} if topic else ()))
        wanted = (_language(lang) or Language.RU, *Language)
        lines = []
        for entry in generation.base.entries.values():
            there = {d.language: d for d in entry.documents if scope.admits(d)}
            if there:
                lines.append(_line(next(there[x] for x in wanted if x in there), tuple(sorted(there))))
        return lines

    @app.get("/v1/entries/{entry}", dependencies=[Depends(known_parameters)])
    def one_entry(entry: str) -> EntryView:
        """Show an entry's timeline and all its texts."""
        found = engine.desk().generation.base.entry(entry)
        public = engine.settings.public_url
        views = tuple(_view(d, public) for d in found.documents)
        return EntryView(id=found.id, kind=found.kind, topic=found.topic, timeline=found.timeline, documents=views)


def _line(d: Document, languages: tuple[Language, ...]) -> EntryLine:
    return EntryLine(
        id=d.entry,
        kind=d.kind,
        topic=d.topic,
        document=d.id,
        language=d.language,
        languages=languages,
        title=d.title,
        question=d.question,
        valid_from=d.validity.start,
        valid_to=d.validity.end,
    )


def _view(d: Document, public_url: str) -> DocumentView:
    return DocumentView(
        id=d.id,
        language=d.language,
        title=d.title,
        question=d.question,
        valid_from=d.validity.start,
        valid_to=d.validity.end,
        in_force=d.validity.covers(today()),
        sources=d.sources,
        see=d.see,
        audience=d.audience,
        reviewed=d.reviewed,
        sha256=d.sha256,
        text=d.text,
        link=f"{public_url}/d/{d.id}",
    )


def _operations(app: FastAPI, engine: Engine) -> None:
    @app.get("/v1/generation")
    def generation() -> dict[str, object]:
        """Say which generation answers and what it was built from."""
        manifest = engine.desk().generation.manifest
        fields = ("id", "created", "snapshot", "encoder", "encoder_revision", "dimension", "analyzer_version", "counts")
        return {name: getattr(manifest, name) for name in fields} | {"trouble": engine.trouble}

    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Tell that the process lives."""
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        """Tell whether questions can be answered: 200, or 503 with the reason."""
        return JSONResponse({"status": "ready", "generation": engine.desk().generation.id})

    @app.get("/metrics")
    def metrics() -> Response:
        """Prometheus metrics."""
        return Response(generate_latest(app.state.registry), media_type=CONTENT_TYPE_LATEST)
