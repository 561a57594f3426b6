"""Machine code for the tests of the LLVM backend."""

from __future__ import annotations

import ctypes

import pytest

__all__ = ["native"]


@pytest.fixture(scope="session")
def native():
    """Compile a module for this machine; return one of its functions, as ctypes calls it."""
    binding = pytest.importorskip("llvmlite.binding", reason="llvmlite is not installed")
    from autograd.backends.llvm.libm import LIBRARY

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    for symbol, address in LIBRARY.items():
        binding.add_symbol(symbol, address)
    engines = []

    def build(text, name, result, *arguments):
        module = binding.parse_assembly(text)
        module.verify()
        machine = binding.Target.from_default_triple().create_target_machine(
            cpu=binding.get_host_cpu_name(),
            features=binding.get_host_cpu_features().flatten(),
            opt=1,
            jit=True,
        )
        engine = binding.create_mcjit_compiler(module, machine)  # which owns the machine now
        engine.finalize_object()
        engines.append(engine)  # the code lives as long as this object
        return ctypes.CFUNCTYPE(result, *arguments)(engine.get_function_address(name))

    return build
