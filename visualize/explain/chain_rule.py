"""The chain rule of one gradient in sentences: products along paths, and their sum."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import nlargest
from math import isfinite, isnan, log10, prod

from autograd import Value, topological_order
from autograd.graph import name_of
from autograd.reverse import Sweep
from visualize.explain import statements as say
from visualize.explain.equations import forward_row, partial, shortened
from visualize.formula.rules import held
from visualize.scene.flat import depending_on
from visualize.steps.paths import Derivation, Path, PathEdge
from visualize.text import FEW

MANY_PATHS = 1000  # of more paths a few say little: the sums at every value say more
LARGEST_COUNT = 10**18  # beyond it 10^18 is shorter to read than the digits
MOST_EDGES = 12  # of a path
MOST_TERMS = 6  # of the sum of products
MOST_LEDGER_ROWS = 12
MOST_USERS = 3  # of a value in the ledger: those with a term of their own, the largest ones
MOST_WALLS = 6  # operations that pass no derivative
CANCELLED = 100.0  # times the gradient

Arrival = tuple[PathEdge, float, float]  # an edge, the gradient above it, the product of the two


def told_paths(part: Derivation) -> tuple[Path, ...]:
    """Return the paths that are written out."""
    return part.paths[:1] if part.total_paths > MANY_PATHS else part.paths


def chain_rule(
    passes: Sweep, part: Derivation, names: say.Names, *, alone: bool
) -> Iterator[say.Block]:
    """Yield how a gradient follows from the derivatives of the steps.

    The sums at every value are added only where the gradient is `alone`: otherwise they take too
    much room.
    """
    root, wrt = names[part.root], names[part.wrt]
    if part.wrt is part.root:
        yield say.Sentence((wrt, " is the root itself, which changes as much as it is changed."))
        return
    if not part.total_paths:
        yield from _absence(passes, part.wrt, names)
        return
    is_many, several = part.total_paths > MANY_PATHS, part.total_paths > 1
    if is_many:
        title = f"one of {_counted_paths(part.total_paths)}"
    else:
        title = "multiply along each path" if several else "multiply along the path"
    ends = " from ", root, " down to ", wrt
    yield say.Heading((f"Chain rule: {title}", *ends, ", then add" * (several and not is_many)))
    for number, path in enumerate(told_paths(part), 1):
        lead = "one path" if is_many else f"path {number}"
        yield _chain(path, names, lead if several else "")
    if several and not is_many:
        yield from _rest(part)
        yield say.Rows((_sum(part, names),))
    if is_many or (alone and part.shown < part.open_paths):
        yield from _ledger(passes, part, names)
    yield from _remarks(part)


def _chain(path: Path, names: say.Names, lead: str) -> say.Chain:
    edges = shortened(path.edges, MOST_EDGES, "values")
    factors = [edge.local for edge in path.edges]
    digits = held(lambda *numbers: prod(numbers), factors, path.product)
    partials = [edge if isinstance(edge, say.Words) else partial(edge, names) for edge in edges]
    numbers = [
        edge if isinstance(edge, say.Words) else say.Number(edge.local, digits) for edge in edges
    ]
    way = [step if isinstance(step, say.Words) else step.by for step in partials]
    return say.Chain(
        lead,
        (names[path.root], *way),
        say.Product(tuple(partials)),
        say.Product(tuple(numbers)),
        say.Number(path.product),
    )


def _rest(part: Derivation) -> Iterator[say.Sentence]:
    """Yield how many paths are not listed, and their sum."""
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
        yield say.Sentence((f"{further} {passing} nothing.",))
    else:
        passing = "passes" if closed == 1 else "pass"
        also = f" ({closed:,} of them {passing} a 0)" * (closed > 0)
        yield say.Sentence((f"… and {further}, together ", say.Number(part.rest), also))


def _sum(part: Derivation, names: say.Names) -> say.Row:
    sizes = [path.product for path in part.paths]
    if part.shown < part.open_paths:
        sizes.append(part.rest)
    digits = held(lambda *numbers: sum(numbers), sizes, part.gradient)
    terms = [say.Number(size, digits) for size in sizes]
    total: say.Formula = (
        say.Sum(tuple(terms)) if len(terms) <= MOST_TERMS else say.Words("the sum of all")
    )
    return say.Row(
        (say.Partial(names[part.root], names[part.wrt]), total, say.Number(part.gradient))
    )


def _ledger(passes: Sweep, part: Derivation, names: say.Names) -> Iterator[say.Block]:
    yield say.Heading(("The same without listing paths: value by value, as backward() does it",))
    yield say.Sentence(
        (
            "Each value adds up a product from every place that uses it: the gradient there, times "
            "the derivative of the step.",
        )
    )
    values = shortened(part.paths[0].nodes[1:], MOST_LEDGER_ROWS, "values")
    yield say.Rows(tuple(_ledger_rows(passes, values, names)))


def _ledger_rows(
    passes: Sweep, values: Sequence[Value | say.Words], names: say.Names
) -> Iterator[say.Row]:
    """Yield a row for each value: gradients above times local derivatives, in names and numbers."""
    wanted = set(values)
    arrivals: dict[Value, list[Arrival]] = {}
    gradients: dict[Value, float] = {}
    for node, gradient, contributions in passes.visits:
        if node in wanted:
            gradients[node] = gradient
        for operand, position, local, sent, _ in contributions:
            if operand in wanted and local is not None and sent is not None:
                edge = PathEdge(node, operand, position, local)
                arrivals.setdefault(operand, []).append((edge, gradient, sent))
    for value in values:
        if isinstance(value, say.Words):
            yield say.Row((value,))
        else:
            terms = _arriving(passes.root, arrivals[value], gradients[value], names)
            yield say.Row(
                (
                    say.Partial(names[passes.root], names[value]),
                    *terms,
                    say.Number(gradients[value]),
                )
            )


def _arriving(
    root: Value, arrivals: Sequence[Arrival], total: float, names: say.Names
) -> tuple[say.Formula, say.Formula]:
    largest = nlargest(MOST_USERS, arrivals, key=lambda arrival: _size(arrival[2]))
    factors = [number for edge, gradient, _ in largest for number in (gradient, edge.local)]
    digits = FEW
    if len(arrivals) == len(largest):
        digits = held(_sum_of_products, factors, total)
    by_name: list[say.Formula] = []
    by_number: list[say.Formula] = []
    for edge, gradient, _ in largest:
        step = partial(edge, names)
        if edge.node is root:  # its own derivative, 1, is not written
            by_name.append(say.Product((step,)))
            by_number.append(say.Product((say.Number(edge.local, digits),)))
        else:
            above = say.Partial(names[root], names[edge.node])
            by_name.append(say.Product((above, step)))
            by_number.append(
                say.Product((say.Number(gradient, digits), say.Number(edge.local, digits)))
            )
    if len(arrivals) > len(largest):
        more = say.Words(f"({len(arrivals) - len(largest):,} more)")
        by_name.append(more)
        by_number.append(more)
    return say.Sum(tuple(by_name)), say.Sum(tuple(by_number))


def _sum_of_products(*factors: float) -> float:
    return sum(x * y for x, y in zip(factors[::2], factors[1::2], strict=True))


def _size(sent: float) -> tuple[bool, float]:
    return (True, 0.0) if sent != sent else (False, abs(sent))


def _absence(passes: Sweep, wrt: Value, names: say.Names) -> Iterator[say.Block]:
    """Yield why the sweep does not reach `wrt`, and the way out."""
    root, given = names[passes.root], names[wrt]
    graph = topological_order(passes.root)
    if wrt in set(graph):
        yield say.Sentence(
            (root, " was computed from ", given, ", but no derivative passes on the way:")
        )
        yield say.Rows(tuple(_walls(passes, graph, wrt, names)))
        return
    yield say.Sentence((root, " was not computed from ", given, ": there is no path."))
    if passes.root in set(topological_order(wrt)):
        yield say.Sentence(("It is the other way round: ", given, " was computed from ", root, "."))
    elif name_of(wrt) and any(name_of(value) == name_of(wrt) for value in graph):
        yield say.Sentence(
            (
                "It was computed from another value of the same name: perhaps this one was made "
                "after ",
                root,
                ". Ask about the one that ",
                root,
                " was computed from.",
            )
        )
    yield say.Sentence(("visualize.why finds where the connection was lost.",))


def _walls(passes: Sweep, graph: list[Value], wrt: Value, names: say.Names) -> Iterator[say.Row]:
    """Yield the operations that depend on `wrt`, get a gradient, and pass none on to it."""
    above = depending_on(wrt, graph)
    walls = [
        visit.node
        for visit in passes.visits
        if any(
            contribution.local is None and contribution.operand in above
            for contribution in visit.contributions
        )
    ]
    for wall in walls[:MOST_WALLS]:
        name = wall.op.name if wall.op else ""
        yield say.Row(forward_row(wall, names, above).cells, f"{name} passes no derivative to it")


def _remarks(part: Derivation) -> Iterator[say.Sentence]:
    """Yield a remark on a gradient that is not finite, is 0, or has lost its digits."""
    if not isfinite(part.gradient):
        kind = "nan, not a number" if isnan(part.gradient) else "infinite"
        yield say.Sentence((f"The gradient is {kind}. visualize.why finds where it began.",))
    elif not part.open_paths:
        yield say.Sentence(("Every path passes a derivative of 0, so the gradient is 0.",))
    elif not part.size:
        yield say.Sentence(
            ("The products are too small for a float (below 5e-324) and count as 0.",)
        )
    elif part.size > CANCELLED * abs(part.gradient):
        yield say.Sentence(
            ("The paths cancel: without signs they would add up to ", say.Number(part.size), ".")
        )


def _counted_paths(count: int) -> str:
    """Return how many paths there are, which may be more than any float.

    >>> _counted_paths(1), _counted_paths(2**40), _counted_paths(2**4000)
    ('1 path', '1,099,511,627,776 paths', 'about 10^1204 paths')
    """
    digits = f"{count:,}" if count < LARGEST_COUNT else f"about 10^{round(log10(count))}"
    return f"{digits} path" if count == 1 else f"{digits} paths"
