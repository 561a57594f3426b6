"""Step: in a backward pass, a node hands its gradient on to one of its operands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograd import Value
from autograd.graph import Constant
from autograd.reverse import sweep
from visualize.digits import significant
from visualize.escape import cut
from visualize.formula.rules import local_rules
from visualize.formula.words import rule_on, written
from visualize.scene.flat import flatten
from visualize.scene.names import names_of

__all__ = ["Step", "steps_of"]

FORMULA_COLUMNS = 40
RULE_COLUMNS = 90


@dataclass(frozen=True, slots=True)
class Step:
    """One contribution: `node` hands its gradient on to one of its operands.

    `outgoing` is `incoming`, the gradient of the node, times `local`, the derivative of the node
    with respect to the operand; `total` is what the operand has collected so far. Where no
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
        incoming, outgoing = significant(self.incoming), significant(self.outgoing)
        sent = f"{incoming} × {significant(self.local)} = {outgoing} to {operand},"
        if not self.incoming:
            sent = f"0, whatever the derivative, to {operand},"
        return head, slope, sent, f"total {significant(self.total or 0.0)}"


def steps_of(root: Value, gradient: float) -> Iterator[Step]:
    """Yield the steps of a backward pass, in the order of the engine."""
    names = names_of(flatten([root]))
    number = 0
    for node, incoming, contributions in sweep(root, gradient).visits:
        rules = _rules(node)
        made = f"{names[node]} = {written(node, names)}"
        for operand, position, local, sent, total in contributions:
            number += 1
            rule = ("", "") if local is None else rule_on(rules[position], node, local, names)
            yield Step(
                number, node, operand, position, incoming, local, sent, total,
                made, (names[node], names[operand]), rule,
            )  # fmt: skip


def _rules(node: Value) -> tuple[str, ...]:
    """Return the rules of the local derivatives of a node, one for each operand."""
    if node.op is None:
        return ()
    constants = {place: arg for place, arg in enumerate(node.args) if type(arg) is Constant}
    return local_rules(node.op, len(node.args), constants)
