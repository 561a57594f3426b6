"""primitive: operations that users define, and what is refused."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections import ChainMap, Counter, deque
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Primitive, Value, check_gradients, grad, gradients, jvp, primitive
from autograd.definition import checked
from autograd.primitive import RESERVED, TABLE
from tests.in_one_test import in_one_test


@pytest.fixture
def cube():
    return primitive("cube", lambda x: x * x * x, lambda g, out, x: g * 3.0 * x * x, symbol="³")


def test_is_a_function_of_numbers_values_and_arrays(cube):
    assert cube(2) == 8.0
    assert type(cube(2)) is float
    assert cube(Value(2.0)).data == 8.0
    np.testing.assert_array_equal(cube(np.array([1.0, 2.0])), [1.0, 8.0])
    assert (cube.__name__, cube.symbol, repr(cube)) == ("cube", "³", "<primitive cube>")
    assert TABLE["cube"] is cube
    assert isinstance(cube, Primitive)


def test_is_a_method_too(cube):
    x = Value(2.0)
    result = x.cube()
    assert (result.op, result.data) == (cube, 8.0)


def test_all_derivatives_follow_from_its_rule(cube):
    x = Value(2.0)
    cube(x).backward()
    assert x.grad == 12.0
    assert grad(grad(grad(cube)))(2.0) == 6.0
    assert jvp(cube, (2.0,), (0.5,)) == (8.0, 6.0)
    assert check_gradients(cube, 2.0)


def test_two_arguments_a_blocked_one_and_a_default():
    scaled = primitive(
        "scaled",
        lambda x, factor: x * factor,
        lambda g, out, x, factor: g * factor,
        None,
        defaults=(10.0,),
    )
    x, factor = Value(3.0), Value(2.0)
    scaled(x, factor).backward()
    assert (x.grad, factor.has_grad) == (2.0, False)
    assert scaled(3.0) == 30.0
    assert x.scaled().data == 30.0
    with pytest.raises(TypeError, match="scaled takes 1 to 2 arguments, got 3"):
        scaled(1.0, 2.0, 3.0)


def test_variadic():
    product = primitive(
        "product",
        lambda *xs: float(np.prod(xs)),
        lambda g, out, *xs: [g * out / x for x in xs],
        variadic=True,
    )
    xs = [Value(2.0), Value(3.0), Value(4.0)]
    product(*xs).backward()
    assert [x.grad for x in xs] == [12.0, 8.0, 6.0]
    assert grad(grad(lambda x: product(x, 3.0, x)))(5.0) == pytest.approx(6.0)


@in_one_test("made", [dict.fromkeys, set, frozenset, Counter, ChainMap, bytes, None, 1.0], ids=repr)
def test_a_variadic_rule_that_returns_no_list_is_refused(made):
    def rule(g, out, *xs):
        places = dict.fromkeys(range(len(xs)), 1.0)
        return made(places) if callable(made) else made

    row = primitive("test_unordered", lambda *xs: sum(xs), rule, variadic=True)
    x, y = Value(2.0), Value(3.0)
    message = "the result of the pullback of test_unordered must be a list of one number per argum"
    for derive in (
        row(x, y).backward,
        lambda: gradients(row(x, y), [x, y]),
        lambda: gradients(row(x, y), [x, y], create_graph=True),
        lambda: jvp(row, (2.0, 3.0), (1.0, 0.0)),
        lambda: check_gradients(row, 2.0, 3.0),
    ):
        with pytest.raises(TypeError, match=message):
            derive()
    assert not x.has_grad
    assert not y.has_grad


@in_one_test("made", [list, tuple, deque, np.array, iter, range], ids=repr)
def test_a_variadic_rule_may_return_any_items_in_an_order(made):
    def rule(g, out, *xs):
        return range(1, 3) if made is range else made([g, 2.0 * g])

    row = primitive("test_ordered", lambda *xs: sum(xs), rule, variadic=True)
    x, y = Value(2.0), Value(3.0)
    row(x, y).backward()
    assert (x.grad, y.grad, type(x.grad)) == (1.0, 2.0, float)


@pytest.mark.parametrize("operands", [1, 2, 3])
def test_what_forward_returns_is_a_float_or_refused(operands):
    given, rules = [], [lambda g, out, *xs: g] * operands
    row = primitive("test_forward", lambda *xs: given[-1], *rules)
    numbers = [2.0] * operands
    for number in (3, True, np.float64(3.0), np.float32(3.0), np.True_, np.array(3.0), Fraction(3)):
        given.append(number)
        x = [Value(2.0) for _ in numbers]
        y = row(*x)
        for result in (row(*numbers), y.data, y.forward().data):
            assert (type(result), result) == (float, float(number))
        y.backward()
        assert [(type(each.grad), each.grad) for each in x] == [(float, 1.0)] * operands
    for wrong in (None, "3", 1j, [3.0], np.ones(1), {3.0}):
        given.append(wrong)
        for call in (lambda: row(*numbers), lambda: row(*map(Value, numbers)), y.forward):
            with pytest.raises(TypeError, match="the result of forward of test_forward takes"):
                call()
    given.append(Value(3.0))
    for call in (lambda: row(*numbers), lambda: row(*map(Value, numbers)), y.forward):
        with pytest.raises(TypeError, match="its gradient would be lost in silence"):
            call()
    assert y.data == 3.0


def test_a_forward_that_returns_no_float_is_converted_or_refused():
    whole = primitive("whole", round, None)
    assert type(whole(Value(2.4)).data) is float
    text = primitive("text", lambda x: "two", None)
    with pytest.raises(TypeError, match=r"text .*'two'"):
        text(Value(2.0))


def test_can_be_defined_again_by_the_user_as_rerun_cells_do(cube):
    old = cube(Value(2.0))
    better = primitive("cube", lambda x: x**3.0, lambda g, out, x: g * 3.0 * x**2)
    x = Value(2.0)
    assert cube is not better
    assert x.cube().op is better
    assert old.op is cube
    old.backward()
    assert old.args[0].grad == 12.0


def test_a_graph_with_a_user_row_is_pickled_by_name(cube):
    new = pickle.loads(pickle.dumps(cube(Value(2.0))))  # noqa: S301 - our own
    assert new.op is cube
    del TABLE["cube"]
    with pytest.raises(LookupError, match=r"'cube'.*autograd\.primitive\('cube', \.\.\.\)"):
        pickle.loads(pickle.dumps(new))  # noqa: S301 - our own
    assert copy.deepcopy(new).op is cube


def identity(x):
    return x


REFUSED = {
    "no identifier": (("two words", identity, identity), ValueError, "'two words'.*identifier"),
    "empty name": (("", identity, identity), ValueError, "identifier"),
    "our own name": (("tanh", identity, identity), ValueError, "'tanh'.*another name"),
    "no pullback": (("f", identity), TypeError, "'f' .*one pullback per argument"),
    "forward no function": (("f", 3.0, identity), TypeError, "'f'.*forward.*3.0"),
    "forward None": (("f", None, identity), TypeError, "'f'.*forward.*None"),
    "pullback no function": (("f", identity, identity, 2.0), TypeError, "argument 1.*2.0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_words_that_help_and_not_registered(name):
    args, error, words = REFUSED[name]
    before = dict(TABLE)
    with pytest.raises(error, match=words):
        primitive(*args)
    assert before == TABLE


def test_a_variadic_row_has_exactly_one_pullback():
    with pytest.raises(TypeError, match=r"variadic.*exactly one"):
        primitive("f", identity, identity, identity, variadic=True)


@pytest.mark.parametrize("name", ["data", "grad", "backward", "label", "args", "op", "zero_grad"])
def test_a_name_of_an_attribute_never_takes_the_attribute_away(name):
    try:
        primitive(name, lambda x: 99.0, lambda g, out, x: g)
    except ValueError as refused:
        assert name in str(refused)  # noqa: PT017 - either is right
    x = Value(3.0, label="x")
    y = x * 2.0
    y.backward()
    x.zero_grad()
    assert (x.data, x.grad, x.label, x.args, x.op) == (3.0, 0.0, "x", (), None)


def test_every_row_says_what_it_is(row):
    assert row.__doc__
    assert row.symbol
    assert row.c
    assert TABLE[row.name] is row
    assert row.variadic or len(row.domain) == row.arity == len(row.pullbacks)
    assert all(low <= high for low, high in row.domain)  # equal: a number that counts
    assert row.special


def test_our_own_rows_would_be_taken_from_users_as_they_are(row):
    """Only rows of users are checked when they are made."""
    facts = {fact: getattr(row, fact) for fact in inspect.signature(primitive).parameters}
    taken = checked({**facts, "name": f"{row.name}_of_a_user"}, RESERVED)
    changed = {fact for fact in facts if taken[fact] != facts[fact]}
    assert changed <= {"name", "forward", "pullbacks"}


def test_public_functions_are_the_rows_themselves():
    for name in ("exp", "tanh", "relu", "maximum", "where", "hypot", "clip", "atan2"):
        assert getattr(ag, name) is TABLE[name]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_rule_that_returns_a_value_of_floats_is_refused(count):
    weight, x = Value(2.0), Value(1.0)
    row = primitive("test_no_float", lambda *xs: sum(xs), *[lambda g, *_: g * weight] * count)
    with pytest.raises(TypeError, match=r"pullback of test_no_float .* returned Value\(data=2"):
        row(*[x] * count).backward()
    assert not x.has_grad
    assert ag.gradients(row(*[x] * count), x, create_graph=True).data == 2.0 * count


def test_a_rule_that_returns_another_number_gives_a_float():
    x = Value(1.0)
    primitive("test_an_int", lambda x: x, lambda g, out, x: 3)(x).backward()
    assert (x.grad, type(x.grad)) == (3.0, float)
