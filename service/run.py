"""Run the API and, if asked, the two Streamlit pages as child processes, until Ctrl-C."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import active_children
from types import FrameType

import uvicorn

from service.api import create_app
from service.engine import Engine
from service.settings import CHECKOUT, Settings, child_environment

PAGES = ("agent", "editor")
_THEME = ("--theme.base=light", "--theme.primaryColor=#0b6e6e")


class PortTakenError(RuntimeError):
    """Another program listens on the port; the message says which port and what to do."""


def serve_all(
    settings: Settings, engine: Engine, host: str, port: int, *, with_pages: bool, say: Callable[[str], None]
) -> None:
    """Serve until interrupted. `say` prints the addresses and the editors' key.

    Raises PortTakenError before anything is started.
    """
    ports = dict(zip(PAGES, (port + 1, port + 2), strict=True)) if with_pages else {}
    for wanted in (port, *ports.values()):
        _ensure_free(host, wanted)
    api = f"http://{_reachable(host)}:{port}"
    signal.signal(signal.SIGTERM, _leave)
    with _children(ports, host, api):
        say(_addresses(api, _reachable(host), ports, settings.key()))
        uvicorn.run(create_app(settings, engine), host=host, port=port, log_level="warning")


def _leave(number: int, frame: FrameType | None) -> None:
    """End in order on SIGTERM: uvicorn raises the signal again when it is done, and the pages must be ended too."""
    raise SystemExit(128 + number)


def _reachable(host: str) -> str:
    return "127.0.0.1" if host == "0.0.0.0" else host


def _ensure_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTakenError(
                f"port {port} on {host} cannot be used ({error.strerror}); choose another: --port N"
            ) from None


def _addresses(api: str, host: str, ports: dict[str, int], key: str) -> str:
    lines = [f"Citizens' page  {api}/", f"API             {api}/docs"]
    lines += [f"{name.capitalize() + 's':<15} http://{host}:{port}/" for name, port in ports.items()]
    return "\n".join([*lines, f"Editors' key    {key}", "Ctrl-C ends."])


@contextmanager
def _children(ports: dict[str, int], host: str, api: str) -> Iterator[None]:
    """Start a Streamlit process for each page; when the block ends, end them, and what still learns for a build."""
    environment = child_environment(ANYQ_API=api)
    processes = [
        subprocess.Popen(_command(name, host, port), env=environment, stdout=subprocess.DEVNULL)
        for name, port in ports.items()
    ]
    try:
        yield
    finally:
        for learner in active_children():
            learner.terminate()
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(timeout=10)


def _command(name: str, host: str, port: int) -> list[str]:
    page = str(CHECKOUT / "ui" / f"{name}.py")
    options = (f"--server.port={port}", f"--server.address={host}", "--server.headless=true")
    quiet = (
        "--browser.gatherUsageStats=false",
        "--client.toolbarMode=minimal",
        "--client.showErrorDetails=none",
        "--logger.level=warning",
    )
    return [sys.executable, "-m", "streamlit", "run", page, *options, *quiet, "--server.fileWatcherType=none", *_THEME]
