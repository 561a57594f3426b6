"""The derivation of gradients in the order of a lesson: forward, backward, chain rule, result."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import chain
from math import isclose, isfinite

from autograd import Value, topological_order
from autograd.reverse import Sweep
from visualize.digits import exact, significant
from visualize.explain import statements as say
from visualize.explain.chain_rule import chain_rule, told_paths
from visualize.explain.equations import forward_row, local_row, partial, shortened
from visualize.steps.paths import Derivation, PathEdge

__all__ = ["story"]

MOST_ROWS = 24  # of values, of derivatives
MOST_NAMES = 6  # in the title
STEPS = (1e-3, 1e-6, 1e-9)  # by which a value is raised, to see what becomes of the result
CLOSE = 0.1  # of the change: what "about" may be off


def story(
    passes: Sweep, parts: Sequence[Derivation], names: say.Names, leaves: int
) -> list[say.Block]:
    """Return the explanation of the gradients in `parts`, chosen from so many `leaves`."""
    root, alone = names[passes.root], len(parts) == 1
    blocks: list[say.Block] = [
        say.Heading(("How ", root, " changes with ", *_listed(parts, names)))
    ]
    if len(parts) < leaves:
        blocks.append(
            say.Sentence(
                (
                    f"These are the {len(parts)} of {leaves:,} leaves with the largest gradients; "
                    "wrt= takes any other.",
                )
            )
        )
    paths = [path for part in parts for path in told_paths(part)]
    edges = {edge for path in paths for edge in path.edges}
    if edges:
        start = (" from ", names[parts[0].wrt]) if alone else ()
        blocks.append(say.Heading(("Forward: the values on the way", *start, " to ", root)))
        blocks.append(_forward({node for path in paths for node in path.nodes}, names))
        blocks += _backward(passes, edges, names)
    for part in parts:
        blocks += chain_rule(passes, part, names, alone=alone)
    blocks.append(say.Heading(("Result",)))
    blocks.append(say.Rows(tuple(_result(part, names) for part in parts)))
    return blocks + (_meaning(parts[0], names) if alone else [])


def _listed(parts: Sequence[Derivation], names: say.Names) -> Iterator[str | say.Formula]:
    if len(parts) > MOST_NAMES:
        yield f"{len(parts)} of its leaves"
        return
    for position, part in enumerate(parts):
        if position:
            yield " and " if position == len(parts) - 1 else ", "
        yield names[part.wrt]


def _forward(followed: Collection[Value], names: say.Names) -> say.Rows:
    order = [value for value in names if value in followed]
    return say.Rows(
        tuple(
            say.Row((value,))
            if isinstance(value, say.Words)
            else forward_row(value, names, followed)
            for value in shortened(order, MOST_ROWS, "values")
        )
    )


def _backward(passes: Sweep, edges: Collection[PathEdge], names: say.Names) -> Iterator[say.Block]:
    place = {visit.node: number for number, visit in enumerate(passes.visits)}
    order = sorted(edges, key=lambda edge: (place[edge.node], edge.position))
    first = partial(order[0], names)
    only = " changes when only " if not first.by.use else " changes when only the "
    yield say.Heading(("Backward: the derivative of each step",))
    yield say.Sentence((first, " says how fast ", first.of, only, first.by, " is changed."))
    yield say.Rows(
        tuple(
            say.Row((edge,)) if isinstance(edge, say.Words) else local_row(edge, names)
            for edge in shortened(order, MOST_ROWS, "derivatives")
        )
    )


def _result(part: Derivation, names: say.Names) -> say.Row:
    name = say.Partial(names[part.root], names[part.wrt])
    rounded = isfinite(part.gradient) and float(significant(part.gradient)) != part.gradient
    digits = f"all digits: {exact(part.gradient)}" if rounded else ""
    return say.Row((name, say.Number(part.gradient)), digits)


def _meaning(part: Derivation, names: say.Names) -> list[say.Block]:
    """Return the meaning of the number, for those who see a gradient for the first time."""
    root, wrt = names[part.root], names[part.wrt]
    if part.wrt is part.root or not part.total_paths or not isfinite(part.gradient):
        return []
    if not part.gradient and any(
        map(_is_at_kink, chain.from_iterable(p.edges for p in part.paths))
    ):
        cause = " is at a point without a derivative, where 0 was taken: a small change of "
        return [say.Sentence((root, cause, wrt, " may still change ", root, "."))]
    if not part.gradient:
        return [
            say.Sentence(
                ("To first order, a small change of ", wrt, " does not change ", root, ".")
            )
        ]
    moves = " rises by about " if part.gradient > 0.0 else " falls by about "
    step = _honest_step(part.root, part.wrt, part.gradient)
    if step is None:
        by = " is multiplied by ", say.Number(part.gradient), " on its way to "
        return [say.Sentence(("A small change of ", wrt, *by, root, "."))]
    change = say.Number(abs(step * part.gradient))
    raised = " is raised by ", say.Number(step)
    return [say.Sentence(("When ", wrt, *raised, ", ", root, moves, change, "."))]


def _honest_step(root: Value, wrt: Value, gradient: float) -> float | None:
    """Return the largest step for which the gradient predicts the change of the root within 10 %.

    None where it does so for no step: at a kink, and where steps are lost in rounding.

    >>> x = Value(0.001)
    >>> _honest_step(2 * x, x, 2.0), _honest_step(1 / x, x, -1e6), _honest_step(abs(x - x), x, 0.5)
    (0.001, 1e-06, None)
    """
    order = topological_order(root)
    for step in STEPS:
        change = _raised(order, wrt, step) - root.data
        if isclose(change, gradient * step, rel_tol=CLOSE):
            return step
    return None


def _raised(order: list[Value], wrt: Value, step: float) -> float:
    """Return the number of the last value of a graph, in topological order, with `wrt` raised.

    >>> x = Value(3.0)
    >>> _raised(topological_order(x * x), x, 1.0)
    16.0
    """
    data = {wrt: wrt.data + step}
    for node in order:
        if node.op is not None and node is not wrt and any(arg in data for arg in node.args):
            data[node] = node.op.forward(*[data.get(arg, arg.data) for arg in node.args])
    return data.get(order[-1], order[-1].data)


def _is_at_kink(edge: PathEdge) -> bool:
    """Return whether the derivative at an edge is a 0 that stands for none."""
    row = edge.node.op
    if row is None or row.kink is None or edge.local:
        return False
    return bool(row.kink(*[float(arg.data) for arg in edge.node.args]))
