"""The steps of a backward pass, after those of the forward pass, as an animated picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograd import Value
from visualize.digits import significant
from visualize.draw.formula import formula
from visualize.draw.playing import Moment, Playing
from visualize.draw.svg import svg
from visualize.escape import cut
from visualize.scene.compose import compose
from visualize.scene.facts import Scene
from visualize.scene.flat import FlatGraph, flatten
from visualize.scene.ghost import with_copies
from visualize.scene.gradient import gradient_of
from visualize.scene.recorded import recorded
from visualize.steps.step import Step

__all__ = ["MOST_VALUES", "played"]

MOST_VALUES = 60  # of more, nobody watches a film to its end
LINE_COLUMNS = 100


def played(root: Value, gradient: float, steps: Sequence[Step]) -> str:
    """Return an SVG that plays the forward pass to `root` and then these steps.

    Raises ValueError for a graph of more than 60 values.
    """
    graph = flatten([root])
    if len(graph) > MOST_VALUES:
        raise ValueError(
            f"an animated picture plays up to {MOST_VALUES} values, this graph has "
            f'{len(graph):,}; draw(root).save("graph.html") plays graphs of any size'
        )
    totals = {root: gradient}
    totals |= {step.operand: step.total for step in steps if step.total is not None}
    scene = with_copies(compose(graph, derivatives=True, gradients=recorded(graph, totals)))
    drawn = [number for number, node in enumerate(scene.nodes) if node.copy_of is None]
    box = dict(zip(graph.values, drawn, strict=True))
    backward = [_seed(scene, box[root], gradient), *_backward(steps, box)]
    return svg(scene, play=Playing(scene, list(_forward(graph, scene, box)), backward))


def _forward(graph: FlatGraph, scene: Scene, box: dict[Value, int]) -> Iterator[Moment]:
    for value in graph.values:
        if value.op is not None:
            node = scene.nodes[box[value]]
            made = cut(formula(scene, node), LINE_COLUMNS)
            line = f"forward: {node.name} = {made} = {significant(value.data)}"
            yield Moment((line, ""), box[value])


def _seed(scene: Scene, box: int, gradient: float) -> Moment:
    name, start = scene.nodes[box].name, significant(gradient)
    line = f"backward: the gradient of {name} is {start}, where it all starts"
    return Moment((line, ""), box, target=box, last=True)


def _backward(steps: Sequence[Step], box: dict[Value, int]) -> Iterator[Moment]:
    last = {step.operand: step.number for step in steps if step.local is not None}
    for step in steps:
        if step.local is None or step.total is None:
            continue
        head, slope, sent, total = step.cells
        yield Moment(
            (cut(f"{head} {slope}".rstrip(","), LINE_COLUMNS), f"{sent} {total}"),
            box[step.node],
            step.position,
            box[step.operand],
            gradient_of(True, step.total, pending=False),
            step.number == last[step.operand],
        )
