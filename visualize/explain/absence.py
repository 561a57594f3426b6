"""Why no path leads to a value, in words: it is not there, or no derivative passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from autograd import Value, topological_order
from autograd.reverse import Sweep
from visualize.explain.equations import forward_row
from visualize.explain.statements import Block, Name, Row, Rows, Sentence

__all__ = ["absence"]

MOST_ROWS = 6


def absence(passes: Sweep, wrt: Value, names: Mapping[Value, Name]) -> Iterator[Block]:
    """Yield why the sweep does not come to `wrt`, and what to do."""
    root, given = names[passes.root], names[wrt]
    graph = topological_order(passes.root)
    if wrt in set(graph):
        yield Sentence((root, " was made of ", given, ", but no derivative passes on the way:"))
        yield Rows(tuple(_walls(passes, graph, wrt, names)))
        return
    yield Sentence((given, " is not among the values that ", root, " was made of: no path."))
    if passes.root in set(topological_order(wrt)):
        yield Sentence(("It is the other way round: ", given, " was made of ", root, "."))
    elif wrt.label and any(value.label == wrt.label for value in graph):
        yield Sentence(
            (
                "Another value of the same label is: perhaps it was made anew after ",
                root,
                " had been computed. Ask for the one that ",
                root,
                " was made of.",
            )
        )
    yield Sentence(("visualize.why looks for the place where they lost each other.",))


def _walls(
    passes: Sweep, graph: list[Value], wrt: Value, names: Mapping[Value, Name]
) -> Iterator[Row]:
    """Yield the operations that depend on `wrt`, are reached, and pass nothing on to it."""
    above = {wrt}
    for value in graph:
        if not above.isdisjoint(value.args):
            above.add(value)
    walls = [
        visit.node
        for visit in passes.visits
        if any(
            contribution.local is None and contribution.operand in above
            for contribution in visit.contributions
        )
    ]
    for wall in walls[:MOST_ROWS]:
        name = wall.op.name if wall.op else ""
        yield Row(forward_row(wall, names, above).cells, f"{name} passes no derivative to it")
