"""Optimizers: every path against the rules written out anew, and every rate against all others."""

from __future__ import annotations

import functools
import math

import numpy as np
import pytest

pytestmark = pytest.mark.slow

RATES = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
NAMES = ["plain", "momentum", "Nesterov", "RMSprop", "Adam"]
LANDSCAPES = {  # heights and slopes by hand, start, steps
    "Valley": (
        lambda x, y: (x * x + 80 * y * y) / 2,
        lambda x, y: (x, 80 * y),
        (-9.0, 2.0), 300,
    ),
    "Rosenbrock": (
        lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2,
        lambda x, y: (2 * (x - 1) - 400 * x * (y - x * x), 200 * (y - x * x)),
        (-1.2, 1.0), 2000,
    ),
    "Saddle": (
        lambda x, y: 18 * x * x - y * y + y**4 / 4 + 1,
        lambda x, y: (36 * x, y**3 - 2 * y),
        (1.0, 0.001), 300,
    ),
}  # fmt: skip


class DivergedError(Exception):
    """A path has left all bounds."""


def descend(slopes, start, name, rate, steps):
    """Walk by a rule in NumPy, as its paper states it, for `steps` steps."""
    p = np.array(start)
    path, velocity, mean, square = [p], 0.0 * p, 0.0 * p, 0.0 * p
    for n in range(1, steps + 1):
        g = np.array(slopes(*p))
        if name == "plain":
            p = p - rate * g
        elif name == "momentum":
            velocity = 0.9 * velocity - rate * g  # with the rate inside: the same path
            p = p + velocity
        elif name == "Nesterov":
            before, velocity = velocity, 0.9 * velocity - rate * g
            p = p - 0.9 * before + 1.9 * velocity
        elif name == "RMSprop":
            square = square + 0.1 * (g**2 - square)
            p = p - rate * g / (np.sqrt(square) + 1e-8)
        else:
            mean, square = mean + 0.1 * (g - mean), square + 0.001 * (g**2 - square)
            corrected = np.sqrt(square / (1 - 0.999**n)) + 1e-8
            p = p - rate * mean / (1 - 0.9**n) / corrected
        if np.abs(p).max() > 1e6:
            raise DivergedError
        path.append(p)
    return np.array(path)


@functools.cache
def steps_needed(place, name, rate):
    """Return the steps after which the height stays below 0.1, or infinity."""
    height, slopes, start, steps = LANDSCAPES[place]
    try:
        path = descend(slopes, start, name, rate, steps)
    except DivergedError:
        return math.inf
    above = np.flatnonzero([height(*p) > 0.1 for p in path])
    return math.inf if above[-1] == steps else int(above[-1]) + 1


@pytest.mark.parametrize("name", NAMES)
def test_the_first_steps_are_those_worked_by_hand(lesson, name):
    first = {"plain": 0.8, "momentum": 0.8, "Nesterov": 0.62, "RMSprop": 0.6837722, "Adam": 0.9}
    xs = lesson.names["steps_on_x2"][name]
    assert xs[1] == pytest.approx(first[name], abs=1e-7)
    assert lesson.names["rules"][name][2] == pytest.approx(first[name], abs=1e-7)
    assert f"{first[name]:.6f}; the optimizer: {first[name]:.6f}" in lesson.printed
    expected = descend(lambda x: (2 * x,), (1.0,), name, 0.1, 2)[:, 0]
    assert xs == pytest.approx(expected, rel=1e-12)


def test_the_second_step_of_momentum_is_the_one_worked_by_hand(lesson):
    assert lesson.names["steps_on_x2"]["momentum"][2] == pytest.approx(0.46, rel=1e-14)
    assert "0.8 - 0.1 * 3.4 = 0.46; the optimizer: 0.46" in lesson.printed


@pytest.mark.parametrize("place", LANDSCAPES)
@pytest.mark.parametrize("name", NAMES)
def test_the_paths_are_those_of_the_rules(lesson, place, name):
    _, slopes, start, _ = LANDSCAPES[place]
    rate = lesson.names["landscapes"][place][3][NAMES.index(name)]
    found, heights = lesson.names["walk"](
        lesson.names["landscapes"][place][0], start, name, rate, 40
    )
    expected = descend(slopes, start, name, rate, 40)
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(heights, [LANDSCAPES[place][0](*p) for p in expected], rtol=1e-6)


@pytest.mark.parametrize("place", LANDSCAPES)
def test_each_optimizer_has_the_best_of_the_rates(lesson, place):
    _, start, steps, rates = lesson.names["landscapes"][place]
    assert (start, steps) == LANDSCAPES[place][2:]
    for name, rate in zip(NAMES, rates, strict=True):
        best = min(steps_needed(place, name, other) for other in RATES)
        assert steps_needed(place, name, rate) == best < math.inf
        assert lesson.names["needed"][place, name] == best
        assert f"{name:8}  a = {rate:<5}  {best:4} steps" in lesson.printed


def test_momentum_carries_over_the_bump_and_plain_descent_stays(lesson):
    left, hill, right = np.sort(np.roots([4.0, 0.0, -8.0, 1.0]).real)
    ends = {}
    for label, xs in lesson.names["bumps"].items():
        name, _, rate = label.partition(", a = ")
        expected = descend(lambda x: (4 * x**3 - 8 * x + 1,), (2.0,), name, float(rate), 200)[:, 0]
        assert xs == pytest.approx(expected, abs=1e-7)
        ends[label] = "left" if xs[-1] < hill else "right"
        assert xs[-1] == pytest.approx(left if ends[label] == "left" else right, abs=1e-3)
    assert ends == {
        "plain, a = 0.025": "right",
        "Nesterov, a = 0.025": "right",
        "momentum, a = 0.02": "right",
        "momentum, a = 0.025": "left",
    }
    assert lesson.printed.count("over the bump\n") == 1


@pytest.mark.parametrize("picture", ["valley", "rosenbrock", "saddle", "bump"])
def test_the_pictures_show_the_paths(lesson, picture):
    still, moving = lesson.words(f"{picture}.svg"), lesson.words(f"{picture}_animated.svg")
    names = lesson.names["bumps"] if picture == "bump" else NAMES
    for name in names:
        assert f"{name}" in still
        assert f"{name}" in moving
    assert "ends at" in still
    assert "@keyframes" in moving
    assert "@keyframes" not in still
