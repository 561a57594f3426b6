"""What rules of users must return: checked where they are used, before anything is lost."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograd import Value, check_gradients, gradients, jvp, primitive
from tests.in_one_test import in_one_test

USES = {
    "backward": lambda op, *xs: op(*xs).backward(),
    "gradients": lambda op, *xs: gradients(op(*xs), list(xs)),
    "create_graph": lambda op, *xs: gradients(op(*xs), list(xs), create_graph=True),
    "jvp": lambda op, *xs: jvp(op, tuple(x.data for x in xs), (1.0,) * len(xs)),
    "check": check_gradients,
}


@in_one_test("use", USES)
@in_one_test("returned", [None, "3", 1j, [1.0]], ids=repr)
def test_a_rule_that_returns_no_number_is_named(use, returned):
    """A forgotten return would else be a gradient of zero."""
    bad = primitive(
        "bad", lambda x, y: x * y, lambda g, out, x, y: g * y, lambda g, out, x, y: returned
    )
    x, y = Value(1.5), Value(-0.7)
    with pytest.raises(TypeError, match="pullback of bad for argument 1"):
        USES[use](bad, x, y)
    assert not x.has_grad


@in_one_test("use", USES)
@in_one_test("count", [0, 1, 4])
def test_a_variadic_rule_returns_one_contribution_for_each_argument(use, count):
    bad = primitive(
        "bad", lambda *xs: math.fsum(xs), lambda g, out, *xs: [g] * count, variadic=True
    )
    with pytest.raises(ValueError, match=rf"bad returned {count} contributions for 3"):
        USES[use](bad, Value(1.0), Value(2.0), Value(3.0))


@pytest.mark.parametrize("number", [1, np.float64(1.0), np.float32(1.0), True], ids=repr)
def test_numbers_of_every_kind_become_floats(number):
    plain = primitive("plain", np.float64, lambda g, out, x: number)
    x = Value(2.0)
    y = plain(x)
    y.backward()
    assert [type(part) for part in (y.data, y.forward().data, x.grad)] == [float] * 3
    assert type(gradients(y, x)) is float


@pytest.mark.parametrize("returned", [None, "two", 1j], ids=repr)
def test_a_forward_that_returns_no_number_is_named(returned):
    bad = primitive("bad", lambda x: returned, lambda g, out, x: g)
    for operand in (2.0, Value(2.0)):
        with pytest.raises(TypeError, match="forward of bad"):
            bad(operand)
