"""The C library's mathematics in machine code: one call per lane, addresses by way of ctypes."""

from __future__ import annotations

import ctypes
import sys
from typing import TYPE_CHECKING

from autograd.backends.grammar import FUNCTIONS

if TYPE_CHECKING:
    from autograd.backends.llvm.writer import Writer

__all__ = ["LIBRARY", "call_library"]


# What LLVM calls, by its plain name, on processors without the instruction.
FALLBACKS = ("ceil", "floor", "fma", "nearbyint", "rint", "trunc")


def call_library(w: Writer, name: str, *operands: str) -> str:
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


# The address of each symbol that `call_library` declares, to be told to LLVM.
LIBRARY = _addresses()
