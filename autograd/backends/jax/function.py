"""A schedule as one pure function of JAX arrays."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

import jax.numpy as jnp
import numpy as np
from jax import lax

from autograd.backends.jax.algebra import function_of
from autograd.backends.jax.memory import Memories
from autograd.backends.jax.stages import computed, summed
from autograd.program.stages import Elementwise, Fold, Memory, Rows

if TYPE_CHECKING:
    from collections.abc import Callable

    import jax

    from autograd.program.stages import Schedule

    Array: TypeAlias = jax.Array
    Function: TypeAlias = Callable[[Array, Array, Array], tuple[Array, Array]]

__all__ = ["function"]

unchanged: Any = lax.optimization_barrier  # JAX gives it no types


def function(schedule: Schedule) -> Function:
    """Return a schedule as a pure function `(examples, shared, parameters) -> (outputs, sums)`.

    `examples` has the shape (n, inputs per example), `shared` and `parameters` are vectors, the
    outputs have the shape (n, outputs), and the sums over the examples are a vector. Numbers keep
    the precision of the arguments. On several devices, shard `examples` over its first axis and
    replicate the rest: XLA adds up the sums across devices.

    JAX may differentiate the function, by its own rules. The package's gradient, with its own
    conventions at kinks and for zero times infinity, is a program itself: that of "backward".

    Raises ValueError for an operation without a C text, or with one that JAX cannot compute.
    """
    for stage in (*schedule.before, *schedule.body):
        if isinstance(stage, Elementwise | Fold):
            function_of(stage.op)

    def run(examples: Array, shared: Array, parameters: Array) -> tuple[Array, Array]:
        precision = jnp.result_type(examples, shared, parameters)
        memories = Memories(jnp.concatenate([shared, parameters])[:, None], examples.T)
        for zero, numbers in groupby(schedule.program.constants, (0.0).__eq__):
            constants = jnp.array([*numbers], precision)[:, None]
            if zero:  # XLA would take x + 0.0 for x, which is another number at -0.0
                constants = unchanged(constants)
            memories.append(Memory.UNIFORM, constants)
        for stage in (*schedule.before, *schedule.body):
            memories.append(stage.result.memory, computed(stage, memories))
        sums = jnp.zeros(schedule.sums, precision)
        for reduction in schedule.reductions:
            part = summed(reduction, memories)
            sums = sums.at[np.array(reduction.into)].add(part)
        return _outputs(schedule, memories).astype(precision), sums

    return run


def _outputs(schedule: Schedule, memories: Memories) -> Array:
    """Return the outputs, shape (examples, outputs)."""
    columns: list[int] = []
    parts = [jnp.zeros((0, memories.examples))]
    for memory in Memory:
        wanted = [column for column, (where, _) in enumerate(schedule.outputs) if where is memory]
        if wanted:
            rows = Rows(memory, tuple(schedule.outputs[column][1] for column in wanted))
            parts.append(jnp.broadcast_to(memories.rows(rows), (len(wanted), memories.examples)))
            columns += wanted
    return jnp.concatenate(parts)[np.argsort(columns)].T
