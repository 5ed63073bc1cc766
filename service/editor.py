"""What editors do over HTTP: check, build, compare, publish, roll back. Every call needs the editors' key."""

from __future__ import annotations

import logging
import secrets
import threading
from dataclasses import asdict, dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Header, HTTPException, Query
from pydantic import BaseModel

from indexer.build import Snapshot, build, unchanged
from indexer.generation import Manifest
from indexer.shelf import Publication
from kb.check import check_corpus
from kb.load import CorpusError
from kb.model import Answer, Language
from service.engine import Engine
from service.settings import now, today


class Job(BaseModel):
    """A build under way or done. `state`: idle, running, done, failed."""

    state: str = "idle"
    stage: str = ""
    done: int = 0
    total: int = 0
    generation: str = ""
    error: str = ""
    n_encoded: int = 0


class FindingView(BaseModel):
    """A finding with its path relative to the corpus."""

    path: str
    line: int
    rule: str
    message: str
    fix: str


class Shelves(BaseModel):
    """All generations and the history of publishing."""

    current: str | None
    generations: list[dict[str, object]]
    history: list[dict[str, str]]


class Chosen(BaseModel):
    """The generation to publish."""

    generation: str


@dataclass
class Workshop:
    """The one build that may run at a time."""

    engine: Engine
    job: Job = field(default_factory=Job)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> Job:
        """Start a build in the background. Raises HTTPException 409 while one runs."""
        with self.lock:
            if self.job.state == "running":
                raise HTTPException(409, "a build is already running; wait until it ends")
            self.job = Job(state="running", stage="reading")
        threading.Thread(target=self._run, daemon=True, name="build").start()
        return self.job

    def _run(self) -> None:
        try:
            manifest = self._build()
            self.job = Job(state="done", generation=manifest.id, n_encoded=manifest.n_encoded)
        except (CorpusError, ValueError, OSError, RuntimeError) as error:
            self.job = Job(state="failed", error=str(error))
        except Exception as error:  # a thread's death would leave the job running for ever
            self.job = Job(state="failed", error=f"unexpected {error!r}; nothing was published. Tell the developers.")
            logging.getLogger(__name__).exception("the build broke")

    def _build(self) -> Manifest:
        engine = self.engine
        snapshot = Snapshot.read(engine.settings.corpus)
        same = unchanged(snapshot, engine.encoder, engine.shelf)
        return same or build(snapshot, engine.encoder, engine.shelf, now(), self._progress)

    def _progress(self, stage: str, done: int, total: int) -> None:
        self.job = Job(state="running", stage=stage, done=done, total=total)


def router(engine: Engine) -> APIRouter:
    """Make the editors' endpoints for one engine."""

    def key_needed(x_anyq_key: Annotated[str, Header()] = "") -> None:
        if not secrets.compare_digest(x_anyq_key.encode(), engine.settings.key().encode()):
            raise HTTPException(401, "the editors' key is missing or wrong; `make run` prints it (header X-Anyq-Key)")

    api = APIRouter(prefix="/v1/editor", dependencies=[Depends(key_needed)], tags=["editor"])
    workshop = Workshop(engine)
    _corpus_calls(api, engine, workshop)
    _publishing_calls(api, engine)
    return api


def _corpus_calls(api: APIRouter, engine: Engine, workshop: Workshop) -> None:
    @api.get("/findings")
    def findings() -> list[FindingView]:
        """Check the corpus folder as it is now."""
        root = engine.settings.corpus
        found = check_corpus(root, today())
        return [
            FindingView(
                path=str(f.path.relative_to(root)) if f.path.is_relative_to(root) else str(f.path),
                line=f.line,
                rule=f.rule,
                message=f.message,
                fix=f.fix,
            )
            for f in found
        ]

    @api.post("/builds", status_code=202)
    def start_build() -> Job:
        """Start building a generation of the corpus folder as it is now; it is not published."""
        return workshop.start()

    @api.get("/builds")
    def build_state() -> Job:
        """Tell how the last build stands."""
        return workshop.job

    @api.get("/answer")
    def preview(
        generation: str,
        q: Annotated[str, Query(min_length=1, max_length=1000)],
        lang: Annotated[str, Query(pattern="^(auto|kk|ru|en)$")] = "auto",
    ) -> Answer:
        """Answer a question from any generation, published or not."""
        language = None if lang == "auto" else Language(lang)
        return engine.open(generation).answer(q, language, today(), today())


def _publishing_calls(api: APIRouter, engine: Engine) -> None:
    shelf = engine.shelf

    @api.get("/generations")
    def generations() -> Shelves:
        """List generations, newest first, and the history of publishing, newest first."""
        rows = [
            {"id": m.id, "created": m.created, "encoder": m.encoder, "counts": m.counts, "n_encoded": m.n_encoded}
            for m in reversed(shelf.manifests())
        ]
        return Shelves(
            current=shelf.current(), generations=rows, history=[asdict(p) for p in reversed(shelf.history())]
        )

    @api.post("/publish")
    def publish(chosen: Chosen) -> Publication:
        """Publish a generation, after opening it to be sure that it is whole."""
        engine.open(chosen.generation)
        return shelf.publish(chosen.generation, now())

    @api.post("/rollback")
    def rollback() -> Publication:
        """Publish the generation that was current before the present one."""
        return shelf.rollback(now())
