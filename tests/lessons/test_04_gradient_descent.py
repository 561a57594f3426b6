"""Gradient descent: closed forms for parabolas, and the roots of a polynomial for two valleys."""

from __future__ import annotations

import math

import numpy as np
import pytest

RATES = [0.01, 0.1, 0.4, 0.5, 0.9, 1.0, 1.05]
STATIONARY = np.sort(np.roots([4.0, 0.0, -8.0, 1.0]).real)  # of x⁴ - 4 x² + x: valley, hill, valley


def test_a_parabola_multiplies_the_distance_by_a_constant(lesson):
    assert list(lesson.names["tries"]) == RATES
    for rate, path in lesson.names["tries"].items():
        expected = 4.0 * (1.0 - 2.0 * rate) ** np.arange(len(path))
        np.testing.assert_allclose(path, expected, rtol=1e-9, atol=1e-300)


def test_the_steps_to_arrive_are_those_of_the_logarithm(lesson):
    table = lesson.printed.partition("\n2. ")[0].splitlines()[2 : 2 + len(RATES)]
    told = {float(line.split()[0]): line.split()[-1] for line in table}
    assert list(told) == RATES
    for rate in RATES:
        factor = abs(1.0 - 2.0 * rate)
        steps = "never"
        if rate == 0.5:
            steps = "1"
        elif factor < 1.0:
            steps = str(math.ceil(math.log(1e-3 / 4.0) / math.log(factor)))
        assert told[rate] == steps


def test_the_limit_is_two_over_the_second_derivative(lesson):
    names = lesson.names
    assert names["curvature"] == 6.0
    assert names["limit"] == pytest.approx(1.0 / 3.0, rel=1e-15)
    for share, end in names["ends"].items():
        # f' is 6 (x - 1), so that a step multiplies the distance from 1 by 1 - 6a = 1 - 2 share
        assert end - 1.0 == pytest.approx(2.0 * (1.0 - 2.0 * share) ** 200, rel=1e-9, abs=1e-12)
    below, at, above = (abs(names["ends"][share] - 1.0) for share in (0.99, 1.0, 1.01))
    assert at == pytest.approx(2.0)
    assert below < 0.1
    assert above > 100.0


def test_the_start_decides_the_valley(lesson):
    left, hill, right = STATIONARY
    kinds = {}
    for name, path in lesson.names["paths"].items():
        assert path[-1] == pytest.approx(left if path[0] < hill else right, abs=1e-8)
        slope_by_hand = 4 * path[0] ** 3 - 8 * path[0] + 1
        assert path[1] == pytest.approx(path[0] - 0.02 * slope_by_hand, rel=1e-14)
        assert (np.diff([x**4 - 4 * x**2 + x for x in path]) < 1e-14).all()  # never upwards
        (line,) = [line for line in lesson.printed.splitlines() if line.startswith(f"   {name} ")]
        kinds[name] = "global" if "the global minimum" in line else "local"
    assert kinds == {
        "from -2": "global", "from -0.5": "global", "from 0.1": "global",
        "from 0.15": "local", "from 1": "local", "from 2": "local",
    }  # fmt: skip
    assert lesson.names["top"] == pytest.approx(hill, abs=1e-9)
    for x in STATIONARY:
        assert f"f'' = {12 * x**2 - 8:.2f}" in lesson.printed


def test_the_pictures_show_rates_and_valleys(lesson):
    rates = lesson.words("rates.svg")
    for word in ("ten steps at three rates", "a = 0.9: ends at 0.4295", "a = 1.05: ends at 10.37"):
        assert word in rates
    for word in ("a = 0.01", "a = 1.05", "step", "|x|"):
        assert word in lesson.words("distances.svg")
    for picture in ("two_valleys.svg", "two_valleys_animated.svg"):
        words = lesson.words(picture)
        for name in lesson.names["paths"]:
            assert f"{name}: ends at" in words
    assert "@keyframes" in lesson.words("two_valleys_animated.svg")
    assert "@keyframes" not in lesson.words("two_valleys.svg")
