"""Vectors: the lesson's numbers against NumPy, complex numbers, SymPy and a linear program."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest


def test_the_signs_are_those_of_the_directions(lesson):
    products, a = lesson.names["products"], lesson.names["a"]
    for name, b in lesson.names["others"].items():
        assert products[name] == np.inner(a, b)
    assert {name: np.sign(number) for name, number in products.items()} == {
        "same way": 1.0, "right angle": 0.0, "against": -1.0,
    }  # fmt: skip


def test_the_identity_holds_for_the_angle_between_the_vectors(lesson):
    names = lesson.names
    for name, b in names["others"].items():
        # The quotient of two complex numbers has the angle between them
        between = abs(cmath.phase(complex(*b) / complex(*names["a"])))
        assert names["angles"][name] == pytest.approx(math.degrees(between), rel=1e-14)
        expected = np.linalg.norm(names["a"]) * np.linalg.norm(b) * math.cos(between)
        assert names["identities"][name] == pytest.approx(expected, abs=1e-14)
        assert names["products"][name] == pytest.approx(expected, abs=1e-14)


def test_the_gradient_of_a_dot_product_is_the_other_vector(lesson):
    names = lesson.names
    assert names["product"].data == 8.0
    assert [names["a0"].grad, names["a1"].grad] == [2.0, 2.0]
    assert [names["b0"].grad, names["b1"].grad] == [3.0, 1.0]


def test_the_matrix_product_is_that_of_the_slides(lesson):
    assert lesson.names["rows"] == [14.0, 25.0, 16.0]
    assert (
        lesson.names["rows"] == (np.array([[1, 2, 3], [2, 4, 5], [2, 1, 4]]) @ [1, 2, 3]).tolist()
    )
    for line in ("1 + 4 + 9  = 14", "2 + 8 + 15 = 25", "2 + 2 + 12 = 16"):
        assert line in lesson.printed


def test_the_gradient_is_that_of_symbolic_calculus(lesson):
    sympy = pytest.importorskip("sympy", reason="the oracle")
    x, y = sympy.symbols("x y")
    formula, place = x**2 * y + 3 * y, {x: 2, y: 1}
    assert lesson.names["gradient"] == [float(formula.diff(s).subs(place)) for s in (x, y)]
    assert lesson.names["f"].data == float(formula.subs(place))


def test_growth_is_the_length_of_the_gradient_times_the_cosine(lesson):
    growths = lesson.names["growths"]
    assert list(growths) == [0, 45, 90, 135, 180]
    for turn, (by_gradient, by_step) in growths.items():
        expected = math.sqrt(4.0**2 + 7.0**2) * math.cos(math.radians(turn))
        assert by_gradient == pytest.approx(expected, abs=1e-13)
        assert by_step == pytest.approx(expected, abs=2e-5)  # half a step times the curvature


def test_the_weights_split_the_leaves(lesson):
    names = lesson.names
    X, y, w, b = names["X"], names["y"], np.array(names["weights"]), names["bias"]
    assert sorted(np.unique(y, return_counts=True)[1].tolist()) == [17, 23]
    assert (X >= 0).all()
    assert ((X @ w + b > 0) == (y == 1)).all()
    assert names["right"] == 40
    # The line crosses half way between the middles of the classes, at a right angle
    middles = [np.array([X[y == label, axis].sum() for axis in (0, 1)]) for label in (0, 1)]
    zero, one = middles[0] / (y == 0).sum(), middles[1] / (y == 1).sum()
    assert (zero + one) / 2 @ w + b == pytest.approx(0.0, abs=1e-12)
    assert np.linalg.det([w, one - zero]) == pytest.approx(0.0, abs=1e-12)
    for leaf in X[:5]:
        foot = leaf - (leaf @ w + b) / (w @ w) * w  # the nearest point of the line
        assert foot @ w + b == pytest.approx(0.0, abs=1e-12)
        assert f"{np.linalg.norm(leaf - foot):.2f} from the line" in lesson.printed


def test_the_pictures_show_the_arrows_the_graphs_and_the_line(lesson):
    for word in ("a", "same way", "right angle", "against"):
        assert word in lesson.words("alignment.svg")
    for word in ("a·b", "a0", "b1", "data 8", "grad 3"):
        assert word in lesson.words("dot_product.svg")
    for word in ("f(x, y)", "data 7", "grad 4", "grad 7"):
        assert word in lesson.words("gradient.svg")
    for word in ("Leaves", "brown spots", "yellow", "class"):
        assert word in lesson.words("hyperplane.svg")
    contours = [
        item for item in lesson.names["plane"].axes[0].collections if hasattr(item, "levels")
    ]
    (black,) = [item for item in contours if list(item.levels) == [0.0]]
    vertices = np.concatenate([path.vertices for path in black.get_paths()])
    assert len(vertices) > 10
    scores = vertices @ lesson.names["weights"] + lesson.names["bias"]
    assert scores == pytest.approx(np.zeros(len(vertices)), abs=1e-9)
