"""The folder of generations: which exist, which one is published, and the history of publishing."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from indexer.generation import GenerationError, Manifest, read_manifest


class ShelfError(RuntimeError):
    """A request about generations that cannot be met; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Publication:
    """One line of the history: what was published, when (UTC, ISO 8601) and by which act."""

    generation: str
    at: str
    act: str


class Shelf:
    """`home/generations/<id>/`, `home/CURRENT` (one line: an id) and `home/history.jsonl`."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "generations"
        self._current = home / "CURRENT"
        self._history = home / "history.jsonl"

    def manifests(self) -> tuple[Manifest, ...]:
        """Return the manifests of all whole generations, oldest first."""
        if not self.folder.is_dir():
            return ()
        return tuple(read_manifest(p) for p in sorted(self.folder.iterdir()) if (p / "manifest.json").is_file())

    def path(self, generation: str) -> Path:
        """Return the folder of a generation. Raises ShelfError when there is none of that id."""
        path = self.folder / generation
        if not generation or "/" in generation or not (path / "manifest.json").is_file():
            known = ", ".join(m.id for m in self.manifests()) or "none"
            raise ShelfError(f"there is no generation `{generation}`; there are: {known}. Run `anyq build`.")
        return path

    def current(self) -> str | None:
        """Return the id of the published generation, or None before the first publication."""
        try:
            return self._current.read_text(encoding="utf-8").strip() or None
        except FileNotFoundError:
            return None

    def publish(self, generation: str, now: datetime, act: str = "publish") -> Publication:
        """Point `CURRENT` at `generation`, atomically, and add a line to the history."""
        self.path(generation)
        publication = Publication(generation, now.isoformat(timespec="seconds"), act)
        with self.lock():
            _write_whole(self._current, generation + "\n")
            with self._history.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(publication)) + "\n")
                file.flush()
                os.fsync(file.fileno())
        return publication

    def rollback(self, now: datetime) -> Publication:
        """Publish the generation that was current before the present one."""
        current = self.current()
        stack: list[str] = []
        for line in self.history():
            if line.act == "rollback" and line.generation in stack:
                del stack[stack.index(line.generation) + 1 :]
            elif not stack or stack[-1] != line.generation:
                stack.append(line.generation)
        earlier = [g for g in stack if g != current and (self.folder / g / "manifest.json").is_file()]
        if not earlier:
            raise ShelfError("there is no earlier generation to go back to; the present one stays published")
        return self.publish(earlier[-1], now, act="rollback")

    def history(self) -> tuple[Publication, ...]:
        """Return all publications, oldest first."""
        try:
            lines = self._history.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return ()
        return tuple(Publication(**json.loads(line)) for line in lines if line.strip())

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Hold the shelf for one writer; others wait."""
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @contextmanager
    def new_folder(self, generation: str) -> Iterator[Path]:
        """Give an empty temporary folder; when the block ends well it becomes the generation, else it is removed."""
        final, temporary = self.folder / generation, self.folder / f".{generation}.{os.getpid()}"
        if final.exists():
            raise GenerationError(f"{final} exists already; a generation is never written twice")
        temporary.mkdir(parents=True)
        try:
            yield temporary
            _sync_tree(temporary)
            temporary.rename(final)
            _sync(self.folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def _write_whole(path: Path, text: str) -> None:
    temporary = path.with_suffix(f".{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    _sync(temporary)
    temporary.replace(path)
    _sync(path.parent)


def _sync_tree(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
