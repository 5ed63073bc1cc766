"""Errors as RFC 9457 problems: what is wrong, where, and what to do, in `application/problem+json`."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from indexer.shelf import ShelfError
from kb.base import UnknownEntryError
from service.answer import QuoteError
from service.engine import EngineDownError

MEDIA_TYPE = "application/problem+json"


def problem(
    status: int, kind: str, title: str, detail: str, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    """Make a problem response; `kind` is the last part of its type URI."""
    content = {"type": f"urn:anyq:problem:{kind}", "title": title, "status": status, "detail": detail, **more}
    return JSONResponse(content, status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))


def install(app: FastAPI) -> None:
    """Turn every error the service can meet into a problem."""

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        errors = [
            {"parameter": str(e["loc"][-1]), "problem": e["msg"], "given": _shown(e.get("input"))}
            for e in error.errors()
        ]
        detail = "; ".join(f"`{e['parameter']}`: {e['problem']}" for e in errors)
        return problem(422, "invalid-parameter", "A parameter is wrong", detail, errors=errors)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        names = {404: "not-found", 401: "key-needed", 405: "method-not-allowed"}
        kind = names.get(error.status_code, "http-error")
        return problem(error.status_code, kind, kind.replace("-", " ").capitalize(), str(error.detail), error.headers)

    @app.exception_handler(EngineDownError)
    async def _down(request: Request, error: EngineDownError) -> JSONResponse:
        return problem(503, "engine-down", "The engine is down", str(error), {"Retry-After": "5"})

    @app.exception_handler(UnknownEntryError)
    async def _unknown(request: Request, error: UnknownEntryError) -> JSONResponse:
        return problem(404, "not-found", "There is no such entry", str(error))

    @app.exception_handler(ShelfError)
    async def _shelf(request: Request, error: ShelfError) -> JSONResponse:
        return problem(409, "no-such-generation", "That cannot be done with the generations there are", str(error))

    @app.exception_handler(QuoteError)
    async def _quote(request: Request, error: QuoteError) -> JSONResponse:
        return problem(500, "unverified-quote", "The answer was withheld", f"{error}. Rebuild the index; call 1414.")


def _shown(value: object) -> str:
    return str(value)[:80]
