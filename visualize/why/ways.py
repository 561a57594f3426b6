"""The ways between a root and a leaf, with one reverse sweep: all evidence of why()."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, floor, inf, isfinite, isnan, log, log1p
from sys import float_info
from typing import Literal, NamedTuple

from autograd import Value
from autograd.graph import Constant
from autograd.reverse import Contribution, Sweep, Visit
from autograd.runtime import computed
from visualize.formula.rules import rules_of
from visualize.formula.words import equation, numbers, rule_on, source, written
from visualize.scene.flat import FlatGraph, depending_on
from visualize.steps.paths import Path, largest_paths
from visualize.text import cut, significant

RULE_COLUMNS = 70
FEW_OPERANDS = 4  # of more, only the one that matters is shown
LN10 = log(10.0)
SMALLEST = float_info.min  # below it floats have fewer digits

Cause = Literal[
    "not connected",  # no way leads from the root to the leaf
    "stale",  # a leaf was changed after the graph was computed
    "detached",  # every way passes an operation without a derivative
    "forward nan",  # a number of the forward pass was nan, or
    "forward inf",  # infinite, before any gradient was
    "backward nan",  # a local derivative was not finite where all numbers were, and the
    "backward inf",  # gradient became nan or infinite
    "overflowed",  # a product or sum of finite numbers in the backward pass is beyond all floats
    "killed",  # every way passes a local derivative of exactly 0
    "underflowed",  # a product of numbers that are not 0 is below all floats
    "cancelled",  # large contributions have added up to little or nothing
    "vanishing",  # tiny: small factors along the way
    "grown",  # huge: large factors along the way
    "not computed",  # nothing is wrong, but no backward pass has come here
    "accumulated",  # nothing is wrong, but .grad holds more than this root gives
    "healthy",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: `summary` in a clause, `lines` with the evidence, `way_out` with what to do."""

    cause: Cause
    summary: str
    lines: tuple[str, ...] = ()
    nodes: tuple[Value, ...] = ()
    way_out: str = ""
    way: tuple[Value, ...] = ()  # to be drawn; where it is empty, the shortest


@dataclass(frozen=True, eq=False)
class Ways:
    """A graph as seen from a leaf, with a reverse sweep from the root that changes nothing.

    No walk over it is recursive.
    """

    leaf: Value
    root: Value
    graph: FlatGraph
    names: dict[Value, str]
    passes: Sweep
    stale: str = ""  # the reason why `passes` is empty

    @computed
    def number(self) -> dict[Value, int]:
        """The place of each value in topological order."""
        return {value: place for place, value in enumerate(self.graph.values)}

    @computed
    def gradients(self) -> dict[Value, float]:
        """The gradient of every value that the sweep reached."""
        return self.passes.gradients()

    @property
    def gradient(self) -> float | None:
        """The gradient of the leaf; None where the sweep did not reach it."""
        return self.gradients.get(self.leaf)

    @computed
    def dependent(self) -> set[Value]:
        """The leaf and all that was computed from it, whether gradients pass or not."""
        return depending_on(self.leaf, self.graph.values)

    @computed
    def visits(self) -> list[Visit]:
        """The visits of the sweep on the ways, root first, with what goes towards the leaf."""
        return [
            visit._replace(
                contributions=tuple(c for c in visit.contributions if c.operand in self.dependent)
            )
            for visit in self.passes.visits
            if visit.node in self.dependent
        ]

    @computed
    def fertile(self) -> set[Value]:
        """The values with some way to the leaf that passes no local derivative of 0."""
        fertile = {self.leaf}
        for node, _, contributions in reversed(self.visits):
            if any(c.operand in fertile and c.local for c in contributions):
                fertile.add(node)
        return fertile

    @computed
    def killers(self) -> list[tuple[Visit, Contribution]]:
        """The first local derivative of exactly 0 on each way up from the leaf, if all have one.

        Those that stop a gradient come first: a change there would have an effect.
        """
        if self.gradient or self.root in self.fertile:
            return []
        places = [
            (visit, contribution)
            for visit in self.visits
            for contribution in visit.contributions
            if contribution.operand in self.fertile and contribution.local == 0.0
        ]
        return sorted(places, key=lambda place: not place[0].gradient)

    @computed
    def incoming(self) -> dict[Value, list[tuple[Visit, Contribution]]]:
        """The contributions to each value on the ways, in the order of the sweep."""
        found: dict[Value, list[tuple[Visit, Contribution]]] = {}
        for visit in self.visits:
            for contribution in visit.contributions:
                found.setdefault(contribution.operand, []).append((visit, contribution))
        return found

    @property
    def total(self) -> float:
        """The gradient, the sum over all paths; 0.0 where the sweep did not reach the leaf."""
        return self.gradient or 0.0

    @computed
    def below(self) -> dict[Value, float]:
        """The logarithm of the sum of |products| from each value down to the leaf."""
        return sums_to_leaf(self.visits, self.leaf)

    @computed
    def main_path(self) -> Path | None:
        """The path with the largest |product|."""
        paths = largest_paths(self.passes, [self.leaf], count=1)[self.leaf]
        return paths[0] if paths else None

    @computed
    def underflows(self) -> list[tuple[float, Visit, Contribution]]:
        """Products that are 0 or lost digits though no factor is 0, with their true logarithms."""
        return [
            (log_size(visit.gradient) + log_size(contribution.local) + self.below[operand],
             visit, contribution)
            for visit in self.visits
            for contribution in visit.contributions
            if (operand := contribution.operand) in self.below
            and contribution.sent is not None
            and abs(contribution.sent) < SMALLEST
            and visit.gradient and contribution.local and isfinite(contribution.local)
        ]  # fmt: skip

    @computed
    def cancellations(self) -> list[tuple[float, Value]]:
        """Values whose contributions cancel, the worst first.

        Each has the logarithm of the sum of |contributions| times its derivative by the leaf.
        """
        terms: dict[Value, float] = {}
        for operand, came in self.incoming.items():
            total = sum(abs(c.sent) for _, c in came if c.sent)
            if total and operand in self.below and len(came) > 1:
                terms[operand] = total
        slopes = _slopes(self)
        found = []
        for visit in self.visits:  # root first: equal ones keep the order of the sweep
            size, gradient = terms.get(visit.node), abs(visit.gradient)
            if size is None or size < 2.0 * gradient:
                continue
            # a sum that is 0 has cancelled, whatever comes below it
            weight = log_size(slopes.get(visit.node)) if gradient else self.below[visit.node]
            found.append((log(size) + weight, visit.node))
        return sorted(found, key=lambda item: -item[0])

    @computed
    def _consumers_below_root(self) -> dict[Value, Value]:
        """For each value, a consumer on a shortest way to the root."""
        above: dict[Value, Value] = {}
        order = [self.root]
        for value in order:  # grows while it is walked
            for operand in value.args:
                if type(operand) is not Constant and operand not in above:
                    above[operand] = value
                    order.append(operand)
        return above

    @computed
    def _operands_above_leaf(self) -> dict[Value, Value]:
        """For each value that depends on the leaf, an operand on a shortest way to it."""
        consumers: dict[Value, list[Value]] = {}
        for value in self.graph.values:
            if value in self.dependent:
                for operand in value.args:
                    if operand in self.dependent:
                        consumers.setdefault(operand, []).append(value)
        below: dict[Value, Value] = {}
        order = [self.leaf]
        for value in order:  # grows while it is walked
            for consumer in consumers.get(value, ()):
                if consumer not in below:
                    below[consumer] = value
                    order.append(consumer)
        return below

    def way_through(self, value: Value) -> list[Value]:
        """Return a way from the root down to a value and, where there is one, on to the leaf."""
        way = [value]
        while way[-1] is not self.root:
            way.append(self._consumers_below_root[way[-1]])
        way.reverse()
        if value in self.dependent:
            while way[-1] is not self.leaf:
                way.append(self._operands_above_leaf[way[-1]])
        return way

    def said(self, value: Value, position: int | None = None) -> str:
        """Return a value with how it was made and its operands: "v1 = relu(x) with x = -2".

        An operation on many operands has only the one at `position`.
        """
        name = self.names[value]
        if value.op is None:
            return f"{name} = {significant(value.data)}, a leaf"
        operands = numbers(value, self.names)
        if position is not None and len(value.args) > FEW_OPERANDS:
            operand = value.args[position]
            operands = f"{self._operand(operand)} = {significant(operand.data)}"
        return f"{name} = {written(value, self.names)}" + (f" with {operands}" if operands else "")

    def computed(self, value: Value) -> str:
        """Return a value as an operation on names and on numbers: "v = log(x): log(0) = -inf"."""
        name = self.names[value]
        if value.op is None:
            return f"{name} = {significant(value.data)}, a leaf"
        return f"{name} = {written(value, self.names)}: {equation(value, self.names)}"

    def slope(self, node: Value, position: int, local: float) -> str:
        """Return a local derivative by its rule: "∂v1/∂x = 0.5 / v1 = 0.5 / 0 = inf".

        A rule with a condition has names only: "∂v1/∂x = (1 if x > 0 else 0) = 0".
        """
        rule = rules_of(node)[position]
        on_names, on_numbers = rule_on(rule, node, local, self.names)
        forms = [on_names] if " if " in rule else [on_names, on_numbers]
        steps = [form for form in forms if len(form) <= RULE_COLUMNS]
        parts = dict.fromkeys((self.derivative(node, position), *steps, significant(local)))
        return " = ".join(filter(None, parts))

    def derivative(self, node: Value, position: int) -> str:
        """Return the name of a local derivative: "∂v1/∂x"."""
        return f"∂{self.names[node]}/∂{self._operand(node.args[position])}"

    def _operand(self, operand: Value | Constant) -> str:
        return significant(operand) if isinstance(operand, Constant) else self.names[operand]

    def at(self, *nodes: Value) -> tuple[str, ...]:
        """Return the source lines of nodes, indented; none if they were not recorded."""
        lines = dict.fromkeys(node.line for node in nodes if node.line)
        return tuple(f"    {source(line)}" for line in lines)

    def path(self, nodes: Sequence[Value], most: int = 8) -> str:
        """Return a way as names with arrows; a long one as its two ends."""
        shown = [self.names[node] for node in nodes]
        if len(shown) > most:
            left_out = len(shown) - most
            half = most // 2
            shown = [*shown[:half], f"… {left_out:,} more …", *shown[-half:]]
        return cut(" → ".join(shown), 200)


def _slopes(ways: Ways) -> dict[Value, float]:
    """Return the derivative of each value by the leaf, as forward mode computes it."""
    slopes = {ways.leaf: 1.0}
    for node, _, contributions in reversed(ways.visits):
        terms = [
            c.local * slopes[c.operand] for c in contributions if c.local and slopes.get(c.operand)
        ]
        if terms:
            slopes[node] = sum(terms)
    return slopes


class SignedSums(NamedTuple):
    """The sums of the positive and of the negative products of paths, as natural logarithms."""

    positive: float = -inf
    negative: float = -inf

    @property
    def size(self) -> float:
        """The sum of the |products|."""
        return added(self.positive, self.negative)

    @property
    def total(self) -> float:
        """The |sum| of the products."""
        high, low = max(self), min(self)
        if low == -inf:
            return high
        return high + log1p(-exp(low - high)) if low < high else -inf


def added(first: float, second: float) -> float:
    """Return the logarithm of a sum, from those of two terms.

    >>> round(exp(added(log(2.0), log(3.0))), 9), added(-inf, 1.0)
    (5.0, 1.0)
    """
    high, low = (first, second) if first > second else (second, first)
    return high if low == -inf or high == inf else high + log1p(exp(low - high))


def log_size(number: float | None) -> float:
    """Return the logarithm of |number|; -inf for 0, nan and None.

    >>> log_size(-1.0), log_size(0.0)
    (0.0, -inf)
    """
    return log(abs(number)) if number and not isnan(number) else -inf


def power(logarithm: float) -> str:
    """Return the number with that natural logarithm as text, however large or small.

    >>> power(log(0.25)), power(-1000.0), power(-inf)
    ('0.25', '5.08e-435', '0')
    """
    if logarithm in (-inf, inf):
        return "0" if logarithm < 0 else "inf"
    if -700.0 < logarithm < 700.0:
        return significant(exp(logarithm))
    exponent = floor(logarithm / LN10)
    return f"{10 ** (logarithm / LN10 - exponent):.3g}e{exponent:+d}"


def sums_from_root(visits: list[Visit]) -> dict[Value, SignedSums]:
    """Return the sums over all paths from the root to each value.

    A derivative of 0 ends a path, as in the sweep.
    """
    sums = {visits[0].node: SignedSums(0.0)} if visits else {}
    for node, _, contributions in visits:
        positive, negative = sums.get(node, SignedSums())
        if positive == negative == -inf:
            continue
        for operand, _, local, _, _ in contributions:
            factor = log_size(local)
            if factor == -inf or local is None:
                continue
            old = sums.get(operand, SignedSums())
            up, down = (positive, negative) if local > 0.0 else (negative, positive)
            sums[operand] = SignedSums(
                added(old.positive, up + factor), added(old.negative, down + factor)
            )
    return sums


def sums_to_leaf(visits: list[Visit], leaf: Value) -> dict[Value, float]:
    """Return the logarithm of the sum of |products| over all paths from each value to the leaf."""
    sums = {leaf: 0.0}
    for node, _, contributions in reversed(visits):
        total = sums.get(node, -inf)
        for operand, _, local, _, _ in contributions:
            below, factor = sums.get(operand, -inf), log_size(local)
            if below != -inf and factor != -inf:
                total = added(total, below + factor)
        if total != -inf:
            sums[node] = total
    return sums
