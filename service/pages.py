"""Pages for people: the public page of each document, where a citation lands, and the citizens' demo page."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markdown_it import MarkdownIt
from markupsafe import Markup

from kb.model import Document, Language
from service.engine import Engine
from service.settings import CHECKOUT, today

WIDGET = CHECKOUT / "ui" / "widget" / "widget.js"


@cache
def _templates() -> Environment:
    loader = PackageLoader("service", "templates")
    return Environment(loader=loader, autoescape=select_autoescape(), undefined=StrictUndefined)


def markdown(text: str) -> Markup:
    """Render the corpus's small Markdown (headings, lists, paragraphs); HTML in the text is shown, not obeyed."""
    return Markup(MarkdownIt("zero").enable(["heading", "list"]).render(text))


def router(engine: Engine) -> APIRouter:
    """Make the pages for one engine."""
    api = APIRouter(include_in_schema=False)

    @api.get("/d/{entry}/{version}", response_class=HTMLResponse)
    def document_page(entry: str, version: str) -> HTMLResponse:
        """Show one document; `#p3` marks its third passage."""
        generation = engine.desk().generation
        document = generation.documents.get(f"{entry}/{version}")
        if document is None:
            raise HTTPException(404, f"there is no document `{entry}/{version}`")
        return HTMLResponse(_document_page(document, engine))

    @api.get("/", response_class=HTMLResponse)
    def demo(lang: Annotated[str, Query(pattern="^(kk|ru|en)$")] = "kk") -> HTMLResponse:
        """Show the citizens' widget on a page of its own."""
        names = {language: _words(language)["name"] for language in Language}
        return HTMLResponse(
            _templates().get_template("demo.html").render(lang=lang, languages=list(Language), names=names)
        )

    @api.get("/widget.js")
    def widget() -> FileResponse:
        """Serve the citizens' widget."""
        return _file(WIDGET, "text/javascript; charset=utf-8")

    @api.get("/strings/{lang}.json")
    def strings(lang: Language) -> FileResponse:
        """Serve the interface texts of a language."""
        return _file(CHECKOUT / "ui" / "strings" / f"{lang}.json", "application/json")

    @api.get("/favicon.ico")
    def favicon() -> RedirectResponse:
        """Point browsers to the one icon there is."""
        return RedirectResponse("data:,", status_code=302)

    return api


def _file(path: Path, media_type: str) -> FileResponse:
    return FileResponse(path, media_type=media_type, headers={"Cache-Control": "public, max-age=300"})


def _document_page(document: Document, engine: Engine) -> str:
    generation = engine.desk().generation
    entry = generation.base.entry(document.entry)
    day = today()
    in_force = next((d for d in entry.documents if d.language is document.language and d.validity.covers(day)), None)
    see = [generation.base.entries[name] for name in document.see if name in generation.base.entries]
    return (
        _templates()
        .get_template("document.html")
        .render(
            document=document,
            passages=[(p, markdown(p.text)) for p in generation.passages[document.id]],
            versions=[d for d in entry.documents if d.language is document.language],
            translations=[d for d in entry.documents if d.validity == document.validity and d is not document],
            in_force=in_force,
            is_current=document.validity.covers(day),
            see=[e.at(day).get(document.language) for e in see if document.language in e.at(day)],
            words=_words(document.language),
            topic=generation.handbook.topics[document.topic][document.language],
        )
    )


@cache
def _words(language: Language) -> dict[str, str]:
    words: dict[str, str] = json.loads((CHECKOUT / "ui" / "strings" / f"{language}.json").read_text(encoding="utf-8"))
    return words
