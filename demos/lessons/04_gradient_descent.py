"""Gradient descent: how long a step may be, and where it ends.

To go down, step against the slope: x <- x - a f'(x). The rate a decides the rest. If it is too
small, the descent takes for ever; if it is too large, each step lands higher than it began. For a
parabola the limit between the two is exactly a = 2 / f''. Whatever the rate, descent sees only the
slope where it stands: it ends in the valley that it started above, which need not be the deepest.

Source: "An introduction to neural networks", gradient descent, its rate, and local minima;
"The maths behind neural networks", gradient descent and optimisation.

    python demos/lessons/04_gradient_descent.py
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd import grad
from pictures import output_folder, save
from visualize import animate_descent, plot_curves, plot_descent

folder = output_folder(__file__, __doc__)


def descend(f: Callable[[Any], Any], start: float, rate: float, steps: int) -> list[float]:
    """Return the start, and the point after each step of x <- x - rate * f'(x)."""
    slope = grad(f)
    path = [start]
    for _ in range(steps):
        path.append(path[-1] - rate * slope(path[-1]))
    return path


def parabola(x: Any) -> Any:
    return x**2


def steep_parabola(x: Any) -> Any:
    return 3 * (x - 1) ** 2 + 2


def two_valleys(x: Any) -> Any:
    return x**4 - 4 * x**2 + x


print("1. f(x) = x², from x = 4: each step multiplies x by 1 - 2a, as f' is 2x")
print("      a   1 - 2a   x after 10 steps   4 (1 - 2a)^10   steps until |x| < 0.001")
tries = {}
for rate in (0.01, 0.1, 0.4, 0.5, 0.9, 1.0, 1.05):
    path = tries[rate] = descend(parabola, 4.0, rate, 420)
    arrived = next((str(n) for n, x in enumerate(path) if abs(x) < 1e-3), "never")
    closed_form = 4 * (1 - 2 * rate) ** 10
    assert math.isclose(path[10], closed_form, abs_tol=1e-9)
    print(f"   {rate:4}   {1 - 2 * rate:6.2f} {path[10]:18.6g} {closed_form:15.6g}   {arrived:>23}")
print("   0.01 is slow, 0.5 is there at once, 0.9 leaps from side to side, 1.05 climbs away.")
shown = {"a = 0.1": 0.1, "a = 0.9": 0.9, "a = 1.05": 1.05}
picture = plot_descent(
    parabola,
    {name: tries[rate][:11] for name, rate in shown.items()},
    low=-11.5,
    high=11.5,
    title="f(x) = x²: ten steps at three rates",
)
save(picture, folder / "rates.svg")
distances = plot_curves(
    {f"a = {rate}": [abs(x) for x in tries[rate][:41]] for rate in (0.01, 0.1, 0.9, 1.0, 1.05)},
    x_label="step",
    y_label="|x|",
    y_log=True,
    title="f(x) = x²: 0.1 and 0.9 are equally fast",
)
save(distances, folder / "distances.svg")

print("\n2. The limit is a = 2 / f'': f(x) = 3 (x - 1)² + 2, from x = 3, after 200 steps")
curvature = grad(grad(steep_parabola))(3.0)
limit = 2 / curvature
ends = {}
for share in (0.5, 0.99, 1.0, 1.01):
    ends[share] = descend(steep_parabola, 3.0, share * limit, 200)[-1]
    factor = abs(1 - share * limit * curvature)
    assert math.isclose(abs(ends[share] - 1), 2 * factor**200, rel_tol=1e-6, abs_tol=1e-9)
    print(f"   a = {share:4} * 2 / {curvature:g}: x is {abs(ends[share] - 1):11.6f} from 1", end="")
    print(f"; 2 * {factor:.2f}^200 = {2 * factor**200:11.6f}")

print("\n3. Two valleys, f(x) = x⁴ - 4 x² + x: the start decides which one it is")
paths = {
    f"from {x:g}": descend(two_valleys, x, 0.02, 100) for x in (-2.0, -0.5, 0.1, 0.15, 1.0, 2.0)
}
lowest = min(two_valleys(path[-1]) for path in paths.values())
for name, path in paths.items():
    height = two_valleys(path[-1])
    kind = "global" if math.isclose(height, lowest) else "local"
    curved = grad(grad(two_valleys))(path[-1])
    assert abs(grad(two_valleys)(path[-1])) < 1e-4
    assert curved > 0.0
    print(f"   {name:9} to x = {path[-1]:9.6f}, f = {height:9.6f}: the {kind} minimum", end="")
    print(f", f'' = {curved:.2f}")
top = descend(two_valleys, 0.1, -0.02, 300)[-1]
print(f"   With the sign reversed, from 0.1 up to the hill between them: x = {top:.6f}", end="")
print(f", f'' = {grad(grad(two_valleys))(top):.2f}")
frame: dict[str, Any] = {"low": -2.4, "high": 2.4, "title": "Two valleys: the start decides"}
save(plot_descent(two_valleys, paths, **frame), folder / "two_valleys.svg")
save(animate_descent(two_valleys, paths, **frame), folder / "two_valleys_animated.svg")
