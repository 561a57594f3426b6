"""The header of the C text: what the functions take and return, for the one who calls them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.c.function import signature
from autograd.backends.c.literals import comment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from autograd.backends.c.function import Function
    from autograd.program.program import Program

__all__ = ["header_text"]

MOST_LABELS = 32  # inputs whose labels are listed


def header_text(
    name: str, functions: Sequence[Function], stacks: Mapping[str, int], source: str
) -> str:
    """Return the header of these functions, in a file of this name.

    `stacks` are the bytes of stack that the arrays of each take.
    """
    program = functions[0].schedule.program
    inputs = program.examples + program.shared
    macro = name.upper()
    lines = [
        "/*",
        f" * {name}: functions of {inputs} inputs and {program.parameters} parameters, as C99.",
        " *",
        f" *     cc -std=c99 -O2 -c {comment(source)}     and link with -lm",
        " *",
        " * Compilers that fuse a * b + c into one operation unless told otherwise (clang, and gcc",
        " * without -std=c99) need -ffp-contract=off to give the same digits as autograd.",
        " *",
        f" * inputs      {_inputs(program)}",
        *(f" *   {line}" for line in _labels(program)),
        f" * parameters  {_parameters(name, program)}",
        " * outputs     an array of the function's size; it must not overlap the other two",
        " *",
        " * No function keeps anything between calls, so threads may call it at the same time.",
        " */",
        f"#ifndef {macro}_H",
        f"#define {macro}_H",
        "",
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        "",
        f"#define {macro}_INPUTS {inputs}",
        f"#define {macro}_PARAMETERS {program.parameters}",
    ]
    if program.parameters:
        lines.append(f"extern const double {name}_parameters[{macro}_PARAMETERS];")
    for function in functions:
        count = len(function.schedule.outputs) + function.schedule.sums
        lines += [
            "",
            f"/* Outputs: {comment(function.outputs)}.",
            f" * Its arrays take {stacks[function.name]:,} bytes of the stack. */",
            f"#define {macro}_{function.name.upper()}_OUTPUTS {count}",
            f"{signature(name, function)};",
        ]
    return "\n".join([*lines, "", "#ifdef __cplusplus", "}", "#endif", "", "#endif", ""])


def _inputs(program: Program) -> str:
    count = program.examples + program.shared
    if program.examples and program.shared:
        return f"{count} numbers: {program.examples} of the example, then {program.shared} shared"
    return f"{count} numbers" if count else "none: NULL will do"


def _labels(program: Program) -> Iterator[str]:
    inputs = range(program.examples + program.shared)
    labelled = [(number, program.names[number]) for number in inputs if number in program.names]
    for number, label in labelled[:MOST_LABELS]:
        yield f"inputs[{number}]  {comment(label)}"
    if len(labelled) > MOST_LABELS:
        yield f"... and {len(labelled) - MOST_LABELS} more with labels"


def _parameters(name: str, program: Program) -> str:
    if not program.parameters:
        return "none: NULL will do"
    return f"{program.parameters} numbers: {name}_parameters, or others in the same order"
