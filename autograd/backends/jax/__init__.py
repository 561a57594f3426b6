"""The JAX backend: the stages of a schedule in jax.numpy, for accelerators and many devices.

`function` gives a pure function that JAX can compile, transform and shard: the batch over devices,
the parameters on each of them, and sums over the batch added up across devices by XLA. `build`
runs it on this machine in double precision, as the other backends do.

On CPUs numbers are those of the other backends, except that XLA rounds a * b + c once where it
fuses them and takes numbers below 2.2e-308 for 0. Its functions are within 5 units in the last
place, except log1p and atanh (130), erfc (63) and the gamma functions (relative 1e-10). On other
devices its algebra of real numbers is in force. XLA compiles every stage, and all of them again for
each number of examples: programs of thousands of stages belong on another backend.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import jax
import numpy as np

from autograd.backends.jax.function import function

if TYPE_CHECKING:
    from autograd.program.stages import Schedule

__all__ = ["JaxProgram", "build", "function"]

# JAX had it in jax.experimental until 0.8
enable_x64 = (jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")).enable_x64

# Without it XLA takes x / y / y for x / (y * y), sqrt(x * x) for |x|, and a quotient by a number
# that examples share for a product with its reciprocal: the algebra of real numbers.
STRICT = {"xla_disable_hlo_passes": "algsimp"}


def build(schedule: Schedule) -> JaxProgram:
    """Return an executable of a schedule, run by JAX.

    Raises ValueError for an operation without a C text, or with one that JAX cannot compute.
    """
    return JaxProgram(schedule)


class JaxProgram:
    """A scheduled program compiled by XLA, in double precision whatever JAX's own setting is."""

    def __init__(self, schedule: Schedule) -> None:
        options = STRICT if jax.default_backend() == "cpu" else None
        self._compiled = jax.jit(function(schedule), compiler_options=options)

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs for each example, and the sums: see `Executable`."""
        with enable_x64(True):
            outputs, sums = self._compiled(examples, shared, parameters)
            return np.array(outputs), np.array(sums)
