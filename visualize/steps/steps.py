"""step_through(): the backward pass one contribution at a time, as a table or as a film."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import SupportsFloat, overload

from autograd import Value
from autograd.reverse import sweep
from autograd.runtime import computed
from visualize.draw.playing import Moment, Playing
from visualize.draw.svg import svg
from visualize.draw.wording import formula
from visualize.formula.rules import rules_of
from visualize.formula.words import rule_on, written
from visualize.question import Result, as_root
from visualize.scene.compose import Scene, compose, with_copies
from visualize.scene.flat import FlatGraph, flatten, names_of
from visualize.scene.gradient import gradient_of, recorded
from visualize.text import aligned, cut, product_of, significant

FORMULA_COLUMNS = 40
RULE_COLUMNS = 90
MOST_VALUES = 60  # nobody watches a longer film to its end
LINE_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Step:
    """One contribution: `node` hands its gradient on to one of its operands.

    `outgoing` is `incoming`, the gradient of the node, times `local`, the derivative of the node
    with respect to the operand; `total` is the gradient that the operand has so far. Where no
    gradient passes, as at `detach`, `local` and `outgoing` are None. `rule` is the derivative as a
    formula, in names and in numbers.
    """

    number: int  # from 1
    node: Value
    operand: Value
    position: int  # of the operand among those of the node
    incoming: float
    local: float | None
    outgoing: float | None
    total: float | None
    made: str  # the node as an operation on names
    names: tuple[str, str]  # of the node and the operand
    rule: tuple[str, str]

    def __str__(self) -> str:
        return " ".join(self.cells)

    __repr__ = __str__

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """The step as the cells of a line: node, local derivative, product, total."""
        node, operand = self.names
        head = f"{self.number}. {cut(self.made, FORMULA_COLUMNS)}:"
        if self.local is None or self.outgoing is None:
            return head, f"no derivative by {operand},", "nothing passes", ""
        name, number = self.rule
        parts = dict.fromkeys((f"∂{node}/∂{operand}", name, number, significant(self.local)))
        slope = cut(" = ".join(filter(None, parts)), RULE_COLUMNS) + ","
        product = product_of(self.incoming, self.local, self.outgoing)
        sent = f"{product} = {significant(self.outgoing)} to {operand},"
        if not self.incoming:
            sent = f"0, whatever the derivative, to {operand},"
        return head, slope, sent, f"total {significant(self.total or 0.0)}"


def _steps_of(root: Value, gradient: float) -> Iterator[Step]:
    """Yield the steps of a backward pass, in the order of the engine."""
    names = names_of(flatten([root]))
    number = 0
    for node, incoming, contributions in sweep(root, gradient).visits:
        rules = rules_of(node)
        made = f"{names[node]} = {written(node, names)}"
        for operand, position, local, sent, total in contributions:
            number += 1
            rule = ("", "") if local is None else rule_on(rules[position], node, local, names)
            yield Step(
                number, node, operand, position, incoming, local, sent, total,
                made, (names[node], names[operand]), rule,
            )  # fmt: skip


class Steps(Result, Sequence[Step]):
    """All steps of the backward pass from `root`, in the order of the engine.

    It is a sequence, and `next(steps)` walks it by hand. `print(steps)` shows all steps,
    `.save("steps.svg")` writes them as an animated picture.
    """

    formats = {".txt": "text", ".svg": "svg"}  # noqa: RUF012 - never changed

    def __init__(self, root: Value, gradient: float) -> None:
        self.root = root
        self.gradient = gradient
        self._steps = tuple(_steps_of(root, gradient))
        self._position = 0

    def __len__(self) -> int:
        return len(self._steps)

    @overload
    def __getitem__(self, place: int) -> Step: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Step, ...]: ...

    def __getitem__(self, place: int | slice) -> Step | tuple[Step, ...]:
        return self._steps[place]

    def __next__(self) -> Step:
        if self._position == len(self._steps):
            raise StopIteration
        self._position += 1
        return self._steps[self._position - 1]

    @computed
    def text(self) -> str:
        """The whole pass as a table, one line per step."""
        names = names_of(flatten([self.root]))
        lines = [
            f"# Backward from {names[self.root]} = {significant(self.root.data)}, whose gradient "
            f"is {significant(self.gradient)}"
        ]
        lines += ["  ".join(row).rstrip() for row in aligned([step.cells for step in self._steps])]
        return "\n".join(lines)

    @computed
    def svg(self) -> str:
        """The pass as an animated SVG picture; ValueError for a graph of more than 60 values."""
        return played(self.root, self.gradient, self._steps)


def step_through(root: Value, gradient: float = 1.0) -> Steps:
    """Return the steps of `root.backward(gradient)`, without touching any gradient.

    Raises TypeError for anything but a Value, and StaleGraphError if a leaf was changed since the
    graph was computed.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> steps = step_through((a * b) ** 2)
    >>> print(steps)
    # Backward from v3 = 36, whose gradient is 1
    1. v3 = v2 ^ 2:  ∂v3/∂v2 = 2 * v2 = 2 * (-6) = -12,  1 × (-12) = -12 to v2,  total -12
    2. v2 = a × b:   ∂v2/∂a = b = -3,                    -12 × (-3) = 36 to a,   total 36
    3. v2 = a × b:   ∂v2/∂b = a = 2,                     -12 × 2 = -24 to b,     total -24
    >>> next(steps).outgoing, steps[2].total
    (-12.0, -24.0)
    """
    return Steps(as_root(root, "step_through"), _checked_gradient(gradient))


def _checked_gradient(gradient: object) -> float:
    try:
        if isinstance(gradient, SupportsFloat) and not isinstance(gradient, Value | type):
            return float(gradient)
    except (TypeError, OverflowError):  # an array, or an int beyond 1.8e308
        pass
    hint = "; explain(root, wrt) asks about one value" if isinstance(gradient, Value) else ""
    raise TypeError(
        "step_through(root, gradient): gradient is the number with which the pass begins, not "
        f"{type(gradient).__name__}{hint}"
    )


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
