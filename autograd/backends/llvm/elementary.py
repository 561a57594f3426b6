"""Operations on vectors: a row of the table lowered to LLVM instructions by its C text.

A function of <math.h> is an instruction, vector code of our own, or the C library's, which is
called lane by lane at the address that ctypes finds.
"""

from __future__ import annotations

import ctypes
import sys
from math import inf
from typing import TYPE_CHECKING

from autograd.backends.formula import FUNCTIONS, OF_FLOATS, Algebra, formula_of, needs_doubles
from autograd.backends.llvm import circular, exponential, logarithm
from autograd.backends.llvm.writer import Operand, Writer
from autograd.program.precision import DOUBLE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.primitive import Primitive


# Ordered, so that they are false for a nan; != is not.
PREDICATES = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}


def lowered(writer: Writer, row: Primitive, operands: Sequence[Operand]) -> Operand:
    """Write an operation on vectors, or floats for constants, and return its value.

    Of a variadic row it is the form of two operands, or of three, that is folded. Raises
    ValueError, which names the row, where it has no C text or one that is not understood.

    >>> from autograd.primitive import TABLE
    >>> from autograd.backends.llvm.writer import Writer
    >>> writer = Writer(lanes=2)
    >>> with writer.function("f", {"%a": "ptr"}):
    ...     x = writer.load("%a")
    ...     writer.store(lowered(writer, TABLE["leaky_relu"], [x, 0.5]), "%a")
    >>> for line in writer.text().splitlines()[3:6]:
    ...     print(line)
      %1 = fcmp ogt <2 x double> %0, splat (double 0x0000000000000000)
      %2 = fmul <2 x double> splat (double 0x3FE0000000000000), %0
      %3 = select <2 x i1> %1, <2 x double> %0, <2 x double> %2
    """
    formula = formula_of(row)
    if writer.precision is DOUBLE or not needs_doubles(row):
        result: Operand = formula.evaluate(ALGEBRA, operands, writer)
        return result
    wide = writer.of(DOUBLE)
    result = formula.evaluate(ALGEBRA, [writer.converted(x, DOUBLE) for x in operands], wide)
    return wide.converted(result, writer.precision)


def minds_constants(row: Primitive) -> bool:
    """Tell whether digits may differ between an operand known now, and the same one in memory."""
    return any(details == ("pow",) for _, details, _ in formula_of(row).steps)


MOST_PRODUCTS = 8


def _power(w: Writer, x: Operand, y: Operand) -> Operand:
    """Return x**y as C's pow has it, within one unit in the last place of the exact result."""
    if isinstance(y, float):
        if y == 0.0:
            return 1.0
        if y == 1.0:
            return x
        if y == 2.0:
            return w.fmul(x, x)
        if y == -1.0:
            return w.fdiv(1.0, x)
        if y == 0.5:
            return _root(w, x)
        if y == -0.5:
            return w.fdiv(1.0, _root(w, x))
        if y.is_integer() and 0.0 < y <= MOST_PRODUCTS:
            return _repeated_product(w, x, int(y))
    return call_function(w, "pow", x, y)


def _root(w: Writer, x: Operand) -> str:
    """Return x**0.5: unlike sqrt it is +0 at -0 and inf at -inf."""
    root = w.intrinsic("sqrt", w.fadd(x, 0.0))
    return w.select(w.fcmp("oeq", x, -inf), inf, root)


def _repeated_product(w: Writer, x: Operand, count: int) -> str:
    """Return the product of `count` x, each rounding error carried along and added at the end."""
    product = w.fmul(x, x)
    error = w.fma(x, x, w.fneg(product))
    for _ in range(count - 2):
        previous = product
        product = w.fmul(previous, x)
        lost = w.fma(previous, x, w.fneg(product))
        error = w.fma(error, x, lost)
    corrected = w.intrinsic("copysign", w.fadd(product, error), product)  # -0.0 stays
    finite = w.fcmp("olt", w.intrinsic("fabs", product), inf)  # else the error is nan
    return w.select(finite, corrected, product)


# Instructions of most machines.
INTRINSICS = {
    "ceil": "ceil", "copysign": "copysign", "fabs": "fabs", "floor": "floor", "fma": "fma",
    "fmax": "maxnum", "fmin": "minnum", "nearbyint": "nearbyint", "rint": "rint", "sqrt": "sqrt",
    "trunc": "trunc",
}  # fmt: skip
# Vector code of our own, written where it is used: functions of one operand share their common
# parts, as sigmoid, softplus and their derivatives do, or tanh and its derivative.
INLINE: dict[str, Callable[..., str]] = {"exp": exponential.exp, "tanh": exponential.tanh}
# Vector code of our own, as functions. Every other function is the C library's, lane by lane.
VECTOR: dict[str, Callable[..., str]] = {
    "expm1": exponential.expm1,
    "sinh": exponential.sinh,
    "cosh": exponential.cosh,
    "log": logarithm.log,
    "log1p": logarithm.log1p,
    "sin": circular.sin,
    "cos": circular.cos,
    "tan": circular.tan,
}
# The largest arguments that vector code takes; of larger ones the C library gives the values.
LARGEST = dict.fromkeys(("sin", "cos", "tan"), circular.LARGEST)


def call_function(w: Writer, name: str, *operands: Operand) -> str:
    """Return the value of a function of <math.h>; the module gets its definition at the end."""
    if name in INTRINSICS:
        return w.intrinsic(INTRINSICS[name], *operands)
    if name in INLINE:
        return INLINE[name](w, *operands)
    if w.precision is not DOUBLE and name not in OF_FLOATS:  # nor with code for floats
        wide = w.of(DOUBLE)
        found = call_function(wide, name, *[w.converted(x, DOUBLE) for x in operands])
        return str(wide.converted(found, w.precision))
    symbol = f"{name}.{w.suffix}"
    w.require(symbol, lambda: _define(w, name, symbol))
    return w.call(symbol, *operands)


# Of a writer's values: numbers are operands, conditions `i1`s. Both sides of a choice are computed;
# IEEE arithmetic has no traps.
ALGEBRA: Algebra = {
    "number": lambda w, value: value,  # noqa: ARG005 - a constant is written where it is used
    "negative": Writer.fneg,
    "add": Writer.fadd,
    "subtract": Writer.fsub,
    "multiply": Writer.fmul,
    "divide": Writer.fdiv,
    "function": lambda w, name, *args: (
        _power(w, *args) if name == "pow" else call_function(w, name, *args)
    ),
    "compare": lambda w, relation, x, y: w.fcmp(PREDICATES[relation], x, y),
    "both": lambda w, a, b: w.logic("and", a, b),
    "either": lambda w, a, b: w.logic("or", a, b),
    "opposite": lambda w, a: w.logic("xor", a, "true"),
    "choose": Writer.select,
    "indicator": lambda w, condition: w.select(condition, 1.0, 0.0),
}


def _define(w: Writer, name: str, symbol: str) -> None:
    names = [f"%{argument}" for argument in "xyz"[: FUNCTIONS[name]]]
    parameters = dict.fromkeys(names, w.type)
    with w.function(symbol, parameters, result=w.type, linkage="internal"):
        if name not in VECTOR:
            w.give(_call_library(w, name, *names))
            return
        result = VECTOR[name](w, *names)
        if name in LARGEST:
            large = w.fcmp("ogt", w.intrinsic("fabs", *names), LARGEST[name])
            with w.when(w.any_lane(large)):  # a lane's value is the same whatever the others are
                w.give(w.select(large, _call_library(w, name, *names), result))
        w.give(result)


# The functions that LLVM calls, by their plain names, on processors without the instruction.
FALLBACKS = ("ceil", "floor", "fma", "nearbyint", "rint", "trunc")


def _call_library(w: Writer, name: str, *operands: str) -> str:
    """Return the value of a function of <math.h> in every lane."""
    symbol = f"libm.{name}"  # a name of its own: LLVM takes plain ones for its builtins
    if symbol not in LIBRARY:
        raise ValueError(f"the C library of this machine has no function {name!r}")
    parameters = ", ".join(["double"] * len(operands))
    w.declare(symbol, f"declare double @{symbol}({parameters})")
    one = w.at(1)
    lanes = [one.call(symbol, *[w.element(x, lane) for x in operands]) for lane in range(w.lanes)]
    return w.gather(lanes)


def _library() -> ctypes.CDLL:
    if sys.platform == "win32":
        return ctypes.CDLL("ucrtbase")
    if sys.platform == "linux":
        try:
            return ctypes.CDLL("libm.so.6")
        except OSError:  # musl: part of the C library
            pass
    return ctypes.CDLL(None)


def _addresses() -> dict[str, int]:
    library = _library()
    names = {f"libm.{name}": name for name in FUNCTIONS} | {name: name for name in FALLBACKS}
    found = {symbol: getattr(library, name, None) for symbol, name in names.items()}
    return {
        symbol: ctypes.cast(function, ctypes.c_void_p).value or 0
        for symbol, function in found.items()
        if function is not None
    }


# The address of each symbol that machine code may call, to be told to LLVM.
LIBRARY = _addresses()
