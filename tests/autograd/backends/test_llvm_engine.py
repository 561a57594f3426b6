"""Machine code: shared by all programs of one text, and by them only."""

from __future__ import annotations

import numpy as np
import pytest

from autograd import Value, compile, tanh

pytest.importorskip("llvmlite", reason="the LLVM backend needs llvmlite")

from autograd.backends.llvm import engine


def line(slope):
    """Return a compiled function of a leaf of its own."""
    return compile(lambda x: tanh(slope * x) + slope, in_axes=0, backend="llvm")


def test_programs_of_one_text_share_their_code_and_nothing_else():
    engine.kept_code.cache_clear()
    leaves = [Value(0.5), Value(-2.0)]
    first, second = map(line, leaves)
    x = np.linspace(-3.0, 3.0, 21)
    for _ in range(2):  # turn about
        for leaf, compiled in zip(leaves, (first, second)):
            np.testing.assert_allclose(
                compiled(x), np.tanh(leaf.data * x) + leaf.data, rtol=1e-14, atol=1e-15
            )
    assert engine.kept_code.cache_info().misses == 1
    compile(lambda x: tanh(x) + 1.0, in_axes=0, backend="llvm")(x)
    assert engine.kept_code.cache_info().misses == 2


def test_long_texts_are_not_kept(monkeypatch):
    engine.kept_code.cache_clear()
    monkeypatch.setattr(engine, "LONGEST", 10)
    assert line(Value(1.0))([0.0]) == [1.0]
    assert engine.kept_code.cache_info().currsize == 0
