"""C text: programs as a source file and a header of C99 that need nothing but libm.

Reading order: literals, places, expression, rows, writer, stages, function, header; this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd.backends.c.function import Function, definition
from autograd.backends.c.header import header_text
from autograd.backends.c.literals import braces, double, header_name, identifier
from autograd.backends.c.rows import RowFunctions

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CText", "Function", "c_text"]


class CText(NamedTuple):
    """The text of the two files."""

    source: str
    header: str


def c_text(
    name: str, functions: Sequence[Function], parameters: Sequence[float], header: str = ""
) -> CText:
    """Return C99 text of functions of the same inputs and parameters.

    Args:
        name: What every name in the files begins with; it is made a C identifier.
        functions: Each becomes `void NAME_FUNCTION(inputs, parameters, outputs)` for one example.
            The inputs are those of the example, then the shared ones; the outputs are those of
            the schedule, then its sums.
        parameters: The numbers that `NAME_parameters` holds.
        header: The name of the header file, which the source includes; NAME.h unless given.

    Raises:
        ValueError: An operation has no C text, functions differ in inputs or parameters, or C
            cannot include a header of this name.

    >>> from autograd.primitives import relu
    >>> from autograd.program.program import Instruction, Program
    >>> from autograd.program.schedule import scheduled
    >>> program = Program(1, 0, 0, (), (Instruction(relu, (0,)),), outputs=(1,))
    >>> text = c_text("ramp", [Function("value", scheduled(program), "max(x, 0)")], [])
    >>> print(text.header[text.header.index("#define RAMP_VALUE"):])
    #define RAMP_VALUE_OUTPUTS 1
    void ramp_value(const double *inputs, const double *parameters, double *outputs);
    <BLANKLINE>
    #ifdef __cplusplus
    }
    #endif
    <BLANKLINE>
    #endif
    <BLANKLINE>
    """
    name = identifier(name)
    header = header or f"{name}.h"
    file = f"{header.removesuffix('.h')}.c"
    _check(functions, len(parameters))
    ends = ("parameters", *(function.name for function in functions))
    rows = RowFunctions(f"{name}_{end}" for end in ends)
    written = [(function, *definition(name, function, rows)) for function in functions]
    source = f"#include {header_name(header)}\n\n#include <math.h>\n#include <stddef.h>\n\n"
    source += rows.definitions()
    if parameters:
        numbers = braces(map(double, parameters))
        source += f"const double {name}_parameters[{len(parameters)}] = {numbers};\n\n"
    source += "\n".join(text for _, text, _ in written)
    stacks = {function.name: stack for function, _, stack in written}
    return CText(source, header_text(name, functions, stacks, file))


def _check(functions: Sequence[Function], parameters: int) -> None:
    for function in functions:
        program = function.schedule.program
        sizes = program.examples + program.shared, program.parameters
        first = functions[0].schedule.program
        wanted = first.examples + first.shared, parameters
        if sizes != wanted:
            raise ValueError(
                f"c_text: the function {function.name!r} has {sizes[0]} inputs and {sizes[1]} "
                f"parameters, the file has {wanted[0]} inputs and {wanted[1]} parameters"
            )
