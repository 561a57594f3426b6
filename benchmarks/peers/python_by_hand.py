"""Plain Python floats by hand: values and derivatives written out, without an engine."""

from __future__ import annotations

import math

from problems import Chain, Made, Readme

__all__ = ["chain", "readme"]


def value_and_gradient(a: float, b: float) -> tuple[float, float, float]:
    """Return the README expression and its derivatives, forward and then backward."""
    total, difference = b + a, b - a
    first, second = max(total, 0.0), max(difference, 0.0)
    product = a * b + b**3
    c = 3.0 * a + 4.0 * b + 3.0
    d = 4.0 * (3.0 * product + first) + second
    e = c - d
    f = e * e
    up = e * (1.0 - 20.0 / (f * f))  # dg/de
    on_first, on_second = (4.0 if total > 0.0 else 0.0), (1.0 if difference > 0.0 else 0.0)
    by_a = 3.0 - (12.0 * b + on_first - on_second)
    by_b = 4.0 - (12.0 * (a + 3.0 * b * b) + on_first + on_second)
    return f / 2.0 + 10.0 / f, up * by_a, up * by_b


def readme(problem: Readme) -> Made:
    """Call the function by hand."""
    return lambda: value_and_gradient(problem.a, problem.b), lambda result: result


def chain(problem: Chain) -> Made:
    """Keep what tanh returned going forward; multiply derivatives going back."""

    def run() -> tuple[float, float, float, float]:
        x, weight, bias, total = problem.start, problem.weight, problem.bias, 0.0
        kept = [x]
        for _ in range(problem.operations // 4):
            x = math.tanh(x * weight + bias)
            total += x
            kept.append(x)
        up = by_weight = by_bias = 0.0
        while len(kept) > 1:
            x = kept.pop()
            inner = (up + 1.0) * (1.0 - x * x)
            by_weight += inner * kept[-1]
            by_bias += inner
            up = inner * weight
        return total, up, by_weight, by_bias

    return run, lambda result: result
