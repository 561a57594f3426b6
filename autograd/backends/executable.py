"""Executable: what a backend makes of a schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import Any

__all__ = ["BackendLimit", "Executable"]


class BackendLimit(RuntimeError):  # noqa: N818 - it says what was met
    """A schedule is beyond what this backend takes on; another one may run it."""


class Executable(Protocol):
    """A program ready to run, from any number of threads at once.

    An executable may have a method `scalars(numbers, parameters)` as well, for programs without
    examples: the shared inputs and the parameters as tuples of floats give the outputs as a
    sequence of floats, without an array made on the way.
    """

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs for each example, and the sums over all of them.

        Args:
            examples: Inputs of the examples, float64 of shape (n, program.examples), C-contiguous.
            shared: Inputs that are the same for all, float64 of shape (program.shared,).
            parameters: The captured leaves, float64 of shape (program.parameters,).

        Returns:
            Arrays of float64 of shapes (n, len(program.outputs)) and (len(program.sums),), which
            belong to the caller.
        """
