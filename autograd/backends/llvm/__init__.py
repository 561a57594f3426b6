"""The backend that runs programs as machine code, written as LLVM IR and compiled by llvmlite.

Reading order: text, writer; exponential, logarithm, circular, elementary (an operation as
instructions); frame (where rows lie); loops, bytecode, choices, products, uniform, sums (the
stages); steps, kernel (the module); engine, workspace, executable (machine code, and its memory);
shared, precompiled (the same without waiting for LLVM); joint (steps over several programs).
"""

from autograd.backends.llvm.executable import (
    NativeProgram,
    NativeStepper,
    build,
    build_at_once,
    build_stepper,
)
from autograd.backends.llvm.joint import NativeJointStepper

__all__ = [
    "NativeJointStepper",
    "NativeProgram",
    "NativeStepper",
    "build",
    "build_at_once",
    "build_stepper",
]
