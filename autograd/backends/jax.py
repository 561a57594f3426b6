"""The JAX backend: the stages of a schedule in jax.numpy, for accelerators and many devices.

`function` gives a pure function that JAX can compile, transform and shard: the batch over devices,
the parameters on each of them, and sums over the batch added up across devices by XLA. `build`
runs it on this machine in the precision of the program, as the other backends do.

On CPUs numbers are those of the other backends, except that XLA rounds a * b + c once where it
fuses them and takes numbers below 2.2e-308 for 0. Its functions are within 5 units in the last
place, except log1p and atanh (130), erfc (63) and the gamma functions (relative 1e-10). On other
devices its algebra of real numbers is in force. XLA compiles every stage, and all of them again for
each number of examples: programs of thousands of stages belong on another backend.
"""

from __future__ import annotations

from bisect import bisect_right
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.scipy import special

from autograd.backends.formula import Algebra, formula_of, needs_doubles
from autograd.primitives import identity
from autograd.program.precision import DOUBLE
from autograd.program.stages import Choices, Dots, Elementwise, Fold, Memory, Rows, SummedProduct

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.primitive import Primitive
    from autograd.program.stages import Product, Schedule, Stage, SummedRows, Table

    Array: TypeAlias = jax.Array
    Function: TypeAlias = Callable[[Array, Array, Array], tuple[Array, Array]]


# JAX had it in jax.experimental until 0.8
enable_x64 = (jax if hasattr(jax, "enable_x64") else import_module("jax.experimental")).enable_x64

# Without it XLA takes x / y / y for x / (y * y), sqrt(x * x) for |x|, and a quotient by a number
# that examples share for a product with its reciprocal: the algebra of real numbers.
STRICT = {"xla_disable_hlo_passes": "algsimp"}

unchanged: Any = lax.optimization_barrier  # JAX gives it no types


def build(schedule: Schedule) -> JaxProgram:
    """Return an executable of a schedule, run by JAX.

    Raises ValueError for an operation without a C text, or with one that JAX cannot compute.
    """
    return JaxProgram(schedule)


class JaxProgram:
    """A scheduled program compiled by XLA, in its precision whatever JAX's own setting is."""

    def __init__(self, schedule: Schedule) -> None:
        self._precision = schedule.program.precision
        options = STRICT if jax.default_backend() == "cpu" else None
        self._compiled = jax.jit(function(schedule), compiler_options=options)

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs for each example, and the sums: see `Executable`."""
        arguments = map(self._precision.array, (examples, shared, parameters))
        with enable_x64(True):
            outputs, sums = self._compiled(*arguments)
            return np.array(outputs), np.array(sums)


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
            _function_of(stage.op)

    def run(examples: Array, shared: Array, parameters: Array) -> tuple[Array, Array]:
        precision = jnp.result_type(examples, shared, parameters)
        memories = _Memories(jnp.concatenate([shared, parameters])[:, None], examples.T)
        for zero, numbers in groupby(schedule.program.constants, (0.0).__eq__):
            constants = jnp.array([*numbers], precision)[:, None]
            if zero:  # XLA would take x + 0.0 for x, which is another number at -0.0
                constants = unchanged(constants)
            memories.append(Memory.UNIFORM, constants)
        for stage in (*schedule.before, *schedule.body):
            rows = _computed(stage, memories, narrow=schedule.program.precision is not DOUBLE)
            memories.append(stage.result.memory, rows.astype(precision))
        sums = jnp.zeros(schedule.sums, precision)
        for reduction in schedule.reductions:
            part = _summed(reduction, memories)
            sums = sums.at[np.array(reduction.into)].add(part)
        return _outputs(schedule, memories).astype(precision), sums

    return run


def _outputs(schedule: Schedule, memories: _Memories) -> Array:
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


# The products of a stage by the axes of its tables: lines a and b, terms k, examples n.
PER_ROW = "rkn,rkn->rn"
PER_PAIR = "akn,bkn->abn"
PER_PAIR_UNIFORM_LEFT = "ak,bkn->abn"
SUMMED = "akn,bkn->ab"


def _computed(stage: Stage, memories: _Memories, narrow: bool) -> Array:
    """Return the rows that a stage adds to its memory, shape (rows, examples or 1).

    Where numbers are narrow, rows that need doubles compute in them if JAX has them.
    """
    if isinstance(stage, Elementwise):
        operands = map(memories.rows, stage.operands)
        if narrow and needs_doubles(stage.op):
            operands = map(_widened, operands)
        result = _function_of(stage.op)(*operands)
    elif isinstance(stage, Fold):
        result = _folded(stage, memories, widened=narrow and needs_doubles(stage.op))
    elif isinstance(stage, Choices):
        result = _chosen(stage, memories)
    elif isinstance(stage, Dots):
        left, right = memories.table(stage.left), memories.table(stage.right)
        result = _products(PER_ROW, left, right, stage.guarded, stage.ordered)
    else:
        result = _product(stage, memories)
    examples = memories.examples if stage.result.memory is Memory.VARYING else 1
    return jnp.broadcast_to(result, (len(stage.result.index), examples))


def _widened(array: Array) -> Array:
    return array.astype(jax.dtypes.canonicalize_dtype(np.float64))


def _summed(stage: SummedProduct | SummedRows, memories: _Memories) -> Array:
    """Return the terms that a stage adds to the sums, in the shape of its `into`."""
    if isinstance(stage, SummedProduct):
        left, right = memories.table(stage.left), memories.table(stage.right)
        return _products(SUMMED, left, right, stage.guarded)
    rows = memories.rows(stage.rows)
    uniform = stage.rows.memory is Memory.UNIFORM
    return jnp.broadcast_to(
        rows[:, 0] * memories.examples if uniform else rows.sum(axis=1), len(stage.into)
    )


def _folded(stage: Fold, memories: _Memories, widened: bool) -> Array:
    """Return a variadic operation of the terms, taken two at a time in their order."""
    if stage.op.sum_of is identity and not stage.op.ordered:
        return _from_zero(memories.table(stage.terms).sum(axis=1))
    pairs = formula_of(stage.op).arity == 3
    tables = stage.halves() if pairs else (stage.terms,)
    arrays = [jnp.moveaxis(memories.table(table), 1, 0) for table in tables]
    if widened:
        arrays = [*map(_widened, arrays)]
    start = 0.0 if pairs else stage.start
    if start is None:
        first, arrays = arrays[0][0], [arrays[0][1:]]
    else:
        first = jnp.full_like(arrays[0][0], start)
    function = _function_of(stage.op)
    total, _ = lax.scan(lambda so_far, term: (function(so_far, *term), None), first, arrays)
    return total


def _chosen(stage: Choices, memories: _Memories) -> Array:
    """Return the item at each place, nan where there is none."""
    places, items = memories.rows(stage.places), memories.table(stage.items)
    known = (places >= 0.0) & (places < stage.items.width) & (places == jnp.floor(places))
    place = jnp.where(known, places, 0.0).astype(int)
    lines = np.array(stage.lines)[:, None]
    return jnp.where(known, items[lines, place, np.arange(items.shape[2])], jnp.nan)


def _product(stage: Product, memories: _Memories) -> Array:
    left, right = memories.table(stage.left), memories.table(stage.right)
    if stage.left.memory is Memory.UNIFORM:  # one matrix for all examples
        axes, left = PER_PAIR_UNIFORM_LEFT, left[:, :, 0]
    else:
        axes = PER_PAIR
    result = _products(axes, left, right, stage.guarded, stage.ordered)
    return result.reshape(len(stage.result.index), result.shape[-1])


def _products(axes: str, left: Array, right: Array, guarded: bool, ordered: bool = False) -> Array:
    """Return sums of products; a guarded one is recomputed with its guard where it holds a nan."""
    operands, kept = axes.split("->")
    order = [axis for axis in "rabkn" if axis in operands]
    first, second = (
        array[tuple(slice(None) if axis in names else None for axis in order)]
        for array, names in zip((left, right), operands.split(","))
    )
    if ordered:
        terms = tuple(jnp.moveaxis(array, order.index("k"), 0) for array in (first, second))
        shape = jnp.broadcast_shapes(terms[0].shape[1:], terms[1].shape[1:])
        start = jnp.full(shape, -0.0, jnp.result_type(*terms))
        total, _ = lax.scan(lambda sums, term: (sums + term[0] * term[1], None), start, terms)
        return total
    # "highest": all digits on accelerators too, where the default rounds the factors
    plain = jnp.einsum(axes, left, right, precision="highest")
    if not guarded:
        return _from_zero(plain)

    def with_guard() -> Array:
        terms = jnp.where((first == 0.0) | (second == 0.0), 0.0, first * second)
        return terms.sum([place for place, axis in enumerate(order) if axis not in kept])

    return _from_zero(lax.cond(jnp.isnan(plain).any(), with_guard, lambda: plain))


def _from_zero(sums: Array) -> Array:
    """Return sums as if they had started from 0.0: 0.0 for -0.0, which XLA gives for one term."""
    return jnp.where(sums == 0.0, 0.0, sums)  # XLA would take x + 0.0 for x


class _Memories:
    """Rows as arrays of shape (rows, 1) in UNIFORM, (rows, examples) in VARYING memory."""

    def __init__(self, uniform: Array, varying: Array) -> None:
        self.parts = {Memory.UNIFORM: [uniform], Memory.VARYING: [varying]}
        self.examples = varying.shape[1]
        self.starts = {Memory.UNIFORM: [0], Memory.VARYING: [0]}

    def append(self, memory: Memory, numbers: Array) -> None:
        """Add rows behind those that are there."""
        parts, starts = self.parts[memory], self.starts[memory]
        starts.append(starts[-1] + len(parts[-1]))
        parts.append(numbers)

    def rows(self, rows: Rows) -> Array:
        """Return rows, shape (rows, examples or 1); one row throughout is returned once."""
        return self._taken(rows.memory, rows.index[:1] if rows.stride == 0 else rows.index)

    def table(self, table: Table) -> Array:
        """Return the rows of a table, shape (height, width, examples or 1)."""
        flat = self._taken(table.memory, [row for line in table.index for row in line])
        return flat.reshape(table.height, table.width, flat.shape[1])

    def _taken(self, memory: Memory, index: Sequence[int]) -> Array:
        starts = self.starts[memory]
        places = np.array([bisect_right(starts, row) - 1 for row in index])
        needed, which = np.unique(places, return_inverse=True)
        parts = [self.parts[memory][part] for part in needed]
        offsets = np.cumsum([0, *(len(part) for part in parts[:-1])])
        first = np.array([starts[part] for part in needed])
        local = np.array(index) - first[which] + offsets[which]
        array = parts[0] if len(parts) == 1 else jnp.concatenate(parts)
        return _selected(array, local)


def _selected(array: Array, index: Any) -> Array:
    """Return array[index], as a slice where it is one: XLA fuses slices, gathers it does not."""
    if len(index) == 1 or (np.diff(index) == 1).all():
        return array[index[0] : index[-1] + 1]
    step = int(index[1] - index[0])
    if step > 0 and (np.diff(index) == step).all():
        return array[index[0] : index[-1] + 1 : step]
    return array[index]


SAME_NAME = (
    "cbrt", "ceil", "copysign", "cos", "cosh", "exp", "exp2", "expm1", "floor", "fmax", "fmin",
    "fmod", "hypot", "log", "log10", "log1p", "log2", "nextafter", "rint", "sin", "sinh", "sqrt",
    "tan", "tanh", "trunc",
)  # fmt: skip
# The functions of <math.h> that a text may call; JAX has no fma, and its remainder is another.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(jnp, name) for name in SAME_NAME},
    "acos": jnp.arccos,
    "acosh": jnp.arccosh,
    "asin": jnp.arcsin,
    "asinh": jnp.arcsinh,
    "atan": jnp.arctan,
    "atan2": jnp.arctan2,
    "atanh": jnp.arctanh,
    "erf": special.erf,
    "erfc": special.erfc,
    "fabs": jnp.abs,
    "fdim": lambda x, y: jnp.where(x <= y, 0.0, x - y),
    "lgamma": special.gammaln,
    "nearbyint": jnp.rint,
    "pow": jnp.power,
    "round": lambda x: lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO),
    "tgamma": special.gamma,
}
COMPARISONS = {
    "<": jnp.less,
    "<=": jnp.less_equal,
    ">": jnp.greater,
    ">=": jnp.greater_equal,
    "==": jnp.equal,
    "!=": jnp.not_equal,
}


# Over JAX arrays; a Python number takes the precision of the array that it meets.
ALGEBRA: Algebra = {
    "number": float,
    "negative": jnp.negative,
    "add": jnp.add,
    "subtract": jnp.subtract,
    "multiply": jnp.multiply,
    "divide": jnp.divide,
    "function": lambda name, *args: FUNCTIONS[name](*args),
    "compare": lambda relation, x, y: COMPARISONS[relation](x, y),
    "both": jnp.logical_and,
    "either": jnp.logical_or,
    "opposite": jnp.logical_not,
    "choose": jnp.where,
    "indicator": lambda condition: jnp.where(condition, 1.0, 0.0),
}


def _function_of(row: Primitive) -> Callable[..., Any]:
    """Return the function of JAX arrays that the C text of a row means.

    Of a variadic row it is the form of two arguments, or of three, that is folded. Raises
    ValueError, which names the row, where there is no text or it is not understood.
    """
    formula = formula_of(row)
    for step, details, _ in formula.steps:
        if step == "function" and details[0] not in FUNCTIONS:
            raise ValueError(
                f"the C text {row.c!r} of the operation {row.name!r} calls {details[0]}, which JAX "
                "does not have"
            )
    return lambda *operands: formula.evaluate(ALGEBRA, operands)
