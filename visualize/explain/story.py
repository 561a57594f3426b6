"""The derivation of gradients in the order of a lesson: forward, backward, chain rule, result."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import chain
from math import isfinite

from autograd import Value
from autograd.reverse import Sweep
from visualize.digits import exact, significant
from visualize.explain.chain_rule import chain_rule, told_paths
from visualize.explain.derivation import Derivation
from visualize.explain.elision import shortened
from visualize.explain.equations import forward_row, local_row, partial
from visualize.explain.raising import honest_step
from visualize.explain.statements import (
    Block,
    Formula,
    Heading,
    Name,
    Number,
    Partial,
    Row,
    Rows,
    Sentence,
    Words,
)  # fmt: skip
from visualize.steps.paths import PathEdge

__all__ = ["story"]

MOST_ROWS = 24  # of values, of derivatives
MOST_NAMES = 6  # in the title


def story(
    passes: Sweep, parts: Sequence[Derivation], names: Mapping[Value, Name], leaves: int
) -> list[Block]:
    """Return the explanation of the gradients in `parts`, chosen from so many `leaves`."""
    root, alone = names[passes.root], len(parts) == 1
    blocks: list[Block] = [Heading(("How ", root, " changes with ", *_listed(parts, names)))]
    if len(parts) < leaves:
        blocks.append(
            Sentence(
                (
                    f"The {len(parts)} of {leaves:,} leaves with the largest gradients; "
                    "wrt= takes any other.",
                )
            )
        )
    paths = [path for part in parts for path in told_paths(part)]
    edges = {edge for path in paths for edge in path.edges}
    if edges:
        start = (" from ", names[parts[0].wrt]) if alone else ()
        blocks.append(Heading(("Forward: the values on the way", *start, " to ", root)))
        blocks.append(_forward({node for path in paths for node in path.nodes}, names))
        blocks += _backward(passes, edges, names)
    for part in parts:
        blocks += chain_rule(passes, part, names, alone=alone)
    blocks.append(Heading(("Result",)))
    blocks.append(Rows(tuple(_result(part, names) for part in parts)))
    return blocks + (_meaning(parts[0], names) if alone else [])


def _listed(parts: Sequence[Derivation], names: Mapping[Value, Name]) -> Iterator[str | Formula]:
    if len(parts) > MOST_NAMES:
        yield f"{len(parts)} of its leaves"
        return
    for position, part in enumerate(parts):
        if position:
            yield " and " if position == len(parts) - 1 else ", "
        yield names[part.wrt]


def _forward(followed: Collection[Value], names: Mapping[Value, Name]) -> Rows:
    order = [value for value in names if value in followed]
    return Rows(
        tuple(
            Row((value,)) if isinstance(value, Words) else forward_row(value, names, followed)
            for value in shortened(order, MOST_ROWS, "values")
        )
    )


def _backward(
    passes: Sweep, edges: Collection[PathEdge], names: Mapping[Value, Name]
) -> Iterator[Block]:
    place = {visit.node: number for number, visit in enumerate(passes.visits)}
    order = sorted(edges, key=lambda edge: (place[edge.node], edge.position))
    first = partial(order[0], names)
    only = " changes when only " if not first.by.use else " changes when only the "
    yield Heading(("Backward: the derivative of each step",))
    yield Sentence((first, " says how fast ", first.of, only, first.by, " is changed."))
    yield Rows(
        tuple(
            Row((edge,)) if isinstance(edge, Words) else local_row(edge, names)
            for edge in shortened(order, MOST_ROWS, "derivatives")
        )
    )


def _result(part: Derivation, names: Mapping[Value, Name]) -> Row:
    name = Partial(names[part.root], names[part.wrt])
    rounded = isfinite(part.gradient) and float(significant(part.gradient)) != part.gradient
    digits = f"all digits: {exact(part.gradient)}" if rounded else ""
    return Row((name, Number(part.gradient)), digits)


def _meaning(part: Derivation, names: Mapping[Value, Name]) -> list[Block]:
    """Return what the number says, for those who see one for the first time."""
    root, wrt = names[part.root], names[part.wrt]
    if part.wrt is part.root or not part.total_paths or not isfinite(part.gradient):
        return []
    if not part.gradient and any(
        map(_is_at_kink, chain.from_iterable(p.edges for p in part.paths))
    ):
        cause = " is at a point without a derivative, where 0 is taken for it: a small change of "
        return [Sentence((root, cause, wrt, " may change ", root, " all the same."))]
    if not part.gradient:
        return [Sentence(("By this, a small change of ", wrt, " does not change ", root, "."))]
    moves = " rises by about " if part.gradient > 0.0 else " falls by about "
    step = honest_step(part.root, part.wrt, part.gradient)
    if step is None:
        by = " is multiplied by ", Number(part.gradient), " on its way to "
        return [Sentence(("By this, a small change of ", wrt, *by, root, "."))]
    change = Number(abs(step * part.gradient))
    raised = " is raised by ", Number(step)
    return [Sentence(("When ", wrt, *raised, ", ", root, moves, change, "."))]


def _is_at_kink(edge: PathEdge) -> bool:
    """Tell whether a derivative of 0 was chosen where there is none."""
    row = edge.node.op
    if row is None or row.kink is None or edge.local:
        return False
    return bool(row.kink(*[float(arg.data) for arg in edge.node.args]))
