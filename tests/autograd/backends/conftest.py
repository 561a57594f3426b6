"""Machine code for the tests of the LLVM backend."""

from __future__ import annotations

import ctypes

import pytest

__all__ = ["native", "native_module"]


@pytest.fixture(scope="session")
def native_module():
    """Compile a module for this machine; its functions are called by ctypes."""
    binding = pytest.importorskip("llvmlite.binding", reason="llvmlite is not installed")
    from autograd.backends.llvm.elementary import LIBRARY

    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    for symbol, address in LIBRARY.items():
        binding.add_symbol(symbol, address)
    engines = []

    def build(text):
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

        def function(name, result, *arguments):
            return ctypes.CFUNCTYPE(result, *arguments)(engine.get_function_address(name))

        return function

    return build


@pytest.fixture(scope="session")
def native(native_module):
    """Compile a module for this machine, and return one of its functions."""
    return lambda text, name, *types: native_module(text)(name, *types)
