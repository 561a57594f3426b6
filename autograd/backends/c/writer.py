"""Writer: the lines of one C function, its loops, and the places of the rows that they read."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from autograd.backends.c.literals import braces, literal
from autograd.program.stages import Memory, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from autograd.backends.c.rows import RowFunctions
    from autograd.program.stages import Schedule


class Place(NamedTuple):
    """An element of a C array."""

    array: str
    offset: int

    def __str__(self) -> str:
        return f"{self.array}[{self.offset}]"


class Places:
    """Inputs and parameters stay where the caller has them; all results share one array `v`.

    Of one example both memories hold one number per row. Rows of a memory that follow each other
    and lie in one array follow each other there.
    """

    def __init__(self, schedule: Schedule) -> None:
        program = schedule.program
        constants = program.shared + program.parameters
        uniform = constants + len(program.constants)  # the first row that `before` computes
        computed = schedule.uniform - uniform
        self.constants, self.precision = program.constants, program.precision
        self.size = computed + schedule.varying - program.examples  # of the array v
        self._starts = {  # where each array takes over: the first row, and its place
            Memory.UNIFORM: (
                (uniform, Place("v", 0)),
                (constants, Place("constants", 0)),
                (program.shared, Place("parameters", 0)),
                (0, Place("inputs", program.examples)),
            ),
            Memory.VARYING: (
                (program.examples, Place("v", computed)),
                (0, Place("inputs", 0)),
            ),
        }

    def of(self, memory: Memory, row: int) -> Place:
        """Return the place of a row."""
        first, place = next(start for start in self._starts[memory] if row >= start[0])
        return Place(place.array, place.offset + row - first)

    def text(self, place: Place) -> str:
        """Return C text that reads one place: of a constant, its number."""
        if place.array == "constants":
            return literal(self.constants[place.offset], self.precision)
        return str(place)


Text: TypeAlias = "Callable[[str, str], str]"  # of the element in a line and a column, both C text
INDEX_TYPES = ((2**8, "unsigned char"), (2**16, "unsigned short"), (2**32, "unsigned long"))
SHORT_RUN = 3  # consecutive elements that are copied one by one


class Writer:
    """The lines of a function that have been written so far."""

    def __init__(self, places: Places, rows: RowFunctions) -> None:
        self.places = places
        self.rows = rows
        self.lines: list[str] = []
        self.copied = 0  # elements of the arrays that hold copies
        self.indent = "    "
        self._arrays: dict[tuple[object, ...], str] = {}  # of indices or copies, by their content

    def line(self, text: str) -> None:
        """Write one line."""
        self.lines.append(self.indent + text)

    @contextmanager
    def loop(self, variable: str, count: int, first: int = 0) -> Iterator[str]:
        """Write what follows inside a loop and yield its index; one turn needs no loop."""
        if count - first == 1:
            yield str(first)
            return
        start = f"size_t {variable} = {first}"
        self.line(f"for ({start}; {variable} < {count}; ++{variable}) {{")
        self.indent += "    "
        yield variable
        self.indent = self.indent[4:]
        self.line("}")

    def read(self, memory: Memory, row: int) -> str:
        """Return C text that reads one row."""
        return self.places.text(self.places.of(memory, row))

    def reader(self, table: Table) -> Text:
        """Return C text that reads any element of a table; rows of several arrays are copied."""
        rows = [row for line in table.index for row in line]
        low, high = (self.places.of(table.memory, row) for row in (min(rows), max(rows)))
        if low == high:
            return lambda *_: self.places.text(low)
        if low.array == high.array:
            shift = low.offset - min(rows)
            array, index = low.array, tuple(tuple(r + shift for r in line) for line in table.index)
        else:
            distinct = sorted(set(rows))
            place = dict(zip(distinct, range(len(distinct))))
            array = self._copies(table.memory, distinct)
            index = tuple(tuple(place[row] for row in line) for line in table.index)
        position = self.position(index)
        return lambda i, k: f"{array}[{position(i, k)}]"

    def position(self, index: tuple[tuple[int, ...], ...]) -> Text:
        """Return C text of any element of a table of indices: a formula, or read from an array."""
        strides = Table(Memory.VARYING, index).strides
        if strides is not None:
            down, across = strides
            return lambda i, k: _sum(index[0][0], (down, i), (across, k))
        starts = [min(line) for line in index]
        steps = [number - starts[0] for number in index[0]]
        if len(index) > 1 < len(steps) and all(
            line == tuple(start + step for step in steps) for start, line in zip(starts, index)
        ):  # the windows of a convolution: two short arrays in place of a long one
            start_of = self.position(tuple((start,) for start in starts))
            step_of = self.position(tuple((step,) for step in steps))
            return lambda i, k: f"{start_of(i, '0')} + {step_of(k, '0')}"
        flat = tuple(number for line in index for number in line)
        name = self._arrays.get(flat)
        if name is None:
            name = self._arrays[flat] = f"index_{len(self._arrays) + 1}"
            kind = next(kind for limit, kind in INDEX_TYPES if max(flat) < limit)
            numbers = braces(map(str, flat), self.indent)
            self.line(f"static const {kind} {name}[{len(flat)}] = {numbers};")
        width = len(index[0])
        return lambda i, k: f"{name}[{_sum(0, (width, i), (1, k))}]"

    def copy(self, array: str, start: int, sources: Sequence[Place]) -> None:
        """Write consecutive elements of an array from places anywhere, runs of them as loops."""
        done = 0
        for end in range(1, len(sources) + 1):
            first, count = sources[done], end - done
            if end < len(sources) and sources[end] == Place(first.array, first.offset + count):
                continue
            if count > SHORT_RUN:
                with self.loop("i", count) as i:
                    source = f"{first.array}[{_sum(first.offset, (1, i))}]"
                    self.line(f"{array}[{_sum(start + done, (1, i))}] = {source};")
            else:
                for position in range(done, end):
                    source = self.places.text(sources[position])
                    self.line(f"{array}[{start + position}] = {source};")
            done = end

    def _copies(self, memory: Memory, rows: Sequence[int]) -> str:
        key = (memory, *rows)
        if key not in self._arrays:
            name = self._arrays[key] = f"copy_{len(self._arrays) + 1}"
            self.line(f"{self.places.precision.c} {name}[{len(rows)}];")
            self.copy(name, 0, [self.places.of(memory, row) for row in rows])
            self.copied += len(rows)
        return self._arrays[key]


def _sum(constant: int, *terms: tuple[int, str]) -> str:
    """Return C text of a constant and multiples of indices, none of them written if 0.

    >>> _sum(3, (2, "i"), (1, "k")), _sum(0, (1, "i"), (5, "0")), _sum(9, (-1, "i"))
    ('3 + 2 * i + k', 'i', '9 - i')
    """
    text = ""
    for stride, index in terms:
        if index.isdigit():
            constant += stride * int(index)
        elif stride:
            size = "" if abs(stride) == 1 else f"{abs(stride)} * "
            text += f" {'-' if stride < 0 else '+'} {size}{index}"
    if constant or not text or text.startswith(" -"):
        return f"{constant}{text}"
    return text.removeprefix(" + ")
