"""Writer: arithmetic on numbers or vectors of numbers, as LLVM instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.llvm.text import Index, Operand, Text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.program.precision import Precision

__all__ = ["Index", "Operand", "Writer"]


class Writer(Text):
    """Writes instructions on `<lanes x double>`, or on `double` for one lane; or on `float`.

    An operand is the name of a value of that type or a Python float.

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

    def polynomial(self, x: str, coefficients: Sequence[float], square: str = "") -> str:
        """Return c0 + c1 x + c2 x**2 + ...: the even and the odd part by Horner's rule in x**2.

        In that order two multiply-adds are under way at a time.
        """
        square = square or self.fmul(x, x)
        even, odd = (self._horner(square, coefficients[start::2]) for start in (0, 1))
        return self.fma(odd, x, even)

    def _horner(self, x: str, coefficients: Sequence[float]) -> Operand:
        result: Operand = coefficients[-1]
        for coefficient in reversed(coefficients[:-1]):
            result = self.fma(result, x, coefficient)
        return result

    def guarded_product(self, left: Operand, right: Operand) -> str:
        """Return left * right, and 0 where one of them is 0."""
        zero = self.logic("or", self.fcmp("oeq", left, 0.0), self.fcmp("oeq", right, 0.0))
        return self.select(zero, 0.0, self.fmul(left, right))

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

    # Bits of numbers, as integers of their size

    def bits(self, x: Operand) -> str:
        """Return the bits of numbers as integers."""
        return self.value(f"bitcast {self.type} {self.operand(x)} to {self.bit_type}")

    def from_bits(self, x: str) -> str:
        """Return the numbers that have these bits."""
        return self.value(f"bitcast {self.bit_type} {x} to {self.type}")

    def bitwise(self, operation: str, x: str, y: Index) -> str:
        """Return `add`, `sub`, `and`, `or`, `xor`, `shl` or `lshr` of bits."""
        return self.value(f"{operation} {self.bit_type} {x}, {self._bits(y)}")

    def any_bit(self, x: str, mask: int) -> str:
        """Return the condition that one of the bits of a mask is set."""
        found = self.bitwise("and", x, mask)
        return self.value(f"icmp ne {self.bit_type} {found}, {self._bits(0)}")

    def _bits(self, x: Index) -> str:
        if isinstance(x, str) or self.lanes == 1:
            return str(x)
        return f"splat (i{self.precision.bits} {x})"

    # Numbers of another precision

    def converted(self, x: Operand, precision: Precision) -> Operand:
        """Return numbers rounded to another precision, or the same numbers in a wider one."""
        if precision is self.precision:
            return x
        if not isinstance(x, str):
            return self.precision.rounded(x)
        to = self.of(precision)
        operation = "fpext" if precision.size > self.precision.size else "fptrunc"
        return self.value(f"{operation} {self.type} {x} to {to.type}")

    # Lanes

    def broadcast(self, x: str) -> str:
        """Return one number in every lane."""
        if self.lanes == 1:
            return x
        first = self.value(f"insertelement {self.type} poison, {self.number} {x}, i64 0")
        return self.shuffle(first, "poison", [0] * self.lanes)

    def spread(self, condition: str) -> str:
        """Return a condition (i1) in every lane."""
        first = self.value(f"insertelement {self.condition} poison, i1 {condition}, i64 0")
        mask = f"<{self.lanes} x i32> zeroinitializer"
        return self.value(
            f"shufflevector {self.condition} {first}, {self.condition} poison, {mask}"
        )

    def element(self, x: str, lane: int) -> str:
        """Return the number in one lane."""
        return x if self.lanes == 1 else self.value(f"extractelement {self.type} {x}, i64 {lane}")

    def gather(self, elements: Sequence[str]) -> str:
        """Return the vector of one number per lane."""
        if self.lanes == 1:
            return elements[0]
        result = "poison"
        for lane, x in enumerate(elements):
            element = f"{self.number} {x}, i64 {lane}"
            result = self.value(f"insertelement {self.type} {result}, {element}")
        return result

    def total(self, x: str) -> str:
        """Return the sum of the lanes as one number, added in pairs."""
        writer = self
        while writer.lanes > 2:
            half = writer.lanes // 2
            low, high = (writer.shuffle(x, "poison", range(k, k + half)) for k in (0, half))
            writer = self.at(half)
            x = writer.fadd(low, high)
        if writer.lanes == 1:
            return x
        return self.at(1).fadd(writer.element(x, 0), writer.element(x, 1))

    def largest(self, x: str) -> str:
        """Return the largest of the lanes, none of which is nan."""
        if self.lanes == 1:
            return x
        function = f"llvm.vector.reduce.fmax.{self.suffix}"
        return self.value(f"call {self.number} @{function}({self.type} {x})")

    def first_lanes(self, count: Index) -> str:
        """Return the condition that a lane is one of the first `count`."""
        if self.lanes == 1:
            return self.compare("sgt", count, 0)
        kind = self.integer_type
        first = self.value(f"insertelement {kind} poison, i64 {count}, i64 0")
        mask = f"<{self.lanes} x i32> zeroinitializer"
        limit = self.value(f"shufflevector {kind} {first}, {kind} poison, {mask}")
        numbers = ", ".join(f"i64 {lane}" for lane in range(self.lanes))
        return self.value(f"icmp slt {kind} <{numbers}>, {limit}")

    def any_lane(self, condition: str) -> str:
        """Return the condition (i1) that one of the lanes holds."""
        if self.lanes == 1:
            return condition
        return self.value(
            f"call i1 @llvm.vector.reduce.or.v{self.lanes}i1({self.condition} {condition})"
        )

    def any_nan(self, numbers: Sequence[str]) -> str:
        """Return the condition (i1) that some lane of some of the vectors is nan."""
        found = ""
        for x, y in zip(numbers[::2], [*numbers[1::2], numbers[-1]]):
            nan = self.fcmp("uno", x, y)  # true where either is nan
            found = self.logic("or", found, nan) if found else nan
        return self.any_lane(found)

    def shuffle(self, x: str, y: str, lanes: Sequence[int]) -> str:
        """Return as many of the lanes of x (0 and up) and y (from `self.lanes` on)."""
        mask = f"<{len(lanes)} x i32> <{', '.join(f'i32 {lane}' for lane in lanes)}>"
        return self.value(f"shufflevector {self.type} {x}, {self.type} {y}, {mask}")

    # Memory

    def address(self, pointer: str, index: Index) -> str:
        """Return the address of the number at an index counted in numbers."""
        if index == 0:
            return pointer
        return self.value(f"getelementptr inbounds {self.number}, ptr {pointer}, i64 {index}")

    def load(self, pointer: str) -> str:
        """Return the numbers at an address, one per lane."""
        return self.emit(f"load {self.type}, ptr {pointer}, align {self.precision.size}")

    def load_splat(self, pointer: str) -> str:
        """Return the one number at an address in every lane."""
        return self.broadcast(self.at(1).load(pointer))

    def load_integer(self, pointer: str, index: Index) -> str:
        """Return one of the 64-bit integers at an address."""
        address = self.value(f"getelementptr inbounds i64, ptr {pointer}, i64 {index}")
        return self.emit(f"load i64, ptr {address}, align 8")

    def load_pointer(self, pointer: str, index: Index) -> str:
        """Return one of the addresses at an address."""
        address = self.value(f"getelementptr inbounds i64, ptr {pointer}, i64 {index}")
        return self.emit(f"load ptr, ptr {address}, align 8")

    def store_integer(self, x: Index, pointer: str, index: Index) -> None:
        """Write one of the 64-bit integers at an address."""
        address = self.value(f"getelementptr inbounds i64, ptr {pointer}, i64 {index}")
        self.do(f"store i64 {x}, ptr {address}, align 8")

    def store(self, x: Operand, pointer: str) -> None:
        """Write the lanes to an address."""
        align = self.precision.size
        self.do(f"store {self.type} {self.operand(x)}, ptr {pointer}, align {align}")
