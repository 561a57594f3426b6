"""Differences between two traces of a function: whether there is one, and which in words."""

from __future__ import annotations

import struct
from itertools import zip_longest
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any

from autograd.staleness import StaleProgramError
from autograd.structure import described

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autograd.program.program import Instruction, Program
    from autograd.program.trace import Trace
    from autograd.program.verification import Case
    from autograd.value import Value

__all__ = ["first_difference", "same_program", "same_trace", "stale"]


def same_trace(before: Trace, now: Trace) -> bool:
    """Tell whether two traces compute the same from the same leaves, to the last bit.

    Numbers are compared by their bits, so that -0.0 is not 0.0 and nan is itself; leaves by
    identity. A leaf that the function makes anew each time stands for its number.
    """
    return (
        same_program(before.program, now.program)
        and before.inputs == now.inputs
        and before.result == now.result
        and before.shapes == now.shapes
        and all(map(_same_leaf, before.leaves, now.leaves, before.made, now.made))
    )


def same_program(before: Program, now: Program) -> bool:
    """Tell whether two programs are the same but for the names and lines in them."""
    return (
        before.instructions == now.instructions
        and before.inputs == now.inputs
        and before.examples == now.examples
        and before.parameters == now.parameters
        and before.outputs == now.outputs
        and before.sums == now.sums
        and _bits(before.constants) == _bits(now.constants)
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
                    what = f"{was[1]} became {now_is[1]} in {old.op.name}"
                return f"{what}{other.line(number)}"
    if before.result != now.result:
        return f"the result was {described(before.result)} and is {described(now.result)}"
    for was, now_is in zip(one.outputs(), other.outputs()):
        if not _same_operand(was, now_is):
            return f"{was[1]} became {now_is[1]} in the result"
    return "its operands come in another order"


def stale(name: str, used: Trace, now: Trace, again: Trace, case: Case) -> StaleProgramError:
    """Return the error about a function whose trace differs `now` from that in use.

    `again` is one more, made after it with lines; the case knows of the last that did not differ.
    """
    if not same_trace(now, again):
        return StaleProgramError(
            f"{name} does something else each time it is traced, as a function does that draws "
            f"random numbers or counts its calls: {first_difference(now, again)}. Give what "
            "changes as an argument, or as a Value, whose data every call reads; or compile with "
            'verify="always", which traces before each result'
        )
    return StaleProgramError(
        f"{name} would compute something else now than the program that was made of it: "
        f"{first_difference(used, again)}. {_doubtful(case)}A program keeps all numbers that are "
        "no arguments and no data of Values: make what changes an argument or a Value, or call "
        ".retrace() on the compiled function after a change, which also lets it go on from here; "
        'verify="always" traces before each result'
    )


def _doubtful(case: Case) -> str:
    """Return a sentence about the results that may be wrong; nothing where there are none."""
    if not case.unchecked:
        return ""
    since = f"since the last check, {perf_counter() - case.checked:.2g} s ago,"
    if case.unchecked == 1:
        return f"The only result {since} may be that of the old program. "
    count = "" if case.unchecked == inf else f"{case.unchecked:,.0f} "
    return f"The {count}results {since} may be those of the old program. "


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
        return f"{op.name}({', '.join(inside)})"

    def line(self, number: int) -> str:
        line = self.program.lines.get(self.program.first + number)
        return f" at {line}" if line else ""

    def _operand(self, variable: int) -> Operand:
        program = self.program
        first_leaf = program.examples + program.shared
        if variable >= program.first:
            place = variable - program.first
            return (place, f"the result of {self.steps[place].op.name}")
        constant = program.constant(variable)
        if constant is not None:
            return (_bits((constant,)), repr(constant))
        if variable < first_leaf:
            return (("input", variable), f"the argument {program.names.get(variable, variable)}")
        leaf = self.trace.leaves[variable - first_leaf]
        if self.trace.made[variable - first_leaf]:
            return (_bits((leaf._data,)), f"Value({leaf._data!r})")
        return (leaf, f"the leaf {_name(leaf)}")


def _same_operand(was: Operand, now: Operand) -> bool:
    return was[0] is now[0] or (type(was[0]) is type(now[0]) and bool(was[0] == now[0]))


def _same_leaf(before: Value, now: Value, was_made: bool, is_made: bool) -> bool:
    if before is now:
        return True
    return was_made and is_made and _bits((before._data,)) == _bits((now._data,))


def _name(leaf: Value) -> str:
    return repr(leaf.label) if leaf.label else f"Value({leaf._data!r})"


def _bits(numbers: tuple[float, ...]) -> bytes:
    return struct.pack(f"{len(numbers)}d", *numbers)
