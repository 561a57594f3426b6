"""A schedule as one C function, which computes the outputs of one example stage by stage."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, NamedTuple

from autograd.backends.c.literals import braces, comment, literal
from autograd.backends.c.writer import Places, Writer
from autograd.backends.formula import formula_of
from autograd.primitives import dot, guarded_dot
from autograd.program.stages import (
    Choices,
    Dots,
    Elementwise,
    Product,
    Rows,
    SummedProduct,
    SummedRows,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.backends.c.rows import RowFunctions
    from autograd.backends.c.writer import Text
    from autograd.primitive import Primitive
    from autograd.program.stages import Schedule, Stage


class Function(NamedTuple):
    """A function to write: the end of its name, what it computes, and its outputs in words."""

    name: str
    schedule: Schedule
    outputs: str


def definition(file: str, function: Function, rows: RowFunctions) -> tuple[str, int]:
    """Return the text of a function, and the bytes of stack that its arrays take."""
    schedule = function.schedule
    places, precision = Places(schedule), schedule.program.precision
    writer = Writer(places, rows)
    for stage in (*schedule.before, *schedule.body):
        _write_stage(writer, stage)
    writer.copy("outputs", 0, [places.of(*output) for output in schedule.outputs])
    first = len(schedule.outputs)
    if schedule.sums:
        with writer.loop("i", first + schedule.sums, first) as i:
            writer.line(f"outputs[{i}] = 0.0{precision.suffix};")
    for reduction in schedule.reductions:
        _write_reduction(writer, reduction, first)

    body = "\n".join(writer.lines)
    head = []
    if "constants[" in body:
        numbers = [literal(number, precision) for number in places.constants]
        constants = braces(numbers, "    ")
        head.append(f"static const {precision.c} constants[{len(numbers)}] = {constants};")
    if places.size:
        head.append(f"{precision.c} v[{places.size}];")
    for argument in ("inputs", "parameters", "outputs"):
        if f"{argument}[" not in body:
            head.append(f"(void){argument};")
    head = [f"    {line}" for line in head]
    text = "\n".join([signature(file, function), "{", *head, body, "}", ""])
    return text, precision.size * (places.size + writer.copied)


def signature(file: str, function: Function) -> str:
    """Return the head of a function in the file of this name."""
    kind = function.schedule.program.precision.c
    arguments = f"const {kind} *inputs, const {kind} *parameters, {kind} *outputs"
    return f"void {file}_{function.name}({arguments})"


FEW = 4  # rows that are written out, as a loop would be no shorter
SOME = 16  # rows that are written out where a loop would read an array of indices


def _write_stage(writer: Writer, stage: Stage) -> None:
    """Write what a stage computes."""
    if isinstance(stage, Elementwise):
        _write_elementwise(writer, stage)
    elif isinstance(stage, Choices):
        _write_choices(writer, stage)
    elif isinstance(stage, Product):
        _write_product(writer, stage)
    elif isinstance(stage, Dots):
        op = guarded_dot if stage.guarded else dot
        start = -0.0 if stage.ordered else 0.0
        _write_folds(writer, op, (stage.left, stage.right), start, stage.result)
    elif formula_of(stage.op).arity == 3:
        _write_folds(writer, stage.op, stage.halves(), 0.0, stage.result)
    else:
        _write_folds(writer, stage.op, (stage.terms,), stage.start, stage.result)


def _write_reduction(writer: Writer, stage: SummedProduct | SummedRows, first: int) -> None:
    """Write what a stage adds to the sums, which are the outputs from number `first` on."""
    if isinstance(stage, SummedProduct):
        into = writer.position(tuple(tuple(first + n for n in line) for line in stage.into))
        _write_grid(writer, stage, lambda i, j: f"outputs[{into(i, j)}]", start=None)
        return
    source = writer.reader(_column(stage.rows))
    into = writer.position(tuple((first + number,) for number in stage.into))
    with writer.loop("i", len(stage.into)) as i:
        writer.line(f"outputs[{into(i, '0')}] += {source(i, '0')};")


def _write_elementwise(writer: Writer, stage: Elementwise) -> None:
    count = len(stage.result.index)
    irregular = any(rows.stride is None for rows in stage.operands)
    if count <= (SOME if irregular else FEW):
        for position, row in enumerate(stage.result.index):
            operands = [writer.read(rows.memory, rows.index[position]) for rows in stage.operands]
            text = writer.rows.applied(stage.op, *operands)
            writer.line(f"{writer.read(stage.result.memory, row)} = {text};")
        return
    writer.line(f"/* {count} of {comment(stage.op.name)} */")
    sources = [writer.reader(_column(rows)) for rows in stage.operands]
    target = writer.reader(_column(stage.result))
    with writer.loop("i", count) as i:
        text = writer.rows.applied(stage.op, *[source(i, "0") for source in sources])
        writer.line(f"{target(i, '0')} = {text};")


def _write_folds(
    writer: Writer, op: Primitive, tables: Sequence[Table], start: float | None, result: Rows
) -> None:
    count, width = tables[0].height, tables[0].width
    writer.line(f"/* {count} of {comment(op.name)}, over {width} */")
    target = writer.reader(_column(result))
    sources = [writer.reader(table) for table in tables if width]
    with writer.loop("i", count) as i:
        total = target(i, "0")
        if start is None:
            writer.line(f"{total} = {sources[0](i, '0')};")
        else:
            writer.line(f"{total} = {literal(start, writer.places.precision)};")
        first = 1 if start is None else 0
        if first < width:
            with writer.loop("k", width, first) as k:
                text = writer.rows.applied(op, total, *[source(i, k) for source in sources])
                writer.line(f"{total} = {text};")


def _write_choices(writer: Writer, stage: Choices) -> None:
    count, precision = len(stage.lines), writer.places.precision
    writer.line(f"/* {count} of {stage.items.width} items each */")
    places, target = writer.reader(_column(stage.places)), writer.reader(_column(stage.result))
    line_of = writer.position(tuple((line,) for line in stage.lines))
    source = writer.reader(stage.items)
    with writer.loop("i", count) as i:
        place, line = places(i, "0"), line_of(i, "0")
        line = line if line.isdigit() else f"({line})"
        whole = f"floor{precision.suffix}({place}) == {place}"
        known = f"{place} >= 0 && {place} < {stage.items.width} && {whole}"
        found = f"{known} ? {source(line, f'(size_t){place}')} : {literal(nan, precision)}"
        writer.line(f"{target(i, '0')} = {found};")


def _write_product(writer: Writer, stage: Product) -> None:
    height, width = stage.left.height, stage.right.height
    grid = f"{height} x {width}" if width > 1 else str(height)
    writer.line(f"/* {grid} of {'guarded_' * stage.guarded}dot, over {stage.left.width} */")
    rows = stage.result.index
    lines = tuple(rows[start : start + width] for start in range(0, len(rows), width))
    start = "-0.0" if stage.ordered else "0.0"
    start += writer.places.precision.suffix
    _write_grid(writer, stage, writer.reader(Table(stage.result.memory, lines)), start)


def _write_grid(
    writer: Writer, stage: Product | SummedProduct, target: Text, start: str | None
) -> None:
    """Write dot products of each line on the left with each on the right into the targets."""
    op = guarded_dot if stage.guarded else dot
    width = stage.left.width
    sources = [writer.reader(table) for table in (stage.left, stage.right) if width]
    with writer.loop("i", stage.left.height) as i, writer.loop("j", stage.right.height) as j:
        result = target(i, j)
        if start is not None:
            writer.line(f"{result} = {start};")
        if width:
            with writer.loop("k", width) as k:
                factors = [source(line, k) for source, line in zip(sources, (i, j))]
                text = writer.rows.applied(op, result, *factors)
                writer.line(f"{result} = {text};")


def _column(rows: Rows) -> Table:
    return Table(rows.memory, tuple((row,) for row in rows.index))
