"""Serving: what the service started ends with it."""

import time
from multiprocessing import get_context

from service.run import _children


def test_what_learns_for_a_build_ends_with_the_service():
    """An editor's build learns for minutes in a process of its own: stopping the service must not wait for it."""
    learner = get_context("spawn").Process(target=time.sleep, args=(600,))
    learner.start()
    with _children({}, "127.0.0.1", "http://127.0.0.1:1"):
        assert learner.is_alive()
    learner.join(timeout=30)
    assert learner.exitcode not in (None, 0)
