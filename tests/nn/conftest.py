"""What the tests of networks share: trainings that need no machine code."""

from __future__ import annotations

import pytest

from autograd.backends import selection

__all__ = ["on_numpy"]


@pytest.fixture
def on_numpy(monkeypatch):
    """Compile for NumPy, in a third of the time: for tests that are not about what is compiled.

    The machine code of a training is tested in training/test_compiled_training.py.
    """
    monkeypatch.setitem(selection.BACKENDS, "llvm", ("no_such_package", "jit"))
