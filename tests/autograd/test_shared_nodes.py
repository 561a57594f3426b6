"""Random programs whose intermediate results are used many times, against complex steps.

The oracle runs the same program on Python's complex numbers: the derivative is the imaginary part
of f(x + ih) / h, without cancellation, for h as small as 1e-200 (Squire, Trapp 1998).
"""

from __future__ import annotations

import cmath
import operator

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd as ag
from autograd import Value, gradients, jvp, topological_order

# name: the operation on Values, on complex numbers, and how many operands it has
STEPS = {
    "add": (operator.add, operator.add, 2),
    "sub": (operator.sub, operator.sub, 2),
    "mul": (operator.mul, operator.mul, 2),
    "neg": (operator.neg, operator.neg, 1),
    "sin": (ag.sin, cmath.sin, 1),
    "tanh": (ag.tanh, cmath.tanh, 1),
    "square": (lambda x: x**2, lambda x: x * x, 1),
    "half": (lambda x: 0.5 * x, lambda x: 0.5 * x, 1),
    "sum": (lambda *xs: ag.sum(xs), lambda *xs: sum(xs), 3),
    "dot": (lambda a, b, c, d: ag.dot([a, b], [c, d]), lambda a, b, c, d: a * c + b * d, 4),
}
STEP = st.tuples(st.sampled_from(sorted(STEPS)), st.tuples(*[st.integers(0, 10**6)] * 4))
PROGRAMS = st.lists(STEP, min_size=5, max_size=40)
NUMBERS = st.floats(-1.5, 1.5).map(lambda x: round(x, 3))


def run(program, inputs, kind):
    """Run a program: each step takes earlier results, bounded so that nothing overflows."""
    results = list(inputs)
    for name, places in program:
        operation, arity = STEPS[name][kind], STEPS[name][2]
        operands = [results[place % len(results)] for place in places[:arity]]
        results.append(STEPS["tanh"][kind](operation(*operands)))
    return STEPS["sum"][kind](*results[-3:])


@given(program=PROGRAMS, point=st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_every_mode_agrees_with_complex_steps(program, point):
    leaves = [Value(x) for x in point]
    root = run(program, leaves, 0)
    steps = [
        run(program, [x + 1e-200j * (i == along) for i, x in enumerate(point)], 1)
        for along in range(3)
    ]
    wanted = pytest.approx([step.imag / 1e-200 for step in steps], rel=1e-9, abs=1e-12)
    assert root.data == pytest.approx(steps[0].real, rel=1e-12, abs=1e-14)
    root.backward()
    assert [leaf.grad for leaf in leaves] == wanted
    assert gradients(root, leaves) == wanted
    assert [slope.data for slope in gradients(root, leaves, create_graph=True)] == wanted
    along = [tuple(float(i == j) for i in range(3)) for j in range(3)]
    assert [jvp(lambda *xs: run(program, xs, 0), point, t)[1] for t in along] == wanted


@given(program=PROGRAMS, point=st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_gradients_of_interior_nodes_are_those_of_backward(program, point):
    root = run(program, [Value(x) for x in point], 0)
    nodes = topological_order(root)
    root.backward()
    assert gradients(root, nodes) == pytest.approx([n.grad for n in nodes], rel=1e-12, abs=1e-14)
    assert all(node.has_grad for node in nodes)


@given(program=PROGRAMS, point=st.tuples(NUMBERS, NUMBERS, NUMBERS), x=NUMBERS)
def test_forward_in_place_is_building_anew(program, point, x):
    leaves = [Value(number) for number in point]
    root = run(program, leaves, 0)
    leaves[0].data = x
    again = run(program, [Value(x), *map(Value, point[1:])], 0)
    assert root.forward().data == again.data
