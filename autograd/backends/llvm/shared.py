"""Shared: functions in machine code that programs have in common, one for each kind of stage.

Such a function is given the UNIFORM memory and the record of a step: its own address, the first
result and the sizes, the addresses of tables of rows.
"""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.backends.llvm.choices import place_of
from autograd.backends.llvm.elementary import lowered
from autograd.backends.llvm.engine import code
from autograd.backends.llvm.frame import added, scaled
from autograd.backends.llvm.kernel import PARAMETERS
from autograd.backends.llvm.products import with_product
from autograd.backends.llvm.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.llvm.engine import Code
    from autograd.backends.llvm.writer import Index, Operand
    from autograd.primitive import Primitive
    from autograd.program.precision import Precision

FIELDS = 8  # of the record of a step: the address of its function, sizes, addresses of tables
MOST_KNOWN = 1000  # functions that are kept


class Function(NamedTuple):
    """A function of steps: its kind, its operation, and what else its text depends on."""

    kind: str  # one of WRITERS
    op: Primitive | None = None
    details: tuple[Any, ...] = ()


RUN = Function("run")  # takes all steps, as `run` of a kernel does


class Shared(NamedTuple):
    """A function in machine code, at an address that is valid as long as the code is alive."""

    code: Code
    address: int


_known: dict[tuple[Function, int, Precision], Shared] = {}


def shared_code(
    functions: Sequence[Function], lanes: int, precision: Precision
) -> dict[Function, Shared]:
    """Return functions in machine code, where those that are known take no time.

    They do not wait for LLVM, which makes one module at a time, either. Without optimization it
    takes a fifth of its time, and the code four times its own.
    """
    known = {each: _known.get((each, lanes, precision)) for each in functions}
    missing = [each for each, found in known.items() if found is None]
    if missing:
        made = code(_text(missing, lanes, precision), optimization=0)
        if len(_known) > MOST_KNOWN:
            _known.clear()
        for number, each in enumerate(missing):
            found = Shared(made, made.address(f"f{number}"))
            known[each] = _known[each, lanes, precision] = found
    return {each: found for each, found in known.items() if found is not None}


def forget() -> None:
    """Forget the functions, so that they are compiled anew."""
    _known.clear()


def _text(functions: Sequence[Function], lanes: int, precision: Precision) -> str:
    """Return a module of functions, `f0`, `f1`, ..."""
    writer = Writer(lanes, precision)
    for number, function in enumerate(functions):
        is_run = function == RUN
        parameters = PARAMETERS if is_run else {"%uniform": "ptr", "%record": "ptr"}
        with writer.at(1).function(f"f{number}", parameters):
            body = _Body(writer, "%varying" if is_run else "%record")
            WRITERS[function.kind](body, function)
    return writer.text()


class _Body:
    """The body of a function: writers of numbers and of vectors, and what the record holds."""

    def __init__(self, writer: Writer, record: str) -> None:
        self.writer = writer
        self.scalar = writer.at(1)
        self.record = record

    def sizes(self, count: int) -> list[str]:
        """Return the first result and the sizes."""
        return [self.scalar.load_integer(self.record, field) for field in range(1, 1 + count)]

    def tables(self, first: int, count: int) -> list[str]:
        """Return the addresses of tables, which stand behind `first` numbers."""
        fields = range(1 + first, 1 + first + count)
        return [self.scalar.load_pointer(self.record, field) for field in fields]

    def place(self, table: str, position: Index) -> str:
        """Return the address of the row at a position of a table."""
        return self.scalar.address("%uniform", self.scalar.load_integer(table, position))

    def load(self, table: str, position: Index) -> str:
        """Return the number in the row at a position of a table."""
        return self.scalar.load(self.place(table, position))

    def store(self, x: Operand, first: str, row: Index) -> None:
        """Write a result."""
        place = added(self.scalar, first, row)
        self.scalar.store(x, self.scalar.address("%uniform", place))

    def position(self, line: str, width: str, column: str) -> str:
        """Return the position of a column of a line in a table."""
        return self.scalar.integer("add", self.scalar.integer("mul", line, width), column)


def _write_run(body: _Body, _: Function) -> None:
    """Write the calls of all steps, then the sums, then the outputs for each example."""
    scalar = body.scalar
    records, outputs, summed = (scalar.load_pointer(body.record, field) for field in range(3))
    steps, width, terms = (scalar.load_integer(body.record, field) for field in range(3, 6))
    with scalar.loop(0, steps) as loop:
        place = scaled(scalar, loop.index, FIELDS)
        record = scalar.value(f"getelementptr inbounds i64, ptr {records}, i64 {place}")
        scalar.do(f"call void {scalar.load_pointer(record, 0)}(ptr %uniform, ptr {record})")
    count = scalar.value(f"sitofp i64 %count to {scalar.number}")
    with scalar.loop(0, terms) as loop:
        pair = scaled(scalar, loop.index, 2)
        x = scalar.fmul(count, body.load(summed, pair))
        into = scalar.load_integer(summed, added(scalar, pair, 1))
        total = scalar.address("%sums", into)
        scalar.store(scalar.fadd(scalar.load(total), x), total)
    with scalar.loop(0, "%count") as example, scalar.loop(0, width) as loop:
        place = body.position(example.index, width, loop.index)
        scalar.store(body.load(outputs, loop.index), scalar.address("%outputs", place))


def _write_elementwise(body: _Body, function: Function) -> None:
    scalar, constants = body.scalar, function.details
    first, rows = body.sizes(2)
    tables = iter(body.tables(2, constants.count(None)))
    sources = [next(tables) if number is None else float.fromhex(number) for number in constants]
    with scalar.loop(0, rows) as loop:
        operands = [body.load(x, loop.index) if isinstance(x, str) else x for x in sources]
        assert function.op is not None
        body.store(lowered(scalar, function.op, operands), first, loop.index)


def _write_fold(body: _Body, function: Function) -> None:
    scalar, op = body.scalar, function.op
    assert op is not None
    count, start = function.details
    first, height, width = body.sizes(3)
    tables = body.tables(3, count)
    with scalar.loop(0, height) as line:
        if start is None:
            x: Operand = body.load(tables[0], scalar.integer("mul", line.index, width))
        else:
            x = float.fromhex(start)
        with scalar.loop(0 if start is not None else 1, width, carried=[x]) as loop:
            position = body.position(line.index, width, loop.index)
            terms = [body.load(table, position) for table in tables]
            loop.next = [lowered(scalar, op, [loop.carried[0], *terms])]
        body.store(loop.results[0], first, line.index)


def _write_total(body: _Body, function: Function) -> None:
    writer, scalar = body.writer, body.scalar
    assert function.op is not None
    first, height, width = body.sizes(3)
    (table,) = body.tables(3, 1)
    step = 4 * writer.lanes
    with scalar.loop(0, height) as line:
        start = body.place(table, line.index)
        whole = scalar.integer("and", width, -step)
        with writer.loop(0, whole, step, carried=[0.0] * 4) as loop:
            places = [added(scalar, loop.index, k) for k in range(0, step, writer.lanes)]
            loop.next = [
                writer.fadd(x, writer.load(scalar.address(start, place)))
                for x, place in zip(loop.carried, places)
            ]
        a, b, c, d = loop.results
        x = writer.total(writer.fadd(writer.fadd(a, b), writer.fadd(c, d)))
        with scalar.loop(whole, width, carried=[x]) as rest:
            term = scalar.load(scalar.address(start, rest.index))
            rest.next = [scalar.fadd(rest.carried[0], term)]
        body.store(rest.results[0], first, line.index)


def _write_choices(body: _Body, function: Function) -> None:  # noqa: ARG001 - there is but one
    scalar = body.scalar
    first, rows, width = body.sizes(3)
    places, starts, items = body.tables(3, 3)
    with scalar.loop(0, rows) as loop:
        place, known = place_of(scalar, body.load(places, loop.index), width)
        position = scalar.integer("add", scalar.load_integer(starts, loop.index), place)
        item = scalar.select(known, body.load(items, position), nan)
        body.store(item, first, loop.index)


def _write_product(body: _Body, function: Function) -> None:
    guarded, ordered = function.details
    scalar = body.scalar
    first, height, breadth, width = body.sizes(4)
    left, right = body.tables(4, 2)
    with scalar.loop(0, height) as line, scalar.loop(0, breadth) as column:

        def total(start: float, term: Callable[[str, str, str], Operand]) -> str:
            with scalar.loop(0, width, carried=[start]) as loop:
                x = body.load(left, body.position(line.index, width, loop.index))
                y = body.load(right, body.position(column.index, width, loop.index))
                loop.next = [term(loop.carried[0], x, y)]
            return loop.results[0]

        def guarded_term(x: str, a: str, b: str) -> str:
            return scalar.fadd(x, scalar.guarded_product(a, b))

        row = body.position(line.index, breadth, column.index)
        if guarded == "each":
            x = total(-0.0, guarded_term)
        else:
            x = total(-0.0, lambda x, a, b: with_product(scalar, x, a, b, ordered))
        body.store(x if ordered else scalar.fadd(x, 0.0), first, row)
        if guarded == "nan":
            with scalar.when(scalar.fcmp("uno", x, x)):
                body.store(total(0.0, guarded_term), first, row)


def _write_dots(body: _Body, function: Function) -> None:
    guarded, start = function.details
    scalar = body.scalar
    first, height, width = body.sizes(3)
    left, right = body.tables(3, 2)
    multiply = scalar.guarded_product if guarded else scalar.fmul
    with scalar.loop(0, height) as line:
        with scalar.loop(0, width, carried=[float.fromhex(start)]) as loop:
            position = body.position(line.index, width, loop.index)
            product = multiply(body.load(left, position), body.load(right, position))
            loop.next = [scalar.fadd(loop.carried[0], product)]
        body.store(loop.results[0], first, line.index)


def _write_dots_in_lanes(body: _Body, function: Function) -> None:
    guarded, *steps = function.details
    first, height, width = body.sizes(3)
    tables = body.tables(3, 2)

    def product(writer: Writer, starts: Sequence[str], term: str) -> str:
        x, y = (
            writer.load(writer.at(1).address(start, term)) if step else writer.load_splat(start)
            for start, step in zip(starts, steps)
        )
        return writer.guarded_product(x, y) if guarded else writer.fmul(x, y)

    writer, scalar = body.writer, body.scalar
    with scalar.loop(0, height) as line:
        starts = [body.place(table, line.index) for table in tables]
        whole = scalar.integer("and", width, -writer.lanes)
        with writer.loop(0, whole, writer.lanes, carried=[0.0]) as loop:
            loop.next = [writer.fadd(loop.carried[0], product(writer, starts, loop.index))]
        with scalar.loop(whole, width, carried=[writer.total(loop.results[0])]) as rest:
            rest.next = [scalar.fadd(rest.carried[0], product(scalar, starts, rest.index))]
        body.store(rest.results[0], first, line.index)


WRITERS: dict[str, Callable[[_Body, Function], None]] = {
    "run": _write_run,
    "elementwise": _write_elementwise,
    "fold": _write_fold,
    "total": _write_total,
    "choices": _write_choices,
    "product": _write_product,
    "dots": _write_dots,
    "dots_in_lanes": _write_dots_in_lanes,
}
