"""Two files of C99 that need nothing but libm: functions, and the header for their callers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd.backends.c.function import Function, definition, signature
from autograd.backends.c.literals import braces, comment, header_name, identifier, literal
from autograd.backends.c.rows import RowFunctions
from autograd.files import as_path, write_files
from autograd.program import derivatives
from autograd.program.precision import DOUBLE
from autograd.program.schedule import scheduled
from autograd.program.simplify import simplified
from autograd.structure import NUMBER, described

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from autograd.program.precision import Precision
    from autograd.program.program import Program
    from autograd.program.stages import Schedule
    from autograd.program.trace import Trace

MOST_LABELS = 32  # inputs whose labels are listed


def write_c(trace: Trace, path: str | os.PathLike[str], precision: Precision) -> Path:
    """Write the value and the derivatives of one example as C99: a source file and its header.

    Returns the path of the source file. Raises ValueError for a path with another suffix than .c,
    for a name that C cannot include, or for an operation without C text, and OSError when a file
    cannot be written; both files are then as they were.
    """
    source = as_path(path, "to_c: path")
    if source.suffix not in {"", ".c"}:
        raise ValueError(f"to_c writes a .c file and its header, not {source.name!r}")
    if not source.parent.is_dir():
        raise FileNotFoundError(f"to_c: there is no folder {str(source.parent)!r}; make it first")
    source = source.with_suffix(".c")
    header = source.with_suffix(".h")
    trace = trace.recovered

    def schedule(program: Program) -> Schedule:
        return scheduled(simplified(program)[0].rounded(precision))

    functions = [Function("value", schedule(trace.program), described(trace.result))]
    if trace.result == NUMBER:
        slopes = derivatives.value_and_gradient(trace.program, trace.inputs)
        outputs = "the value, then its derivative with respect to each input"
        functions.append(Function("gradient", schedule(derivatives.dense(slopes)), outputs))
    else:
        slopes = derivatives.jacobian(trace.program, trace.inputs)
        outputs = "for each number of the value its derivatives with respect to each input"
        functions.append(Function("jacobian", schedule(derivatives.dense(slopes)), outputs))
    parameters = [leaf._data for leaf in trace.leaves]
    text = c_text(source.stem, functions, parameters, header.name)
    write_files({source: text.source.encode(), header: text.header.encode()})
    return source


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
    precision = functions[0].schedule.program.precision
    rows = RowFunctions((f"{name}_{end}" for end in ends), precision)
    written = [(function, *definition(name, function, rows)) for function in functions]
    source = f"#include {header_name(header)}\n\n#include <math.h>\n#include <stddef.h>\n\n"
    source += rows.definitions()
    if parameters:
        numbers = braces(literal(number, precision) for number in parameters)
        source += f"const {precision.c} {name}_parameters[{len(parameters)}] = {numbers};\n\n"
    source += "\n".join(text for _, text, _ in written)
    stacks = {function.name: stack for function, _, stack in written}
    return CText(source, _header_text(name, functions, stacks, file))


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


def _header_text(
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
        f" * {name}: functions of {inputs} inputs and {program.parameters} parameters, as C99"
        f"{'' if program.precision is DOUBLE else ', in single precision'}.",
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
        kind = program.precision.c
        lines.append(f"extern const {kind} {name}_parameters[{macro}_PARAMETERS];")
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
