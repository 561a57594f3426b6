"""A reverse sweep by number: how many paths lead down to a value, and those of largest product.

Pages use these functions too, as a script: `make docs` writes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import frexp, isfinite, isnan


@dataclass(slots=True)
class Numbered:
    """A reverse sweep: the values that it starts from, its visits, and what each visit sends.

    `used` are the values that a value sends to. `places` say where `local` and `sent` have the
    local derivative and the share of each; None where there is no derivative.
    """

    starts: Sequence[int]
    visits: Sequence[int]
    used: Sequence[Sequence[int]]
    places: Sequence[Sequence[int]]
    local: Sequence[Sequence[float | None]]
    sent: Sequence[Sequence[float | None]]


@dataclass(slots=True)
class Prefix:
    """A path from a start down to a value, as the path before its last step, and its product.

    The product as if floats had no largest and no smallest number is `fraction` times 2 to the
    power of `exponent`; `kind` is 1 where the product is infinite and 2 where it is nan.
    """

    kind: int
    exponent: float
    fraction: float
    product: float
    value: int
    place: int  # of the last step among those of the value above
    before: Prefix | None


@dataclass(slots=True)
class PathCount:
    """The paths to a value: all, those that pass no derivative of 0, the sum of |products|."""

    count: int
    open: int
    size: float


def values_on_paths(sweep: Numbered, wanted: Sequence[bool]) -> list[bool]:
    """Tell of each value whether it lies on a path down to a wanted one, both ends included."""
    found = [False] * len(wanted)
    for value in reversed(sweep.visits):
        found[value] = wanted[value]
        for operand, place in zip(sweep.used[value], sweep.places[value], strict=True):
            if found[operand] and sweep.local[value][place] is not None:
                found[value] = True
    return found


def largest_prefixes(
    sweep: Numbered, wanted: Sequence[bool], between: Sequence[bool], count: int
) -> dict[int, list[Prefix]]:
    """Return the paths of largest |product| to each wanted value that one leads to.

    There are `count` at most, the largest first, of equal ones the first in the sweep. `between`
    are the values on paths to wanted ones. The largest paths to a value are among the largest to
    its users, one step longer: one pass finds them.

    >>> local = [[], [3.0, -4.0]]
    >>> sweep = Numbered([1], [1, 0], [[], [0, 0]], [[], [0, 1]], local, sent=local)
    >>> [path.product for path in largest_prefixes(sweep, [True, False], [True, True], 2)[0]]
    [-4.0, 3.0]
    """
    arrived: dict[int, list[Prefix]] = {}
    for start in sweep.starts:
        arrived[start] = [Prefix(0, 1.0, 0.5, 1.0, start, -1, None)]
    found: dict[int, list[Prefix]] = {}
    for value in sweep.visits:
        if not between[value]:
            continue
        best = arrived[value]
        arrived[value] = []
        if wanted[value]:
            found[value] = best
        for operand, place in zip(sweep.used[value], sweep.places[value], strict=True):
            local, sent = sweep.local[value][place], sweep.sent[value][place]
            if local is None or not between[operand]:
                continue
            longer = arrived.setdefault(operand, [])
            for prefix in best:
                _keep(longer, _extended(prefix, operand, place, local, sent), count)
    return found


def path_counts(
    sweep: Numbered, wanted: Sequence[bool], between: Sequence[bool]
) -> dict[int, PathCount]:
    """Return how many paths lead to each wanted value that one leads to, and their size.

    `between` are the values on paths to wanted ones.

    >>> local = [[], [3.0, 0.0]]
    >>> sweep = Numbered([1], [1, 0], [[], [0, 0]], [[], [0, 1]], local, sent=local)
    >>> path_counts(sweep, [True, False], [True, True])
    {0: PathCount(count=2, open=1, size=3.0)}
    """
    counts: dict[int, PathCount] = {}
    for start in sweep.starts:
        counts[start] = PathCount(1, 1, 1.0)
    found: dict[int, PathCount] = {}
    for value in sweep.visits:
        if not between[value]:
            continue
        above = counts[value]
        # Not kept for later: counts of a long chain may have many thousands of digits.
        counts[value] = PathCount(0, 0, 0.0)
        if wanted[value]:
            found[value] = above
        for operand, place in zip(sweep.used[value], sweep.places[value], strict=True):
            local, sent = sweep.local[value][place], sweep.sent[value][place]
            if local is None or not between[operand]:
                continue
            below = counts.setdefault(operand, PathCount(0, 0, 0.0))
            below.count += above.count
            below.open += above.open if local != 0 else 0
            below.size += abs(multiplied(above.size, local, sent))
    return found


def multiplied(product: float, local: float, sent: float | None) -> float:
    """Return `product` times a local derivative, as the sweep multiplies.

    Exactly 0 stays 0. Where an infinity or nan meets a derivative of 0, some rules multiply and
    others select; then the number that the sweep sent decides.
    """
    if product == 0:
        return 0.0
    if local != 0 or isfinite(product):
        return product * local
    return 0.0 if sent is None else sent


def values_of(path: Prefix) -> list[int]:
    """Return the values on a path, the start last."""
    values: list[int] = []
    rest: Prefix | None = path
    while rest is not None:
        values.append(rest.value)
        rest = rest.before
    return values


def _extended(prefix: Prefix, value: int, place: int, local: float, sent: float | None) -> Prefix:
    product = multiplied(prefix.product, local, sent)
    # An infinite or nan derivative has no size; `kind` ranks it.
    factor, shift = frexp(abs(local) if isfinite(local) else 1.0)
    fraction, carry = frexp(prefix.fraction * factor)
    exponent = prefix.exponent + shift + carry if fraction != 0 else float("-inf")
    kind = 0
    if not isfinite(product):
        kind = 2 if isnan(product) else 1
    return Prefix(kind, exponent, fraction, product, value, place, prefix)


def _keep(best: list[Prefix], prefix: Prefix, count: int) -> None:
    """Put a path in its place among the best, behind equal ones; leave `count` of them."""
    place = len(best)
    while place > 0 and _is_larger(prefix, best[place - 1]):
        place -= 1
    if place < count:
        best.insert(place, prefix)
    if len(best) > count:
        best.pop()


def _is_larger(one: Prefix, other: Prefix) -> bool:
    if one.kind != other.kind:
        return one.kind > other.kind
    if one.exponent != other.exponent:
        return one.exponent > other.exponent
    return one.fraction > other.fraction
