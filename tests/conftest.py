"""Settings that hold for every test."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from autograd.mode import CURRENT

__all__ = ["no_mode_leaks"]

os.environ["MPLBACKEND"] = "Agg"  # no test opens a window

# Examples are the same on every run, and a slow machine is no failure.
settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.load_profile("reproducible")

OUTSIDE = CURRENT.get()


@pytest.fixture(autouse=True)
def no_mode_leaks():
    """Fail the test that leaves `no_grad`, a scope or a derivative switched on."""
    yield
    left = CURRENT.get()
    CURRENT.set(OUTSIDE)
    assert left is OUTSIDE, "the test left a mode switched on"
