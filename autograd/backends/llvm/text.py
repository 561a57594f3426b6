"""Text: a module of LLVM IR being written, its instructions, functions, loops and blocks.

Text, because parsing it is several times as fast as building llvmlite's objects: 20,000
instructions take 14 ms. Values are numbered in the order of the text and vector constants are
written `splat (...)`, which parse 1.5 and 2.7 times as fast as names and lists of elements.
"""

from __future__ import annotations

import copy
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from autograd.program.precision import DOUBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from autograd.program.precision import Precision

Operand = str | float  # the name of a value, or a number that becomes a constant
Index = str | int

Width = TypeVar("Width", bound="Text")


class Module:
    """The text written so far, shared by the writers of all widths."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.declarations: dict[str, str] = {}  # by symbol
        self.required: dict[str, Callable[[], None]] = {}  # what defines each function called
        self.defined: set[str] = set()
        self.known: dict[str, str] = {}  # the name of each pure value, by its instruction
        self.values = self.blocks = 0
        self.block = "entry"
        self.returned = False  # from the block being written


class Loop:
    """A loop being written: its counter, and what it carries from one turn to the next."""

    def __init__(self, index: str, carried: list[str]) -> None:
        self.index = index
        self.carried = carried  # this turn's values
        self.next: list[Operand] = []  # set in the body: the values of the next turn
        self.results: list[str] = []  # set at the end: the values after the last turn


class Text:
    """The text of a module, written for values of one width and precision.

    An operand is the name of a value or a Python float. Pure instructions with equal text are
    written once in a block and in the blocks inside it.
    """

    def __init__(self, lanes: int = 1, precision: Precision = DOUBLE) -> None:
        self._module = Module()
        self._widen(lanes, precision)

    def _widen(self, lanes: int, precision: Precision) -> None:
        self.lanes, self.precision = lanes, precision
        self.number = precision.c  # the type of one lane
        self.type = self.vector(self.number)
        self.condition = self.vector("i1")
        self.integer_type = self.vector("i64")
        self.bit_type = self.vector(f"i{precision.bits}")
        one = f"f{precision.bits}"
        self.suffix = one if lanes == 1 else f"v{lanes}{one}"  # of intrinsics and functions

    def vector(self, element: str) -> str:
        """Return the type of one `element` per lane."""
        return element if self.lanes == 1 else f"<{self.lanes} x {element}>"

    def at(self: Width, lanes: int) -> Width:
        """Return a writer into the same text for another number of lanes."""
        return self._in_other_form(lanes, self.precision)

    def of(self: Width, precision: Precision) -> Width:
        """Return a writer into the same text for numbers of another precision."""
        return self._in_other_form(self.lanes, precision)

    def _in_other_form(self: Width, lanes: int, precision: Precision) -> Width:
        if lanes == self.lanes and precision is self.precision:
            return self
        other = copy.copy(self)
        other._widen(lanes, precision)
        return other

    def text(self) -> str:
        """Return the module, with the definitions of the functions it requires."""
        module = self._module
        while module.required:
            symbol, define = module.required.popitem()
            if symbol not in module.defined:
                module.defined.add(symbol)
                define()
        return "\n".join([*module.lines, *module.declarations.values(), ""])

    @property
    def length(self) -> int:
        """The number of lines written so far."""
        return len(self._module.lines)

    def emit(self, instruction: str) -> str:
        """Write an instruction and return the name of its value."""
        module = self._module
        name = f"%{module.values}"
        module.values += 1
        module.lines.append(f"  {name} = {instruction}")
        return name

    def value(self, instruction: str) -> str:
        """Return the value of a pure instruction, written once."""
        known = self._module.known
        name = known.get(instruction)
        if name is None:
            name = known[instruction] = self.emit(instruction)
        return name

    def do(self, instruction: str) -> None:
        """Write an instruction that has no value."""
        self._module.lines.append(f"  {instruction}")

    def forget(self) -> None:
        """Write pure instructions anew from here on: their old values need not stay in registers.

        Only at the outermost level of a function: a block ends with what it began with.
        """
        self._module.known.clear()

    def declare(self, symbol: str, declaration: str) -> None:
        """Add the declaration of a function that is not defined in this module."""
        self._module.declarations[symbol] = declaration

    def require(self, symbol: str, define: Callable[[], None]) -> None:
        """Have `text` call `define`, which writes the function, unless the module has it."""
        self._module.required[symbol] = define

    def constant(self, number: float) -> str:
        """Return a number as a constant of this width, exact to the bit.

        LLVM writes a `float` by the bits of the `double` that it equals.
        """
        (bits,) = struct.unpack("<Q", struct.pack("<d", self.precision.rounded(number)))
        return f"0x{bits:016X}" if self.lanes == 1 else f"splat ({self.number} 0x{bits:016X})"

    def operand(self, x: Operand) -> str:
        """Return an operand as text."""
        return x if isinstance(x, str) else self.constant(x)

    def constant_table(self, numbers: Sequence[int]) -> str:
        """Return the symbol of a constant array of 64-bit integers."""
        symbol = f"@table.{len(self._module.declarations)}"
        elements = ", ".join(f"i64 {number}" for number in numbers)
        kind = f"[{len(numbers)} x i64]"
        self.declare(symbol, f"{symbol} = private unnamed_addr constant {kind} [{elements}]")
        return symbol

    # Blocks

    @contextmanager
    def function(
        self, symbol: str, parameters: Mapping[str, str], result: str = "void", linkage: str = ""
    ) -> Iterator[None]:
        """Write a function around the body; `parameters` are types by name.

        One that returns nothing returns at the end, any other in its body by `give`.
        """
        module = self._module
        signature = ", ".join(f"{kind} {name}" for name, kind in parameters.items())
        module.lines.append(f"define {linkage and linkage + ' '}{result} @{symbol}({signature}) {{")
        module.lines.append("entry:")
        module.known.clear()
        module.values, module.block, module.returned = 0, "entry", False
        yield
        if result == "void":
            self.do("ret void")
        module.lines.append("}")

    def give(self, x: Operand) -> None:
        """Return numbers of this width from the function being written."""
        self.do(f"ret {self.type} {self.operand(x)}")
        self._module.returned = True

    @contextmanager
    def loop(
        self, start: Index, stop: Index, step: int = 1, carried: Sequence[Operand] = ()
    ) -> Iterator[Loop]:
        """Write a loop `for index in range(start, stop, step)` around the body, step > 0.

        `carried` are the values of this width that enter the first turn. The body sets
        `loop.next` to those of the next turn; after it `loop.results` are the final ones.

        >>> from autograd.backends.llvm.writer import Writer
        >>> writer = Writer()
        >>> with writer.function("sum", {"%a": "ptr", "%n": "i64"}, "double"):
        ...     with writer.loop(0, "%n", carried=[0.0]) as loop:
        ...         x = writer.load(writer.address("%a", loop.index))
        ...         loop.next = [writer.fadd(loop.carried[0], x)]
        ...     writer.give(loop.results[0])
        """
        before, (inside, after) = self._module.block, self._labels("loop", "done")
        entered = isinstance(start, int) and isinstance(stop, int) and start < stop
        if entered:
            self.do(f"br label %{inside}")
        else:
            some = self.value(f"icmp slt i64 {start}, {stop}")
            self.do(f"br i1 {some}, label %{inside}, label %{after}")
        starts = [self.operand(x) for x in carried]
        mark = self._begin(inside)
        first = len(self._module.lines)
        index = self.emit("")  # written below, when the values of the next turn have names
        loop = Loop(index, [self.emit("") for _ in starts])
        yield loop
        if len(loop.next) != len(starts):
            raise ValueError(
                f"loop: {len(starts)} values are carried, loop.next has {len(loop.next)}"
            )
        ends = [self.operand(x) for x in loop.next]
        last = self._module.block
        following = self.emit(f"add nsw i64 {index}, {step}")
        more = self.emit(f"icmp slt i64 {following}, {stop}")
        self.do(f"br i1 {more}, label %{inside}, label %{after}")
        names = [index, *loop.carried]
        types = ["i64", *[self.type] * len(starts)]
        pairs = zip([str(start), *starts], [following, *ends])
        for place, (name, kind, (old, new)) in enumerate(zip(names, types, pairs), first):
            phi = f"  {name} = phi {kind} [ {old}, %{before} ], [ {new}, %{last} ]"
            self._module.lines[place] = phi
        self._end(after, mark)
        for old, new in zip(starts, ends):
            skipped = "" if entered else f"[ {old}, %{before} ], "
            loop.results.append(self.emit(f"phi {self.type} {skipped}[ {new}, %{last} ]"))

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """Write a block around the body that runs only if one condition (i1) holds.

        The body may end with `give`.
        """
        inside, after = self._labels("then", "end")
        self.do(f"br i1 {condition}, label %{inside}, label %{after}")
        mark = self._begin(inside)
        yield
        if not self._module.returned:
            self.do(f"br label %{after}")
        self._end(after, mark)

    def switch(self, x: str, count: int, body: Callable[[int], None]) -> None:
        """Write a block for each number below `count`; the one whose number the i64 x is runs."""
        *inside, after = self._labels(*["case"] * count, "end")
        inside = [f"{label}.{number}" for number, label in enumerate(inside)]
        targets = " ".join(f"i64 {number}, label %{label}" for number, label in enumerate(inside))
        self.do(f"switch i64 {x}, label %{after} [ {targets} ]")
        for number, label in enumerate(inside):
            mark = self._begin(label)
            body(number)
            self.do(f"br label %{after}")
            self._forget_beyond(mark)
        self._end(after, len(self._module.known))

    def pointer(self, address: int) -> str:
        """Return an address of this process as a constant."""
        return f"inttoptr (i64 {address} to ptr)"

    def _labels(self, *names: str) -> list[str]:
        self._module.blocks += 1
        return [f"{name}{self._module.blocks}" for name in names]

    def _begin(self, label: str) -> int:
        """Start a block; return how many values are known outside it."""
        self._module.lines.append(f"{label}:")
        self._module.block, self._module.returned = label, False
        return len(self._module.known)

    def _end(self, label: str, mark: int) -> None:
        """Start the block after another, and forget the values that only that one has."""
        self._forget_beyond(mark)
        self._begin(label)

    def _forget_beyond(self, mark: int) -> None:
        known = self._module.known
        while len(known) > mark:
            known.popitem()
