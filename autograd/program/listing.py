"""The listing: a program as text for people, one assignment per line."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from autograd.primitive import Primitive
    from autograd.program.program import Program

MOST_OPERANDS = 8  # of a sum or a dot product that are shown, runs of consecutive ones as one
NUMBERED = re.compile(r"[xspv]\d+")


def listing(program: Program, name: str = "program", limit: int | None = None) -> str:
    """Return a program as single assignments, with at most `limit` of them.

    Inputs of each example are x0, x1, ..., inputs that all examples share s0, s1, ..., parameters
    p0, p1, ..., results v with the number of the variable; a label that is a name and occurs once
    stands in their place.

    >>> from autograd.primitives import dot, relu
    >>> from autograd.program.program import Instruction, Program
    >>> layer = (Instruction(dot, (2, 3, 0, 1)), Instruction(relu, (4,)))
    >>> print(listing(Program(2, 0, 2, (), layer, outputs=(5,)), "neuron"))
    # neuron: 2 inputs per example, 2 parameters, 2 operations
    v4 = dot([p0 p1], [x0 x1])
    v5 = relu(v4)
    return v5
    """
    names = variable_names(program)
    lines = [f"# {name}: {_contents(program)}"]
    lines += [
        f"{names[number]} = {_expression(op, [names[arg] for arg in args])}"
        for number, (op, args) in enumerate(program.instructions[:limit], program.first)
    ]
    left_out = len(program.instructions) - len(lines) + 1
    if left_out:
        lines.append(f"... {left_out:,} more")
    if program.outputs:
        lines.append(f"return {_listed([names[output] for output in program.outputs], ', ')}")
    if program.sums:
        lines.append(f"sum over examples: {_listed([names[v] for v in program.sums], ', ')}")
    return "\n".join(lines)


def variable_names(program: Program) -> list[str]:
    """Return a name for every variable; a constant is called by its number."""
    names = [
        *(f"x{number}" for number in range(program.examples)),
        *(f"s{number}" for number in range(program.shared)),
        *(f"p{number}" for number in range(program.parameters)),
        *map(repr, program.constants),
        *(f"v{number}" for number in range(program.first, program.size)),
    ]
    labels = Counter(program.names.values())
    for variable, label in program.names.items():
        usable = label.isidentifier() and labels[label] == 1 and not NUMBERED.fullmatch(label)
        if usable and program.constant(variable) is None:
            names[variable] = label
    return names


def _contents(program: Program) -> str:
    counts = (
        (program.examples, "input", " per example"),
        (program.shared, "shared input" if program.examples else "input", ""),
        (program.parameters, "parameter", ""),
        (len(program.instructions), "operation", ""),
    )
    return ", ".join(
        f"{count:,} {noun}{'' if count == 1 else 's'}{rest}"
        for count, noun, rest in counts
        if count or noun == "operation"
    )


def _expression(op: Primitive, args: Sequence[str]) -> str:
    """Return an operation as in C where its C text is one operator, else as a call."""
    if op.variadic:
        pairs = op.sum_of is not None and op.sum_of.arity == 2
        groups = [args[: len(args) // 2], args[len(args) // 2 :]] if pairs else [args]
        return f"{op.called}({', '.join(f'[{_listed(group)}]' for group in groups)})"
    if op.c is not None and re.fullmatch(r"(x \S{1,2} y|-x)", op.c):
        return re.sub(r"[xy]", lambda operand: args["xy".index(operand[0])], op.c)
    return f"{op.called}({', '.join(args)})"


def _listed(names: Sequence[str], separator: str = " ") -> str:
    """Return names in a row: consecutive numbers as p0..p15, of many only the first and last."""
    parts = list(_runs(names))
    if len(parts) > MOST_OPERANDS:
        parts[MOST_OPERANDS - 1 : -1] = ["..."]
        parts[-1] += f" ({len(names):,} in all)"
    return separator.join(parts)


def _runs(names: Sequence[str]) -> Iterator[str]:
    start = 0
    for end, (name, following) in enumerate(pairwise((*names, "")), 1):
        if not _follows(name, following):
            yield from names[start:end] if end - start < 3 else [f"{names[start]}..{name}"]
            start = end


def _follows(name: str, following: str) -> bool:
    if not (NUMBERED.fullmatch(name) and NUMBERED.fullmatch(following)):
        return False
    return name[0] == following[0] and int(following[1:]) == int(name[1:]) + 1
