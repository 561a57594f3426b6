"""Optimizers: better ways down than straight down.

Plain descent has two problems. A valley that is steep across and flat along needs a rate so small
that the way along it is slow; and descent stays in a shallow valley. Momentum keeps moving as it
has moved before: steps add up along the valley, cancel across it, and carry over a bump. Nesterov's
form takes the slope where the momentum is about to lead. RMSprop divides each slope by its usual
size, so that flat directions get steps as long as steep ones; Adam does both. None is best
everywhere, and each has a rate to choose.

Source: "The maths behind neural networks", gradient descent and optimisation;
"An introduction to neural networks", gradient descent and local minima.

    python demos/lessons/05_optimizers.py
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from autograd import Value
from nn import SGD, Adam, Optimizer, RMSprop
from pictures import output_folder, save
from visualize import animate_descent, plot_descent

folder = output_folder(__file__, __doc__)
optimizers: dict[str, Callable[[list[Value], float], Optimizer]] = {
    "plain": SGD,
    "momentum": lambda values, rate: SGD(values, rate, momentum=0.9),
    "Nesterov": lambda values, rate: SGD(values, rate, momentum=0.9, nesterov=True),
    "RMSprop": lambda values, rate: RMSprop(values, rate, alpha=0.9),
    "Adam": lambda values, rate: Adam(values, rate, betas=(0.9, 0.999)),
}


def walk(
    f: Callable[..., Any], start: tuple[float, ...], name: str, rate: float, steps: int
) -> Any:
    """Return the points that an optimizer visits, the start first, and their heights."""
    values = [Value(number) for number in start]
    optimizer = optimizers[name](values, rate)
    path, heights = [], []
    for _ in range(steps + 1):
        height = f(*values)
        path.append(tuple(value.data for value in values))
        heights.append(height.data)
        optimizer.zero_grad()
        height.backward()
        optimizer.step()
    return path, heights


def draw_paths(f: Callable[..., Any], paths: dict[str, Any], name: str, **frame: Any) -> None:
    save(plot_descent(f, paths, **frame), folder / f"{name}.svg")
    save(animate_descent(f, paths, **frame), folder / f"{name}_animated.svg")


print("1. Five rules, and the first step of each by hand")
print("   g is the slope, a the rate, n counts the steps (each root is taken plus 1e-8).")
print("   Each takes a step on f(x) = x² from x = 1, where g = 2, with a = 0.1.")
rules = {
    "plain": ("x <- x - a g", "1 - 0.1 * 2", 1 - 0.1 * 2),
    "momentum": ("v <- 0.9 v + g;  x <- x - a v", "v = 2;  1 - 0.1 * 2", 1 - 0.1 * 2),
    "Nesterov": (
        "v <- 0.9 v + g;  x <- x - a (g + 0.9 v)",
        "v = 2;  1 - 0.1 * (2 + 0.9 * 2)", 1 - 0.1 * (2 + 0.9 * 2),
    ),
    "RMSprop": (
        "s <- 0.9 s + 0.1 g²;  x <- x - a g / √s",
        "s = 0.1 * 4;  1 - 0.1 * 2 / √0.4", 1 - 0.1 * 2 / math.sqrt(0.4),
    ),
    "Adam": (
        "m <- 0.9 m + 0.1 g;  s <- 0.999 s + 0.001 g²;  x <- x - a m/(1 - .9ⁿ) / √(s/(1 - .999ⁿ))",
        "m = 0.2;  s = 0.004;  1 - 0.1 * (0.2 / 0.1) / √(0.004 / 0.001)", 1 - 0.1 * 2 / 2,
    ),
}  # fmt: skip
steps_on_x2 = {
    name: [x for (x,) in walk(lambda x: x**2, (1.0,), name, 0.1, 2)[0]] for name in rules
}
for name, (rule, text, by_hand) in rules.items():
    assert math.isclose(steps_on_x2[name][1], by_hand, rel_tol=1e-6)
    print(f"   {name:8}  {rule}")
    print(f"             {text} = {by_hand:.6f}; the optimizer: {steps_on_x2[name][1]:.6f}")
print(
    "   Momentum shows in the second step: v = 0.9 * 2 + 1.6 = 3.4, 0.8 - 0.1 * 3.4 = 0.46;", end=""
)
print(f" the optimizer: {steps_on_x2['momentum'][2]:.2f}")

print("\n2. Three landscapes: steps until the height is below 0.1 for good")
print("   Each rule has the best of the rates 0.001, 0.002, 0.005, 0.01, ... 0.5 for a landscape,")
print("   found by trying all of them.")
landscapes: dict[str, tuple[Callable[..., Any], tuple[float, float], int, tuple[float, ...]]] = {
    "Valley": (
        lambda x, y: (x**2 + 80 * y**2) / 2,
        (-9.0, 2.0), 300, (0.02, 0.005, 0.005, 0.05, 0.2),
    ),
    "Rosenbrock": (
        lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
        (-1.2, 1.0), 2000, (0.002, 0.002, 0.001, 0.01, 0.1),
    ),
    "Saddle": (
        lambda x, y: 18 * x**2 - y**2 + y**4 / 4 + 1,
        (1.0, 0.001), 300, (0.05, 0.05, 0.02, 0.02, 0.2),
    ),
}  # fmt: skip
frames: dict[str, Any] = {"Valley": ((-10, -3), (3, 3)), "Rosenbrock": ((-2, -1), (2, 3))}
frames["Saddle"] = ((-1.5, -2), (1.5, 2))
needed: dict[tuple[str, str], int] = {}
for place, (f, start, steps, rates) in landscapes.items():
    print(f"   {place}, from {start}, for {steps} steps")
    paths = {}
    for name, rate in zip(optimizers, rates):
        path, heights = walk(f, start, name, rate, steps)
        assert heights[-1] <= 0.1
        needed[place, name] = 1 + max(n for n, height in enumerate(heights) if height > 0.1)
        paths[f"{name}, a = {rate}"] = path[: needed[place, name] + 1]
        print(f"      {name:8}  a = {rate:<5}  {needed[place, name]:4} steps")
    low, high = frames[place]
    draw_paths(
        f, paths, place.lower(), low=low, high=high, title=f"{place}: down to a height of 0.1"
    )

print("\n3. Two valleys, f(x) = x⁴ - 4 x² + x, from x = 2: the left one, over the bump, is deeper")


def two_valleys(x: Any) -> Any:
    return x**4 - 4 * x**2 + x


bumps = {}
for name, rate in (("plain", 0.025), ("Nesterov", 0.025), ("momentum", 0.02), ("momentum", 0.025)):
    path, _ = walk(two_valleys, (2.0,), name, rate, 200)
    bumps[f"{name}, a = {rate}"] = xs = [x for (x,) in path]
    print(f"   {name:8}  a = {rate:<5}  ends at x = {xs[-1]:7.4f}, ", end="")
    print(f"farthest left at {min(xs):5.2f}{': over the bump' if xs[-1] < 0 else ''}")
draw_paths(two_valleys, bumps, "bump", low=-2.4, high=2.4, title="Momentum carries over the bump")
