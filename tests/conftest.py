"""The real thing, once for the whole run: the published corpus, the shipped encoder, a real server."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from datetime import date

import httpx
import pytest

from indexer.build import Snapshot, build
from indexer.encode import open_encoder
from indexer.generation import Generation
from indexer.shelf import Shelf
from service.desk import Desk
from service.search import query_encoder
from service.settings import now
from service.tuning import load_tuning
from tests.writing import CHECKOUT, CORPUS

TODAY = date(2026, 11, 22)
KEY = "test-key"


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """A home with one published generation of the real corpus."""
    folder = tmp_path_factory.mktemp("home")
    shelf = Shelf(folder)
    manifest = build(Snapshot.read(CORPUS), open_encoder("anyq"), shelf, now())
    shelf.publish(manifest.id, now())
    return folder


@pytest.fixture(scope="session")
def desk(home):
    """A desk over the published generation."""
    encoder = open_encoder("anyq")
    shelf = Shelf(home)
    generation = Generation.open(shelf.path(shelf.current()), encoder.revision)
    return Desk(generation, query_encoder(encoder), load_tuning())


def free_port(n: int = 1) -> int:
    """Return a port with `n - 1` free ones above it."""
    for _ in range(50):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port + n < 65535 and all(_is_free(port + i) for i in range(n)):
            return port
    raise RuntimeError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def wait_for(address: str, process: subprocess.Popen, seconds: float = 90) -> None:
    """Wait until `address` answers 200, or fail with what the process said."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode}")
        try:
            if httpx.get(address, timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"{address} did not come up in {seconds} s")


def start_server(home, *options: str, n_ports: int = 1, **environment: str):
    """Start `anyq serve` as its own process; return (process, base address)."""
    port = free_port(n_ports)
    command = [sys.executable, "-m", "service", "serve", "--port", str(port), *options]
    variables = os.environ | {"ANYQ_HOME": str(home), "ANYQ_EDITOR_KEY": KEY} | environment
    process = subprocess.Popen(command, cwd=CHECKOUT, env=variables, stdout=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    wait_for(f"{base}/readyz", process)
    return process, base


def stop_server(process: subprocess.Popen) -> None:
    """Interrupt as Ctrl-C does and wait."""
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(home):
    """The address of a running service."""
    process, base = start_server(home)
    yield base
    stop_server(process)
