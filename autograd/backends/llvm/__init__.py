"""The backend that runs programs as machine code, written as LLVM IR and compiled by llvmlite.

Reading order: writer, formula of a row (elementary) and mathematics; frame; fusion, loops,
products, uniform, sums; run, kernel; engine, executable.
"""

from autograd.backends.llvm.executable import NativeProgram, build

__all__ = ["NativeProgram", "build"]
