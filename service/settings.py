"""Every setting, its default and its meaning. The only place that reads the environment or today's date."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Read from the environment: `ANYQ_CORPUS`, `ANYQ_HOME`, and so on."""

    model_config = SettingsConfigDict(env_prefix="ANYQ_", extra="ignore")

    corpus: Path = Field(CHECKOUT / "corpus", description="Folder of the corpus that `build` and `check` read.")
    home: Path = Field(CHECKOUT / "var", description="Folder of generations and of the editors' key.")
    encoder: str = Field(
        "anyq", description="`anyq` for the shipped encoder, or a sentence-transformers folder or hub name."
    )
    editor_key: str = Field("", description="Key of the editors' endpoints; made and kept in `home` when empty.")
    public_url: str = Field("", description="Address put before links in answers, e.g. https://anyq.example.kz.")
    allow_origins: list[str] = Field(["*"], description="Sites on which the citizens' widget may run (CORS).")

    def key(self) -> str:
        """Return the editors' key, making one in `home/editor.key` (readable by its owner only) at first need."""
        if self.editor_key:
            return self.editor_key
        path = self.home / "editor.key"
        if not path.is_file():
            self.home.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(12), encoding="utf-8")
        return path.read_text(encoding="utf-8").strip()


def today() -> date:
    """Return today's date in Kazakhstan's one time zone (UTC+5)."""
    return datetime.now(timezone(timedelta(hours=5))).date()


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def child_environment(**more: str) -> dict[str, str]:
    """Return this process's environment with `more` set, for a child process."""
    return os.environ | more
