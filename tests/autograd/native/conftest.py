"""What tests of the engine in C share."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture
def collector():
    """Let a function run when the cyclic collector starts, after so many starts."""
    armed = []

    def started(phase, _facts):
        if phase == "start" and armed:
            count, run = armed.pop()
            if count:
                armed.append((count - 1, run))
            else:
                run()

    def arm(count, run):
        armed[:] = [(count, run)]
        gc.set_threshold(1)

    before = gc.get_threshold()
    gc.callbacks.append(started)
    yield arm
    armed.clear()
    gc.callbacks.remove(started)
    gc.set_threshold(*before)
