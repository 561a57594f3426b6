"""why(): every cause provoked by several programs, against oracles that walk all paths."""

from __future__ import annotations

import inspect
import linecache
import math
import random
import re
import warnings
from fractions import Fraction
from math import inf, isclose, isfinite, isnan, nan
from typing import get_args

import pytest

import autograd
from autograd import (
    Value,
    clip,
    dot,
    exp,
    log,
    logsumexp,
    maximum,
    no_grad,
    relu,
    sigmoid,
    source_lines,
    sqrt,
    tanh,
    topological_order,
    where,
)
from autograd.graph import Constant
from autograd.primitive import TABLE
from nn import MLP, hinge_loss, huber_loss, l1_loss, mse_loss
from tests.in_one_test import in_one_test
from visualize import explain, why
from visualize.scene.slice import MOST_BOXES
from visualize.why import Diagnosis
from visualize.why.ways import Cause
from visualize.why.why import CAUSES, REMARKS

pytestmark = pytest.mark.filterwarnings("ignore::autograd.errors.NumericWarning")


def value(data, label="x"):
    return Value(data, label=label)


def named(value, label):
    value.label = label
    return value


# Programs: each returns the leaf and the root.


def rebound():
    w = value(1.0, "w")
    updated = Value(w.data - 0.1, label="w")
    return w, updated * value(3.0, "x")


def computed_without_recording():
    w = value(2.0, "w")
    with no_grad():
        loss = (w * 3.0) ** 2
    return w, loss


def cut_in_the_middle():
    w, v = value(2.0, "w"), value(5.0, "v")
    with no_grad():
        hidden = w * 3.0
    return w, hidden * v


def changed_leaf():
    x = value(2.0)
    y = x * x
    x.data = 3.0
    return x, y


def another_changed_leaf():
    x, y = value(2.0), value(3.0, "y")
    root = tanh(x) * y
    y.data = 4.0
    return x, root


def through_detach():
    x = value(3.0)
    return x, (x * 2).detach() * 5


def through_comparison():
    x = value(3.0)
    return x, where(x > 1, 2.0, value(3.0, "y")) * 1.0


def through_sign():
    x = value(3.0)
    return x, TABLE["sign"](x) * 2


def log_of_negative():
    x = value(-1.0)
    return x, log(x) * 2


def overflowing_exponential():
    x = value(1000.0)
    e = exp(x)
    return x, e / e


def nan_to_begin_with():
    w = value(nan, "w")
    return w, (w * 3.0 + 1.0) ** 2


def nan_beside_the_leaf():
    x, y = value(1.0), value(-1.0, "y")
    return x, x * 2 + sqrt(y)


def overflowing_product():
    x = value(1e200)
    return x, x * x


def log_of_zero():
    x = value(0.0)
    return x, log(x) + 1


def infinite_leaf():
    x = value(-inf)
    return x, x * 2.0


def infinite_number():
    x = value(2.0)
    return x, tanh(x) * inf


def divided_by_overflow():
    x = value(1000.0)
    return x, 1 / exp(x)


def root_of_zero():
    x = value(0.0)
    return x, sqrt(x) * 3 + x


def power_of_zero():
    x = value(0.0)
    return x, x**0.5


def infinities_of_both_signs():
    x = value(0.0)
    return x, sqrt(x) - sqrt(x * 2)


def exponent_of_negative():
    y = value(2.0, "y")
    return y, Value(-2.0) ** y


def infinite_times_zero():
    x = value(0.0)
    return x, sqrt(x * relu(x))


def overflowing_gradient():
    x = value(1e-300)
    return x, x * 1e200 * 1e200


def overflowing_sum_of_gradients():
    x = value(1e-300)
    return x, x * 1.5e308 + x * 1.5e308


def relu_off():
    w, x = value(-2.0, "w"), value(3.0)
    return w, (relu(w * x) - 1.0) ** 2


def dead_neuron():
    w = [value(-1.0, f"w{i}") for i in range(3)]
    outputs = [relu(dot(w, [Value(float(i + j)) for j in range(1, 4)])) for i in range(4)]
    return w[0], autograd.sum(outputs)


def branch_not_taken():
    x = value(2.0)
    return x, where(Value(1.0) > 0, value(5.0, "y"), x * 3)


def outside_of_bounds():
    x = value(9.0)
    return x, clip(x, -1.0, 1.0) * 3


def saturated():
    x = value(400.0)
    return x, tanh(x) + sigmoid(x * 100)


def times_zero():
    w = value(2.0, "w")
    return w, (w * Value(0.0, label="input")) + 1


def zero_in_a_dot_product():
    w = [value(1.0, "w0"), value(2.0, "w1")]
    return w[1], dot(w, [3.0, 0.0])


def smaller_of_two():
    x = value(2.0)
    return x, maximum(x, value(5.0, "y")) ** 2


def at_a_kink():
    x = value(0.0)
    return x, relu(x) + abs(x)


def exponential_of_minus_thousand():
    x = value(-1000.0)
    return x, exp(x) * 2


def long_product():
    x = y = value(3.0)
    for _ in range(400):
        y = y * 0.1
    return x, y


def there_and_back():
    x = value(1.0)
    return x, x * 1e300 * 1e-200 * 1e-200 * 1e-200


def subnormal():
    x = value(1.0)
    return x, x * 1e-160 * 1e-160


def half_lost():
    x = value(1e-150)
    return x, x * 1e200 * 1e200 * 1e-200 * 1e-200 + x * 0.5


def difference_of_equals():
    x = value(3.0)
    return x, x - x


def cancelled_inside():
    x = value(3.0)
    h = tanh(x * 0.1)
    return x, h * 5 + h * -5.0


def cancelled_twice():
    x = value(3.0)
    u = (x * 1.0) - (x * 1.0)
    return x, u * 2.0 - u * 2.0


def nearly_cancelled():
    x = value(3.0)
    return x, x * 1e9 - x * 1e9 + x * 0.5


def cancelled_and_a_little_lost():
    x, y = cancelled_twice()
    return x, y + x * 1e-200 * 1e-200


def lost_and_a_little_cancelled():
    x = value(1e-150)
    return x, x * 1e200 * 1e200 * 1e-200 * 1e-200 + (x * 1e-5 - x * 1e-5)


def tiny_by_cancellation():
    x = value(3.0)
    return x, x * 0.01 - x * 0.0099999


def sigmoids():
    x = y = value(0.3)
    for _ in range(15):
        y = sigmoid(y)
    return x, y


def small_factors():
    x = value(1.0)
    return x, x * 1e-5 * 1e-5


def large_factors():
    x = y = value(0.3)
    for _ in range(40):
        y = y * Value(3.0)
    return x, y


def steep_power():
    x = value(10.0)
    return x, x**10


def steep_sum():
    x = value(1.0)
    return x, autograd.sum([x * 100.0 for _ in range(200)])


def simple():
    x = value(3.0)
    return x, x * x


def simple_after_backward():
    x, y = simple()
    y.backward()
    return x, y


def network():
    rng = random.Random(3)
    w = [[value(rng.gauss(0, 0.5), f"w{i}{j}") for j in range(4)] for i in range(4)]
    hidden = [tanh(dot(row, [0.5, -1.0, 2.0, 0.1])) for row in w]
    loss = autograd.sum([h * h for h in hidden])
    loss.backward()
    return w[0][0], loss


def the_root_itself():
    _, y = simple()
    y.backward()
    return y, y


def harmless_nan():
    x = value(2.0)
    y = where(Value(1.0) > 0, x * 3, log(x - 5))
    y.backward()
    return x, y


def harmless_softmax():
    x = value(2.0)
    y = logsumexp([x, value(1.0, "y")])
    y.backward()
    return x, y


def twice():
    x, y = simple()
    y.backward()
    y.backward()
    return x, y


def from_another_root():
    x, y = simple()
    (x * 7).backward()
    return x, y


def cleared():
    x, y = simple_after_backward()
    x.zero_grad()
    return x, y


# The cause, the program, and the operations at fault.
PROGRAMS = [
    ("not connected", rebound, ["w"]),
    ("not connected", computed_without_recording, ["leaf"]),
    ("not connected", cut_in_the_middle, ["leaf"]),
    ("stale", changed_leaf, ["mul", "x"]),
    ("stale", another_changed_leaf, ["mul", "tanh", "y"]),
    ("detached", through_detach, ["detach"]),
    ("detached", through_comparison, ["greater"]),
    ("detached", through_sign, ["sign"]),
    ("forward nan", log_of_negative, ["log"]),
    ("forward nan", overflowing_exponential, ["exp", "div"]),
    ("forward nan", nan_to_begin_with, ["w"]),
    ("forward nan", nan_beside_the_leaf, ["sqrt"]),
    ("forward inf", overflowing_product, ["mul"]),
    ("forward inf", log_of_zero, ["log"]),
    ("forward inf", infinite_leaf, ["x"]),
    ("forward inf", infinite_number, ["mul"]),
    ("forward inf", divided_by_overflow, ["exp"]),
    ("backward inf", root_of_zero, ["sqrt"]),
    ("backward inf", power_of_zero, ["pow"]),
    ("backward nan", infinities_of_both_signs, ["sqrt", "x", "mul"]),
    ("backward nan", exponent_of_negative, ["pow"]),
    ("overflowed", overflowing_gradient, ["mul"]),
    ("overflowed", overflowing_sum_of_gradients, ["x"]),
    ("killed", relu_off, ["relu"]),
    ("killed", dead_neuron, ["relu"] * 4),
    ("killed", branch_not_taken, ["where"]),
    ("killed", outside_of_bounds, ["clip"]),
    ("killed", saturated, ["tanh", "sigmoid"]),
    ("killed", times_zero, ["mul"]),
    ("killed", infinite_times_zero, ["mul", "relu"]),
    ("killed", zero_in_a_dot_product, ["dot"]),
    ("killed", smaller_of_two, ["maximum"]),
    ("killed", at_a_kink, ["abs", "relu"]),
    ("killed", exponential_of_minus_thousand, ["exp"]),
    ("underflowed", long_product, ["mul"]),
    ("underflowed", there_and_back, ["mul"]),
    ("underflowed", subnormal, ["mul"]),
    ("underflowed", half_lost, ["mul"]),
    ("cancelled", difference_of_equals, ["x", "sub"]),
    ("cancelled", cancelled_inside, ["tanh", "mul", "mul"]),
    ("cancelled", cancelled_twice, ["sub", "mul", "mul"]),
    ("cancelled", nearly_cancelled, ["x", "mul", "mul", "mul"]),
    ("cancelled", cancelled_and_a_little_lost, ["sub", "mul", "mul"]),
    ("underflowed", lost_and_a_little_cancelled, ["mul"]),
    ("cancelled", tiny_by_cancellation, ["x", "mul", "mul"]),
    ("vanishing", sigmoids, ["sigmoid"] * 3),
    ("vanishing", small_factors, ["mul"] * 2),
    ("grown", large_factors, ["mul"] * 3),
    ("grown", steep_power, ["pow"]),
    ("grown", steep_sum, ["mul"]),
    ("not computed", simple, []),
    ("not computed", cleared, []),
    ("healthy", simple_after_backward, []),
    ("healthy", network, []),
    ("healthy", the_root_itself, []),
    ("healthy", harmless_nan, []),
    ("healthy", harmless_softmax, []),
    ("accumulated", twice, []),
    ("accumulated", from_another_root, []),
]
every_program = in_one_test(
    "cause, program, operations", PROGRAMS, ids=[made.__name__ for _, made, _ in PROGRAMS]
)


def kind(node):
    return node.op.name if node.op else node.label or "leaf"


@every_program
def test_the_cause_and_the_operations_at_fault(cause, program, operations):
    diagnosis = why(*program())
    assert (diagnosis.cause, sorted(map(kind, diagnosis.nodes))) == (cause, sorted(operations))


def test_one_function_decides_each_cause():
    decided = [
        cause for table in (*CAUSES, REMARKS) for causes in table.values() for cause in causes
    ]
    assert sorted([*decided, "healthy"]) == sorted(get_args(Cause))


@every_program
def test_the_gradient_is_that_of_a_backward_pass_and_none_is_touched(cause, program, operations):
    leaf, root = program()
    graph = topological_order(leaf, root)
    before = [(node.has_grad, repr(node.grad), repr(node.data)) for node in graph]
    diagnosis = why(leaf, root)
    assert [(node.has_grad, repr(node.grad), repr(node.data)) for node in graph] == before
    if cause == "stale":
        assert diagnosis.gradient is None
        return
    for node in graph:
        node.zero_grad()
    root.backward()
    assert repr(diagnosis.gradient) == (repr(leaf.grad) if leaf.has_grad else "None")


@every_program
def test_the_text_says_the_gradient_and_a_way_out(cause, program, operations):
    diagnosis = why(*program())
    assert isinstance(diagnosis, Diagnosis)
    assert str(diagnosis) == repr(diagnosis) == diagnosis.text
    first, *_ = diagnosis.text.splitlines()
    shown = ": no gradient, " if diagnosis.gradient is None else " = "
    assert re.match(r"∂\S+/∂[\w ()]+" + shown, first)
    assert ("Way out: " in diagnosis.text) == (cause != "healthy")
    assert not re.search(r"[^.]\.\.(\Z|[^.])", diagnosis.text)
    assert not any(line != line.rstrip() for line in diagnosis.text.splitlines())


@every_program
def test_the_picture_is_small_and_shows_leaf_root_and_culprits(cause, program, operations):
    leaf, root = program()
    diagnosis = why(leaf, root)
    scene = diagnosis.drawing.scene
    assert 1 <= len(scene.nodes) <= MOST_BOXES
    shown = [(node.data, node.operation) for node in scene.nodes]
    for node in (leaf, root, *diagnosis.nodes[:3]):
        assert repr((node.data, node.op.called if node.op else "")) in map(repr, shown)
    assert diagnosis.drawing.svg.startswith("<svg")
    assert diagnosis.drawing.source.startswith("digraph")
    bundle = diagnosis._repr_mimebundle_()
    assert bundle["text/plain"] == diagnosis.text
    assert "<pre" in bundle["text/html"]
    assert "<svg" in bundle["text/html"]


@every_program
def test_it_warns_of_nothing_and_leaves_no_mode(cause, program, operations):
    leaf, root = program()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        why(leaf, root)
    with no_grad(), warnings.catch_warnings():
        warnings.simplefilter("error")
        assert why(leaf, root).cause == cause


# Oracles: all paths of small random graphs, one by one, in exact arithmetic.


MADE = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a * b,
    lambda a, b: a.relu(),
    lambda a, b: -a,
    lambda a, b: a.detach(),
    lambda a, b: where(b > 0, a, b),
    lambda a, b: clip(a, -3.0, 3.0),
    lambda a, b: dot([a, b], [b, a]),
    lambda a, b: maximum(a, b) if a.data != b.data else a + 1,
]
PARTIAL = [
    lambda a, b: a + b,
    lambda a, b: a * b,
    lambda a, b: a / b,
    lambda a, b: log(a),
    lambda a, b: exp(a),
    lambda a, b: sqrt(a),
    lambda a, b: tanh(a),
]


def random_graph(rng):
    """A leaf and a root whose derivatives are small whole numbers, exact in every order."""
    pool = [value(float(rng.randint(-2, 2)), f"y{i}") for i in range(3)]
    leaf = pool[0]
    for _ in range(rng.randint(3, 10)):
        pool.append(rng.choice(MADE)(rng.choice(pool[-5:]), rng.choice(pool)))
    return leaf, autograd.sum([pool[-1], pool[-2]])


def paths(leaf, root):
    """All ways from the root to the leaf, each as a list of (node, local derivative or None)."""
    found, stack = [], [(root, [])]
    while stack:
        node, way = stack.pop()
        if node is leaf:
            found.append(way)
            continue
        for position, operand in enumerate(node.args):
            if type(operand) is not Constant:
                data = [float(arg.data) for arg in node.args]
                local = node.op.pull(1.0, node.data, data)[position]
                stack.append((operand, [*way, (node, local)]))
    return found


def test_all_paths_of_random_graphs_agree():
    rng = random.Random(5)
    met = set()
    for _ in range(800):
        leaf, root = random_graph(rng)
        if leaf not in set(topological_order(root)) or abs(root.data) > 1e12:
            continue
        ways = paths(leaf, root)
        live = [way for way in ways if all(local is not None for _, local in way)]
        products = [math.prod(Fraction(local) for _, local in way) for way in live]
        root.backward()
        diagnosis = why(leaf, root)
        met.add(diagnosis.cause)
        if not live:
            # on each way, what blocks nearest to the leaf
            blocked = {next(n for n, local in reversed(way) if local is None) for way in ways}
            assert (diagnosis.cause, set(diagnosis.nodes)) == ("detached", blocked)
            continue
        assert diagnosis.gradient == sum(products)
        if not any(products):
            killers = {next(n for n, local in reversed(way) if local == 0) for way in live}
            assert (diagnosis.cause, set(diagnosis.nodes)) == ("killed", killers)
        elif not sum(products):
            assert diagnosis.cause == "cancelled"
            positive = sum(product for product in products if product > 0)
            assert f"+{positive} and -{positive}: {2 * positive} in size" in diagnosis.text
        elif abs(sum(products)) < 1e4:
            assert diagnosis.cause == "healthy"
    assert met >= {"detached", "killed", "cancelled", "healthy"}


def test_the_first_not_finite_node_of_random_programs():
    rng = random.Random(7)
    met = 0
    for _ in range(300):
        pool = [value(rng.choice([-1.0, 0.0, 2.0, 800.0, 1e200]), f"x{i}") for i in range(3)]
        for _ in range(8):
            pool.append(rng.choice(PARTIAL)(rng.choice(pool), rng.choice(pool)))
        root = pool[-1] + pool[0]
        if isfinite(root.data):
            continue
        met += 1
        diagnosis = why(pool[0], root)
        assert diagnosis.cause == ("forward nan" if isnan(root.data) else "forward inf")
        culprit = diagnosis.nodes[0]
        assert not isfinite(culprit.data)
        assert all(isfinite(arg.data) for arg in culprit.args)
        # it spreads: some way from it to the root is not finite throughout
        sick = {culprit}
        for node in topological_order(root):
            if not isfinite(node.data) and any(arg in sick for arg in node.args):
                sick.add(node)
        assert root in sick
    assert met > 50


@pytest.mark.parametrize("program", [long_product, there_and_back, subnormal])
def test_the_true_size_of_what_underflowed(program):
    leaf, root = program()
    (way,) = paths(leaf, root)
    true = math.prod(Fraction(local) for _, local in way)
    digits = math.log10(true.numerator) - math.log10(true.denominator)
    shown = re.search(r"the true gradient is about \S+ \(log10 (\S+)\)", str(why(leaf, root)))
    assert isclose(float(shown.group(1)), digits, abs_tol=0.051)


@pytest.mark.parametrize("program", [sigmoids, large_factors])
def test_the_product_along_a_chain(program):
    leaf, root = program()
    diagnosis = why(leaf, root)
    digits = float(re.search(r"\(log10 (\S+)\)", str(diagnosis)).group(1))
    assert isclose(digits, math.log10(diagnosis.gradient), abs_tol=0.051)
    row = diagnosis.nodes[0].op.name
    steps = len(paths(leaf, root)[0])
    assert f"by operation: {row} ×{steps} " in str(diagnosis)


def test_deep_networks_with_many_paths_of_both_signs_are_not_called_cancelled():
    rng = random.Random(11)
    x = signal = [value(rng.gauss(0, 1), f"x{i}") for i in range(8)]
    for _ in range(12):
        signal = [dot([Value(rng.gauss(0, 0.35)) for _ in signal], signal).tanh() for _ in range(8)]
    root = autograd.sum(signal)
    root.backward()
    assert {why(leaf, root).cause for leaf in x} <= {"healthy"}


# What the text says.


def test_lines_are_those_of_the_program():
    with source_lines():
        w = value(-2.0, "w")
        h = w * 3.0
        y, line = relu(h), inspect.currentframe().f_lineno
        root = y + 1
    assert f"{__file__}:{line}: y, line = relu(h), inspect" in str(why(w, root))
    assert "source_lines" not in str(why(w, root)).replace("with source_lines():", "")


def test_without_lines_it_says_how_to_get_them():
    assert "`with autograd.source_lines():`" in str(why(*relu_off()))


@in_one_test(
    "program, said",
    [
        (log_of_negative, "v1 = log(x): log(-1) = nan (log is infinite at 0 and undefined below)"),
        (overflowing_exponential, "v1 = exp(x): exp(1000) = inf, beyond the largest float"),
        (overflowing_exponential, "then: v2 = v1 / v1: inf / inf = nan"),
        (nan_to_begin_with, "first: w = nan, a leaf, which is not finite to begin with"),
        (root_of_zero, "∂v1/∂x = 0.5 / v1 = 0.5 / 0 = inf, times the gradient 3 = inf for x"),
        (infinities_of_both_signs, "at x the contributions add up to inf + (-inf) = nan"),
        (infinite_times_zero, "∂v2/∂x = v1 = 0, times the gradient inf"),
        (overflowing_sum_of_gradients, "add up to 1.5e+308 + 1.5e+308 = inf"),
        (relu_off, "v3 = relu(v2) with v2 = -6: relu is off, its operand is not above 0"),
        (relu_off, "= 0, times the gradient -2"),
        (times_zero, "∂v2/∂w = input = 0, times the gradient 1"),
        (zero_in_a_dot_product, "the other factor is exactly 0"),
        (through_detach, "v2 = detach(v1) with v1 = 6"),
        (through_comparison, "v1 = x > 1 with x = 3"),
        (rebound, "The graph has another value called 'w': w = 0.9"),
        (computed_without_recording, "no operation was recorded for it"),
        (cut_in_the_middle, "1 leaf without a label in the graph may be where it was cut: v0 = 6"),
        (infinite_number, "0.964 × inf = inf, because a number in the expression is not finite"),
        (divided_by_overflow, "exp gave inf in the forward pass, before there was any gradient"),
        (divided_by_overflow, "Also: killed at div"),
        (steep_sum, "the |products| of all paths add up to 2e+04"),
        (changed_leaf, "The leaf 'x' was changed to 3.0 after mul had used it"),
        (changed_leaf, "the first is v1: 4 in the graph, 9 anew"),
        (long_product, "the float for it is 0"),
        (subnormal, "is 1e-320 in size; the float for it is 1e-320"),
        (nearly_cancelled, "2e+09 in size, and 0.5 is left"),
        (simple, "backward() has not been called from v1, so that x.grad still reads 0.0"),
        (cleared, "x.grad was cleared after the backward pass from v1"),
        (twice, "that is 2 times as much: 2 backward passes have added up"),
        (from_another_root, "it comes from an earlier backward pass; v1 has had none since it was"),
        (simple_after_backward, "main path: v1 → x, product 3"),
        (at_a_kink, "relu'(0) = 0, the flat side"),
    ],
)  # fmt: skip
def test_what_is_said(program, said):
    assert said in str(why(*program()))


def test_a_gradient_from_a_root_further_up_is_told():
    x = value(3.0)
    y = x * x
    (y * 5).backward()
    assert "the backward pass came to v1 with gradient 5, not 1" in str(why(x, y))


def test_several_causes_are_named_in_order():
    x = value(-2.0)
    y = relu(x) + log(x)
    said = why(x, y)
    assert said.cause == "forward nan"
    x = value(-2.0)
    said = why(x, relu(x) * 3)
    assert said.cause == "killed"
    assert "Also: backward() has not been called" in str(said)


def test_a_fault_of_the_forward_pass_is_not_told_again_of_the_backward_pass():
    assert "the derivative of" not in str(why(*overflowing_exponential()))


def test_independent_origins_are_named():
    x, y = value(-1.0), value(-2.0, "y")
    assert "also, independently: v3" in str(why(x, log(x) + log(y)))
    assert "independently" not in str(why(*log_of_negative()))


def test_ways_that_are_detached_are_told_beside_those_that_are_killed():
    x = value(-1.0)
    assert "pass no derivative at all, by detach(): v2" in str(why(x, relu(x) + x.detach()))
    assert "detach()" not in str(why(*relu_off()))


def test_a_killer_that_no_gradient_reaches_comes_last():
    w = value(-1.0, "w")
    far_below = relu(w * 2 * 1 * 1 * 1)
    root = relu(far_below - 1) + relu(w * 3)
    lines = [line for line in str(why(w, root)).splitlines() if "∂v" in line][1:]
    assert lines[0].endswith("times the gradient 1")
    assert lines[1].endswith("no gradient arrives either: it is killed further up as well")


def test_kinks_on_the_way_are_listed_and_others_are_not():
    x, other = value(0.0), value(0.0, "other")
    y = relu(x) + abs(other) + x
    found = why(x, y).kinks
    assert [kink.operation for kink in found] == ["relu"]


def test_an_interior_value_may_be_asked_about():
    x = value(-1.0)
    h = x * 2
    assert why(h, relu(h) + 1).cause == "killed"


def test_modules_whose_output_was_cut_are_shown_with_their_scope():
    w = value(2.0, "w")
    with no_grad(), autograd.scope("model"):
        hidden = w * 3
    other = Value(1.0)
    assert "v1 = 6 in model, v0 = 1" in str(why(w, other + hidden))


def test_a_dead_neuron_is_told_by_its_module_its_line_once():
    w = [value(-1.0, f"w{i}") for i in range(4)]
    with autograd.scope("model"), autograd.scope("neurons.3"), source_lines():
        outputs = [relu(dot(w, [1.0, 2.0, 3.0, i])) for i in range(3)]
    said = str(why(w[0], autograd.sum(outputs)))
    assert "killed at 3 places (relu in model/neurons.3)" in said
    assert said.count("relu is off") == 3
    assert said.count("outputs = [relu(") == 1


def test_of_many_operands_only_the_one_that_matters_is_told():
    w = [value(float(i), f"w{i}") for i in range(8)]
    said = str(why(w[2], dot(w, [1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0])))
    assert "with w2 = 2: the other factor" in said


# Errors.


@pytest.mark.parametrize("wrong", [1.0, "x", [Value(1.0)]])
def test_both_must_be_values(wrong):
    with pytest.raises(TypeError, match=r"why takes a Value, not") as raised:
        why(wrong, Value(1.0))
    assert ("one after the other" in str(raised.value)) == isinstance(wrong, list)
    with pytest.raises(TypeError, match=r"why: wrt takes a Value, not"):
        why(Value(1.0), wrong)
    with pytest.raises(TypeError, match=r"why takes a Value, not NoneType"):
        why(None)
    with pytest.raises(TypeError, match="leaf is another name for wrt"):
        why(Value(1.0), Value(2.0), leaf=Value(3.0))


def test_the_two_values_come_in_either_order():
    x, y = simple()
    texts = {why(y, x).text, why(x, y).text, why(y, wrt=x).text, why(leaf=x, root=y).text}
    assert len(texts) == 1
    assert explain(x, y).text == explain(y, x).text == explain(y, wrt=x).text
    stranger = value(1.0, "stranger")
    assert why(stranger, y).text == why(y, stranger).text
    assert why(y, stranger).cause == "not connected"


# The number itself.


def test_of_the_root_alone_the_number_is_told():
    x = value(0.0, "x")
    with pytest.warns(autograd.NumericWarning):
        loss = named(autograd.log(x) * 0.0 + 1.0, "loss")
    found = why(loss)
    assert (found.cause, found.gradient) == ("forward nan", None)
    assert str(found).startswith("loss = nan, log gave -inf in the forward pass")
    fine = named(x + 1.0, "fine")
    assert str(why(fine)).startswith("fine = 1, a finite number.")
    x.data = 2.0
    assert why(fine).cause == "stale"


# What makes gradients small and large.


def test_a_saturated_factor_is_not_counted_as_a_bounded_one_too():
    x = Value(0.3, label="x")
    found = str(why((8.5 * x.sigmoid()).tanh() * 1e-3, x))
    assert "by tanh, which is saturated" in found
    h = (6.0 + 0.1 * x).tanh()  # slope 2.4e-5
    for _ in range(14):
        h = h.sigmoid()
    found = str(why(h, x))
    assert "the slope of sigmoid is at most 1/4 (14 factors of that kind" in found


def test_a_saturated_sigmoid_is_told_to_start_from_smaller_weights():
    for at in (25.0, 36.0, -30.0):
        w = value(at, "w")
        found = str(why(w.sigmoid(), w))
        assert "sigmoid, which is saturated" in found
        assert "smaller weights" in found
        assert "larger weights" not in found
    w = value(800.0, "w")
    assert "larger weights" not in str(why(w.sigmoid(), w))


def test_many_sigmoids_are_blamed_for_their_bounded_slope():
    x = h = value(0.5, "x")
    for _ in range(10):
        h = h.sigmoid()
    found = str(why(h, x))
    assert (
        "the slope of sigmoid is at most 1/4 (10 factors of that kind: at most 9.537e-07)" in found
    )
    assert "saturated" not in found


def test_small_weights_are_told_to_be_larger():
    x = h = value(0.5, "x")
    for _ in range(20):
        h = (h * 0.3).tanh()
    found = " ".join(str(why(h, x)).split())
    assert "by 20 small factors" in found
    assert "start from larger weights" in found


@pytest.mark.parametrize("last", [lambda h, w: h * w, lambda h, w: h * h * w])
def test_numbers_that_grow_forward_are_told_with_their_steps(last):
    w, h = value(0.5, "w"), value(1.0, "h")
    for _ in range(30):
        h = 8.0 * h
    found = str(why(last(h, w), w))
    assert "huge after 1 step" not in found
    assert "they grow 8 times at each step, over 30 steps" in found or "over 31 steps" in found


def test_counts_are_grammatical():
    a = value(1.0, "a")
    one, two = str(why(Value(2.0) * 3.0, a)), str(why(Value(2.0) * Value(3.0), a))
    assert "1 leaf without a label" in one
    assert "2 leaves without a label" in two


# Size.


def test_deep_and_wide_graphs():
    x = y = value(0.5)
    for _ in range(5_000):
        y = y * 0.9999
    found = why(x, y)
    assert len(found.drawing.scene.nodes) <= MOST_BOXES
    assert sum(node.group.count for node in found.drawing.scene.nodes if node.group) > 4_900
    w = value(-1.0, "w")
    root = autograd.sum([relu(w * float(i)) for i in range(1, 3000)])
    found = why(w, root)
    assert len(found.nodes) == 2999
    assert "killed at 2,999 places (relu)" in str(found)
    assert len(str(found).splitlines()) < 30
    assert len(found.drawing.scene.nodes) <= MOST_BOXES


def test_labels_are_shown_safely():
    x = value(-1.0, "<script>\x1b[2J")
    found = why(x, relu(x))
    assert "\x1b" not in str(found)
    assert "<script" not in found._repr_mimebundle_()["text/html"]


def test_a_source_line_is_shown_safely(monkeypatch):
    text = "y = relu(x)  # \x1b[2J\u202e\n"
    monkeypatch.setitem(linecache.cache, "odd.py", (len(text), None, [text], "odd.py"))
    x = value(-1.0)
    names = {"__name__": "odd", "relu": relu, "x": x}
    with source_lines():
        exec(compile(text, "odd.py", "exec"), names)  # noqa: S102 - the text above
    assert "odd.py:1: y = relu(x)  # ␛[2J\ufffd" in str(why(x, names["y"]))


# Whole texts.

LESSON = """\
from autograd import Value, relu, sqrt
w, x, b = Value(-2.0, label="w"), Value(3.0, label="x"), Value(1.0, label="b")
hidden = relu(w * x + b)
loss = (hidden - 1) ** 2
distance = sqrt(hidden)
copy = w.detach() * x
"""
GOLDEN = {
    ("w", "loss"): """\
∂v7/∂w = 0, killed at relu: every way to w passes a local derivative of exactly 0.
  v5 = relu(v4) with v4 = -5: relu is off, its operand is not above 0
      lesson.py:3: hidden = relu(w * x + b)
      ∂v5/∂v4 = (1 if v4 > 0 else 0) = 0, times the gradient -2
Way out: use leaky_relu, a smaller learning rate, or another start for the biases.
Also: backward() has not been called from v7, so that w.grad still reads 0.0.""",
    ("hidden", "distance"): """\
∂v6/∂v5 = inf, the derivative of sqrt is inf where it was used.
  first: v6 = sqrt(v5) with v5 = 0
      lesson.py:5: distance = sqrt(hidden)
      ∂v6/∂v5 = 0.5 / v6 = 0.5 / 0 = inf, times the gradient 1 = inf for v5
Way out: keep what is under the root above 0, as sqrt(x + 1e-12); norm and hypot are safe at 0.
Also: backward() has not been called from v6, so that v5.grad still reads 0.0.
On the way, at a point without a derivative (left | right):
  v6 = sqrt(v5)  v5 = 0  sqrt'(0) = inf, from above; there is nothing below  \
∂v5: undefined | inf  lesson.py:5: distance = sqrt(hidden)""",
    ("w", "copy"): """\
∂v3/∂w: no gradient, detached here: every way from v3 to w passes an operation without a derivative.
  v1 = detach(w) with w = -2
      lesson.py:6: copy = w.detach() * x
      detach() lets no gradient pass
Way out: use the value itself where its gradient is wanted, without .detach().
Also: backward() has not been called from v3, so that w.grad still reads 0.0.""",
}


@pytest.mark.parametrize("asked", GOLDEN, ids="/".join)
def test_the_whole_text(asked, monkeypatch):
    lines = LESSON.splitlines(keepends=True)
    monkeypatch.setitem(linecache.cache, "lesson.py", (len(LESSON), None, lines, "lesson.py"))
    names = {"__name__": "lesson"}
    with source_lines():
        exec(compile(LESSON, "lesson.py", "exec"), names)  # noqa: S102 - the text above
    leaf, root = (names[name] for name in asked)
    assert str(why(leaf, root)) == GOLDEN[asked]


def met(error):
    model = MLP(1, [1], rng=random.Random(0))
    model.layers[0].neurons[0].weights[0].data, model.layers[0].neurons[0].bias.data = 2.0, 1.0
    loss = error([model([1.0]), model([2.0])])
    loss.backward()
    return loss, model.parameters()[0]


@pytest.mark.parametrize(
    "error",
    [
        lambda outputs: mse_loss(outputs, [3.0, 5.0]),
        lambda outputs: l1_loss(outputs, [3.0, 5.0]),
        lambda outputs: huber_loss(outputs, [3.0, 5.0]),
        lambda outputs: (outputs[0] - 3.0) ** 2,
        lambda outputs: hinge_loss(outputs, [1, 1]),
        lambda outputs: (1 + -1 * outputs[0]).relu(),
    ],
)
def test_where_nothing_is_left_to_learn_no_cure_is_advised(error):
    told = why(*met(error)).text
    assert "Way out: none is needed" in told
    assert "random numbers" not in told
    assert "leaky_relu" not in told


def test_a_dead_unit_is_no_margin_that_is_kept():
    x, b = Value(1.0, label="x"), Value(-5.0, label="b")
    assert "leaky_relu" in why((x + b).relu(), x).text


@pytest.mark.parametrize(
    ("given", "hint"), [(MLP(1, [1]), "its result, model(x)"), (3.0, "Value(3.0)")]
)
def test_what_is_no_value_is_refused_with_what_to_give(given, hint):
    with pytest.raises(TypeError, match=re.escape(hint)):
        why(given)


@pytest.mark.parametrize(
    ("function", "at", "advice"),
    [
        (lambda x: 1 / x, 1e-6, "keep the divisor away from 0"),
        (lambda x: x.log() * 3.0, 1e-12, "keep the operand of log above 0"),
        (lambda x: (x * 2.0).sqrt(), 1e-14, "keep what is under the root above 0"),
        (lambda x: x * 1e6, 1.0, "smaller initial weights"),
    ],
)
def test_a_gradient_that_is_huge_near_a_pole_is_told_to_keep_away(function, at, advice):
    x = Value(at, label="x")
    y = function(x)
    y.backward()
    assert advice in why(y, x).text


def test_a_rule_has_the_constants_of_the_expression():
    x = Value(300.0, label="x")
    assert "∂v1/∂x = 3 * x**2 = 3 * 300**2 = 270000" in why(x**3, x).text
