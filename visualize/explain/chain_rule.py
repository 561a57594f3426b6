"""The chain rule of one gradient, told: products along paths, their sum, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite, isnan, prod

from autograd import Value
from autograd.reverse import Sweep
from visualize.digits import FEW
from visualize.explain.absence import absence
from visualize.explain.derivation import Derivation
from visualize.explain.elision import counted_paths, shortened
from visualize.explain.equations import partial
from visualize.explain.ledger import ledger_rows
from visualize.explain.statements import (
    Block,
    Chain,
    Formula,
    Heading,
    Name,
    Number,
    Partial,
    Product,
    Row,
    Rows,
    Sentence,
    Sum,
    Way,
    Words,
)  # fmt: skip
from visualize.formula.holding import held
from visualize.steps.paths import Path

__all__ = ["chain_rule", "told_paths"]

MANY_PATHS = 1000  # a few of more say little: they are told value by value
MOST_EDGES = 12  # of a path
MOST_TERMS = 6  # of the sum of products
MOST_LEDGER_ROWS = 12
CANCELLED = 100.0  # times the gradient


def told_paths(part: Derivation) -> tuple[Path, ...]:
    """Return the paths that the telling writes out."""
    return part.paths[:1] if part.total_paths > MANY_PATHS else part.paths


def chain_rule(
    passes: Sweep, part: Derivation, names: Mapping[Value, Name], *, alone: bool
) -> Iterator[Block]:
    """Yield how a gradient comes about from the derivatives of the steps.

    Only where it is `alone` has it room for the sums at every value.
    """
    root, wrt = names[part.root], names[part.wrt]
    if part.wrt is part.root:
        yield Sentence((wrt, " is the value asked about: it changes exactly as it is changed."))
        return
    if not part.total_paths:
        yield from absence(passes, part.wrt, names)
        return
    is_many, several = part.total_paths > MANY_PATHS, part.total_paths > 1
    if is_many:
        title = f"one of {counted_paths(part.total_paths)}"
    else:
        title = "multiply along each path" if several else "multiply along the path"
    ends = " from ", root, " down to ", wrt
    yield Heading((f"Chain rule: {title}", *ends, ", then add" * (several and not is_many)))
    for number, path in enumerate(told_paths(part), 1):
        lead = "one path" if is_many else f"path {number}"
        yield _chain(path, names, lead if several else "")
    if several and not is_many:
        yield from _rest(part)
        yield Rows((_sum(part, names),))
    if is_many or (alone and part.shown < part.open_paths):
        yield from _ledger(passes, part, names)
    yield from _remarks(part)


def _chain(path: Path, names: Mapping[Value, Name], lead: str) -> Chain:
    edges = shortened(path.edges, MOST_EDGES, "values")
    partials = [edge if isinstance(edge, Words) else partial(edge, names) for edge in edges]
    factors = [edge.local for edge in path.edges]
    digits = held(lambda *numbers: prod(numbers), factors, path.product) or FEW
    return Chain(
        lead,
        Way(
            (
                names[path.root],
                *(step.by if isinstance(step, Partial) else step for step in partials),
            )
        ),
        Product(tuple(partials)),
        Product(
            tuple(edge if isinstance(edge, Words) else Number(edge.local, digits) for edge in edges)
        ),
        Number(path.product),
    )


def _rest(part: Derivation) -> Iterator[Sentence]:
    """Yield what is to be said of the paths that are not listed."""
    missing = part.total_paths - part.shown
    closed = missing - max(part.open_paths - part.shown, 0)
    if not missing:
        return
    further = f"{missing:,} further path" + "s" * (missing > 1)
    if closed == missing:
        passing = (
            "passes a derivative of 0 and adds"
            if missing == 1
            else ("pass a derivative of 0 and add")
        )
        yield Sentence((f"{further} {passing} nothing.",))
    else:
        passing = "passes" if closed == 1 else "pass"
        also = f" ({closed:,} of them {passing} a 0)" * (closed > 0)
        yield Sentence((f"… and {further}, together ", Number(part.rest), also))


def _sum(part: Derivation, names: Mapping[Value, Name]) -> Row:
    sizes = [path.product for path in part.paths]
    if part.shown < part.open_paths:
        sizes.append(part.rest)
    digits = held(lambda *numbers: sum(numbers), sizes, part.gradient) or FEW
    terms = [Number(size, digits) for size in sizes]
    total: Formula = Sum(tuple(terms)) if len(terms) <= MOST_TERMS else Words("the sum of all")
    return Row((Partial(names[part.root], names[part.wrt]), total, Number(part.gradient)))


def _ledger(passes: Sweep, part: Derivation, names: Mapping[Value, Name]) -> Iterator[Block]:
    yield Heading(("The same without listing paths: value by value, as backward() does it",))
    yield Sentence(
        (
            "Each value adds up what comes back from every place that uses it: the gradient "
            "there, times the derivative of the step.",
        )
    )
    values = shortened(part.paths[0].nodes[1:], MOST_LEDGER_ROWS, "values")
    yield Rows(tuple(ledger_rows(passes, values, names)))


def _remarks(part: Derivation) -> Iterator[Sentence]:
    """Yield what is peculiar about a gradient that paths lead to."""
    if not isfinite(part.gradient):
        kind = "nan, not a number" if isnan(part.gradient) else "infinite"
        yield Sentence((f"The gradient is {kind}. visualize.why finds where it began.",))
    elif not part.open_paths:
        yield Sentence(
            ("Every path passes a derivative of 0, so nothing arrives: the gradient is 0.",)
        )
    elif not part.size:
        yield Sentence(("The products are too small for a float (below 5e-324) and count as 0.",))
    elif part.size > CANCELLED * abs(part.gradient):
        yield Sentence(
            ("The paths cancel: without signs they would add up to ", Number(part.size), ".")
        )
