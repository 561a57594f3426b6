"""Reverse mode from outputs to any nodes: as floats, as a graph, or with every contribution kept.

Sums of floats are made in the order of `backward()`, so that all are equal to the last bit. In a
graph, contributions to one gradient are added up in as few nodes as can be. The pass of
`backward()` has a file of its own: it keeps nothing but the gradients.
"""

from __future__ import annotations

from itertools import chain, cycle
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import as_float
from autograd.errors import refuse
from autograd.graph import CLOCK, Constant, Node, check_fresh, check_node, topological_order
from autograd.mode import TRACES, quietly
from autograd.native import engine
from autograd.primitives import add_n

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from autograd.value import Value

__all__ = ["Contribution", "Sweep", "Visit", "local_derivatives", "reached", "reverse", "sweep"]


def reverse(seeds: Mapping[Any, Any], variables: Sequence[Any], *, graph: bool) -> list[Any]:
    """Return the gradient by each variable; `seeds` are those of the outputs.

    With `graph` every step is recorded, so that the results (Values, or floats where constant)
    can be differentiated again; without, all is computed on floats. Only paths that lead to a
    variable are followed. The gradient by a variable that the outputs do not depend on is 0.0.
    """
    before = CLOCK.now
    found: list[Any] | None = None
    if graph:
        found = _drawn(seeds, variables)
    elif engine is not None:
        found = engine.derivatives((*seeds,), (*variables,), (*seeds.values(),), False)
    if found is None:
        found = _computed(seeds, variables)
    if CLOCK.now != before:  # a rule may have changed data below: other rules read the new
        for node in topological_order(*seeds):
            check_fresh(node)
    return found


@quietly
def _computed(seeds: Mapping[Any, float], variables: Sequence[Any]) -> list[float]:
    """Return the gradients as floats, by the steps of `backward()`, with nothing in the nodes."""
    needed = set(_leading_to(variables, topological_order(*seeds)))
    totals: dict[Any, float] = {}
    levels = _levels_below(seeds)
    for output, seed in seeds.items():
        number = as_float(seed, "a seed")
        if output in needed:
            _send(output, number, totals, levels)
    for level in reversed(levels):
        for node in level:  # complete: all consumers lie deeper
            g = totals[node]
            if node.op is None:
                continue
            for arg, term in zip(node.args, _shares(node, g, needed)):
                if term is not None and arg in needed and (g or arg not in totals):
                    _send(arg, term, totals, levels)
    return [totals.get(variable, 0.0) for variable in variables]


@quietly
def _drawn(seeds: Mapping[Any, Any], variables: Sequence[Any]) -> list[Any]:
    """Return the gradients as Values, drawn by the rules, or as floats where they are constant."""
    if engine is not None:
        found: list[Any] | None = engine.drawn((*seeds,), (*seeds.values(),), (*variables,), total)
        if found is not None:
            return found
    order = _leading_to(variables, topological_order(*seeds))
    needed, wanted = set(order), set(variables)
    terms = {node: [seed] for node, seed in seeds.items()}
    gradients: dict[Node, Any] = {}
    for node in reversed(order):
        if node not in terms:
            continue
        g = total(terms.pop(node))
        if node in wanted:
            gradients[node] = g
        if node.op is None or is_zero(g):
            continue
        args = node.args
        for arg, term in zip(args, _pulled(node, args, g, needed, graph=True)):
            if arg in needed and term is not None and not is_zero(term):
                terms.setdefault(arg, []).append(term)
    return [gradients.get(variable, 0.0) for variable in variables]


def _leading_to(variables: Sequence[Any], order: Sequence[Any]) -> list[Any]:
    """Return the nodes of an order that lead to a variable; raise if one of all is stale."""
    needed = set(variables)
    found = []
    for node in order:
        if not needed.isdisjoint(check_fresh(node)):
            needed.add(node)
        if node in needed:
            found.append(node)
    return found


def _levels_below(roots: Collection[Any]) -> list[list[Any]]:
    """Return empty lists for the nodes of each depth."""
    return [[] for _ in range(max((root._depth for root in roots), default=0) + 1)]


def _send(node: Any, term: float, totals: dict[Any, float], levels: list[list[Any]]) -> None:
    """Add a term to the total of a node; the first one puts it on the level of its depth."""
    if node in totals:
        totals[node] += term
    else:
        totals[node] = term
        levels[node._depth].append(node)


def _shares(node: Any, gradient: float, needed: Collection[Node]) -> Iterator[Any]:
    """Return what each needed operand gets; a gradient of 0 sends exactly 0, by any rule."""
    if gradient:
        return iter(_pulled(node, node.args, gradient, needed, graph=False))
    return (rule and 0.0 for rule in cycle(node.op.pullbacks))


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


def reached(output: Any) -> set[Any]:
    """Return an output and the nodes that its gradient can reach, be it 0: none beyond a detach.

    >>> from autograd import Value
    >>> a, b = Value(2.0), Value(3.0)
    >>> a in reached(a * b.detach()), b in reached(a * b.detach())
    (True, False)
    """
    found = {id(output): output}  # by identity: the hash of some is written in Python
    for node in reversed([] if isinstance(output, float) else topological_order(output)):
        if node.op is not None and id(node) in found:
            args, rules = node.args, node.op.pullbacks
            if None in rules:
                args = [operand for operand, rule in zip(args, cycle(rules)) if rule is not None]
            found.update(zip(map(id, args), args))
    return {*found.values()}


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
    levels = _levels_below([root])
    totals: dict[Any, float] = {}
    seed = gradient if type(gradient) is float else as_float(gradient, "sweep")
    _send(root, seed, totals, levels)
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
    args = node.args
    values = {*_values(args)}
    slopes = _pulled(node, args, 1.0, values, graph=False)
    gradient = totals[node]
    each = zip(args, slopes, _shares(node, gradient, values))
    for position, (operand, local, sent) in enumerate(each):
        if type(operand) is Constant:
            continue
        if local is None:
            yield Contribution(operand, position, None, None, totals.get(operand))
            continue
        if gradient or operand not in totals:
            _send(operand, sent, totals, levels)
        yield Contribution(operand, position, local, sent, totals[operand])


def _values(args: Sequence[Any]) -> list[Any]:
    return [arg for arg in args if type(arg) is not Constant]
