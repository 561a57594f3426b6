"""Paths and their sums, against the enumeration of every path of small random graphs."""

from __future__ import annotations

import math
import random

import pytest

import autograd
from autograd import Value, dot, relu, sqrt, where
from autograd.graph import Constant
from autograd.reverse import sweep
from tests.in_one_test import in_one_test
from visualize.steps.paths import (
    PathSums,
    largest_paths,
    path_sums,
    rest_of_paths,
    values_between,
)

INF = float("inf")
NAN = float("nan")


def random_graph(seed: int) -> tuple[Value, list[Value]]:
    """A graph of up to 14 operations, with constants, repeats, zeros and dead ends; its values."""
    rng = random.Random(seed)
    values = [
        Value(rng.choice([-1.5, -0.5, 0.0, 0.25, 2.0]), label=f"x{i}")
        for i in range(rng.randint(1, 4))
    ]
    for _ in range(rng.randint(1, 14)):
        x, y = rng.choice(values[-5:]), rng.choice(values)
        build = rng.choice(
            [
                lambda x, y: x + y, lambda x, y: x * y, lambda x, y: x * x - y,
                lambda x, y: x.tanh(), lambda x, y: relu(x), lambda x, y: 0.5 * x,
                lambda x, y: dot([x, y, x], [y, 2.0, 1.0]), lambda x, y: autograd.sum([x, x, y]),
                lambda x, y: where(x > y, x, y), lambda x, y: x.detach() + y,
            ]
        )  # fmt: skip
        values.append(build(x, y))
    return values[-1], values


def every_path(root: Value, target: Value) -> list[tuple[tuple[tuple[Value, int], ...], float]]:
    """All paths as ((node, position), ...) with their products, by plain enumeration.

    Derivatives come from the rows themselves, not from the sweep.
    """
    found = []
    unfinished = [(root, (), 1.0)]
    while unfinished:
        node, steps, product = unfinished.pop()
        if node is target:
            found.append((steps, product))
        elif node.op is not None:
            locals_ = node.op.pull(1.0, node.data, [float(arg.data) for arg in node.args])
            for position, (arg, local) in enumerate(zip(node.args, locals_, strict=True)):
                if local is not None and type(arg) is not Constant:
                    passed = product * local if product else 0.0
                    unfinished.append((arg, (*steps, (node, position)), passed))
    return found


SEEDS = range(200)


@in_one_test("seed", SEEDS)
def test_paths_and_sums_are_those_of_enumeration(seed):
    root, values = random_graph(seed)
    passes = sweep(root)
    gradients = passes.gradients()
    sums = path_sums(passes, values)
    for target in values:
        oracle = every_path(root, target)
        sizes = sorted((abs(product) for _, product in oracle), reverse=True)
        for count in (1, 3, 10_000):
            found = largest_paths(passes, [target], count)[target]
            assert [abs(path.product) for path in found] == pytest.approx(sizes[:count], rel=1e-12)
            by_steps = dict(oracle)
            steps = [tuple((edge.node, edge.position) for edge in path.edges) for path in found]
            assert len(set(steps)) == len(found)  # no path twice
            assert [path.product for path in found] == pytest.approx(
                [by_steps[step] for step in steps]
            )
            listed = set(steps)
            rest = math.fsum(product for step, product in oracle if step not in listed)
            assert rest_of_paths(passes, target, found) == pytest.approx(rest, abs=1e-12)
        total = math.fsum(product for _, product in oracle)
        assert sums[target].count == len(oracle)
        assert sums[target].open == sum(product != 0.0 for _, product in oracle)
        assert sums[target].size == pytest.approx(math.fsum(sizes))
        assert sums[target].total == pytest.approx(total, abs=1e-12)
        assert sums[target].total == gradients.get(target, 0.0)


@in_one_test("seed", SEEDS)
def test_several_values_at_once_are_as_each_alone(seed):
    root, values = random_graph(seed)
    passes = sweep(root)
    together, sums = largest_paths(passes, values), path_sums(passes, values)
    assert set(together) == set(sums) == set(values)
    for value in values:
        assert together[value] == largest_paths(passes, [value])[value]
        assert sums[value] == path_sums(passes, [value])[value]


def test_a_path_tells_its_nodes_edges_and_derivatives():
    x, y = Value(3.0), Value(4.0)
    product = x * y
    root = product * 2.0
    (path,) = largest_paths(sweep(root), [x])[x]
    assert path.root is root
    assert path.nodes == (root, product, x)
    assert path.locals == (2.0, 4.0)
    assert [(edge.node, edge.operand, edge.position) for edge in path.edges] == [
        (root, product, 0),
        (product, x, 0),
    ]
    assert path.product == 8.0


def test_each_use_by_position_is_a_path_of_its_own():
    x = Value(3.0)
    paths = largest_paths(sweep(x * x), [x])[x]
    assert [path.edges[0].position for path in paths] == [0, 1]
    assert path_sums(sweep(x * x), [x])[x] == PathSums(2, 2, 6.0, 6.0)


def test_the_root_itself_is_the_empty_path():
    x = Value(3.0)
    root = x * x
    for value in (root, x):
        passes = sweep(value)
        (path,) = largest_paths(passes, [value])[value]
        assert (path.edges, path.nodes, path.product) == ((), (value,), 1.0)
        assert path_sums(passes, [value])[value] == PathSums(1, 1, 1.0, 1.0)
        assert rest_of_paths(passes, value, [path]) == 0.0
        assert rest_of_paths(passes, value, []) == 1.0


def test_where_no_path_leads_there_is_none():
    x, other = Value(3.0), Value(1.0)
    passes = sweep(x.detach() * 2.0 + x * 0.5)
    assert len(largest_paths(passes, [x])[x]) == 1
    assert largest_paths(passes, [other]) == {other: ()}
    assert path_sums(passes, [other]) == {other: PathSums(0, 0, 0.0, 0.0)}
    assert rest_of_paths(passes, other, []) == 0.0
    assert values_between(passes, [other]) == set()


def test_ties_come_in_the_order_of_the_sweep_and_the_same_on_every_run():
    def positions():
        x = Value(1.0)
        root = autograd.sum([x, x, x, x])
        return [path.edges[0].position for path in largest_paths(sweep(root), [x], 3)[x]]

    assert positions() == positions() == [0, 1, 2]


def test_very_many_paths_are_counted_and_the_first_listed_at_once():
    x = value = Value(1.0)
    for _ in range(50):
        value = value + value
    passes = sweep(value)
    assert path_sums(passes, [x])[x] == PathSums(2**50, 2**50, 2.0**50, 2.0**50)
    paths = largest_paths(passes, [x])[x]
    assert len({tuple(edge.position for edge in path.edges) for path in paths}) == 5
    assert rest_of_paths(passes, x, paths) == 2.0**50 - 5


def test_counts_beyond_any_float():
    x = value = Value(0.5)
    for _ in range(3000):
        value = (value + value) * 0.5
    assert path_sums(sweep(value), [x])[x] == PathSums(2**3000, 2**3000, 1.0, 1.0)


def test_a_chain_of_many_values_needs_no_recursion():
    x = value = Value(1.0)
    for _ in range(10_000):
        value = -value
    passes = sweep(value)
    (path,) = largest_paths(passes, [x])[x]
    assert (len(path.edges), path.product) == (10_000, 1.0)
    assert rest_of_paths(passes, x, [path]) == 0.0
    del passes, path, value


def test_paths_that_underflow_are_still_told_apart():
    x = Value(1.0)
    small, smaller = x * 1e-200, x * 1e-250
    passes = sweep(smaller * 1e-200 + small * 1e-200)
    paths = largest_paths(passes, [x])[x]
    assert [path.product for path in paths] == [0.0, 0.0]
    assert paths[0].edges[-1].node is small
    assert path_sums(passes, [x])[x].open == 2


def test_subnormal_derivatives_are_told_apart():
    x = Value(1.0)
    passes = sweep((x * 5e-324) * 0.25 + (x * 1e-323) * 0.25)
    first, _ = largest_paths(passes, [x])[x]
    assert first.locals[-1] == 1e-323


def test_paths_that_overflow_come_before_finite_ones():
    x = Value(1e-300)
    passes = sweep((x * 1e200) * 1e200 + x * 1e308)
    assert [path.product for path in largest_paths(passes, [x])[x]] == [INF, 1e308]


def test_nan_comes_first_then_infinities_then_sizes_then_zero():
    zero, x = Value(0.0), Value(1.0)
    nan = x * Value(NAN)
    infinite = sqrt(x * zero)
    passes = sweep(nan + infinite + 3.0 * x + x * 0.0)
    products = [path.product for path in largest_paths(passes, [x])[x]]
    # the infinite derivative of the root meets the 0 that x is multiplied with: that 0 wins
    assert [str(product) for product in products] == ["nan", "3.0", "0.0", "0.0"]
    passes = sweep(infinite + 3.0 * zero + zero * 0.0)
    assert [path.product for path in largest_paths(passes, [zero])[zero]] == [INF, 3.0, 0.0]


def test_a_gradient_of_zero_passes_nothing_even_to_an_infinite_derivative():
    x = Value(0.0)
    passes = sweep(sqrt(x) * 0.0)
    (path,) = largest_paths(passes, [x])[x]
    assert (path.locals, path.product) == ((0.0, INF), 0.0)
    assert path_sums(passes, [x])[x] == PathSums(1, 0, 0.0, 0.0)
    assert rest_of_paths(passes, x, []) == 0.0


def test_a_rule_that_selects_stops_an_infinity():
    x = Value(0.0)
    passes = sweep(sqrt(relu(x - 0.0)))  # relu'(0) = 0 below sqrt'(0) = inf
    (path,) = largest_paths(passes, [x])[x]
    assert path.locals == (INF, 0.0, 1.0)
    assert path.product == passes.gradients()[x] == 0.0
    assert path_sums(passes, [x])[x].size == 0.0


def test_the_zero_of_a_factor_wins_over_infinity():
    x = Value(0.0)
    passes = sweep(sqrt(x * 0.0))
    (path,) = largest_paths(passes, [x])[x]
    assert path.product == passes.gradients()[x] == path_sums(passes, [x])[x].size == 0.0


def test_cancelling_paths_show_in_the_sum_of_sizes():
    x = Value(2.0)
    sums = path_sums(sweep(1e9 * x - 1e9 * x + x), [x])[x]
    assert (sums.total, sums.size) == (1.0, 2e9 + 1.0)


def test_the_rest_has_all_its_digits_beside_large_listed_paths():
    x = Value(2.0)
    passes = sweep(1e20 * x + x * 1e-5 + 2e-5 * x)
    listed = largest_paths(passes, [x], 1)[x]
    assert rest_of_paths(passes, x, listed) == 1e-5 + 2e-5
