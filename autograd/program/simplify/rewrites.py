"""The rewrites that no table of identities can hold: constants, sums, repetitions, dead code.

A sum starts from 0.0 and so is never -0.0 on the way (in IEEE arithmetic only the sum of two -0.0
is), which makes it exact to leave out terms that are 0.0 or -0.0.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

from autograd.primitives import add_n, dot, guarded_dot
from autograd.program.program import Instruction

if TYPE_CHECKING:
    from autograd.primitive import Primitive
    from autograd.program.program import Program
    from autograd.program.simplify.draft import Draft

__all__ = ["common_subexpressions", "constant_folding", "sums_with_constants", "without_dead_code"]


def constant_folding(draft: Draft, op: Primitive, args: tuple[int, ...]) -> int | None:
    """Replace the operation by its result, if all its operands are constants.

    Exact: the row's own forward function computes it, as the interpreter would.
    """
    if max(args, default=-1) >= 0:
        return None
    return draft.constant(op.forward(*[draft.numbers[~arg] for arg in args]))


def sums_with_constants(draft: Draft, op: Primitive, args: tuple[int, ...]) -> Instruction | None:
    """Leave constant zeros out of add_n and guarded_dot; make plainer sums of constant factors.

    Exact, on all numbers: 1 * x is x, terms keep their order, a guarded product with a factor 0 is
    0.0, and one with a factor that is finite and not 0 is, in a sum, a plain product. A term 0 * x
    of a plain dot stays: x may be infinite.
    """
    if op not in _SUMS or min(args, default=0) >= 0:
        return None
    return _SUMS[op](draft, args)


def _add_n(draft: Draft, args: tuple[int, ...]) -> Instruction | None:
    kept = tuple([arg for arg in args if draft.number(arg) != 0.0])
    return Instruction(add_n, kept) if len(kept) < len(args) else None


def _dot(draft: Draft, args: tuple[int, ...]) -> Instruction | None:
    half = len(args) // 2
    left, right = args[:half], args[half:]
    one = draft.constant(1.0)
    if left.count(one) == half:
        return Instruction(add_n, right)
    return Instruction(add_n, left) if right.count(one) == half else None


def _guarded_dot(draft: Draft, args: tuple[int, ...]) -> Instruction | None:
    half = len(args) // 2
    pairs = [
        (x, y)
        for x, y in zip(args[:half], args[half:])
        if draft.number(x) != 0.0 and draft.number(y) != 0.0
    ]
    left, right = tuple([x for x, _ in pairs]), tuple([y for _, y in pairs])
    numbers = [draft.number(x) for x in left]
    if all(number is not None and isfinite(number) for number in numbers):
        return Instruction(dot, left + right)
    if right.count(draft.constant(1.0)) == len(right):
        return Instruction(add_n, left)
    return Instruction(guarded_dot, left + right) if len(pairs) < half else None


_SUMS = {add_n: _add_n, dot: _dot, guarded_dot: _guarded_dot}


def common_subexpressions(draft: Draft, op: Primitive, args: tuple[int, ...]) -> int | None:
    """Replace the operation by an earlier one that is the same.

    Exact: an operation is a function of its operands. These are compared as variables, and
    constants by their bits, so that 0.0 and -0.0 stay apart; inputs are never the same. The order
    of two operands does not matter where the row says so.
    """
    found = draft.known.get((op, args))
    if found is None and op.commutative and not args[2:]:
        return draft.known.get((op, args[::-1]))
    return found


def without_dead_code(program: Program) -> Program:
    """Leave out what neither an output nor a sum needs. Exact: nothing that is read changes."""
    needed = bytearray(program.size)
    for output in (*program.outputs, *program.sums):
        needed[output] = True
    for number in range(program.size - 1, program.first - 1, -1):
        if needed[number]:
            for arg in program.instructions[number - program.first].args:
                needed[arg] = True
    needed[: program.inputs] = b"\1" * program.inputs
    if all(needed):
        return program
    kept = [number for number in range(program.size) if needed[number]]
    place = dict(zip(kept, range(len(kept))))
    return replace(
        program,
        constants=tuple(
            [
                number
                for variable, number in enumerate(program.constants, program.inputs)
                if needed[variable]
            ]
        ),
        instructions=tuple(
            [
                Instruction(op, tuple([place[arg] for arg in args]))
                for variable, (op, args) in enumerate(program.instructions, program.first)
                if needed[variable]
            ]
        ),
        outputs=tuple([place[output] for output in program.outputs]),
        sums=tuple([place[output] for output in program.sums]),
        names={place[v]: name for v, name in program.names.items() if v in place},
        lines={place[v]: line for v, line in program.lines.items() if v in place},
    )
