"""The backend that runs programs as machine code, written as LLVM IR and compiled by llvmlite.

Reading order: writer, formula of a row (elementary) and mathematics; frame; fusion, loops,
products, uniform, sums; run, kernel; steps; engine, executable, stepper.
"""

from autograd.backends.llvm.executable import NativeProgram, build
from autograd.backends.llvm.stepper import NativeStepper, build_stepper

__all__ = ["NativeProgram", "NativeStepper", "build", "build_stepper"]
