"""Gradients by their size: underflowed, cancelled, vanishing, grown; and healthy ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from math import exp, log

from autograd import Primitive, Value
from autograd.graph import Constant
from visualize.formula.operation import adds_products, is_product
from visualize.steps.paths import PathEdge
from visualize.text import counted, significant
from visualize.why.not_finite import against
from visualize.why.ways import LN10, SMALLEST, Finding, Ways, log_size, power, sums_from_root

TINY = 1e-6  # at a rate of 0.1 it takes ten million steps to move a weight by 1
HUGE = 1e4
MOST_OPERATIONS = 5  # operations to name
MOST_OF_IT = 0.6  # of the logarithm of a huge gradient
SMALLER = (
    "use clip_grad_norm, a lower learning rate, smaller initial weights, inputs of a size of about "
    "1, or the mean of the losses instead of their sum"
)
SATURATED = 0.05  # of the largest slope that an activation has
MOST_SIMPLE = 9  # as a denominator
SHARE = 0.5  # of the logarithm of a factor that its number must have
FEWEST_STEPS = 3  # that numbers grow over
LEAST_GROWTH = 1.5  # times a step
NEAR_THE_END = (
    "near the lowest point of a loss every gradient is small, and nothing is wrong; otherwise "
)
CANCELLED = log(1e6)  # how much larger a gradient would be without the cancellation
LOST = log(1e-3)  # what part of a gradient an underflow must have taken away
MOST_CONTRIBUTIONS = 5  # contributions to name


def underflowed(ways: Ways) -> Finding | None:
    """Return where a product of numbers that are not 0 became 0 or lost its digits, if one did."""
    if not ways.underflows:
        return None
    # where the gradient is 0, products that lost only digits are not the cause
    lost = [item for item in ways.underflows if not item[2].sent]
    candidates = lost if lost and not ways.total else ways.underflows
    size, visit, contribution = max(candidates, key=lambda item: item[0])
    if ways.total == 0.0:
        if ways.cancellations and ways.cancellations[0][0] > size:
            return None
    elif size - log_size(ways.total) < LOST and abs(ways.total) >= SMALLEST:
        return None
    node = visit.node
    true = sums_from_root(ways.visits)[ways.leaf]
    product = power(log_size(visit.gradient) + log_size(contribution.local))
    lines = [
        ways.said(node, contribution.position),
        *ways.at(node),
        f"    {ways.slope(node, contribution.position, contribution.local or 0.0)}, times the "
        f"gradient {significant(visit.gradient)}, is {product} in size; the float for it is "
        f"{significant(contribution.sent or 0.0)}",
        f"the true gradient is about {power(true.total)} (log10 {true.total / LN10:.1f})"
        if true.total > true.size - log(1e6)
        else f"the |products| of all paths add up to {power(true.size)}",
        *_chain_lines(ways, shrinking=True),
    ]
    what = "0" if ways.total == 0.0 else "short of digits"
    return Finding(
        "underflowed",
        f"underflowed: a product of factors that are not 0 is below all floats and became {what}",
        tuple(lines),
        (node,),
        "work with logarithms (log_softmax, logsumexp, sums of logs), scale the factors "
        "towards 1, or shorten the chain",
        _main_way(ways),
    )


def cancelled(ways: Ways) -> Finding | None:
    """Return where large contributions add up to little or nothing, if they do."""
    if not ways.cancellations:
        return None
    size, node = ways.cancellations[0]
    if ways.total == 0.0:
        if ways.underflows and max(item[0] for item in ways.underflows) >= size:
            return None
    elif size - log_size(ways.total) < _much(ways):
        return None
    sums = sums_from_root(ways.visits)[ways.leaf]
    name = ways.names[node]
    came = [(visit, c) for visit, c in ways.incoming[node] if c.sent]
    came.sort(key=lambda step: -abs(step[1].sent or 0.0))
    lines = [
        f"the paths to {ways.names[ways.leaf]} add up to +{power(sums.positive)} and "
        f"-{power(sums.negative)}: {power(sums.size)} in size, and "
        f"{significant(ways.total)} is left",
        f"at {name} the contributions cancel:",
    ]
    for visit, contribution in came[:MOST_CONTRIBUTIONS]:
        said = ways.said(visit.node, contribution.position)
        lines.append(f"  {significant(contribution.sent or 0.0)} from {said}")
        lines += [f"  {line}" for line in ways.at(visit.node)]
    if len(came) > MOST_CONTRIBUTIONS:
        lines.append(f"  … and {len(came) - MOST_CONTRIBUTIONS:,} more")
    left = "nothing" if ways.total == 0.0 else f"little, {significant(ways.total)}"
    return Finding(
        "cancelled",
        f"cancelled: contributions of both signs add up to {left}",
        tuple(lines),
        (node, *dict.fromkeys(visit.node for visit, _ in came[:MOST_CONTRIBUTIONS])),
        "if the root should depend on this value, look for a term that is added and taken away "
        "again; a small difference of large numbers has few right digits, so take the "
        "difference by algebra",
    )


def _much(ways: Ways) -> float:
    """Return the logarithm that a cancellation must take away; less for a tiny gradient."""
    if abs(ways.total) >= TINY:
        return CANCELLED
    return min(CANCELLED, -log_size(ways.total) / 2.0)


def vanishing(ways: Ways) -> Finding | None:
    """Return the factors that make the gradient tiny, if it is."""
    if not 0.0 < abs(ways.total) < TINY:
        return None
    path = ways.main_path
    steps = len(path.edges) if path else 0
    says, small, way_out = _shrinkage(path.edges if path else ())
    summary = f"vanishing: tiny but not 0 after {counted(steps, 'step')} down its main path"
    return Finding(
        "vanishing",
        f"{summary}, {says}" if says else summary,
        tuple(_chain_lines(ways, shrinking=True)),
        tuple(edge.node for edge in small) or _extreme(ways, shrinking=True),
        way_out,
        _main_way(ways),
    )


def grown(ways: Ways) -> Finding | None:
    """Return the factors that make the gradient huge, if it is."""
    if abs(ways.total) < HUGE:
        return None
    path = ways.main_path
    steps = len(path.edges) if path else 0
    lines = _chain_lines(ways, shrinking=False)
    growth = _forward_growth(path.edges if path else ())
    summary = f"grown: huge after {counted(steps, 'step')} down its main path"
    if growth:
        first, last, count, times = growth
        names = ways.names
        summary = (
            f"grown: huge because the numbers of the forward pass are: they grow "
            f"{significant(times)} times at each step, over {counted(count, 'step')}"
        )
        lines.append(
            f"forward: {names[first]} = {significant(first.data)}, {counted(count, 'step')} later "
            f"{names[last]} = {significant(last.data)}"
        )
    return Finding(
        "grown",
        summary,
        tuple(lines),
        _extreme(ways, shrinking=False),
        _against_one(path.edges if path else ()) or SMALLER,
        _main_way(ways),
    )


def _against_one(edges: Sequence[PathEdge]) -> str:
    """Return the way out for an operation near its pole that makes most of a gradient; or ""."""
    sizes = [max(log_size(edge.local), 0.0) for edge in edges]
    largest = max(sizes, default=0.0)
    if not largest or largest < MOST_OF_IT * sum(sizes):
        return ""
    node = edges[sizes.index(largest)].node
    # the base of a large power is large itself
    near = min(abs(arg.data) for arg in node.args) < 1.0
    return against(node.op) if near else ""


def healthy(ways: Ways) -> Finding:
    """Return the main path of a gradient with which nothing is wrong."""
    path = ways.main_path
    lines = []
    if path and path.edges:
        share = f", product {significant(path.product)}"
        lines.append(f"main path: {ways.path(path.nodes)}{share}")
    return Finding("healthy", "healthy", tuple(lines), way=_main_way(ways))


def _main_way(ways: Ways) -> tuple[Value, ...]:
    """Return the values on the path with the largest |product|, root first."""
    return ways.main_path.nodes if ways.main_path else ()


def _chain_lines(ways: Ways, *, shrinking: bool) -> list[str]:
    """Return the main path with the factors that make its product small or large."""
    path = ways.main_path
    if path is None or not path.edges:
        return []
    size = sum(log_size(edge.local) for edge in path.edges)
    lines = [
        f"main path: {ways.path(path.nodes)}",
        f"product of its {counted(len(path.edges), 'derivative')}: {power(size)} "
        f"(log10 {size / LN10:.1f})",
    ]
    all_paths = ways.below.get(ways.root, size)
    if all_paths - size > log(2.0):
        lines.append(f"the |products| of all paths add up to {power(all_paths)}")
    count: Counter[str] = Counter()
    together: dict[str, float] = {}
    for edge in path.edges:
        row = edge.node.op.described if edge.node.op else ""
        count[row] += 1
        together[row] = together.get(row, 0.0) + log_size(edge.local)
    sign = 1 if shrinking else -1
    by_size = sorted(together, key=lambda row: sign * together[row])
    parts = [
        f"{row} ×{count[row]:,} {power(together[row])}"
        for row in by_size[:MOST_OPERATIONS]
        if sign * together[row] < 0
    ]
    if parts and len(path.edges) > 1:
        lines.append(f"by operation: {', '.join(parts)}")
    for edge in _strongest(path.edges, shrinking=shrinking):
        lines.append(f"  {ways.slope(edge.node, edge.position, edge.local)}")
        lines += [f"  {line}" for line in ways.at(edge.node)]
    return lines


def _strongest(edges: Sequence[PathEdge], *, shrinking: bool) -> list[PathEdge]:
    sign = 1 if shrinking else -1
    order = sorted(edges, key=lambda edge: sign * log_size(edge.local))
    return [edge for edge in order[:3] if sign * log_size(edge.local) < 0]


def _extreme(ways: Ways, *, shrinking: bool) -> tuple[Value, ...]:
    edges = ways.main_path.edges if ways.main_path else ()
    return tuple(edge.node for edge in _strongest(edges, shrinking=shrinking))


def _shrinkage(edges: Sequence[PathEdge]) -> tuple[str, Sequence[PathEdge], str]:
    """Return why the product along a path is small, in a clause; its factors; the way out.

    Each factor is of one kind at most: the slope of a saturated activation; that of another one,
    which has a bound; a factor of a product.
    """
    saturated: list[PathEdge] = []
    bounded: list[PathEdge] = []
    factors: list[PathEdge] = []
    for edge in edges:
        row = edge.node.op
        top = _largest_slope(row)
        if top:
            (saturated if abs(edge.local) < SATURATED * top else bounded).append(edge)
        elif top is None and row and (is_product(row) or adds_products(row)):
            factors.append(edge)
    kinds = saturated, bounded, factors
    taken, whole = [_shrunk(kind) for kind in kinds], _shrunk(edges)
    most = kinds[taken.index(max(taken))]
    if max(taken) < SHARE * whole:
        return "", (), f"{NEAR_THE_END}scale what is differentiated, or work with logarithms"
    if most is saturated:
        return (
            f"by {_listed(saturated)} saturated: so far from 0 that the slope is next to nothing",
            saturated[:3],
            "scale the inputs, start from smaller weights, or leave the last activation to a loss "
            "that takes logits",
        )
    if most is bounded:
        tops = [_largest_slope(edge.node.op) or 1.0 for edge in bounded]
        name = bounded[0].node.op.described if bounded[0].node.op else ""
        bound = f"{counted(len(tops), 'factor')} of that kind: at most {power(sum(map(log, tops)))}"
        return (
            f"because the slope of {name} is at most {_fraction(tops[0])} ({bound})",
            bounded[:3],
            "use relu, leaky_relu or tanh in the layers between, or fewer of them",
        )
    return (
        f"by {counted(len(factors), 'small factor')}",
        sorted(factors, key=lambda edge: log_size(edge.local))[:3],
        f"{NEAR_THE_END}start from larger weights, scale the inputs, or shorten the chain",
    )


def _shrunk(edges: Sequence[PathEdge]) -> float:
    """Return how much smaller some factors make a product, as a logarithm."""
    return -sum(log_size(edge.local) for edge in edges)


def _forward_growth(edges: Sequence[PathEdge]) -> tuple[Value, Value, int, float] | None:
    """Return how the number behind the largest factor grew: first, last, steps and rate.

    The rate is the factor by which it grew at each step. None if that factor is not a number of
    the forward pass, or did not grow step by step.
    """
    if not edges:
        return None
    steepest = max(edges, key=lambda edge: log_size(edge.local))
    whole = sum(max(log_size(edge.local), 0.0) for edge in edges)
    operands = [arg for arg in steepest.node.args if type(arg) is not Constant]
    large = max(operands, key=lambda value: log_size(value.data))
    if log_size(large.data) < SHARE * whole:
        large = steepest.node  # as of exp, whose slope is its own number
    if log_size(steepest.local) < SHARE * whole or log_size(large.data) < SHARE * whole:
        return None
    first, steps = large, 0
    while first.op is not None:
        below = [arg for arg in first.args if type(arg) is not Constant]
        smaller = max(below, key=lambda value: log_size(value.data), default=None)
        if smaller is None or log_size(first.data) - log_size(smaller.data) < log(LEAST_GROWTH):
            break
        first, steps = smaller, steps + 1
    if steps < FEWEST_STEPS or not first.data:
        return None
    return first, large, steps, exp((log_size(large.data) - log_size(first.data)) / steps)


@cache
def _largest_slope(row: Primitive | None) -> float | None:
    """Return the slope at 0 of an activation that saturates; None for any other operation."""
    if row is None or row.arity != 1 or row.bounds is None:
        return None
    (slope,) = row.pull(1.0, row.forward(0.0), [0.0])
    return float(slope)


def _listed(edges: Sequence[PathEdge]) -> str:
    count = Counter(edge.node.op.described for edge in edges if edge.node.op)
    said = [
        f"{name}, which is" if n == 1 else f"{n:,} {name}s, which are" for name, n in count.items()
    ]
    return " and ".join(said)


def _fraction(number: float) -> str:
    """Return a number as a fraction if it is a simple one, else in digits.

    >>> _fraction(0.25), _fraction(1.0), _fraction(1.1283791670955126)
    ('1/4', '1', '1.128')
    """
    above, below = number.as_integer_ratio()
    return f"{above}/{below}" if 1 < below <= MOST_SIMPLE else significant(number)
