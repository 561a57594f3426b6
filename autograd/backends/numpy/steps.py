"""Steps: the stages of a schedule as NumPy's functions, with views for operands and results.

Where one side of a product is the same for all examples, BLAS computes it. For terms that are all
-0.0 BLAS and einsum may give -0.0, not the 0.0 of a sum that starts there, so 0.0 is added where
that sign matters.

A call of NumPy costs as much as the arithmetic on some hundred numbers, and a guard takes several.
So guarded products, and gates, are computed plainly at first. If there is no nan in the sums and in
the rows that `Frame.watched` lists, no guard was needed. Else all is computed again, with guards.
"""

from __future__ import annotations

from functools import partial
from math import nan
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.backends.formula import needs_doubles
from autograd.backends.numpy.algebra import function_of
from autograd.backends.numpy.frame import ARRAY_NUMBERS, view
from autograd.program.stages import (
    Choices,
    Dots,
    Elementwise,
    Fold,
    Memory,
    Product,
    Rows,
    SummedProduct,
    SummedRows,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from autograd.backends.numpy.algebra import Array, Function
    from autograd.backends.numpy.frame import Frame
    from autograd.program.stages import Stage

MOST_RUNS = 4  # into which rows that are added up are divided rather than gathered


def add_stage(stage: Stage, frame: Frame, *, unsigned: bool) -> None:
    """Add the steps that compute the rows of a stage; unsigned: zeros may have either sign."""
    match stage:
        case Elementwise():
            _add_elementwise(stage, frame, unsigned)
        case Fold():
            _add_fold(stage, frame, unsigned)
        case Dots():
            _add_dots(stage, frame, unsigned)
        case Product():
            _add_product(stage, frame, unsigned)
        case Choices():
            _add_choices(stage, frame)
    frame.scratch.clear()


def _add_elementwise(stage: Elementwise, frame: Frame, unsigned: bool) -> None:
    function = function_of(stage.op)
    if unsigned and function.plain is not None:
        factors = function.plain.last.inputs
        compared = [rows for k, rows in enumerate(stage.operands) if k not in factors]
        if frame.leave_out_guard(*compared, stage.result):
            function = function.plain
    operands = [frame.rows(rows) for rows in stage.operands]
    result = frame.rows(stage.result)
    if frame.dtype != np.float64 and needs_doubles(stage.op):
        frame.add(_round, function, operands, result)
    else:
        function.compute(operands, result, frame.scratch.array, frame.compute)


def _round(function: Function, operands: Sequence[Array], result: Array) -> None:
    """Compute in doubles, and round the result."""
    np.copyto(result, function.in_doubles(*operands), "same_kind")


def _add_fold(stage: Fold, frame: Frame, unsigned: bool) -> None:
    """Add the steps of a variadic operation, which takes its terms in their order."""
    result, function, start = frame.rows(stage.result), function_of(stage.op), stage.start
    if stage.terms.width == 0:
        frame.add(result.fill, start)
    elif function.arity == 3:
        pairs = [frame.table(table) for table in stage.halves()]
        frame.add(_fold, function, pairs, 0.0, result)
    elif frame.dtype != np.float64 and needs_doubles(stage.op):
        frame.add(_fold, function.in_doubles, [frame.table(stage.terms)], start, result)
    elif function.ufunc is None or stage.op.ordered:
        frame.add(_fold, function, [frame.table(stage.terms)], start, result)
    elif function.ufunc is np.add and start == 0.0 and len(result) == 1 < result.size:
        _add_sum(frame.table(stage.terms)[0], result, frame, unsigned)
    else:  # NumPy adds in pairs
        initial: dict[str, Any] = {} if start is None else {"initial": start}
        terms = frame.table(stage.terms)
        frame.steps.append(partial(function.ufunc.reduce, terms, 1, None, result, **initial))


def _add_sum(terms: Array, result: Array, frame: Frame, unsigned: bool) -> None:
    """Add the steps of the sum of some rows: BLAS takes a third of the time of NumPy's sum."""
    frame.add(np.ones(len(terms), frame.dtype).dot, terms, result[0])
    if not unsigned:
        frame.compute(np.add, result, 0.0, out=result)


def _fold(
    function: Callable[..., Any], tables: Sequence[Array], start: float | None, out: Array
) -> None:
    terms = zip(*(table.swapaxes(0, 1) for table in tables))
    total: Any = next(terms)[0] if start is None else start
    for term in terms:
        total = function(total, *term)
    np.copyto(out, total, "same_kind")


def _add_choices(stage: Choices, frame: Frame) -> None:
    """Add the step that reads each item at its place."""
    index, strides = np.array(stage.items.index), stage.items.strides
    # Where the items are, or where they begin and at which distance: there may be many
    items = index[[*stage.lines], : None if strides is None else 1]
    array = frame.arrays[stage.items.memory]
    rows = np.arange(len(stage.lines))[:, None]
    examples = np.arange(array.shape[1])
    result = frame.rows(stage.result)
    places, count = frame.rows(stage.places), stage.items.width

    def choose_items() -> None:
        known = (places >= 0.0) & (places < count) & (places == np.floor(places))
        place = np.where(known, places, 0.0).astype(np.intp)
        found = items[rows, place] if strides is None else items + strides[1] * place
        np.copyto(result, nan)
        np.copyto(result, array[found, examples], where=known)

    frame.add(choose_items)


def _add_dots(stage: Dots, frame: Frame, unsigned: bool) -> None:
    """Add the steps of one dot product per row."""
    result = frame.rows(stage.result)
    if stage.left.width == 0:
        frame.add(result.fill, 0.0)
        return
    left, right = frame.table(stage.left), frame.table(stage.right)
    if stage.ordered:
        _add_ordered(left, right, result, frame)
        return
    if left.shape[-1] < right.shape[-1]:
        left, right = right, left
    width = right.shape[1]
    if len(right) == 1 == right.shape[-1] < width <= ARRAY_NUMBERS:
        frame.add(left[0].T.dot, right[0, :, 0], result[0])  # (n, k) . (k)
    elif len(left) == 1 and left.shape == right.shape and right.shape[-1] > 1:
        products = frame.scratch.array(left.shape)
        frame.compute(np.multiply, left, right, out=products)
        frame.add(np.ones(width, frame.dtype).dot, products[0], result[0])
    else:
        frame.steps.append(partial(np.einsum, "rkn,rkn->rn", left, right, out=result))
    if not unsigned:
        frame.compute(np.add, result, 0.0, out=result)
    if stage.guarded and not frame.leave_out_guard(stage.result):
        frame.add(_guard, left, right, result)


def _add_product(stage: Product, frame: Frame, unsigned: bool) -> None:
    """Add the steps of all dot products of the lines of two tables."""
    rows = frame.rows(stage.result)
    if stage.left.width == 0:
        frame.add(rows.fill, 0.0)
        return
    result = rows.reshape(stage.left.height, stage.right.height, -1)
    left = frame.table(stage.left)
    if stage.ordered:
        _add_ordered(left[:, None], frame.table(stage.right)[None], result, frame)
        return
    columns = frame.table(Table(stage.right.memory, tuple(zip(*stage.right.index))))
    right = columns.swapaxes(0, 1)
    match left.shape[-1], right.shape[-1]:
        case 1, _:
            # (height, width) @ (width, lines * examples): one product for all lines and examples
            _add_matrix_product(left[..., 0], frame.flat(columns), frame.flat(result), frame)
        case _, 1:
            frame.add(np.matmul, right[..., 0], left, result)
        case _:
            frame.steps.append(partial(np.einsum, "akn,bkn->abn", left, right, out=result))
    if not unsigned:
        frame.compute(np.add, rows, 0.0, out=rows)
    if stage.guarded and not frame.leave_out_guard(stage.result):
        frame.add(_guard, left[:, None], right[None], result)


def _add_matrix_product(left: Array, right: Array, result: Array, frame: Frame) -> None:
    """Add result = left @ right: `dot` takes a microsecond less than `matmul`.

    But it takes a factor of one number for a scale, and BLAS takes 0 times nan for 0 then.
    """
    if len(right) == 1:
        frame.compute(np.multiply, left, right, out=result)
    elif len(left) == 1:
        frame.add(left[0].dot, right, result[0])
    else:
        frame.add(left.dot, right, result)


def _add_ordered(left: Array, right: Array, result: Array, frame: Frame) -> None:
    """Add the steps of the sum of left * right over the last axis but one, term by term."""
    product = frame.scratch.array(result.shape)
    for k in range(left.shape[-2]):
        term = result if k == 0 else product
        frame.compute(np.multiply, left[..., k, :], right[..., k, :], out=term)
        if k:
            frame.compute(np.add, result, product, out=result)


class Sums:
    """The sums over the examples, to which the first block writes its terms where it can."""

    def __init__(self, array: Array, *, first: bool) -> None:
        self.array = array
        self._holds_terms = np.full(len(array), not first)
        self._adds_first = False

    @property
    def start_from_zero(self) -> bool:
        """Whether a sum must be 0.0 before the steps."""
        return self._adds_first or not self._holds_terms.all()

    def untouched(self, into: tuple[tuple[int, ...], ...]) -> Array | None:
        """Return these sums as an array to be written, if they are one and hold no terms yet."""
        places, strides = np.array(into), Table(Memory.UNIFORM, into).strides
        if strides is None or self._holds_terms[places].any() or not _distinct(places):
            return None
        found = view(self.array[:, None], into[0][0], places.shape, strides)[..., 0]
        if not found.flags.c_contiguous:
            return None
        self._holds_terms[places] = True
        return found

    def add(self, part: Array, into: tuple[tuple[int, ...], ...], frame: Frame) -> None:
        """Add the step sums[into] += part; a sum may occur in `into` more than once."""
        places, strides = np.array(into), Table(Memory.UNIFORM, into).strides
        self._adds_first |= not self._holds_terms[places].all()
        self._holds_terms[places] = True
        if strides is None or not _distinct(places):
            frame.add(np.add.at, self.array, places, part)
        else:
            sums = view(self.array[:, None], into[0][0], places.shape, strides)[..., 0]
            frame.compute(np.add, sums, part, out=sums)


def _distinct(places: Array) -> bool:
    return len(np.unique(places)) == places.size


def add_reduction(stage: SummedProduct | SummedRows, frame: Frame, sums: Sums) -> None:
    """Add the steps that add up the terms of a stage over the examples, into the sums so far."""
    if isinstance(stage, SummedProduct):
        _add_summed_product(stage, frame, sums)
    else:
        indices = stage.rows.index, stage.into
        runs = [*regular_runs(indices)]
        for run in runs if len(runs) <= MOST_RUNS else [slice(None)]:
            rows = Rows(stage.rows.memory, stage.rows.index[run])
            _add_summed_rows(SummedRows(rows, stage.into[run]), frame, sums)
    frame.scratch.clear()


def _add_summed_product(stage: SummedProduct, frame: Frame, sums: Sums) -> None:
    left, right = frame.table(stage.left), frame.table(stage.right)
    written = sums.untouched(stage.into)
    part = written
    if part is None:
        part = frame.scratch.array((stage.left.height, stage.right.height))
    _add_matrix_product(frame.flat(left), frame.flat(right).T, part, frame)
    if stage.guarded and not frame.leave_out_guard():
        frame.add(_guard_sums, left[:, None], right[None], part)
    if written is None:
        sums.add(part, stage.into, frame)


def _add_summed_rows(stage: SummedRows, frame: Frame, sums: Sums) -> None:
    memory, into = stage.rows.memory, tuple([(target,) for target in stage.into])
    rows = frame.table(Table(memory, tuple([(row,) for row in stage.rows.index])))[:, 0]
    written = sums.untouched(into)
    part = frame.scratch.array((len(into), 1)) if written is None else written
    if memory is Memory.UNIFORM:  # it counts once per example
        frame.compute(np.multiply, rows, float(frame.examples), out=part)
    else:
        frame.add(rows.dot, np.ones(frame.examples, frame.dtype), part[:, 0])
    if written is None:
        sums.add(part, into, frame)


def regular_runs(indices: Sequence[tuple[int, ...]]) -> Iterator[slice]:
    """Yield ranges that cover some indices of one length, in each of which all have one stride."""
    columns = [*zip(*indices)]
    start = 0
    while start < len(columns):
        stop, steps = start + 1, None
        while stop < len(columns):
            step = [b - a for a, b in zip(columns[stop - 1], columns[stop])]
            if step != (steps or step):
                break
            steps, stop = step, stop + 1
        yield slice(start, stop)
        start = stop


def _guard(left: Array, right: Array, result: Array) -> None:
    if holds_nan([result.reshape(-1)]):
        np.copyto(result, _guarded_sum(left, right))


def _guard_sums(left: Array, right: Array, part: Array) -> None:
    if holds_nan([part.reshape(-1)]):
        np.add.reduce(_guarded_sum(left, right), axis=-1, out=part)


def holds_nan(vectors: Iterable[Array]) -> bool:
    """Tell whether there is a nan, in one pass without a temporary array."""
    for vector in vectors:
        square = vector.dot(vector)  # of squares, so that inf never meets -inf
        if square != square:
            return True
    return False


def _guarded_sum(left: Array, right: Array) -> Array:
    """Return the sum of left * right over the last axis but one, with 0 for 0 times anything.

    The shapes broadcast.
    """
    shape = np.broadcast_shapes(left.shape, right.shape)
    total = np.zeros((*shape[:-2], shape[-1]), left.dtype)
    for k in range(shape[-2]):  # one term at a time: all of them at once may not fit
        x, y = left[..., k, :], right[..., k, :]
        total += np.where((x == 0.0) | (y == 0.0), 0.0, x * y)
    return total
