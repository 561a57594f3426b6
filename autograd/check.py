"""Check every local derivative of a graph by itself, and name the operation that is wrong.

The numerical derivatives it is compared with come with an estimate of their error.
"""

from __future__ import annotations

from math import fsum, inf, isfinite, log10, nan
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import as_count, as_float
from autograd.errors import tracing_error
from autograd.graph import topological_order
from autograd.mode import CURRENT, entered, is_tracing, quietly
from autograd.reverse import reverse
from autograd.structure import leaves_of, mapped
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from autograd.primitive import Primitive


GOOD = 6.0  # digits of agreement that need no second look
SINGLY, FEW = 16, 4  # operands of one operation: checked one by one, and by second derivatives
ROUNDING = 4.4e-13  # one rounding of f, 2**-52, over the smallest step, about 5e-4 of the scale


class GradientError(AssertionError):
    """A local derivative differs from the numerical one."""


class Check(NamedTuple):
    """One local derivative compared with a numerical one."""

    operation: str
    argument: int  # the position of the argument
    order: int  # 1: the derivative of the operation; 2: of its rule
    operands: tuple[float, ...]
    label: str  # of the node, where it has one
    rule: float  # the derivative by the rule
    numeric: float  # the derivative by differences
    digits: float  # decimal digits on which both agree
    note: str  # why it was not judged by the digits: a kink, not finite, differences too coarse

    def __str__(self) -> str:
        operands = ", ".join(f"{x:.6g}" for x in self.operands[:6])
        more = ", ..." if len(self.operands) > 6 else ""
        label = f" (label {self.label!r})" if self.label else ""
        what = "derivative" if self.order == 1 else "second derivative, of the rule,"
        verdict = self.note or f"{self.digits:.1f} digits agree"
        return (
            f"{self.operation}({operands}{more}){label}: {what} with respect to argument "
            f"{self.argument} is {self.rule!r} by rule, {self.numeric!r} by differences; {verdict}"
        )


def check_gradients(
    target: Value | Callable[..., Any], *args: Any, order: int = 2, digits: float = 5.0
) -> list[Check]:
    """Compare each operation's local derivatives with numerical ones; return all comparisons.

    `target` is a Value, whose graph is checked, or a function that is called with `args` (numbers
    in any structure) to make one. Every operation is checked by itself at the numbers it met, so
    the error names it, its argument and its operands; `order=2` also checks the rules as they are
    drawn for higher derivatives. At a kink any value between the one-sided derivatives passes.
    Of an operation on more than 16 operands, that many are checked one by one and the others
    together, which finds the one that is wrong; the time grows with their number, not its square.
    Raises GradientError, with the worst agreement first, if fewer than `digits` digits agree.

    >>> from autograd import tanh
    >>> checks = check_gradients(lambda x, y: tanh(x * y), 0.5, 2.0)
    >>> min(check.digits for check in checks) > 8
    True
    """
    if is_tracing():
        raise tracing_error("check_gradients")
    order = as_count(order, "check_gradients: order", most=2)
    digits = as_float(digits, "check_gradients: digits")
    if not isinstance(target, Value) and not callable(target):
        raise TypeError(f"check_gradients takes a Value or a function, not {target!r}")
    if isinstance(target, Value):
        output: Any = target
    else:
        with entered(CURRENT.get().replaced(record=True)):
            output = target(*mapped(_leaf, args))
    roots = [root for root in leaves_of(output) if isinstance(root, Value)]
    if not roots:
        raise TypeError(f"check_gradients: nothing to check, the result {output!r} holds no Value")
    checks = _all_checked(topological_order(*roots), order)
    wrong = sorted(
        (check for check in checks if not check.note and check.digits < digits), key=_digits
    )
    if wrong:
        lines = "\n  ".join(map(str, wrong[:5]))
        raise GradientError(
            f"{len(wrong)} of {len(checks)} local derivatives are wrong:\n  {lines}"
        )
    return checks


@quietly
def _all_checked(nodes: list[Value], order: int) -> list[Check]:
    checks = []
    for node in nodes:
        if node.op is not None:
            operands = tuple(arg.data for arg in node.args)
            checks += [
                check._replace(label=node.label) for check in _checked(node.op, operands, order)
            ]
    return checks


def _digits(check: Check) -> float:
    return check.digits


def _leaf(number: Any) -> Value:
    return number if isinstance(number, Value) else Value(as_float(number, "check_gradients"))


def _checked(op: Primitive, operands: tuple[float, ...], order: int) -> Iterator[Check]:
    """Check the local derivatives of an operation at the given operands."""
    rules = _local_derivatives(op, operands)

    def forward(moved: Sequence[float]) -> float:
        return op.forward(*moved)

    yield from _each(op, 1, operands, rules, forward)
    if order == 2:
        for position in _shown(len(operands), FEW):
            if rules[position] is not None:
                yield from _rule_checked(op, operands, rules, position)


def _rule_checked(
    op: Primitive, operands: tuple[float, ...], rules: Sequence[float | None], position: int
) -> Iterator[Check]:
    """Check the rule drawn on Values against differences of the rule computed on floats.

    What has no derivative on purpose in the operation has none in its rules.
    """
    leaves = [Value(operand) for operand in operands]
    out = op(*leaves)
    drawn = op.pull(1.0, out, leaves)[position]
    seeds = {drawn: 1.0} if isinstance(drawn, Value) else {}
    found = reverse(seeds, leaves, graph=False)

    def local(moved: Sequence[float]) -> float:
        return as_float(_local_derivatives(op, tuple(moved))[position])

    slopes = [None if rule is None else slope for rule, slope in zip(rules, found, strict=True)]
    yield from _each(op, 2, operands, slopes, local)


def _each(
    op: Primitive,
    order: int,
    operands: tuple[float, ...],
    rules: Sequence[float | None],
    f: Callable[[Sequence[float]], float],
) -> Iterator[Check]:
    """Check the derivatives of `f` by its operands: all, or some and one that looks wrong."""
    positions = list(_shown(len(operands), SINGLY if order == 1 else FEW))
    if len(positions) < len(operands):
        known = {position: rule for position, rule in enumerate(rules) if rule is not None}
        positions += suspect(f, operands, known)
    for position in dict.fromkeys(positions):
        rule = rules[position]
        if rule is None:
            continue

        def alone(x: float, position: int = position) -> float:
            return f((*operands[:position], x, *operands[position + 1 :]))

        yield _compared(op, position, order, operands, rule, alone, operands[position])


def _shown(count: int, most: int) -> Sequence[int]:
    """Return the positions to check singly: all up to SINGLY, else about `most` of them.

    Those at both ends and on both sides of the middle, because the operands of a dot are two lists.
    """
    if count <= SINGLY:
        return range(count)
    half = count // 2
    return sorted({step * half // (most // 2) + side for step in range(most // 2)
                   for side in (0, half)} | {half - 1, count - 1})  # fmt: skip


def _local_derivatives(op: Primitive, operands: tuple[float, ...]) -> Any:
    return op.pull(1.0, op.forward(*operands), operands)


def _compared(
    op: Primitive,
    position: int,
    order: int,
    operands: tuple[float, ...],
    rule: float,
    f: Callable[[float], float],
    x: float,
) -> Check:
    note = ""
    numeric, agreed = nan, 0.0
    if not (isfinite(x) and isfinite(f(x))):
        note = "not finite, not checked"
    else:
        numeric, agreed, trusted = _closest(rule, f, x, max(map(abs, operands)))
        if not trusted:
            note = "differences too coarse, not checked"
        if agreed < GOOD:
            left, _ = one_sided(f, x, -1.0)
            right, _ = one_sided(f, x, 1.0)
            slack = 1e-6 * (1.0 + abs(left) + abs(right))
            apart = abs(left - right) > 1e3 * slack
            if apart and min(left, right) - slack <= rule <= max(left, right) + slack:
                note = "kink"
    return Check(op.name, position, order, operands, "", rule, numeric, agreed, note)


def _closest(
    rule: float, f: Callable[[float], float], x: float, largest: float
) -> tuple[float, float, bool]:
    """Return the numerical derivative closest to the rule, their digits, and whether to trust it.

    Differences mislead where `f` varies faster than their steps (1/x at 1e-8, cos at 1e8) or so
    slowly that it is rounded away (1e16 + x at 1). No one step serves all, but a right rule agrees
    at some of them, and a wrong one at none.
    """
    best: tuple[float, float, bool] = nan, 0.0, False
    size = abs(rule) if isfinite(rule) else 0.0
    limit = 1e-3  # of the estimated error, relative; further tries must be better to count
    for scale in dict.fromkeys((max(abs(x), 0.1), abs(x), 0.1, largest)):
        if not scale:
            continue
        numeric, error = derivative(f, x, scale)
        error += ROUNDING * abs(f(x)) / scale
        trusted = error <= limit * max(size, abs(numeric), 1e-3)
        agreed = _agreement(rule, numeric, error) if trusted else 0.0
        if (trusted, agreed) > (best[2], best[1]):
            best = numeric, agreed, trusted
        if agreed >= GOOD:
            break
        limit = 1e-6
    return best


def _agreement(rule: float, numeric: float, error: float) -> float:
    """Return the decimal digits, 16 at most, on which both agree within the estimated error."""
    if not isfinite(rule):
        return 0.0
    difference = max(abs(rule - numeric) - error, 0.0)
    scale = max(abs(rule), abs(numeric), 1e-7)
    return 16.0 if difference <= 1e-16 * scale else min(16.0, -log10(difference / scale))


SHRINK = 1.4  # the step shrinks by this factor from row to row
ROWS = 12
CLOSE = 1e-9  # of what is summed: less is rounding


def derivative(f: Callable[[float], float], x: float, scale: float = 0.0) -> tuple[float, float]:
    """Return f'(x) and an estimate of its error, by central differences extrapolated to step 0.

    Steps begin at 0.02 times `scale`, across which `f` should be smooth; by default |x|, at least
    0.1. Ridders 1982, Advances in Engineering Software 4 (2). (nan, inf) if `f` is not finite
    around x.
    """

    def slope(h: float) -> float:
        width = (x + h) - (x - h)
        return (f(x + h) - f(x - h)) / width if width else nan

    return _extrapolated(slope, scale or max(abs(x), 0.1), power=2)


def one_sided(f: Callable[[float], float], x: float, side: float) -> tuple[float, float]:
    """Return the derivative from the right (`side` 1.0) or left (-1.0), and its error estimate."""

    def slope(h: float) -> float:
        width = (x + side * h) - x
        return (f(x + side * h) - f(x)) / width if width else nan

    return _extrapolated(slope, max(abs(x), 0.1), power=1)


def suspect(
    f: Callable[[Sequence[float]], float], point: Sequence[float], slopes: Mapping[int, float]
) -> list[int]:
    """Return the position of a slope that seems wrong, or nothing; `slopes` are by position.

    All are compared at once, along one direction, then halves of those that do not agree: about
    2 log2(n) derivatives for n positions, not n.

    >>> suspect(sum, [1.0] * 100, {place: 1.0 + (place == 71) for place in range(100)})
    [71]
    >>> suspect(sum, [1.0] * 100, dict.fromkeys(range(100), 1.0))
    []
    """
    steps = {place: _sign(place) * max(abs(point[place]), 0.1) for place in slopes}

    def gap(places: Sequence[int]) -> float:
        def along(t: float) -> float:
            moved = list(point)
            for place in places:
                moved[place] += t * steps[place]
            return f(moved)

        numeric, error = derivative(along, 0.0, 1.0)
        parts = [slopes[place] * steps[place] for place in places]
        size = fsum(map(abs, parts))
        if not (isfinite(numeric) and isfinite(size)):
            return 0.0
        return abs(numeric - fsum(parts)) - error - CLOSE * (size + abs(f(point)))

    places = list(slopes)
    if not places or gap(places) <= 0.0:
        return []
    while len(places) > 1:
        halves = places[: len(places) // 2], places[len(places) // 2 :]
        places = max(halves, key=gap)
    return places


def _sign(place: int) -> float:
    """Return 1 or -1 in no order, by a hash (Knuth, The Art of Computer Programming 3, 6.4)."""
    return 1.0 if place * 2654435761 & 1 << 16 else -1.0


def _extrapolated(slope: Callable[[float], float], scale: float, power: int) -> tuple[float, float]:
    """Extrapolate slope(h) to h = 0, its error being a series in h**power (Neville's scheme)."""
    step = 0.02 * scale
    for _ in range(40):  # a domain may end close by
        if isfinite(slope(step)):
            break
        step /= 2.0
    best, error = nan, inf
    previous: list[float] = []
    for _ in range(ROWS):
        row = [slope(step)]
        factor = 1.0
        for coarser in previous:
            factor *= SHRINK**power
            row.append((row[-1] * factor - coarser) / (factor - 1.0))
            change = max(abs(row[-1] - row[-2]), abs(row[-1] - coarser))
            if change < error:
                best, error = row[-1], change
        if previous and abs(row[-1] - previous[-1]) > 4.0 * error:
            break  # rounding has taken over
        previous = row
        step /= SHRINK
    return best, error
