"""The backend that runs programs as machine code, written as LLVM IR and compiled by llvmlite.

Reading order: text, writer; mathematics, elementary (an operation as instructions); frame (where
rows lie), finite; fusion, loops, machine, products, uniform, sums (the stages); run, steps, kernel
(the module); engine, executable, stepper (machine code, and its memory).
"""

from autograd.backends.llvm.executable import NativeProgram, NativeStepper, build, build_stepper

__all__ = ["NativeProgram", "NativeStepper", "build", "build_stepper"]
