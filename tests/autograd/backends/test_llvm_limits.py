"""Programs that the LLVM backend does not take on."""

from __future__ import annotations

import logging

import pytest

from autograd import compile, sin

pytest.importorskip("llvmlite", reason="the LLVM backend needs llvmlite")

from autograd.backends import selection
from autograd.backends.executable import BackendLimit
from autograd.backends.llvm import kernel
from autograd.program.kept import forget


def wave(x):
    return sin(x) * x


@pytest.fixture
def few_lines(monkeypatch):
    forget()  # kernels of this program
    monkeypatch.setattr(kernel, "MOST_LINES", 10)
    monkeypatch.setattr(selection, "_told", set())


@pytest.mark.usefixtures("few_lines")
def test_too_long_a_program_is_refused():
    with pytest.raises(BackendLimit, match=r"lines of LLVM's code, more than 10.*numpy"):
        compile(wave, backend="llvm")(1.0)


@pytest.mark.usefixtures("few_lines")
def test_auto_takes_numpy_then_and_says_so_once(caplog):
    caplog.set_level(logging.INFO, "autograd")
    assert compile(wave)(0.5) == compile(wave, backend="interpreter")(0.5)
    (record,) = caplog.records
    assert "running on NumPy: the program takes" in record.getMessage()
