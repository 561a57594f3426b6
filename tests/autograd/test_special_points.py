"""Derivatives where a rule guards a point, to fourth order, in every mode, against mpmath.

The points themselves, and points beside them where what the guard avoids would lose all digits.
"""

from __future__ import annotations

import itertools
import math
from functools import cache, reduce
from math import inf, isfinite, isnan, nextafter

import mpmath
import pytest

import autograd as ag
from autograd import Value, grad, gradients, hessian, hvp, jvp, where
from autograd.primitive import TABLE
from tests.in_one_test import in_one_test

pytestmark = pytest.mark.filterwarnings("ignore::autograd.NumericWarning")


def partials(f, point, order, *, drawn=True):
    """Return every partial derivative of f by the order of its variables, mixed ones each way.

    Those of the last order are drawn like the others, or computed by the rules on floats.
    """
    leaves = [Value(x) for x in point]
    found, level = {}, {(): f(*leaves)}
    for last in (*[False] * (order - 1), not drawn):
        slopes = {}
        for places, node in level.items():
            for place, slope in enumerate(gradients(node, leaves, create_graph=not last)):
                slopes[(*places, place)] = slope
        found |= {places: slope if last else slope.data for places, slope in slopes.items()}
        level = slopes
    return found


def exact_partials(f, point, order):
    """Return the partial derivatives of a smooth function of mpmath's numbers."""
    found = {}
    for size in range(1, order + 1):
        for places in itertools.combinations_with_replacement(range(len(point)), size):
            counts = tuple(places.count(place) for place in range(len(point)))
            with mpmath.workdps(60):
                numbers = tuple(map(mpmath.mpf, point))
                one = len(point) == 1
                slope = mpmath.diff(f, numbers[0] if one else numbers, counts[0] if one else counts)
                if isinstance(slope, mpmath.mpc):
                    return {}  # no real function around this point
                for order_taken in itertools.permutations(places):
                    found[order_taken] = float(slope)
    return found


def agree(got, wanted, tolerance=1e-12):
    for places, slope in wanted.items():
        assert got[places] == pytest.approx(slope, rel=tolerance, abs=tolerance), places


# Lengths: no derivative at 0, but what is even in them is smooth there.

LENGTHS = {
    "norm": lambda x, y: ag.norm([x, y]),
    "hypot": ag.hypot,
    "sqrt of squares": lambda x, y: ag.sqrt(sum([x * x, y**2])),  # which begins with 0
    "sqrt of a dot": lambda x, y: ag.sqrt(ag.dot([x, y], [x, y])),
    "power of squares": lambda x, y: (x * x + y**2) ** 0.5,
    "abs": lambda x, y: ag.abs(x - 2.0 * y),
}
LIMITS = {
    "relu": ag.relu,
    "elu": ag.elu,
    "leaky_relu": lambda r: 2.0 * ag.leaky_relu(-r, 0.5),
    "minimum": lambda r: ag.minimum(r, 1.0),
    "maximum": lambda r: ag.maximum(r, r / 2.0),
    "clip": lambda r: ag.clip(r, -1.0, 1.0),
    "abs": lambda r: ag.abs(-r),
    "hypot": lambda r: ag.hypot(r * 0.6, r * 0.8),
}


def huber_of(r):
    return where(r < 1.0, 0.5 * r * r, r - 0.5)


def odd_of(r, f):
    return r * f(r / 2.0)


def exact_odd_of(s, f):
    r = mpmath.sqrt(s)
    return r * getattr(mpmath, f.__name__)(r / 2)


def sech_of_square(s):
    return 1 / mpmath.cosh(mpmath.sqrt(s))


def log_cosh_of_square(s):
    return mpmath.log(mpmath.cosh(3 * mpmath.sqrt(s)))


# Functions of a length r, and of its square for mpmath.
EVEN = {
    "r**2": (lambda r: r() ** 2, lambda s: s),
    "r * r, computed twice": (lambda r: r() * r(), lambda s: s),
    "r * -r": (lambda r: r() * -r(), lambda s: -s),
    "((r * r) * r) * r": (lambda r: r() * r() * r() * r(), lambda s: s * s),
    "3r * (r / 2)": (lambda r: (3.0 * r()) * (r() / 2.0), lambda s: 3 * s / 2),
    "dot": (lambda r: ag.dot([r(), 3.0], [r(), 1.0]), lambda s: s + 3),
    "r**4 / 2 - r**2": (lambda r: r() ** 4 / 2.0 - r() ** 2, lambda s: s * s / 2 - s),
    "r to a Value": (lambda r: r() ** Value(2.0), lambda s: s),
    "exp": (lambda r: ag.exp(-(r() ** 2)), lambda s: mpmath.exp(-s)),
    "root": (lambda r: ag.sqrt(1.0 + r() ** 2), lambda s: mpmath.sqrt(1 + s)),
    "huber": (lambda r: where(r() < 1.0, 0.5 * r() ** 2, r() - 0.5), lambda s: s / 2),
}
# The same of one node, and of functions that are no polynomials: of one length, for time.
SMOOTH = {
    "huber of one node": (lambda r: huber_of(r()), lambda s: s / 2),
    **{
        f"limited by {name}": (lambda r, f=f: f(r()) ** 2, lambda s: s)
        for name, f in LIMITS.items()
    },
    "cos": (lambda r: ag.cos(r()), lambda s: mpmath.cos(mpmath.sqrt(s))),
    "log cosh": (lambda r: ag.log(ag.cosh(3.0 * r())), log_cosh_of_square),
    "sech": (lambda r: TABLE["sech_squared"](-r()), lambda s: sech_of_square(s) ** 2),
    "logistic density": (
        lambda r: 4.0 * TABLE["logistic_density"](r() * 2.0),
        lambda s: sech_of_square(s) ** 2,
    ),
    **{
        f"r times {f.__name__}": (lambda r, f=f: odd_of(r(), f), lambda s, f=f: exact_odd_of(s, f))
        for f in (ag.sin, ag.sinh, ag.tan, ag.tanh, ag.asin, ag.asinh, ag.atan, ag.atanh, ag.erf)
    },
}
CASES = [*itertools.product(LENGTHS, EVEN), *itertools.product(["norm"], SMOOTH)]
AROUND = [(0.0, 0.0), (-0.0, 1e-300), (3e-160, 2e-160), (0.25, -0.125)]


@cache
def exact_of_square(even, crosswise, point):
    """Return the partial derivatives to order 4, by the Taylor series in the square of the length.

    The square is (x - 2y)**2 if `crosswise`, else x*x + y*y: around the point a polynomial q in the
    steps dx and dy, of whose powers the coefficients of the series are put together.
    """
    quadratic = {(2, 0): 1, (1, 1): -4, (0, 2): 4} if crosswise else {(2, 0): 1, (0, 2): 1}
    x, y = map(mpmath.mpf, point)
    with mpmath.workdps(60):
        q = {
            (1, 0): 2 * (x - 2 * y if crosswise else x),
            (0, 1): -4 * (x - 2 * y) if crosswise else 2 * y,
            **quadratic,
        }
        at = sum(c * x**i * y**j for (i, j), c in quadratic.items())
        of_square = (EVEN | SMOOTH)[even][1]
        series = mpmath.taylor(lambda s: mpmath.re(of_square(s)), at, 4)
        power, total = {(0, 0): mpmath.mpf(1)}, {}
        for coefficient in series:
            for exponents, c in power.items():
                total[exponents] = total.get(exponents, 0) + coefficient * c
            product = {}
            for ((i, j), a), ((k, m), b) in itertools.product(power.items(), q.items()):
                if i + j + k + m <= 4:
                    product[i + k, j + m] = product.get((i + k, j + m), 0) + a * b
            power = product
        found = {
            counts: float(
                total.get(counts, 0) * mpmath.factorial(counts[0]) * mpmath.factorial(counts[1])
            )
            for counts in itertools.product(range(5), range(5))
        }
    orders = itertools.chain.from_iterable(
        itertools.product((0, 1), repeat=order) for order in range(1, 5)
    )
    return {places: found[places.count(0), places.count(1)] for places in orders}


@pytest.mark.parametrize(("length", "even"), CASES)
def test_even_functions_of_a_length_are_smooth(length, even):
    function = (EVEN | SMOOTH)[even][0]
    for number, point in enumerate(AROUND[:: 2 if even in SMOOTH else 1]):
        drawn = number % 2 == 0
        got = partials(lambda x, y: function(lambda: LENGTHS[length](x, y)), point, 4, drawn=drawn)
        agree(got, exact_of_square(even, length == "abs", point), 1e-9)


@pytest.mark.parametrize("length", LENGTHS)
def test_they_are_smooth_in_forward_mode_too(length):
    def f(x, y):
        return LENGTHS[length](x, y) ** 2

    def along(x, y):
        return jvp(f, (x, y), (1.0, 0.5))[1]

    wanted = (2.0, 1.0) if length != "abs" else (0.0, 0.0)
    assert hvp(f, (0.0, 0.0), (1.0, 0.5)) == wanted
    assert grad(along, (0, 1))(0.0, 0.0) == wanted
    assert jvp(along, (0.0, 0.0), (1.0, 0.5))[1] == wanted[0] + 0.5 * wanted[1]
    assert grad(f, (0, 1))(0.0, 0.0) == (0.0, 0.0)


def slope_along(f, place):
    """Return the partial derivative of f(x, y), by forward mode."""
    return lambda x, y: jvp(f, (x, y), (float(place == 0), float(place == 1)))[1]


@pytest.mark.parametrize(("length", "even"), CASES)
def test_forward_mode_nested_agrees_to_fourth_order(length, even):
    function = (EVEN | SMOOTH)[even][0]
    wanted = exact_of_square(even, length == "abs", (0.0, 0.0))
    got = {}
    for places in filter(lambda places: [*places] == sorted(places), wanted):
        if even in SMOOTH and places not in {(0, 0), (0, 0, 1, 1)}:
            continue
        slope = reduce(slope_along, places, lambda x, y: function(lambda: LENGTHS[length](x, y)))
        got[places] = slope(0.0, 0.0)
    agree(got, {places: wanted[places] for places in got}, 1e-9)


@pytest.mark.parametrize("even", ["cos", "r times tanh", "huber of one node"])
@pytest.mark.parametrize("backend", ["numpy", "llvm"])
def test_compiled_hessians_of_even_functions(backend, even):
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    second = hessian(lambda x, y: SMOOTH[even][0](lambda: ag.norm([x, y])), (0, 1))
    program = ag.compile(second, backend=backend)
    for point in AROUND[::2]:
        exact = exact_of_square(even, False, point)
        got = program(*point)
        agree({(i, j): got[i][j] for i in (0, 1) for j in (0, 1)}, {
            places: slope for places, slope in exact.items() if len(places) == 2
        })  # fmt: skip


def test_a_length_of_constants_and_a_variable():
    assert grad(grad(lambda x: ag.sqrt(ag.dot([x, 0.0], [x, 0.0])) ** 2))(0.0) == 2.0


def test_a_length_of_one_number_has_no_curvature():
    """1/r - x*x/r**3 is two large numbers, which would leave nothing of what stands beside them."""
    assert hessian(lambda x: 2.0 ** ag.hypot(x))(1e-300) == pytest.approx(math.log(2.0) ** 2)
    assert grad(ag.hypot)(-inf) == -1.0


@pytest.mark.parametrize("root", [ag.sqrt, lambda x: x**0.5], ids=["sqrt", "power"])
def test_even_functions_of_a_root_are_smooth_beside_its_edge(root):
    """cos(sqrt(x)) = 1 - x/2 + x**2/24 - ...: 1/r and 1/r**3 would leave no digit of it."""
    functions = [
        (lambda x: ag.cos(root(x)), (-0.5, 1 / 12, -1 / 120)),
        (lambda x: root(x) ** 2, (1.0, 0.0, 0.0)),
        (lambda x: root(x) * ag.tanh(root(x)), (1.0, -2 / 3, 4 / 5)),
    ]
    for f, wanted in functions:
        got = partials(f, (1e-300,), 3)
        assert [got[(0,) * order] for order in (1, 2, 3)] == pytest.approx(wanted, rel=1e-12)
        assert jvp(lambda x: jvp(f, x, 1.0)[1], 1e-300, 1.0)[1] == pytest.approx(wanted[1])  # noqa: B023
        assert grad(f)(0.0) == jvp(f, 0.0, 1.0)[1] == 0.0  # the edge keeps its convention
        assert hessian(f)(0.0) == 0.0


def test_a_branch_on_something_else_than_the_length_is_not_divided():
    """The 0 that x is compared with is no multiple of the length."""
    f = lambda x, y: ag.elu(ag.sinh(x), ag.norm([0.5, y]))  # noqa: E731
    x, y = Value(-1.0), Value(-1.0)
    slope = gradients(f(x, y), y, create_graph=True).data
    assert slope == pytest.approx(math.expm1(math.sinh(-1.0)) * -1.0 / math.hypot(0.5, 1.0))


def test_curvatures_of_a_length_do_not_cancel():
    """y*y/r**3, where 1/r - x*x/r**3 is the difference of numbers that nearly agree."""
    length = hessian(lambda x, y: ag.norm([x, y]), (0, 1))
    for x, y in [(1.0, 1e-10), (3.0, 4.0), (1e-300, 1e-290), (1e200, -1e60)]:
        with mpmath.workdps(400):
            a, b, r = mpmath.mpf(x), mpmath.mpf(y), mpmath.hypot(x, y)
            wanted = [float(v / r**3) for v in (b * b, -a * b, a * a)]
        (xx, xy), (yx, yy) = length(x, y)
        assert (xx, xy, yy) == pytest.approx(wanted, rel=1e-14)
        assert xy == yx
    for f, second in [
        (lambda x: ag.exp(ag.norm([x, x])), 2.0),
        (lambda x: ag.gelu(ag.norm([0.0, x])), math.sqrt(2.0 / math.pi)),
    ]:
        for x in (1e-300, 1e-100, 1e-30):
            assert hessian(f)(x) == pytest.approx(second, rel=1e-14)
            assert jvp(grad(f), x, 1.0)[1] == pytest.approx(second, rel=1e-14)
            assert ag.compile(f).hessian(x) == pytest.approx(second, rel=1e-14)


def test_a_length_itself_keeps_its_convention():
    assert hessian(lambda x, y: ag.norm([x, y]), (0, 1))(0.0, 0.0) == ((0.0, 0.0), (0.0, 0.0))
    assert grad(lambda x: ag.sqrt(x) ** 2)(0.0) == 0.0  # the edge of a domain is no such point


# Powers.


@pytest.mark.parametrize("base", [23.0, 1.0, 0.5])
@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0, -1.0, 0.5])
def test_powers_have_all_their_derivatives(base, exponent):
    got = partials(lambda x, y: x**y, (base, exponent), 4)
    agree(got, exact_partials(lambda x, y: x**y, (base, exponent), 4), 1e-11)


def test_a_number_to_itself():
    got = partials(lambda x: x**x, (1.0,), 4)
    assert [got[(0,) * order] for order in (1, 2, 3, 4)] == [1.0, 2.0, 3.0, 8.0]


def test_mixed_derivatives_are_symmetric_at_every_special_point(row):
    points = [] if row.variadic else [p for p in row.special if all(map(isfinite, p))]
    for point in points:
        got = partials(row, point, 3)
        for places, slope in got.items():
            if any(row.pullbacks[place] is None for place in places):
                continue
            mirrored = got[tuple(sorted(places))]
            assert slope == pytest.approx(mirrored, rel=1e-12, nan_ok=True), (point, places)


def test_rows_beside_their_special_points(row, exact):
    """Where the row is smooth: at a special point, and one float beside it."""
    for special in row.special:
        if not special or not row.pullbacks[0] or len(special) > 2 or row.variadic:
            continue
        for toward in (special[0], inf, -inf):
            point = (nextafter(special[0], toward), *special[1:])
            if not is_smooth(row, point):
                continue
            got = partials(row, point, 3)
            agree(got, exact_partials(exact, point, 3), 1e-6)


def is_smooth(row, point):
    """Tell whether a row has finite derivatives at a point of moderate size, by its own facts."""
    if not all(x == 0.0 or 1e-9 < abs(x) < 1e3 for x in point) or row.name in {"largest", "finite"}:
        return False
    if row.name == "elu" and point[0] == 0.0:
        return False  # its second derivative jumps from 1 to 0
    value = row.forward(*point)
    if not isfinite(value) or (row.kink and row.kink(*point)):
        return False
    return not any(slope is None or isnan(slope) for slope in row.pull(1.0, value, point))


# Zeros that meet infinities.

ZEROS = {
    "0 * sqrt(x)": (lambda x: 0.0 * ag.sqrt(x), 0.0),
    "a weight of 0": (lambda x: Value(0.0) * ag.sqrt(x), 0.0),
    "1 / (1 + exp(x))": (lambda x: 1.0 / (1.0 + ag.exp(x)), 1e3),
    "sqrt(x**4)": (lambda x: ag.sqrt(x**4), 0.0),
    **{
        f"{outer}({inner})": (lambda x, f=TABLE[outer], g=TABLE[inner]: f(g(x)), 1e4)
        for outer in ("tanh", "sigmoid", "erf", "atan")
        for inner in ("exp", "expm1", "cosh", "sinh")
    },
}


@in_one_test("name", ZEROS)
def test_a_zero_wins_in_every_mode(name):
    f, at = ZEROS[name]
    slope = grad(f)
    assert slope(at) == 0.0
    assert gradients(f(x := Value(at)), x, create_graph=True).data == 0.0
    assert jvp(f, at, 1.0)[1] == 0.0
    if name != "sqrt(x**4)":  # the second derivative of x**2 is 2
        assert hvp(f, at, 1.0) == hessian(f)(at) == 0.0
        assert jvp(lambda x: jvp(f, x, 1.0)[1], at, 1.0)[1] == 0.0
        assert grad(grad(slope))(at) == 0.0


@pytest.mark.parametrize("base", [0.0, 2.0])
def test_a_power_and_what_is_infinite_above_it(base):
    """Eager, drawn and forward mode alike: what a float rule knows, the drawn one draws."""
    f = lambda y: ag.sqrt(base**y - base**0.0)  # noqa: E731
    leaf = Value(0.0)
    slopes = [grad(f)(0.0), gradients(f(leaf), leaf, create_graph=True).data, jvp(f, 0.0, 1.0)[1]]
    assert slopes == [0.0 if base == 0.0 else inf] * 3


# Branches that are not taken.


def test_the_other_branch_is_zero_to_fourth_order(row, edges):
    """The branch not taken is the row at an edge, in a product with what is differentiated."""
    points = [edge for edge in edges if edge]
    for point in points[:: len(points) // 5]:

        def f(x, point=point):
            other = row(*[x + (number - 1.5) for number in point]) * ag.exp(x * 1e4) * x
            inner = where(x > 1.0, x**3, other)
            return where(x > 2.0, other * x, where(x < 1.0, other, inner))

        assert partials(f, (1.5,), 4) == {(0,): 6.75, (0,) * 2: 9.0, (0,) * 3: 6.0, (0,) * 4: 0.0}
        assert jvp(lambda x: jvp(f, x, 1.0)[1], 1.5, 1.0)[1] == 9.0
        assert hvp(f, 1.5, 1.0) == 9.0


@pytest.mark.parametrize(("f", "at", "wanted"), [
    (lambda x: where(x > 0, x * x, x * ag.exp(x)), 1e3, (2e3, 2.0, 0.0)),
    (lambda x: where(x > 0, x * x, ag.sqrt(-x)), 1.0, (2.0, 2.0, 0.0)),
    (lambda x: ag.elu(x, x), 1e3, (1.0, 0.0, 0.0)),
    (lambda x: ag.clip(x * ag.exp(x), 0.0, 1.0) + x, 1e3, (1.0, 0.0, 0.0)),
    (lambda x: ag.minimum(x, x * ag.exp(x)), 1e3, (1.0, 0.0, 0.0)),
    (lambda x: ag.relu(-x * ag.exp(x)) + x * x, 1e3, (2e3, 2.0, 0.0)),
    (lambda x: ag.leaky_relu(x, x * ag.exp(x)), 1e3, (1.0, 0.0, 0.0)),
])  # fmt: skip
def test_branches_and_bounds_and_gates(f, at, wanted):
    assert (grad(f)(at), grad(grad(f))(at), grad(grad(grad(f)))(at)) == wanted
