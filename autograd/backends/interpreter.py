"""The reference interpreter as a backend: slow, and the one that defines what is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.program.interpreter import run

if TYPE_CHECKING:
    from autograd.program.program import Program

__all__ = ["Interpreted"]


class Interpreted:
    """A program run operation by operation, by the forward functions of the rows."""

    def __init__(self, program: Program) -> None:
        self.program = program

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs for each example, and the sums: see `Executable`."""
        import numpy as np

        outputs, sums = run(self.program, examples.tolist(), shared.tolist(), parameters.tolist())
        shape = (len(examples), len(self.program.outputs))
        return np.array(outputs, dtype=np.float64).reshape(shape), np.array(sums, dtype=np.float64)

    def scalars(self, numbers: tuple[float, ...], parameters: tuple[float, ...]) -> list[float]:
        """Return the outputs for shared inputs alone."""
        outputs, _ = run(self.program, [()], numbers, parameters)
        return outputs[0]
