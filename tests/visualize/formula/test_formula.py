"""formula(): its text, run as a program, gives the data and the gradients of the graph."""

from __future__ import annotations

import math
import random
import warnings
from contextlib import suppress

import pytest
from hypothesis import given

import autograd
from autograd import Value, gradients, primitive, scope, topological_order
from autograd.primitive import RESERVED, TABLE
from tests.in_one_test import in_one_test
from tests.visualize.random_graphs import graphs, is_moderate
from visualize import formula, kinks
from visualize.formula import Formula

ROWS = [row for name, row in TABLE.items() if name in RESERVED]  # no row of another test

# Every name that a line may use, on floats.
NUMBERS = {name: getattr(autograd, name) for name in autograd.__all__} | {
    "inf": math.inf,
    "nan": math.nan,
}
# Their texts, max(x, y) and x, have one.
WITHOUT_DERIVATIVE = [TABLE["largest"], TABLE["finite"]]


def run(text, names):
    """Run lines of Python and return all names."""
    found = dict(names)
    exec(str(text), NUMBERS | {"max": max, "min": min}, found)  # noqa: S102 - what is tested
    return found


def as_numbers(written):
    return {name: leaf.data for name, leaf in written.leaves.items()}


def check(root, **options):
    """Compare a formula with all its derivatives, run on floats and on Values, with the engine."""
    root.label = "out"
    leaves = [value for value in topological_order(root) if value.op is None]
    expected = gradients(root, leaves)
    written = formula(root, wrt="all", **options)
    found = run(written, as_numbers(written))
    close = {"rel": 1e-9, "abs": 1e-12, "nan_ok": True}
    assert found["out"] == pytest.approx(root.data, **close), str(written)
    by_leaf = {leaf: name for name, leaf in written.leaves.items()}
    for leaf, gradient in zip(leaves, expected, strict=True):
        assert found[f"dout_d{by_leaf[leaf]}"] == pytest.approx(gradient, **close), str(written)
    values = {name: Value(leaf.data) for name, leaf in written.leaves.items()}
    again = run(formula(root, **options), values)["out"]
    if not isinstance(again, Value):  # max(x, 0) of a number
        return written
    assert again.data == pytest.approx(root.data, **close)
    if kinks(root) or any(value.op in WITHOUT_DERIVATIVE for value in topological_order(root)):
        return written  # max() of two equal Values is the first, whose derivative is 1, not 1 / 2
    slopes = gradients(again, [values[by_leaf[leaf]] for leaf in leaves])
    assert slopes == pytest.approx(expected, **close)
    return written


def test_an_expression_reads_as_it_was_typed():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    assert str(formula(a * b + 10)) == "y = a * b + 10"
    assert str(formula(-(a / b) + 3 * -(a**2))) == "y = -a / b - 3 * a**2"
    assert str(formula(a - (b - 1) - (a + b))) == "y = a - (b - 1) - (a + b)"
    assert str(formula((a + b) * autograd.tanh(a) ** 0.5)) == "y = (a + b) * tanh(a)**0.5"
    assert str(formula(autograd.where(a > b, a, -b))) == "y = a if a > b else -b"
    assert str(formula(autograd.dot([a, b], [b, a]) + 1e-5)) == "y = a * b + b * a + 1e-05"
    assert str(formula(sum([a, b, a]))) == "y = a + b + a"


def test_the_expression_of_micrograd(readme):
    written = formula(readme, wrt="all")
    found = run(written, {"a": -4.0, "b": 2.0})
    expected = [readme.data, *(value.grad for value in topological_order(readme)[:2])]
    assert [found["g"], found["dg_da"], found["dg_db"]] == pytest.approx(expected, rel=1e-14)
    assert "relu(t1)" in str(written)
    assert str(written).count("a + b") == 1, "a + b and b + a are the same expression"


def test_a_network(network):
    neurons = str(formula(network)).splitlines()
    assert len(neurons) == 9, "one line each, though some are used only once"
    network.label = ""
    written = check(network)
    assert str(written).count("relu(") == 9


def test_conditions_and_infinities(states):
    leaves = [value for value in topological_order(states) if value.label != "lost"]
    written = formula(states, wrt=[value for value in leaves if value.op is None])
    assert "if condition > two else two" in str(written)
    numbers = as_numbers(written) | {"lost": 1.0, "zero": 4.0}
    found = run(written, numbers)
    assert found["y"] == 2.0 + (1.5 - 0.5 * 2.0) + 0.0 + 1.0
    assert found["dy_dzero"] == 0.25
    assert run(written, numbers | {"condition": 1.0})["y"] == 2.0 + 1.0


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.name != "detach"], ids=lambda row: row.name
)
def test_every_row(row):
    rng = random.Random(3)
    for arity in (2, 4) if row.variadic else (row.arity,):
        domain = row.domain * arity if row.variadic else row.domain
        for _ in range(3):
            args = [
                Value(rng.uniform(low, high), f"p{place}") if low < high else low  # a count
                for place, (low, high) in enumerate(domain[:arity])
            ]
            written = check(row(*args) * 1.5)
            leaves = [arg for arg in args if isinstance(arg, Value)]
            assert written.leaves == {leaf.label: leaf for leaf in leaves}


@given(graphs())
def test_random_graphs(root):
    if is_moderate(root):
        with suppress(ZeroDivisionError, OverflowError):  # Python's own floats are not total
            check(root)


def test_wide_operations_are_sums_of_lists():
    leaves = [Value(0.1 * i, f"u{i}") for i in range(60)]
    written = check(
        autograd.sum(leaves) * autograd.dot(leaves[:30], leaves[30:]) / autograd.norm(leaves)
    )
    assert "sum([u0, u1," in str(written)
    assert "sum([u0 * u30, u1 * u31," in str(written)


@in_one_test(
    "step",
    [
        lambda x: x.tanh(),
        lambda x: 1.5 - x * 0.5,
        lambda x: (x * x + 1).log(),
        autograd.silu,
        lambda x: -(x / 3),
    ],
    ids=["tanh", "line", "square", "silu", "negative"],
)
@in_one_test("notation", ["python", "latex", "sympy"])
def test_long_chains_are_cut_into_lines_of_bounded_length(step, notation):
    x = value = Value(0.5, label="x")
    for _ in range(90):
        value = step(value)
    for wrt in (None, x):
        lines = str(formula(value, notation, wrt=wrt, max_operations=10_000)).splitlines()
        assert len(lines) > 6
        assert max(map(len, lines)) < 700
        most_tanh = max(line.count("tanh") for line in lines)
        assert most_tanh <= 11, "nobody counts more parentheses"
    if notation == "python":
        check(value, max_operations=10_000)


@pytest.mark.parametrize("count", [4_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_long_chain_needs_no_recursion_but_leave(count):
    value = Value(1.0, label="x")
    for _ in range(count):
        value = value * 1.00001
    with pytest.raises(
        ValueError, match=f"has {count:,} operations, and the limit is 2,000"
    ) as error:
        formula(value)
    assert f"max_operations={count} writes them all" in str(error.value)
    written = formula(value, max_operations=count)
    assert run(written, {"x": 1.0})["y"] == value.data
    assert written._repr_latex_() is None, "a notebook shows no 10,000 equations"


def test_the_operands_of_wide_operations_count():
    wide = autograd.sum([Value(1.0)] * 50)
    with pytest.raises(ValueError, match="has 50 operations, and the limit is 49"):
        formula(wide, max_operations=49)
    assert formula(wide, max_operations=50)


def test_labels_become_names():
    a, b = Value(1.0, label="layers.0.w"), Value(2.0, label="w[2]")
    middle = a * b
    middle.label = "hidden sum"
    root = middle.tanh()
    root.label = "loss"
    assert str(formula(root)) == "hidden_sum = layers_0_w * w_2\nloss = tanh(hidden_sum)"


@in_one_test(
    "labels, names",
    [
        (["a", "a"], ["a_0", "a_2"]),
        (["a.b", "a_b"], ["a_b_0", "a_b_2"]),
        (["sum", "lambda"], ["sum_", "lambda_"]),
        (["Max", "symbols"], ["Max_", "symbols_"]),
        (["", "x1"], ["x2", "x1"]),
        (["1st", "+"], ["x1", "x2"]),
        (["__builtins__", "__import__('os')"], ["x1", "import___os"]),
        (["a\nimport os", "b; c = 1"], ["a_import_os", "b_c_1"]),
        (["ﬁ", "fi"], ["fi_0", "fi_2"]),
        (["y", "z"], ["y", "z"]),
        (["w" * 41, "dy_dx"], ["x1", "dy_dx"]),
        (["损失", "α"], ["损失", "α"]),
        (["None", "tanh"], ["None_", "tanh_"]),
    ],
)
def test_hostile_and_equal_labels_make_fresh_identifiers(labels, names):
    a, b = (Value(float(place + 2), label) for place, label in enumerate(labels))
    written = formula(autograd.tanh(a) / b, wrt="all")
    assert list(written.leaves) == names
    found = run(written, dict(zip(names, [2.0, 3.0], strict=True)))
    result = "f" if names == ["y", "z"] else "y"
    assert found[result] == math.tanh(2.0) / 3.0
    assert found[f"d{result}_d{names[1]}"] == pytest.approx(-math.tanh(2.0) / 9.0)


def test_rows_of_users_may_take_a_name_first():
    row = primitive("taken_by_a_row", lambda x: x, lambda g, out, x: g)
    assert str(formula(row(Value(1.0, "taken_by_a_row")))) == "y = taken_by_a_row(taken_by_a_row_)"


def test_rows_of_users_are_written_by_their_formula():
    a = Value(2.0, "a")
    pull = lambda g, out, x: g * 3.0 * x * x  # noqa: E731 - a rule
    named = primitive("cube_named", lambda x: x**3, pull)
    assert str(formula(named(a), wrt=a)) == "y = cube_named(a)\ndy_da = 3 * a * a"
    opened = primitive("cube_opened", lambda x: x**3, pull, formula="x**3")
    assert str(formula(1 + opened(a + 1))) == "y = 1 + (a + 1)**3"
    broken = primitive("cube_broken", lambda x: x**3, pull, formula="x³")
    assert str(formula(broken(a))) == "y = cube_broken(a)"


def test_an_operation_that_differs_each_time_is_written_each_time():
    rng = random.Random(1)
    noise = primitive("noise", lambda x: x + rng.random(), lambda g, out, x: g)
    a = Value(1.0, "a")
    assert str(formula(noise(a) + noise(a))) == "y = noise(a) + noise(a)"
    assert str(formula(a.exp() + a.exp())) == "t1 = exp(a)\ny = t1 + t1"


@in_one_test(
    "number, text",
    [
        (10.0, "a + 10"),
        (0.1, "a + 0.1"),
        (-2.0, "a - 2"),
        (1e22, "a + 1e+22"),
        (123456789012345.0, "a + 123456789012345"),
        (5e-324, "a + 5e-324"),
        (math.inf, "a + inf"),
        (-math.inf, "a - inf"),
        (0.1 + 0.2, "a + 0.30000000000000004"),
    ],
)
def test_numbers_are_exact(number, text):
    assert str(formula(Value(1.0, "a") + number)) == f"y = {text}"


def test_a_zero_keeps_its_sign():
    assert str(formula(Value(1.0, "a") * -0.0)) == "y = a * -0.0"


def test_only_what_is_shared_or_labelled_has_a_line():
    a, b = Value(2.0, "a"), Value(3.0, "b")
    assert (
        str(formula((-a).exp() - (-a) + (a > b) * (a > b))) == "y = exp(-a) + a + (a > b) * (a > b)"
    )
    t = a * b
    assert str(formula(t + t)) == "t1 = a * b\ny = t1 + t1"
    t.label = "product"
    assert str(formula(t + 1)) == "product = a * b\ny = product + 1"


def test_the_gradient_shares_the_parts_of_the_formula():
    a = Value(0.5, "a")
    assert str(formula(autograd.tanh(a), wrt=a)) == "y = tanh(a)\ndy_da = 1 - y * y"
    written = formula(a.sin() * a.cos(), wrt=[a])
    assert str(written).splitlines() == [
        "t1 = sin(a)",
        "t2 = cos(a)",
        "y = t1 * t2",
        "dy_da = -t1 * t1 + t2 * t2",
    ]


def test_derivatives_by_any_value_and_of_any_kind():
    a, b, unused = Value(2.0, "a"), Value(3.0, "b"), Value(1.0, "c")
    middle = a * b
    root = middle.tanh() + unused.detach()
    found = run(formula(root, wrt=[middle, root, a, unused, a]), {"a": 0.2, "b": 0.5, "c": 1.0})
    slope = 1 - math.tanh(0.1) ** 2
    assert found["dy_dt1"] == pytest.approx(slope)
    assert found["dy_dy"] == 1
    assert found["dy_da"] == pytest.approx(slope * 0.5)
    assert found["dy_dc"] == 0
    assert not {"dy_db", "dy_da_"} & set(found), "only what was asked for, each once"


def test_derivatives_of_derivatives():
    x = Value(0.7, "x")
    slope = gradients(x.sin() * x, x, create_graph=True)
    written = formula(slope, wrt=x)
    assert run(written, {"x": 0.7})["dy_dx"] == pytest.approx(
        2 * math.cos(0.7) - 0.7 * math.sin(0.7)
    )


def test_a_leaf_alone():
    a = Value(2.0, "a")
    assert str(formula(a)) == "y = a"
    assert str(formula(a, wrt="all")) == "y = a\ndy_da = 1"
    assert str(formula(Value(2.0))) == "y = x1"
    assert str(formula(autograd.sum([]) + a)) == "y = a"


def test_nothing_is_touched():
    a = Value(2.0, "a")
    root = (a * a).exp()
    root.backward()
    before = [(v.grad, v.has_grad, v.label, v.data, v.scope) for v in topological_order(root)]
    with scope("elsewhere"), warnings.catch_warnings():
        warnings.simplefilter("error")
        formula(root, wrt="all")
        formula(Value(0.0, "zero").sqrt(), wrt="all")
    assert [
        (v.grad, v.has_grad, v.label, v.data, v.scope) for v in topological_order(root)
    ] == before


def test_the_same_formula_every_time(readme):
    texts = {str(formula(readme, notation, wrt="all")) for notation in ["python"] * 3}
    assert len(texts) == 1


def test_a_formula_shows_itself():
    a = Value(2.0, "a")
    written = formula(a.tanh() + a)
    assert isinstance(written, Formula)
    assert repr(written) == str(written) == written.text == "y = tanh(a) + a"
    assert written._repr_latex_() == "$$\ny = \\tanh\\left(a\\right) + a\n$$"
    assert written.leaves == {"a": a}
    with pytest.raises(AttributeError):
        written.text = ""
    assert formula(a.tanh() + a, "latex").text == written.latex


def test_wrong_arguments_are_named():
    a = Value(2.0, "a")
    with pytest.raises(TypeError, match="formula takes a Value, not float; a plain number"):
        formula(2.0)
    with pytest.raises(
        ValueError, match="format must be one of 'python', 'latex', 'sympy', not 'C'"
    ):
        formula(a, "C")
    with pytest.raises(
        TypeError, match=r'wrt must be a Value, a list of Values or "all", not of.*label'
    ):
        formula(a, wrt="a")
    with pytest.raises(TypeError, match=r"wrt must be .* not of type int; .*Value\(3\)"):
        formula(a, wrt=3)
    with pytest.raises(TypeError, match=r"wrt must hold Values; item 1 is of type float"):
        formula(a * 2, wrt=[a, 2.0])
    with pytest.raises(ValueError, match=r"wrt\[1\], Value\(label='b'.*\), is not in the graph"):
        formula(a * 2, wrt=[a, Value(1.0, "b")])
    with pytest.raises(ValueError, match=r"formula: wrt, Value\(label='b'"):
        formula(a * 2, wrt=Value(1.0, "b"))
    y = a * 2
    a.data = 3.0
    with pytest.raises(autograd.StaleGraphError):
        formula(y, wrt=a)


def test_values_in_the_second_place_are_what_to_differentiate_by():
    a, b = Value(0.5, label="a"), Value(-0.25, label="b")
    y = (a * b).tanh()
    assert formula(y, a).text == formula(y, wrt=a).text
    assert formula(y, [a, b]).text == formula(y, wrt=[a, b]).text


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "exp", "sqrt", "tan"])
def test_an_operand_that_the_rule_does_not_use_has_no_line(name):
    a, b = Value(0.5, label="a"), Value(0.25, label="b")
    lines = formula(getattr(a * b + 1.0, name)(), [a, b]).text.splitlines()
    assert lines[0] == f"y = {name}(a * b + 1)"
    assert sum("a * b + 1" in line for line in lines) == 1


@pytest.mark.parametrize(
    "asked", [("w", "latex"), ("latex", "w"), ("w",), ("latex", None)], ids=str
)
def test_a_formula_is_asked_for_in_any_order(asked):
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    y = (x * w).tanh()
    given = [w if one == "w" else one for one in asked]
    expected = formula(
        y, format="latex" if "latex" in asked else None, wrt=w if "w" in asked else None
    )
    assert formula(y, *given).text == expected.text


def test_what_is_asked_for_twice_is_refused():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    y = x * w
    for call, name in (
        (lambda: formula(y, x, w), "wrt"),
        (lambda: formula(y, x, wrt=w), "wrt"),
        (lambda: formula(y, "latex", "sympy"), "format"),
        (lambda: formula(y, "latex", format="sympy"), "format"),
    ):
        with pytest.raises(TypeError, match=f"formula: {name} is given 2 times"):
            call()


def test_a_rule_written_by_a_function_of_the_graph_shares_it():
    x, w = Value(0.3, label="x"), Value(2.0, label="w")
    assert formula((x * w).tanh() + abs(x), wrt=w).text.splitlines() == [
        "t1 = tanh(x * w)",
        "y = t1 + abs(x)",
        "dy_dw = (1 - t1 * t1) * x",
    ]
    assert formula((x * w).tanh() + abs(x)).text == "y = tanh(x * w) + abs(x)"
