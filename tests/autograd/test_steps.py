"""Steps of the pass and values in line are what the rows say, to the last bit."""

from __future__ import annotations

import itertools
import random
import traceback
from math import inf, nan

import pytest

from autograd import Value, primitive
from autograd.backward import step_of, through
from autograd.native import engine
from autograd.operators import attach_binary
from autograd.primitive import RESERVED, TABLE
from autograd.written import in_line

ROWS = [TABLE[name] for name in TABLE if name in RESERVED and not TABLE[name].variadic]
EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 2.0, 1e-300, 1e300, inf, -inf, nan)


def bits(number):
    return "nan" if number != number else float(number).hex()


def points(op):
    """Return the special points of a row, edges and random numbers."""
    draw = random.Random(op.name)
    found = [*op.special, *itertools.islice(itertools.product(EDGES, repeat=op.arity), 60)]
    for _ in range(15):
        found.append(tuple(draw.uniform(low, high) for low, high in op.domain))
        found.append(tuple(draw.gauss(0.0, 10.0 ** draw.randrange(-3, 4)) for _ in op.domain))
    return [tuple(map(float, point)) for point in found]


@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_a_value_in_line_is_that_of_the_row(op):
    text = in_line(op, *"abc"[: op.arity])
    if text is None:
        return
    for point in points(op):
        found = eval(text, dict(zip("abc", point)))
        assert (type(found), bits(found)) == (float, bits(op.forward(*point))), point


@pytest.mark.parametrize("name", ["add", "sub", "mul", "neg", "guarded_mul", "gate", "where"])
def test_what_training_is_made_of_is_in_line(name):
    assert in_line(TABLE[name], *"abc"[: TABLE[name].arity])


@pytest.mark.parametrize("text", ["x / y", "x < y", "f(x)", "x < y ? f(x) : 0", "(x)", "x ? y"])
def test_what_python_computes_otherwise_is_called(text):
    assert in_line(primitive("test_step", float, lambda g, out, x: g, c=text), "a") is None


@pytest.mark.skipif(engine is not None, reason="C has steps of its own")
@pytest.mark.filterwarnings("ignore::autograd.NumericWarning")
@pytest.mark.parametrize("op", ROWS, ids=lambda op: op.name)
def test_a_step_sends_what_the_rules_say(op):
    assert step_of(op) is not through
    for point in points(op):
        for g in (1.0, -2.5, inf):
            # All operands Values; and each operand alone, beside numbers
            for kept in (range(op.arity), *([place] for place in range(op.arity))):
                operands = [Value(x) if i in kept else x for i, x in enumerate(point)]
                node = op(*operands)
                node.backward(g)
                wanted = op.pull(g, op.forward(*point), point)
                for place in kept:
                    slope = wanted[place]
                    found = operands[place]._grad
                    assert (slope is None) == (found is None)
                    assert slope is None or bits(slope) == bits(found), (point, g, place)


@pytest.mark.skipif(engine is not None, reason="C has steps of its own")
def test_a_traceback_shows_the_lines_of_a_step_and_the_rule_of_a_user():
    def fails(g, out, x):
        raise ZeroDivisionError("a rule of mine")

    row = primitive("test_step", lambda x: x, fails)
    with pytest.raises(ZeroDivisionError) as caught:
        row(Value(1.0)).backward()
    shown = "".join(traceback.format_exception(caught.value))
    assert "term_0 = rule_0(g, out, x)" in shown
    assert 'raise ZeroDivisionError("a rule of mine")' in shown


@pytest.mark.skipif(engine is not None, reason="the engine in C has the operators")
def test_an_operator_is_written_when_it_is_first_called():
    class Fresh(Value):
        __slots__ = ()

    attach_binary(Fresh, "__rsub__", TABLE["sub"], reflected=True)
    kept = Fresh.__rsub__
    x = Fresh(2.0)
    assert (5.0 - x).data == 3.0
    assert Fresh.__rsub__ is not kept
    assert Fresh.__rsub__.__doc__ == kept.__doc__
    node = kept(x, 7.0)  # whoever has kept the first one can call it all the same
    assert (type(node), node.data, node.args) == (Fresh, 5.0, (7.0, x))
    Fresh.__rsub__ = later = lambda self, other: 0.0
    kept(x, 7.0)
    assert Fresh.__rsub__ is later


def test_operands_are_those_given_in_their_order():
    x, y = Value(2.0), Value(3.0)
    assert (x - y).args == (x, y)
    assert (x - 1).args == (x, 1.0)
    assert (1 - x).args == (1.0, x)
    assert (x * x).args == (x, x)
    assert x.args == ()
    assert (-x).args == (x,)
    for node in (x - 1, 1 - x):
        assert sorted(type(arg).__name__ for arg in node.args) == ["Constant", "Value"]
