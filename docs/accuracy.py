"""Measure how many digits results have: `python docs/accuracy.py [NAME ...]`.

Every row of the table and every function and loss that is built from rows is tried at points from
1e-300 to 1e300, mirrored, on the eager engine and on every backend that is installed. The oracle is
SymPy's derivative of the formula in mpmath, with more digits until two results agree.
docs/digits.json holds the worst error of each, which docs/generate.py shows in docs/operations.md.
All of it takes two minutes of processor time.

An error is stated in units in the last place of the bound that the number's own condition allows:
2**-52 * (|f| + sum |x_i df/dx_i|), what one unit in the last place of the operands and the result
are worth. Second derivatives have the bound of their matrix. Below 2.2e-308, where numbers have
fewer digits, the bound stays as it is there.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Any, NamedTuple

import mpmath
import numpy as np
import sympy

import autograd
import nn
from autograd import Value, gradients
from autograd.primitive import RESERVED, TABLE
from digits import BACKENDS, FIGURES

__all__ = ["SUBJECTS", "Subject", "exact", "measured", "worst"]


KINDS = ("value", "gradient", "second")
# Of the oracle: 30 will do for most, log(1 + exp(-700)) needs 320.
DIGITS = (30, 70, 400)
AGREEMENT = 1e-20  # of two results with different digits, so that the first is right
TINY, LARGEST = 2.0**-1022, sys.float_info.max

SIZES = (
    *(10.0**k for k in range(-300, 301, 50)),
    *(1e-16, 1e-8, 1e-3, 0.1, 0.3, 0.5, 0.9, 0.999, 1.5, 2.0, 5.0, 8.0, 15.0, 20.0, 30.0, 37.43),
    *(100.0, 350.0, 700.0, 1e8, 1e16),
)
FEW = (1e-300, 1e-100, 1e-8, 0.3, 2.5, 40.0, 700.0, 1e16, 1e150, 1e300)
SHAPES = (
    (1.0, 0.5, -0.3), (-1.0, 0.25, 0.75), (1.0, 1.0, 1.0), (-1.0, -1.0, -1.0), (0.0, 1.0, -1.0),
)  # fmt: skip
LOGITS = ((40.0, 0.0, -3.0), (0.0, 40.0, -3.0), (-3.0, 0.0, 40.0), (700.0, -30.0, 5.0))

x, y, z = VARIABLES = sympy.symbols("x y z", real=True)
HALF = sympy.Rational(1, 2)
POWERS = [sympy.exp(v) for v in VARIABLES]
TOTAL = sympy.Add(*POWERS)


class Subject(NamedTuple):
    """A function to measure: ours, of a list of numbers, and its formula."""

    function: Callable[[Sequence[Any]], Any]
    formula: Any
    points: tuple[tuple[float, ...], ...]
    derivatives: bool = True


def piecewise(condition: Any, first: Any, second: Any) -> Any:
    return sympy.Piecewise((first, condition), (second, True))


# Of rows whose own text is no mathematics, or mathematics with another name.
FORMULAS = {
    "guarded_mul": x * y, "abs": piecewise(x > 0, x, -x), "sign": sympy.sign(x),
    "tanh": sympy.tanh(x),
    "log1p": sympy.log(1 + x), "expm1": sympy.exp(x) - 1, "atan2": None, "detach": x,
    "relu": piecewise(x > 0, x, 0), "gate": piecewise(x > 0, y, 0), "erfc": sympy.erfc(x),
    "leaky_relu": piecewise(x > 0, x, y * x), "maximum": piecewise(x > y, x, y),
    "elu": piecewise(x > 0, x, y * (sympy.exp(x) - 1)), "minimum": piecewise(x < y, x, y),
    "prefer": piecewise(x > y, z, 0), "where": piecewise(sympy.Ne(x, 0), y, z),
    "clip": piecewise(x < y, y, piecewise(x > z, z, x)), "largest": sympy.Max(x, y),
    "finite": x, "less": piecewise(x < y, 1, 0), "less_equal": piecewise(x <= y, 1, 0),
    "greater": piecewise(x > y, 1, 0), "greater_equal": piecewise(x >= y, 1, 0),
    "equal": piecewise(sympy.Eq(x, y), 1, 0), "gelu": x * sympy.erfc(-x / sympy.sqrt(2)) / 2,
    "sech_squared": 1 / sympy.cosh(x) ** 2, "hypot": sympy.sqrt(x**2 + y**2),
    "logistic_density": 1 / ((1 + sympy.exp(-x)) * (1 + sympy.exp(x))), "sqrt": sympy.sqrt(x),
    "softplus": sympy.log(1 + sympy.exp(x)), "sigmoid": 1 / (1 + sympy.exp(-x)),
    "silu": x / (1 + sympy.exp(-x)), "semicircle": sympy.sqrt(1 - x**2),
    "dot": x * y, "guarded_dot": x * y, "ordered_dot": x * y, "add_n": x + y,
    "ordered_sum": x + y, "pow": x**y, "place": x, "item": y,
}  # fmt: skip
# The derivatives of pow are made of power_log, whose third operand is a whole number.
NO_DERIVATIVE = {name for name, row in TABLE.items() if not any(row.pullbacks)} | {"power_log"}


def formula_of(name: str) -> Any:
    """Return the formula of a row."""
    if FORMULAS.get(name) is not None:
        return FORMULAS[name]
    row = TABLE[name]
    if row.formula is not None:
        return sympy.sympify(row.formula, dict(zip("xyz", VARIABLES, strict=True)))
    if name == "atan2":
        return sympy.atan(x / y)  # of y, x: right of the axis
    return getattr(sympy, name)(*VARIABLES[: row.arity])


def mirrored(sizes: Iterable[float]) -> list[float]:
    return [sign * size for size in sizes for sign in (1.0, -1.0)]


# Of these the oracle takes long beyond 1e16.
SLOW = (sympy.exp, sympy.sinh, sympy.cosh, sympy.tanh, sympy.erf, sympy.erfc)
# What is made of exp(x - y) sees the difference, and what rounding leaves of it.
DIFFERENCES = (0.0, *mirrored((1e-300, 1e-16, 1e-8, 0.3, 2.5, 20.0, 37.43, 100.0, 700.0, 1e16)))
PAIRS = (
    *((y + difference, y) for y in (0.0, 0.3, -40.0, 700.0) for difference in DIFFERENCES),
    *itertools.product(mirrored((1e-300, 2.5, 1e16)), repeat=2),
    *((1e300, -1e300), (1e300, 1e300), (-1e300, 40.0)),
)


def points_of(name: str) -> tuple[tuple[float, ...], ...]:
    """Return where a row is tried: at what its domain allows of one grid."""
    row = TABLE[name]
    arity = 2 if row.variadic else row.arity
    if formula_of(name).has(*SLOW):
        if arity == 1:
            return tuple((size,) for size in mirrored(SIZES) if not 1e16 < abs(size) < 1e300)
        if arity == 2:
            return PAIRS
    if arity == 1:
        return tuple((size,) for size in mirrored(SIZES))
    if name == "atan2":
        return tuple(itertools.product(mirrored(FEW), FEW))
    if name == "pow":
        return tuple(itertools.product(FEW, mirrored((1e-3, 0.5, 1.0, 2.0, 3.0, 30.0))))
    if name == "place":
        return tuple((place, 4.0) for place in (0.0, 1.0, 3.0))
    if name == "item":
        return tuple((0.0, size) for size in mirrored(FEW))
    if name == "power_log":
        return tuple(itertools.product(FEW, (-1.5, 0.5, 2.0), (0.0, 1.0, 3.0)))
    if arity == 2:
        return tuple(itertools.product(mirrored(FEW), repeat=2))
    return tuple((a, b, c) for a in mirrored(FEW) for b, c in ((-1.0, 2.0), (0.5, 1e16)))


def of_row(name: str) -> Subject:
    row = TABLE[name]
    derivatives = name not in NO_DERIVATIVE
    return Subject(lambda xs: row(*xs), formula_of(name), points_of(name), derivatives)


SCALES = (1e-300, 1e-100, 1e-16, 1e-8, 1.0, 30.0, 300.0, 1e8, 1e16, 1e100, 1e300)
SCALED = tuple(tuple(s * number for number in shape) for s in SCALES for shape in SHAPES)
OF_THREE = (
    *(point for point in SCALED if max(map(abs, point)) <= 1e16),
    *LOGITS,
)
SHARES = (*(10.0**-k for k in (300, 100, 16, 8, 3, 1)), 0.3, 0.5, 0.9, 0.999, 1 - 2.0**-30)
ONES = tuple((v,) for v in mirrored(SIZES) if not 1e16 < abs(v) < 1e300)


def log_of_softmax(place: int) -> Any:
    return VARIABLES[place] - sympy.log(TOTAL)


def loss(name: str, target: Any, formula: Any, points: Any = ONES) -> Subject:
    function = getattr(nn, name)
    if points is OF_THREE:
        return Subject(lambda xs: function([*xs], target), formula, points)
    return Subject(lambda xs: function(xs[0], target), formula, points)


BUILT: dict[str, Subject] = {
    "mean": Subject(autograd.mean, (x + y + z) / 3, SCALED),
    "norm": Subject(autograd.norm, sympy.sqrt(x**2 + y**2 + z**2), SCALED),
    "logsumexp": Subject(autograd.logsumexp, sympy.log(TOTAL), OF_THREE),
    "softmax": Subject(lambda xs: autograd.softmax(xs)[0], POWERS[0] / TOTAL, OF_THREE),
    "log_softmax": Subject(lambda xs: autograd.log_softmax(xs)[0], log_of_softmax(0), OF_THREE),
    "mse_loss": loss("mse_loss", 0.75, (x - 3 * HALF / 2) ** 2),
    "l1_loss": loss(
        "l1_loss", 0.75, piecewise(x > 3 * HALF / 2, x - 3 * HALF / 2, 3 * HALF / 2 - x)
    ),
    "huber_loss": loss(
        "huber_loss",
        0.0,
        piecewise(x > 1, x - HALF, piecewise(x < -1, -x - HALF, x * x / 2)),
    ),
    "hinge_loss": loss("hinge_loss", 1.0, piecewise(x < 1, 1 - x, 0)),
    "binary_cross_entropy, target 1": loss(
        "binary_cross_entropy", Value(1.0), -sympy.log(x), tuple((p,) for p in SHARES if p > 1e-40)
    ),
    "binary_cross_entropy, target 0": loss(
        "binary_cross_entropy", Value(0.0), -sympy.log(1 - x), tuple((p,) for p in SHARES)
    ),
    "binary_cross_entropy_with_logits": loss(
        "binary_cross_entropy_with_logits", 1.0, sympy.log(1 + sympy.exp(-x))
    ),
    "cross_entropy, two classes": Subject(
        lambda xs: nn.cross_entropy([*xs], 0),
        sympy.log(1 + sympy.exp(y - x)),
        PAIRS,
    ),
    "cross_entropy, three classes": loss("cross_entropy", 1, -log_of_softmax(1), OF_THREE),
}
SUBJECTS = {**{name: of_row(name) for name in TABLE if name in RESERVED}, **BUILT}


class Exact(NamedTuple):
    """Exact numbers at a point, and what one unit in the last place of the operands is worth."""

    numbers: dict[str, list[Any]]  # by kind
    units: dict[str, list[Any]]


@cache
def expressions(name: str) -> tuple[list[Any], Callable[..., Any]]:
    """Return the variables, and a function to the value and its derivatives to the third."""
    subject = SUBJECTS[name]
    variables = VARIABLES[: len(subject.points[0])]
    value = subject.formula
    first = [sympy.diff(value, v) for v in variables] if subject.derivatives else []
    second = [[sympy.diff(f, v) for v in variables] for f in first]
    third = [[[sympy.diff(f, v) for v in variables] for f in line] for line in second]
    modules = [{"exp": exponential}, "mpmath"]
    return variables, sympy.lambdify(variables, [value, first, second, third], modules, cse=True)


def exponential(x: Any) -> Any:
    """Return e**x, 5 times as fast as mpmath, which takes e to the power of a whole number."""
    whole = mpmath.mp.dps > 150 and abs(x) > 1e4
    return mpmath.exp(x - 0.5) * mpmath.exp(0.5) if whole else mpmath.exp(x)


def exact(name: str, point: Sequence[float]) -> Exact | None:
    """Return exact results, None where the function has none that a float could hold.

    Digits that cancelled are noise, which is another with more digits, or 0, which is not believed
    before the last attempt.
    """
    found: Exact | None = None
    for digits in DIGITS:
        less = found
        with mpmath.workdps(digits):
            found = evaluated(name, point)
        if found is None or (less is not None and agree(less, found)):
            break
    return found


def agree(less: Exact, more: Exact) -> bool:
    """Tell whether results with fewer digits are those with more."""
    return all(
        (isinstance(a, int) and a == b) or 0 < abs(b) >= abs(a - b) / AGREEMENT
        for former, latter in zip(less, more, strict=True)
        for kind in KINDS
        for a, b in zip(former[kind], latter[kind], strict=True)
    )


def evaluated(name: str, point: Sequence[float]) -> Exact | None:
    """Return results in as many digits as mpmath works with now."""
    _, function = expressions(name)
    at = [mpmath.mpf(number) for number in point]
    try:
        value, first, second, third = function(*at)
    except (ZeroDivisionError, ValueError, OverflowError, TypeError):
        return None
    flat = [value, *first, *itertools.chain.from_iterable(second)]
    flat += itertools.chain.from_iterable(itertools.chain.from_iterable(third))
    if not all(isinstance(v, int | float | mpmath.mpf) and mpmath.isfinite(v) for v in flat):
        return None

    def worth(slopes: Sequence[Any]) -> Any:
        return mpmath.fsum(abs(number * slope) for number, slope in zip(at, slopes, strict=True))

    units = {"value": [worth(first) if first else 0]}
    units["gradient"] = [worth(line) for line in second]
    curvatures = [*itertools.chain.from_iterable(second)]
    lines = [*map(worth, itertools.chain.from_iterable(third))]
    # of a matrix: what is 0 by cancelling terms of this size
    unit = max(lines, default=0) + max(map(abs, curvatures), default=0)
    units["second"] = [unit] * len(lines)
    return Exact({"value": [value], "gradient": first, "second": curvatures}, units)


def eager(subject: Subject, points: Sequence[Sequence[float]]) -> dict[str, list[list[float]]]:
    """Return the numbers of the eager engine by kind."""
    found: dict[str, list[list[float]]] = {kind: [] for kind in KINDS}
    for point in points:
        leaves = [Value(number) for number in point]
        result = subject.function(leaves)
        found["value"].append([result.data])
        slopes = gradients(result, leaves, create_graph=True) if subject.derivatives else []
        found["gradient"].append([slope.data for slope in slopes])
        found["second"].append([c for slope in slopes for c in gradients(slope, leaves)])
    return found


def compiled(
    subject: Subject, points: Sequence[Sequence[float]], backend: str
) -> dict[str, list[list[float]]]:
    """Return the numbers of a compiled program by kind."""
    function = autograd.compile(subject.function, in_axes=0, backend=backend)
    batch, count = np.array(points), len(points)
    if subject.derivatives:
        values, slopes = function.value_and_grad(batch)
        found = {"gradient": slopes, "second": function.hessian(batch)}
    else:
        values, found = function(batch), dict.fromkeys(("gradient", "second"), np.empty(0))
    found["value"] = values
    return {kind: np.reshape(numbers, (count, -1)).tolist() for kind, numbers in found.items()}


@cache
def wanted(name: str, most: float = math.inf) -> list[tuple[tuple[float, ...], Exact]]:
    """Return the points of a subject, no larger than `most`, and what is exact there."""
    row = TABLE.get(name)
    kink = row.kink if row is not None else None
    pairs = []
    for point in SUBJECTS[name].points:
        if max(map(abs, point)) <= most and (kink is None or kink(*point) is None):
            pairs.append((point, exact(name, point)))
    return [(point, found) for point, found in pairs if found is not None]


def worst(
    name: str, backend: str, most: float = math.inf
) -> dict[str, tuple[float, tuple[float, ...]]]:
    """Return the worst error of a subject by kind, and where."""
    pairs = wanted(name, most)
    points = [point for point, _ in pairs]
    with mpmath.workdps(DIGITS[1]), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        subject = SUBJECTS[name]
        found = eager(subject, points) if backend == "eager" else compiled(subject, points, backend)
        result = dict.fromkeys(KINDS, (0.0, points[0]))
        for place, (point, exact_) in enumerate(pairs):
            for kind in KINDS:
                numbers, units = exact_.numbers[kind], exact_.units[kind]
                for got, right, unit in zip(found[kind][place], numbers, units, strict=True):
                    # XLA takes numbers below TINY for 0
                    lost = backend == "jax" and max(abs(got), abs(right)) <= TINY
                    error = 0.0 if lost else in_units(got, right, unit)
                    if error > result[kind][0]:
                        result[kind] = (error, point)
    return result


def in_units(got: float, right: Any, unit: Any) -> float:
    """Return an error in units of the conditioned bound; 0 where no float is near the number."""
    if abs(right) > LARGEST:
        return 0.0 if math.isinf(got) else math.inf
    if not math.isfinite(got):
        return 0.0 if abs(right) + unit > LARGEST / 4 else math.inf
    bound = (max(abs(right), mpmath.mpf(TINY)) + unit) * mpmath.mpf(2) ** -52
    return float(abs(mpmath.mpf(got) - right) / bound)


def measured(names: Iterable[str]) -> dict[str, Any]:
    """Return the worst errors by subject, backend and kind."""
    packages = {"eager": "numpy", "numpy": "numpy", "llvm": "llvmlite", "jax": "jax"}
    figures: dict[str, Any] = {}
    for name in names:
        figures[name] = {}
        for backend in BACKENDS:
            if find_spec(packages[backend]):
                found = worst(name, backend)
                figures[name][backend] = {kind: rounded(found[kind][0]) for kind in KINDS}
                bad = {kind: at for kind, at in found.items() if at[0] > 8.0}
                print(name, backend, figures[name][backend], bad or "", flush=True)
    return figures


def rounded(error: float) -> float | None:
    """Return an error to two digits; None where nothing of the number is right."""
    return float(f"{error:.1e}") if error < 1e9 else None


if __name__ == "__main__":
    chosen = sys.argv[1:]
    figures = json.loads(FIGURES.read_text()) if chosen and FIGURES.exists() else {}
    figures.update(measured(chosen or SUBJECTS))
    figures = {name: figures[name] for name in SUBJECTS}
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
