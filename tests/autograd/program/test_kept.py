"""Results kept for equal programs: the same objects, and only where nothing differs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograd import compile, primitive
from autograd.primitives import add, mul
from autograd.program.kept import forget, kept
from autograd.program.program import Instruction, Program

PROGRAM = Program(
    1, 0, 0, (0.0, 2.0), (Instruction(mul, (0, 2)), Instruction(add, (3, 1))), (4,), (), {0: "x"}
)


@pytest.fixture
def counted():
    """Return a function that is kept, and the list of the programs that it worked out."""
    met = []
    yield kept(met.append), met
    forget()


def copied(program, **changes):
    return replace(program, instructions=(*program.instructions,), **changes)


def test_an_equal_program_is_worked_out_once(counted):
    function, met = counted
    function(PROGRAM)
    function(copied(PROGRAM))
    assert len(met) == 1
    forget()
    function(PROGRAM)
    assert len(met) == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"constants": (-0.0, 2.0)},  # equal as floats, not in their bits
        {"constants": (0.0, 3.0)},
        {"outputs": (3,)},
        {"sums": (3,)},
        {"examples": 0, "shared": 1},
        {"instructions": (Instruction(mul, (0, 2)), Instruction(mul, (3, 1)))},
    ],
    ids=str,
)
def test_what_differs_is_another_program(changes, counted):
    function, met = counted
    other = replace(PROGRAM, **changes)
    assert other != PROGRAM
    function(PROGRAM)
    function(other)
    assert len(met) == 2


def test_labels_are_those_of_the_program_itself(counted):
    function, met = counted
    renamed = copied(PROGRAM, names={0: "y"})
    assert renamed == PROGRAM
    function(PROGRAM)
    function(renamed)
    assert met[1].names == {0: "y"}


def test_rows_of_users_are_worked_out_each_time(counted):
    function, met = counted
    scale = [2.0]
    row = primitive("test_kept_scaled", lambda x: scale[0] * x, lambda g, out, x: g)
    program = replace(PROGRAM, instructions=(Instruction(row, (1,)),), outputs=(3,))
    function(program)
    function(program)
    assert len(met) == 2


def test_functions_of_one_program_have_one_kernel():
    pytest.importorskip("llvmlite")
    first, second = (compile(lambda x: x * x + 3.0, backend="llvm") for _ in range(2))
    assert first(2.0) == second(2.0) == 7.0
    runners = [next(iter(made._programs))[2] for made in (first, second)]
    assert runners[0].program is runners[1].program
    assert runners[0].executable.kernel is runners[1].executable.kernel
