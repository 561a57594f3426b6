"""Tell whether autograd runs on its engine in C, and if not, why: `python -m autograd.native`."""

from __future__ import annotations

from autograd.native import engine, reason
from autograd.native.library import LOST

__all__ = ()

if __name__ == "__main__":
    print(  # noqa: T201 - it is a program
        f"autograd runs on its engine in C: {engine.__file__}"
        if engine is not None
        else f"{LOST}: {reason}"
    )
