"""Writer: LLVM IR text in single-assignment form, over numbers or vectors of numbers.

Text, because parsing it is several times as fast as building llvmlite's objects: 20,000
instructions take 14 ms. Values are numbered in the order of the text and vector constants are
written `splat (...)`, which parse 1.5 and 2.7 times as fast as names and lists of elements.
"""

from __future__ import annotations

import copy
import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Index", "Loop", "Operand", "Writer"]

Operand = str | float  # the name of a value, or a number that becomes a constant
Index = str | int


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


class Writer:
    """Writes instructions on `<lanes x double>`, or on `double` for one lane.

    An operand is the name of a value of that type or a Python float. Pure instructions with equal
    text are written once in a block and in the blocks inside it.

    >>> writer = Writer(lanes=4)
    >>> with writer.function("square", {"%a": "ptr"}):
    ...     x = writer.load("%a")
    ...     writer.store(writer.fadd(writer.fmul(x, x), 1.0), "%a")
    >>> print(writer.text())
    define void @square(ptr %a) {
    entry:
      %0 = load <4 x double>, ptr %a, align 8
      %1 = fmul <4 x double> %0, %0
      %2 = fadd <4 x double> %1, splat (double 0x3FF0000000000000)
      store <4 x double> %2, ptr %a, align 8
      ret void
    }
    <BLANKLINE>
    """

    def __init__(self, lanes: int = 1) -> None:
        self._module = Module()
        self._widen(lanes)

    def _widen(self, lanes: int) -> None:
        self.lanes = lanes
        self.type = self.vector("double")
        self.condition = self.vector("i1")
        self.integer_type = self.vector("i64")
        self.suffix = "f64" if lanes == 1 else f"v{lanes}f64"  # of intrinsics and functions

    def vector(self, element: str) -> str:
        """Return the type of one `element` per lane."""
        return element if self.lanes == 1 else f"<{self.lanes} x {element}>"

    def at(self, lanes: int) -> Writer:
        """Return a writer into the same text for another number of lanes."""
        if lanes == self.lanes:
            return self
        other = copy.copy(self)
        other._widen(lanes)
        return other

    # Text

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

    def constant_table(self, numbers: Sequence[int]) -> str:
        """Return the symbol of a constant array of 64-bit integers."""
        symbol = f"@table.{len(self._module.declarations)}"
        elements = ", ".join(f"i64 {number}" for number in numbers)
        kind = f"[{len(numbers)} x i64]"
        self.declare(symbol, f"{symbol} = private unnamed_addr constant {kind} [{elements}]")
        return symbol

    def constant(self, number: float) -> str:
        """Return a number as a constant of this width, exact to the bit."""
        (bits,) = struct.unpack("<Q", struct.pack("<d", number))
        return f"0x{bits:016X}" if self.lanes == 1 else f"splat (double 0x{bits:016X})"

    def operand(self, x: Operand) -> str:
        """Return an operand as text."""
        return x if isinstance(x, str) else self.constant(x)

    # Arithmetic: strict IEEE, no fast-math flags

    def fadd(self, x: Operand, y: Operand) -> str:
        """Return x + y."""
        return self.value(f"fadd {self.type} {self.operand(x)}, {self.operand(y)}")

    def fsub(self, x: Operand, y: Operand) -> str:
        """Return x - y."""
        return self.value(f"fsub {self.type} {self.operand(x)}, {self.operand(y)}")

    def fmul(self, x: Operand, y: Operand) -> str:
        """Return x * y."""
        return self.value(f"fmul {self.type} {self.operand(x)}, {self.operand(y)}")

    def fdiv(self, x: Operand, y: Operand) -> str:
        """Return x / y."""
        return self.value(f"fdiv {self.type} {self.operand(x)}, {self.operand(y)}")

    def fneg(self, x: Operand) -> str:
        """Return -x."""
        return self.value(f"fneg {self.type} {self.operand(x)}")

    def fma(self, x: Operand, y: Operand, z: Operand) -> str:
        """Return x * y + z, rounded once."""
        return self.intrinsic("fma", x, y, z)

    def call(self, symbol: str, *operands: Operand) -> str:
        """Return the value of a pure function of this width's type."""
        arguments = ", ".join(f"{self.type} {self.operand(x)}" for x in operands)
        return self.value(f"call {self.type} @{symbol}({arguments})")

    def intrinsic(self, name: str, *operands: Operand) -> str:
        """Return the value of one of LLVM's functions: fma, fabs, sqrt, copysign, rint, ..."""
        return self.call(f"llvm.{name}.{self.suffix}", *operands)

    def guarded_product(self, guard: Operand, x: Operand, y: Operand) -> str:
        """Return x * y, and 0 where `guard` is 0."""
        return self.select(self.fcmp("oeq", guard, 0.0), 0.0, self.fmul(x, y))

    def fcmp(self, predicate: str, x: Operand, y: Operand) -> str:
        """Return the condition x ? y: oeq, olt, ole, ogt, oge (false for nan), une, uno, ..."""
        return self.value(f"fcmp {predicate} {self.type} {self.operand(x)}, {self.operand(y)}")

    def select(self, condition: str, x: Operand, y: Operand) -> str:
        """Return x where the condition holds, else y."""
        x, y = self.operand(x), self.operand(y)
        return self.value(f"select {self.condition} {condition}, {self.type} {x}, {self.type} {y}")

    def logic(self, operation: str, x: str, y: str) -> str:
        """Return `and`, `or` or `xor` of two conditions; `true` and `false` are constants."""
        if self.lanes > 1:
            x, y = (f"splat (i1 {c})" if c in {"true", "false"} else c for c in (x, y))
        return self.value(f"{operation} {self.condition} {x}, {y}")

    def integer(self, operation: str, x: Index, y: Index) -> str:
        """Return `add`, `sub`, `mul`, `and`, `shl`, `lshr`, ... of 64-bit integers."""
        return self.value(f"{operation} {self.integer_type} {self._integer(x)}, {self._integer(y)}")

    def smaller(self, x: Index, y: Index) -> str:
        """Return the smaller of two signed integers."""
        kind = self.integer_type
        operands = f"{kind} {self._integer(x)}, {kind} {self._integer(y)}"
        suffix = "i64" if self.lanes == 1 else f"v{self.lanes}i64"
        return self.value(f"call {kind} @llvm.smin.{suffix}({operands})")

    def compare(self, predicate: str, x: Index, y: Index) -> str:
        """Return the condition x ? y of integers: eq, ne, slt, sle, ult, ..."""
        x, y = self._integer(x), self._integer(y)
        return self.value(f"icmp {predicate} {self.integer_type} {x}, {y}")

    def _integer(self, x: Index) -> str:
        return x if isinstance(x, str) else str(x) if self.lanes == 1 else f"splat (i64 {x})"

    def bits(self, x: Operand) -> str:
        """Return the bits of numbers as integers."""
        return self.value(f"bitcast {self.type} {self.operand(x)} to {self.integer_type}")

    def from_bits(self, x: Index) -> str:
        """Return the numbers that have these bits."""
        return self.value(f"bitcast {self.integer_type} {self._integer(x)} to {self.type}")

    # Lanes

    def broadcast(self, x: str) -> str:
        """Return one double in every lane."""
        if self.lanes == 1:
            return x
        first = self.value(f"insertelement {self.type} poison, double {x}, i64 0")
        return self.shuffle(first, "poison", [0] * self.lanes)

    def element(self, x: str, lane: int) -> str:
        """Return the double in one lane."""
        return x if self.lanes == 1 else self.value(f"extractelement {self.type} {x}, i64 {lane}")

    def gather(self, elements: Sequence[str]) -> str:
        """Return the vector of one double per lane."""
        if self.lanes == 1:
            return elements[0]
        result = "poison"
        for lane, x in enumerate(elements):
            result = self.value(f"insertelement {self.type} {result}, double {x}, i64 {lane}")
        return result

    def total(self, x: str) -> str:
        """Return the sum of the lanes as one double, added in pairs."""
        writer = self
        while writer.lanes > 2:
            half = writer.lanes // 2
            low, high = (writer.shuffle(x, "poison", range(k, k + half)) for k in (0, half))
            writer = self.at(half)
            x = writer.fadd(low, high)
        if writer.lanes == 1:
            return x
        return self.at(1).fadd(writer.element(x, 0), writer.element(x, 1))

    def any_lane(self, condition: str) -> str:
        """Return the condition (i1) that one of the lanes holds."""
        if self.lanes == 1:
            return condition
        return self.value(
            f"call i1 @llvm.vector.reduce.or.v{self.lanes}i1({self.condition} {condition})"
        )

    def shuffle(self, x: str, y: str, lanes: Sequence[int]) -> str:
        """Return as many of the lanes of x (0 and up) and y (from `self.lanes` on)."""
        mask = f"<{len(lanes)} x i32> <{', '.join(f'i32 {lane}' for lane in lanes)}>"
        return self.value(f"shufflevector {self.type} {x}, {self.type} {y}, {mask}")

    # Memory

    def address(self, pointer: str, index: Index) -> str:
        """Return the address of the double at an index counted in doubles."""
        if index == 0:
            return pointer
        return self.value(f"getelementptr inbounds double, ptr {pointer}, i64 {index}")

    def load(self, pointer: str, align: int = 8) -> str:
        """Return the numbers at an address, one per lane."""
        return self.emit(f"load {self.type}, ptr {pointer}, align {align}")

    def load_splat(self, pointer: str) -> str:
        """Return the one number at an address in every lane."""
        return self.broadcast(self.emit(f"load double, ptr {pointer}, align 8"))

    def store(self, x: Operand, pointer: str, align: int = 8) -> None:
        """Write the lanes to an address."""
        self.do(f"store {self.type} {self.operand(x)}, ptr {pointer}, align {align}")

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

        >>> writer = Writer()
        >>> with writer.function("sum", {"%a": "ptr", "%n": "i64"}, "double"):
        ...     with writer.loop(0, "%n", carried=[0.0]) as loop:
        ...         x = writer.load(writer.address("%a", loop.index))
        ...         loop.next = [writer.fadd(loop.carried[0], x)]
        ...     writer.give(loop.results[0])
        """
        before, (inside, after) = self._module.block, self._labels("loop", "done")
        entered = isinstance(start, int) and isinstance(stop, int) and start < stop
        scalar = self.at(1)
        if entered:
            self.do(f"br label %{inside}")
        else:
            some = scalar.compare("slt", start, stop)
            self.do(f"br i1 {some}, label %{inside}, label %{after}")
        starts = [self.operand(x) for x in carried]
        mark = self._begin(inside)
        first = len(self._module.lines)
        index = self.emit("")  # written below, when the values of the next turn have names
        loop = Loop(index, [self.emit("") for _ in starts])
        yield loop
        if len(loop.next) != len(starts):
            raise ValueError(
                f"Writer.loop: {len(starts)} values are carried, loop.next has {len(loop.next)}"
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
        known = self._module.known
        while len(known) > mark:
            known.popitem()
        self._module.lines.append(f"{label}:")
        self._module.block, self._module.returned = label, False
