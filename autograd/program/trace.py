"""Trace: the operations of a function for given shapes, and the first difference of two traces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from autograd.program.program import bits
from autograd.program.recovery import recovered
from autograd.runtime import computed
from autograd.structure import described, filled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.program.program import Instruction, Program
    from autograd.structure import Shape
    from autograd.value import Value


@dataclass(frozen=True, eq=False)
class Trace:
    """The operations of a function for arguments of given shapes; `same_trace` compares two."""

    program: Program  # of the outputs
    leaves: tuple[Value, ...]  # the captured ones: the parameters of the program, read at each call
    made: tuple[bool, ...]  # for each of them, whether the function made it while it was traced
    shapes: tuple[Shape, ...]  # of the arguments
    inputs: tuple[int, ...]  # for each number of the arguments, in order: its variable
    result: Shape
    indices: tuple[tuple[int, int], ...] = ()  # variables that choose, and among how many items
    guards: tuple[tuple[int, bool], ...] = ()  # variables that were asked, and the answers

    @property
    def recovered(self) -> Trace:
        """The trace as it is differentiated and run: with sums, and leaves as these read them."""
        return self._recovered or self

    @computed
    def _recovered(self) -> Trace | None:
        """The same, None where nothing changes: a trace that held itself would be a cycle."""
        indices, counts = [*zip(*self.indices)] or [(), ()]
        whole = self.program.changed(outputs=(*self.program.outputs, *indices))
        program, order = recovered(whole)
        if program is whole:
            return None
        last = len(self.program.outputs)
        return replace(
            self,
            program=program.changed(outputs=program.outputs[:last]),
            indices=tuple(zip(program.outputs[last:], counts)),
            guards=(),  # they are asked of the trace itself
            leaves=tuple([self.leaves[place] for place in order]),
            made=tuple([self.made[place] for place in order]),
        )

    def apply(self, numbers: list[Any]) -> Any:
        """Draw the operations again on other Values, one for each number of the arguments."""
        nodes: list[Any] = [None] * len(numbers)
        for variable, number in zip(self.inputs, numbers):
            nodes[variable] = number
        nodes += [*self.leaves, *self.program.constants]
        for op, places in self.program.instructions:
            nodes.append(op(*[nodes[place] for place in places]))
        return filled(self.result, iter([nodes[output] for output in self.program.outputs]))


def same_trace(before: Trace, now: Trace) -> bool:
    """Tell whether two traces compute the same from the same leaves, to the last bit.

    Numbers are compared by their bits, so that -0.0 is not 0.0 and nan is itself; leaves by
    identity. A leaf that the function makes anew each time stands for its number.
    """
    return (
        before.program == now.program
        and before.inputs == now.inputs
        and before.result == now.result
        and before.shapes == now.shapes
        and before.indices == now.indices
        and before.guards == now.guards
        and all(map(_same_leaf, before.leaves, now.leaves, before.made, now.made))
    )


def first_difference(before: Trace, now: Trace) -> str:
    """Return the first difference of two traces that are not the same, with its line if known."""
    one, other = _Reading(before), _Reading(now)
    for number, (old, new) in enumerate(zip_longest(one.steps, other.steps)):
        if old is None:
            return f"there is one more operation, {other.text(number)}{other.line(number)}"
        if new is None:
            return f"the operation {one.text(number)} is gone"
        if old.op is not new.op:
            what = f"{one.text(number)} became {other.text(number)}"
            return f"{what}{other.line(number)}"
        for was, now_is in zip_longest(one.operands(number), other.operands(number)):
            if was is None or now_is is None or not _same_operand(was, now_is):
                if was is None or now_is is None:
                    what = f"{one.text(number)} became {other.text(number)}"
                else:
                    what = f"{was[1]} became {now_is[1]} in {old.op.described}"
                return f"{what}{other.line(number)}"
    if before.result != now.result:
        return f"the result was {described(before.result)} and is {described(now.result)}"
    for was, now_is in zip(one.outputs(), other.outputs()):
        if not _same_operand(was, now_is):
            return f"{was[1]} became {now_is[1]} in the result"
    return "its operands come in another order"


Operand = tuple[Any, str]  # what tells it from others, and what it is called


class _Reading:
    """A trace as a list of steps whose operands have names."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.program = trace.program
        self.steps: tuple[Instruction, ...] = self.program.instructions

    def operands(self, number: int) -> Iterator[Operand]:
        return map(self._operand, self.steps[number].args)

    def outputs(self) -> Iterator[Operand]:
        return map(self._operand, self.program.outputs)

    def text(self, number: int) -> str:
        op, args = self.steps[number]
        inside = [self._operand(arg)[1] for arg in args[:4]] + ["..."] * (len(args) > 4)
        return f"{op.called}({', '.join(inside)})"

    def line(self, number: int) -> str:
        line = self.program.lines.get(self.program.first + number)
        return f" at {line}" if line else ""

    def _operand(self, variable: int) -> Operand:
        program = self.program
        first_leaf = program.examples + program.shared
        if variable >= program.first:
            place = variable - program.first
            return (place, f"the result of {self.steps[place].op.described}")
        constant = program.constant(variable)
        if constant is not None:
            return (bits(constant), repr(constant))
        if variable < first_leaf:
            return (("input", variable), f"the argument {program.names.get(variable, variable)}")
        leaf = self.trace.leaves[variable - first_leaf]
        if self.trace.made[variable - first_leaf]:
            return (bits(leaf._data), f"Value({leaf._data!r})")
        return (leaf, f"the leaf {_name(leaf)}")


def _same_operand(was: Operand, now: Operand) -> bool:
    return was[0] is now[0] or (type(was[0]) is type(now[0]) and bool(was[0] == now[0]))


def _same_leaf(before: Value, now: Value, was_made: bool, is_made: bool) -> bool:
    if before is now:
        return True
    return was_made and is_made and bits(before._data) == bits(now._data)


def _name(leaf: Value) -> str:
    name = leaf._place.name
    return repr(name) if name else f"Value({leaf._data!r})"
