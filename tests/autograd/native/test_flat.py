"""Graphs as lists: C makes the program that Python makes."""

from __future__ import annotations

import random
from math import inf, nan

import pytest

import autograd
from autograd import Value, dot
from autograd.graph import Constant
from autograd.native import engine
from autograd.program import program as programs
from autograd.program.program import Instruction, lowered, lowered_with_leaves
from tests.autograd.native.twins import step
from tests.in_one_test import in_one_test

pytestmark = pytest.mark.skipif(engine is None, reason="the engine in C was not built")


def parts(program):
    return program, program.names, program.lines, [*map(type, program.instructions[:1])]


@pytest.fixture
def twice(monkeypatch):
    """Return what a function gives with C and with Python."""

    def both(make):
        in_c = make()
        with monkeypatch.context() as patch:
            patch.setattr(programs, "engine", None)
            return in_c, make()

    return both


@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@in_one_test("seed", range(60))
def test_programs_are_those_of_python(seed, twice):
    draw = random.Random(seed)
    given = [Value(draw.choice([0.0, -0.0, 1.5, nan]), label=f"x{i}" * (i % 2)) for i in range(3)]
    nodes = [*given, *[Value(2.0, label="w"), Value(-0.5)]]
    for _ in range(40):
        node = step(draw, nodes)
        nodes.append(node)
    results = [*draw.choices(nodes, k=4), Constant(-0.0), Constant(0.0), Constant(nan), nodes[3]]
    made = twice(lambda: lowered_with_leaves(given[:1], given[1:], results))
    (mine, leaves), (wanted, its) = made
    assert parts(mine) == parts(wanted)
    assert [*map(id, leaves)] == [*map(id, its)]
    both = twice(lambda: lowered(given[:1], given[1:], leaves[::-1], results[:2], results[2:]))
    assert parts(both[0]) == parts(both[1])


def test_labels_and_lines_are_those_of_the_places(twice):
    x = Value(2.0)
    with autograd.source_lines():
        y = dot([x, 3.0], [1.0, x]) * 0.5
    y.label = "half"
    mine, wanted = twice(lambda: lowered((), [x], (), [y]))
    assert parts(mine) == parts(wanted)
    assert [*mine.names.values()] == ["half"]
    assert all("test_flat.py" in line for line in mine.lines.values())
    assert len(mine.lines) == 2


def test_below_a_given_result_of_an_operation_is_no_part_of_the_program(twice):
    x = Value(2.0)
    inner = x * 3.0
    mine, wanted = twice(lambda: lowered((), [inner], (), [inner + 1.0]))
    assert parts(mine) == parts(wanted)
    assert [op.name for op, _ in mine.instructions] == ["add"]


def test_constants_are_told_apart_by_their_bits(twice):
    x = Value(1.0)
    root = (x + 0.0) * (x + -0.0) + (x - 0.0) * inf
    mine, wanted = twice(lambda: lowered((), [x], (), [root]))
    assert parts(mine) == parts(wanted)
    assert [*map(repr, mine.constants)] == ["0.0", "-0.0", "inf"]


@pytest.mark.parametrize(
    "given", [(), ((), (), tuple, 1), ([], (), tuple), ((), (), 3), ((), (), int)]
)
def test_what_is_no_graph_is_refused(given):
    with pytest.raises(TypeError):
        engine.flattened(*given)


def test_what_c_does_not_know_is_left_to_python():
    assert engine.flattened((None,), (), Instruction) is None
    assert engine.flattened((), (None,), Instruction) is None
    assert engine.flattened((), (), Instruction) == ([], [], [], [], ())
