"""A schedule as one C function, which computes the outputs of one example."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd.backends.c.literals import braces, double
from autograd.backends.c.stages import write_reduction, write_stage
from autograd.backends.c.writer import Places, Writer

if TYPE_CHECKING:
    from autograd.backends.c.rows import RowFunctions
    from autograd.program.stages import Schedule

__all__ = ["Function", "definition", "signature"]


class Function(NamedTuple):
    """A function to write: the end of its name, what it computes, and its outputs in words."""

    name: str
    schedule: Schedule
    outputs: str


def definition(file: str, function: Function, rows: RowFunctions) -> tuple[str, int]:
    """Return the text of a function, and the bytes of stack that its arrays take."""
    schedule = function.schedule
    places = Places(schedule)
    writer = Writer(places, rows)
    for stage in (*schedule.before, *schedule.body):
        write_stage(writer, stage)
    writer.copy("outputs", 0, [places.of(*output) for output in schedule.outputs])
    first = len(schedule.outputs)
    if schedule.sums:
        with writer.loop("i", first + schedule.sums, first) as i:
            writer.line(f"outputs[{i}] = 0.0;")
    for reduction in schedule.reductions:
        write_reduction(writer, reduction, first)

    body = "\n".join(writer.lines)
    head = []
    if "constants[" in body:
        constants = braces(map(double, places.constants), "    ")
        head.append(f"static const double constants[{len(places.constants)}] = {constants};")
    if places.size:
        head.append(f"double v[{places.size}];")
    for argument in ("inputs", "parameters", "outputs"):
        if f"{argument}[" not in body:
            head.append(f"(void){argument};")
    head = [f"    {line}" for line in head]
    text = "\n".join([signature(file, function), "{", *head, body, "}", ""])
    return text, 8 * (places.size + writer.copied)


def signature(file: str, function: Function) -> str:
    """Return the head of a function in the file of this name."""
    arguments = "const double *inputs, const double *parameters, double *outputs"
    return f"void {file}_{function.name}({arguments})"
