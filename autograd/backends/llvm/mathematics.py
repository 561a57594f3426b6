"""Elementary functions of vectors, each defined once in a module that calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd.backends.grammar import FUNCTIONS
from autograd.backends.llvm import circular, exponential, logarithm
from autograd.backends.llvm.libm import call_library

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.backends.llvm.writer import Operand, Writer

__all__ = ["call_function"]

# Instructions of most machines.
INTRINSICS = {
    "ceil": "ceil", "copysign": "copysign", "fabs": "fabs", "floor": "floor", "fma": "fma",
    "fmax": "maxnum", "fmin": "minnum", "nearbyint": "nearbyint", "rint": "rint", "sqrt": "sqrt",
    "trunc": "trunc",
}  # fmt: skip
# Vector code of our own, written where it is used: functions of one operand share what they compute
# both, as sigmoid, softplus and their derivatives do, or tanh and its own.
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


def call_function(w: Writer, name: str, *operands: Operand) -> str:
    """Return the value of a function of <math.h>; the module gets its definition at the end."""
    if name in INTRINSICS:
        return w.intrinsic(INTRINSICS[name], *operands)
    if name in INLINE:
        return INLINE[name](w, *operands)
    symbol = f"{name}.{w.suffix}"
    w.require(symbol, lambda: _define(w, name, symbol))
    return w.call(symbol, *operands)


def _define(w: Writer, name: str, symbol: str) -> None:
    names = [f"%{argument}" for argument in "xyz"[: FUNCTIONS[name]]]
    parameters = dict.fromkeys(names, w.type)
    with w.function(symbol, parameters, result=w.type, linkage="internal"):
        if name in VECTOR:
            w.give(VECTOR[name](w, *names))
        else:
            w.give(call_library(w, name, *names))
