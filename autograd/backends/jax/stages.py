"""Stages of a schedule in jax.numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import jax.numpy as jnp
from jax import lax

from autograd.backends.formula import formula_of
from autograd.backends.jax.algebra import function_of
from autograd.primitives import identity
from autograd.program.stages import Dots, Elementwise, Fold, Memory, SummedProduct

if TYPE_CHECKING:
    import jax

    from autograd.backends.jax.memory import Memories
    from autograd.program.stages import Product, Stage, SummedRows

    Array: TypeAlias = jax.Array

__all__ = ["computed", "summed"]

# The products of a stage by the axes of its tables: lines a and b, terms k, examples n.
PER_ROW = "rkn,rkn->rn"
PER_PAIR = "akn,bkn->abn"
PER_PAIR_UNIFORM_LEFT = "ak,bkn->abn"
SUMMED = "akn,bkn->ab"


def computed(stage: Stage, memories: Memories) -> Array:
    """Return the rows that a stage adds to its memory, shape (rows, examples or 1)."""
    if isinstance(stage, Elementwise):
        result = function_of(stage.op)(*map(memories.rows, stage.operands))
    elif isinstance(stage, Fold):
        result = _folded(stage, memories)
    elif isinstance(stage, Dots):
        left, right = memories.table(stage.left), memories.table(stage.right)
        result = _products(PER_ROW, left, right, stage.guarded)
    else:
        result = _product(stage, memories)
    examples = memories.examples if stage.result.memory is Memory.VARYING else 1
    return jnp.broadcast_to(result, (len(stage.result.index), examples))


def summed(stage: SummedProduct | SummedRows, memories: Memories) -> Array:
    """Return what a stage adds to the sums, in the shape of its `into`."""
    if isinstance(stage, SummedProduct):
        left, right = memories.table(stage.left), memories.table(stage.right)
        return _products(SUMMED, left, right, stage.guarded)
    rows = memories.rows(stage.rows)
    uniform = stage.rows.memory is Memory.UNIFORM
    return jnp.broadcast_to(
        rows[:, 0] * memories.examples if uniform else rows.sum(axis=1), len(stage.into)
    )


def _folded(stage: Fold, memories: Memories) -> Array:
    """Return a variadic operation of the terms, taken two at a time in their order."""
    if stage.op.sum_of is identity:
        return _from_zero(memories.table(stage.terms).sum(axis=1))
    pairs = formula_of(stage.op).arity == 3
    tables = stage.halves() if pairs else (stage.terms,)
    arrays = [jnp.moveaxis(memories.table(table), 1, 0) for table in tables]
    start = 0.0 if pairs else stage.start
    if start is None:
        first, arrays = arrays[0][0], [arrays[0][1:]]
    else:
        first = jnp.full_like(arrays[0][0], start)
    function = function_of(stage.op)
    total, _ = lax.scan(lambda so_far, term: (function(so_far, *term), None), first, arrays)
    return total


def _product(stage: Product, memories: Memories) -> Array:
    left, right = memories.table(stage.left), memories.table(stage.right)
    if stage.left.memory is Memory.UNIFORM:  # one matrix for all examples
        result = _products(PER_PAIR_UNIFORM_LEFT, left[:, :, 0], right, stage.guarded)
    else:
        result = _products(PER_PAIR, left, right, stage.guarded)
    return result.reshape(len(stage.result.index), result.shape[-1])


def _products(axes: str, left: Array, right: Array, guarded: bool) -> Array:
    """Return sums of products; a guarded one is recomputed with its guard where it holds a nan."""
    # "highest": all digits on accelerators too, where the default rounds the factors
    plain = jnp.einsum(axes, left, right, precision="highest")
    if not guarded:
        return _from_zero(plain)

    def with_guard() -> Array:
        operands, kept = axes.split("->")
        order = [axis for axis in "rabkn" if axis in operands]
        first, second = (
            array[tuple(slice(None) if axis in names else None for axis in order)]
            for array, names in zip((left, right), operands.split(","))
        )
        terms = jnp.where((first == 0.0) | (second == 0.0), 0.0, first * second)
        return terms.sum([place for place, axis in enumerate(order) if axis not in kept])

    return _from_zero(lax.cond(jnp.isnan(plain).any(), with_guard, lambda: plain))


def _from_zero(sums: Array) -> Array:
    """Return sums as if they had started from 0.0: 0.0 for -0.0, which XLA gives for one term."""
    return jnp.where(sums == 0.0, 0.0, sums)  # XLA would take x + 0.0 for x
