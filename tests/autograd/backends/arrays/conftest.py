"""The backends on arrays, NumPy and JAX: each test runs on both."""

from __future__ import annotations

from importlib import import_module

import numpy as np
import pytest

from autograd.program.interpreter import run as interpreted
from autograd.program.program import Instruction, Program
from autograd.program.schedule import scheduled

__all__ = ["backend", "drawn", "matches_interpreter", "run"]


@pytest.fixture(scope="module", params=["numpy", "jax"])
def backend(request):
    pytest.importorskip(request.param)
    return import_module(f"autograd.backends.{request.param}")


@pytest.fixture(scope="module")
def run(backend):
    """Run a program, which is built once for all tests; the inputs are sequences of numbers."""
    built = {}

    def run(program, examples, shared=(), parameters=()):
        examples = np.array(examples, float).reshape(len(examples), program.examples)
        if program not in built:
            built[program] = backend.build(scheduled(program))
        return built[program].run(examples, np.array(shared, float), np.array(parameters, float))

    return run


@pytest.fixture
def matches_interpreter(run):
    """Assert that outputs and sums are those of the interpreter, to the rounding of sums."""

    def check(program, examples, shared=(), parameters=()):
        outputs, sums = run(program, examples, shared, parameters)
        rows = np.asarray(examples, float).reshape(len(examples), program.examples).tolist()
        wanted_outputs, wanted_sums = interpreted(program, rows, shared, parameters)
        np.testing.assert_allclose(outputs, wanted_outputs, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(sums, wanted_sums, rtol=1e-11, atol=1e-12)

    return check


class Drawing:
    """A program written down step by step; its variables are numbers."""

    def __init__(self, examples=0, shared=0, parameters=0, constants=()):
        self.given = examples, shared, parameters, tuple(constants)
        self.instructions = []
        count = iter(range(examples + shared + parameters + len(constants)))
        self.x, self.s, self.p, self.c = (
            [next(count) for _ in range(size)]
            for size in (examples, shared, parameters, len(constants))
        )
        self.first = examples + shared + parameters + len(constants)

    def __call__(self, op, *args):
        self.instructions.append(Instruction(op, args))
        return self.first + len(self.instructions) - 1

    def program(self, outputs, sums=()):
        return Program(*self.given, tuple(self.instructions), tuple(outputs), tuple(sums))


@pytest.fixture(scope="session")
def drawn():
    """Begin a program of so many inputs of each kind."""
    return Drawing
