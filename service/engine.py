"""Hold encoder and published generation for a running service, and follow `CURRENT` without dropping a request."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from indexer.encode import Encoder, open_encoder
from indexer.generation import Generation, GenerationError
from indexer.shelf import Shelf, ShelfError
from service.desk import Desk
from service.search import query_encoder
from service.settings import Settings
from service.tuning import load_tuning


class EngineDownError(RuntimeError):
    """No answer can be given now; the message says why and what to do. This is never "nothing found"."""


class Engine:
    """Load once, answer for ever: `desk()` gives the desk of the generation that is published now."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.shelf = Shelf(settings.home)
        self._encoder: Encoder | None = None
        self._encode: Callable[[str], NDArray[np.float32]] | None = None
        self._desk: Desk | None = None
        self._failed = ""
        self._refused = ""
        self._encoder_lock = threading.Lock()
        self._swap = threading.Lock()

    @property
    def encoder(self) -> Encoder:
        """The encoder, loaded at first use (some seconds)."""
        with self._encoder_lock:
            if self._encoder is None:
                self._encoder = open_encoder(self.settings.encoder)
            return self._encoder

    def load(self) -> None:
        """Load encoder and published generation. A failure is kept and told by `desk()`."""
        try:
            self._encode = query_encoder(self.encoder)
            self.desk()
        except (EngineDownError, GenerationError, ShelfError, OSError, ValueError, RuntimeError) as error:
            self._failed = str(error)

    def desk(self) -> Desk:
        """Return the desk of the published generation, opening it when `CURRENT` has moved.

        A generation that cannot be opened leaves the former one in service. Raises EngineDownError when there is none.
        """
        current = self.shelf.current()
        if self._desk is None:
            with self._swap:
                return self._desk or self._first(current)
        moved = current is not None and current not in (self._desk.generation.id, self._refused)
        if moved and self._swap.acquire(blocking=False):
            try:
                self._follow(current or "")
            finally:
                self._swap.release()
        return self._desk

    def _first(self, current: str | None) -> Desk:
        if self._encode is None:
            raise EngineDownError(self._failed or "the encoder is still loading; try again in a few seconds")
        if current is None:
            raise EngineDownError("no generation is published; run `anyq build --publish`")
        try:
            self._desk = self.open(current)
        except (GenerationError, ShelfError, OSError) as error:
            raise EngineDownError(str(error)) from error
        self._failed = ""
        return self._desk

    def _follow(self, current: str) -> None:
        """Open the newly published generation; a bad one is tried once and reported, not tried at every question."""
        try:
            self._desk, self._refused, self._failed = self.open(current), "", ""
        except (GenerationError, ShelfError, OSError) as error:
            self._refused, self._failed = current, str(error)

    def open(self, generation: str) -> Desk:
        """Open any generation of the shelf beside the published one, e.g. to try it before publishing."""
        encoder = self._encoder or self.encoder
        opened = Generation.open(self.shelf.path(generation), encoder.revision)
        return Desk(opened, self._encode or query_encoder(encoder), load_tuning(), self.settings.public_url)

    @property
    def trouble(self) -> str:
        """Why the newest publication could not be opened, or empty."""
        return self._failed
