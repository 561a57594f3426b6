"""The backend that runs programs as machine code, written as LLVM IR and compiled by llvmlite."""

__all__ = ()
