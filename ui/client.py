"""A typed HTTP client of the service: what the pages know of it."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import httpx
from pydantic import TypeAdapter

from kb.model import Answer, Ranking

_ANSWER = TypeAdapter(Answer)
_RANKING = TypeAdapter(Ranking)
TIMEOUT = 30.0  # seconds


class ServiceError(RuntimeError):
    """The service refused or is down; the message is fit to show."""


class Client:
    """Calls to one service. `key` is the editors' key, needed for the editors' calls only."""

    def __init__(self, api: str, key: str = "") -> None:
        self.api = api.rstrip("/")
        self._http = httpx.Client(base_url=self.api, headers={"X-Anyq-Key": key}, timeout=TIMEOUT)

    def answer(self, q: str, lang: str, as_of: date) -> Answer:
        """Ask a question."""
        return _ANSWER.validate_python(self._get("/v1/answer", q=q, lang=lang, as_of=as_of.isoformat()))

    def search(self, q: str, lang: str, as_of: date, k: int = 10) -> Ranking:
        """Return the ranking behind an answer."""
        return _RANKING.validate_python(self._get("/v1/search", q=q, lang=lang, as_of=as_of.isoformat(), k=k))

    def entries(self, lang: str, as_of: date) -> list[dict[str, Any]]:
        """List the entries in force."""
        return list(self._get("/v1/entries", lang=lang, as_of=as_of.isoformat()))

    def entry(self, entry: str) -> dict[str, Any]:
        """Return an entry with its timeline and texts."""
        return dict(self._get(f"/v1/entries/{entry}"))

    def findings(self) -> list[dict[str, Any]]:
        """Check the corpus."""
        return list(self._get("/v1/editor/findings"))

    def generations(self) -> dict[str, Any]:
        """List generations and the history of publishing."""
        return dict(self._get("/v1/editor/generations"))

    def start_build(self) -> dict[str, Any]:
        """Start building a generation."""
        return dict(self._call("POST", "/v1/editor/builds"))

    def build_state(self) -> dict[str, Any]:
        """Tell how the last build stands."""
        return dict(self._get("/v1/editor/builds"))

    def preview(self, generation: str, q: str, lang: str) -> Answer:
        """Answer from any generation."""
        return _ANSWER.validate_python(self._get("/v1/editor/answer", generation=generation, q=q, lang=lang))

    def publish(self, generation: str) -> None:
        """Publish a generation."""
        self._call("POST", "/v1/editor/publish", json={"generation": generation})

    def rollback(self) -> str:
        """Go back to the generation before; return its id."""
        return str(self._call("POST", "/v1/editor/rollback")["generation"])

    def _get(self, path: str, **params: str | int) -> Any:  # noqa: ANN401 - JSON
        return self._call("GET", path, params=params)

    def _call(self, method: str, path: str, **how: Any) -> Any:  # noqa: ANN401 - JSON
        try:
            response = self._http.request(method, path, **how)
        except httpx.HTTPError as error:
            raise ServiceError(f"The service at {self.api} does not answer ({error}).") from None
        if response.is_error:
            problem = response.json() if "json" in response.headers.get("content-type", "") else {}
            raise ServiceError(problem.get("detail") or f"The service answered {response.status_code}.")
        return response.json()


def api_address() -> str:
    """Return the service's address, given by `anyq serve --all` in ANYQ_API."""
    return os.environ.get("ANYQ_API", "http://127.0.0.1:8000")
