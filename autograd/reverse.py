"""Reverse mode from any outputs to any nodes: drawn as a graph, or with every contribution kept.

Contributions to one gradient are added up in as few nodes as can be. The pass of `backward()` has a
file of its own: it keeps nothing but the gradients.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import as_float
from autograd.errors import refuse
from autograd.graph import Constant, Node, check_fresh, check_node, topological_order
from autograd.mode import TRACES, quietly
from autograd.primitives import add_n

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from autograd.value import Value

__all__ = ["Contribution", "Sweep", "Visit", "local_derivatives", "sweep"]


@quietly
def reverse(seeds: dict[Any, Any], wanted: Collection[Node], *, graph: bool) -> dict[Node, Any]:
    """Return the gradients with respect to the wanted nodes; `seeds` are those of the outputs.

    With `graph` every step is recorded, so that the results (Values, or floats where constant)
    can be differentiated again; without, all is computed on floats. Only paths that lead to a
    wanted node are followed. A node missing from the result does not influence the outputs.
    """
    order: list[Any] = topological_order(*seeds)
    needed = set(wanted)
    for node in order:
        if not needed.isdisjoint(check_fresh(node)):
            needed.add(node)
    terms = {node: [seed] for node, seed in seeds.items()}
    gradients: dict[Node, Any] = {}
    for node in reversed(order):
        if node not in needed or node not in terms:
            continue
        g = total(terms.pop(node))
        if node in wanted:
            gradients[node] = g
        if node.op is None or is_zero(g):
            continue
        args = node.args
        for arg, term in zip(args, _pulled(node, args, g, needed, graph)):
            if arg in needed and term is not None and not is_zero(term):
                terms.setdefault(arg, []).append(term)
    return gradients


def _pulled(
    node: Any, args: Sequence[Any], g: Any, needed: Collection[Node], graph: bool
) -> Sequence[Any]:
    """Return what each needed operand gets. Other rules are not called: they may have no value."""
    out = node if graph else node._data
    given = args if graph else [arg._data for arg in args]
    if node.op.variadic:
        return node.op.pull(g, out, given)  # type: ignore[no-any-return]  # node is Any: Value's slots
    return [
        rule(g, out, *given) if rule is not None and arg in needed else None
        for rule, arg in zip(node.op.pullbacks, args)
    ]


def is_zero(term: Any) -> bool:
    """Tell whether a contribution is the number 0, which adds nothing."""
    return isinstance(term, float) and term == 0.0


def total(terms: list[Any]) -> Any:
    """Return the sum of the terms; several products become one dot, several others one sum."""
    if len(terms) == 1:
        return terms[0]
    groups: dict[Any, list[Any]] = {}
    for term in terms:
        op = getattr(term, "op", None)
        groups.setdefault(op and op.gathered, []).append(term)
    parts: list[Any] = []
    for row, group in groups.items():
        if row is None or len(group) == 1:
            parts += group
        else:
            parts.append(row(*chain(*zip(*(term.args for term in group)))))
    if len(parts) == 2:
        return parts[0] + parts[1]
    return parts[0] if len(parts) == 1 else add_n(*parts)


class Contribution(NamedTuple):
    """The part of a gradient that a node sends to one operand: its own gradient times `local`.

    `local` is the derivative of the node with respect to this operand. Where the operation has
    none, both are None. A gradient of 0 sends exactly 0, whatever `local` is. `total` is what the
    operand has collected so far, this contribution included; None where nothing ever came.
    """

    operand: Value
    position: int  # among the operands of the node
    local: float | None
    sent: float | None
    total: float | None


class Visit(NamedTuple):
    """A node with its whole gradient and the contributions that it sends on; a leaf sends none."""

    node: Value
    gradient: float
    contributions: tuple[Contribution, ...]


class Sweep(NamedTuple):
    """The visits of one reverse sweep, in its order: consumers before operands, leaves last."""

    root: Value
    visits: tuple[Visit, ...]

    def gradients(self) -> dict[Value, float]:
        """Return the gradient of every node that the sweep reached."""
        return {visit.node: visit.gradient for visit in self.visits}


@quietly
def sweep(root: Value, gradient: float = 1.0) -> Sweep:
    """Return all that `root.backward(gradient)` would do, without touching any gradient.

    Sums are made in the order of the engine, so that they are equal to the last bit. Raises
    StaleGraphError if a leaf was changed after the graph was computed.

    >>> from autograd import Value
    >>> from autograd.reverse import sweep
    >>> x = Value(3.0)
    >>> for visit in sweep(x * x).visits:
    ...     print(visit.gradient, [(c.local, c.sent, c.total) for c in visit.contributions])
    1.0 [(3.0, 3.0, 3.0), (3.0, 3.0, 6.0)]
    6.0 []
    """
    if TRACES:
        refuse("a sweep", root)
    check_node("sweep", root)
    for node in topological_order(root):
        check_fresh(node)
    levels: list[list[Any]] = [[] for _ in range(root._depth + 1)]
    levels[-1].append(root)
    totals = {root: gradient if type(gradient) is float else as_float(gradient, "sweep")}
    visits = []
    for level in reversed(levels):
        for node in level:  # complete: all consumers lie deeper
            contributions = tuple(_contributions(node, totals, levels))
            visits.append(Visit(node, totals[node], contributions))
    return Sweep(root, tuple(visits))


@quietly
def local_derivatives(value: Value) -> tuple[float | None, ...]:
    """Return the derivative of an operation with respect to each of its operands.

    None stands for a constant and for an operand that has no derivative. A leaf has no operands.

    >>> from autograd import Value
    >>> from autograd.reverse import local_derivatives
    >>> local_derivatives(Value(2.0) * Value(5.0)), local_derivatives(3 / Value(2.0))
    ((5.0, 2.0), (None, -0.75))
    """
    if TRACES:
        refuse("a sweep", value)
    check_node("local_derivatives", value)
    if value.op is None:
        return ()
    slopes = _pulled(value, value.args, 1.0, {*_values(value.args)}, graph=False)
    return tuple(
        None if type(operand) is Constant else local for operand, local in zip(value.args, slopes)
    )


def _contributions(
    node: Any, totals: dict[Value, float], levels: list[list[Any]]
) -> Iterator[Contribution]:
    if node.op is None:
        return
    gradient, args = totals[node], node.args
    values = {*_values(args)}
    slopes = _pulled(node, args, 1.0, values, graph=False)
    shares: Sequence[Any] = [0.0] * len(slopes)
    if gradient:
        shares = _pulled(node, args, gradient, values, graph=False)
    for position, operand in enumerate(args):
        local, sent = slopes[position], shares[position]
        if type(operand) is Constant:
            continue
        if local is None:
            yield Contribution(operand, position, None, None, totals.get(operand))
            continue
        if operand in totals:
            totals[operand] += sent
        else:
            totals[operand] = sent
            levels[operand._depth].append(operand)
        yield Contribution(operand, position, local, sent, totals[operand])


def _values(args: Sequence[Any]) -> list[Any]:
    return [arg for arg in args if type(arg) is not Constant]
