"""Engine: LLVM IR to machine code for this processor, by llvmlite."""

from __future__ import annotations

import ctypes
import os
from functools import cache, lru_cache
from typing import Any

import llvmlite.binding as llvm

from autograd.backends.llvm import stored
from autograd.backends.llvm.elementary import LIBRARY

OPTIMIZATION = 1  # of code generation; no passes run over the IR, which needs none

# Networks of one architecture have one text, whatever their parameters: a search over settings
# compiles it once. Longer texts than this are not kept.
KEPT, LONGEST = 32, 2_000_000


# A fork waits until no thread is inside of LLVM, whose own locks a child would inherit as they are.
# llvmlite has no public name for the lock that every call of LLVM takes.
_inside_llvm = llvm.ffi.lib._lock

if hasattr(os, "register_at_fork"):  # not on Windows, which has no fork
    os.register_at_fork(
        before=_inside_llvm.__enter__,
        after_in_parent=_inside_llvm.__exit__,
        after_in_child=_inside_llvm.__exit__,
    )


class Code:
    """A module in machine code: its functions by name, callable as long as this object lives."""

    def __init__(self, text: str, optimization: int) -> None:
        path = stored.path_of(text, optimization)
        known = None if path is None else stored.read(path)
        module = llvm.parse_assembly(text if known is None else "")
        module.verify()
        self._engine = llvm.create_mcjit_compiler(module, _machine(optimization))
        if known is not None:
            self._engine.add_object_file(llvm.ObjectFileRef.from_data(known))
        elif path is not None:
            self._engine.set_object_cache(lambda _, code: stored.write(path, code))
        self._engine.finalize_object()
        self._addresses: dict[str, int] = {}

    def address(self, name: str) -> int:
        """Return the address of a function."""
        found = self._addresses.get(name)  # where LLVM, which may be busy, need not be asked again
        if found is None:
            found = self._addresses[name] = int(self._engine.get_function_address(name))
        return found

    def function(self, name: str, *types: Any, holds_lock: bool = False) -> Any:
        """Return a function that returns nothing, of arguments of these ctypes.

        Python's lock is released while it runs, unless it is so short that this would double
        the time of a call.
        """
        kind = _lock_holding(types) if holds_lock else ctypes.CFUNCTYPE(None, *types)
        return kind(self.address(name))


@cache
def _lock_holding(types: tuple[Any, ...]) -> Any:
    """Return the ctypes of such functions: each is a class, in a reference cycle with itself."""
    return ctypes.PYFUNCTYPE(None, *types)


def code(text: str, optimization: int | None = None) -> Code:
    """Return the machine code of a module, the same object for the same text where it is kept.

    A module has no memory of its own, so that all who run it may share it. The numbers that it
    computes do not depend on the optimization, 0 to 3, by default `OPTIMIZATION`.
    """
    level = OPTIMIZATION if optimization is None else optimization
    return kept_code(text, level) if len(text) <= LONGEST else Code(text, level)


@lru_cache(maxsize=KEPT)
def kept_code(text: str, optimization: int) -> Code:
    """Return the machine code of a module, kept among the last ones."""
    return Code(text, optimization)


def _machine(optimization: int) -> Any:
    """Return a target machine; an engine owns its own, and frees it."""
    _initialize()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=optimization,
        jit=True,
    )


@lru_cache
def _initialize() -> None:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    for symbol, address in LIBRARY.items():
        llvm.add_symbol(symbol, address)


@lru_cache
def vector_bytes() -> int:
    """Return the size of a vector register of this processor."""
    features = llvm.get_host_cpu_features()
    return 64 if features.get("avx512f") else 32 if features.get("avx2") else 16
