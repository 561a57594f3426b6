"""The chain rule of a gradient: its values, the derivative of each step, products along paths."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator, Sequence
from heapq import nlargest
from math import isfinite, isnan, log10, prod
from typing import TypeVar

from autograd import Primitive, Value, topological_order
from autograd.graph import Constant, name_of
from autograd.reverse import Sweep
from visualize.explain import statements as say
from visualize.formula.operation import opened_in_python, operation, terms
from visualize.formula.python import unparsed
from visualize.formula.rules import held, row_digits, rule_digits, rules_of
from visualize.scene.flat import depending_on
from visualize.steps.paths import Derivation, Path, PathEdge
from visualize.text import FEW, KEPT, MOST_EDGES, left_out

MOST_ROWS = 24  # of values, of derivatives
MOST_OPERANDS = 4  # of a sum or a dot product written in full; of more, those on a path
LONGEST_RULE = 120  # characters; a longer one says less than its value
MANY_PATHS = 1000  # of more paths a few say little: the sums at every value say more
LARGEST_COUNT = 10**18  # beyond it 10^18 is shorter to read than the digits
MOST_TERMS = 6  # of the sum of products
MOST_LEDGER_ROWS = 12
MOST_USERS = 3  # of a value in the ledger: those with a term of their own, the largest ones
MOST_WALLS = 6  # operations that pass no derivative
CANCELLED = 100.0  # times the gradient

Arrival = tuple[PathEdge, float, float]  # an edge, the gradient above it, the product of the two
Item = TypeVar("Item")


def forward(followed: Collection[Value], names: say.Names) -> say.Rows:
    """Return how some values were made, in the order of the graph."""
    order = [value for value in names if value in followed]
    return _rows(order, "values", lambda value: forward_row(value, names, followed))


def forward_row(value: Value, names: say.Names, followed: Collection[Value]) -> say.Row:
    """Return how a value was made, in names and in numbers.

    A long sum has only the terms with a value of `followed`. A value that was made from none of
    them has its number alone.
    """
    name, result = names[value], say.Number(value.data)
    row = value.op
    if row is None or not any(arg in followed for arg in value.args):
        return say.Row(name, result)
    template, hidden = _template(row, value.args, followed)
    more = (say.Words(f"({hidden:,} more)"),) if hidden else ()
    in_names = (*(_operand(arg, names) for arg in value.args), *more)
    digits = row_digits(value)
    in_numbers = (*(say.Number(arg.data, digits) for arg in value.args), *more)
    cells = (
        say.Applied(template, in_names, name),
        say.Applied(template, in_numbers, result),
        result,
    )
    return say.Row(name, *cells)


def backward(passes: Sweep, edges: Collection[PathEdge], names: say.Names) -> Iterator[say.Block]:
    """Yield the derivatives at some edges, in the order of the sweep, with one of them in words."""
    place = {visit.node: number for number, visit in enumerate(passes.visits)}
    order = sorted(edges, key=lambda edge: (place[edge.node], edge.position))
    first = partial(order[0], names)
    only = " changes when only the " if first.by.use else " changes when only "
    yield say.Sentence(first, " says how fast ", first.of, only, first.by, " is changed.")
    yield _rows(order, "derivatives", lambda edge: _local_row(edge, names))


def _local_row(edge: PathEdge, names: say.Names) -> say.Row:
    """Return the derivative of a value with respect to one operand: rule, numbers and value."""
    value, slope = edge.node, say.Number(edge.local)
    data = [float(arg.data) for arg in value.args]
    rule = rules_of(value)[edge.position]
    cells: tuple[say.Formula, ...] = (partial(edge, names),)
    # "d cube(x)/d x" is not a formula, and a number is the value itself
    if "{" in rule and not rule.startswith("d ") and len(rule) <= LONGEST_RULE:
        operands = tuple(_operand(arg, names) for arg in value.args)
        cells += (say.Applied(rule, operands, names[value]),)
        digits = rule_digits(rule, data, value.data, edge.local)
        if digits:
            numbers = tuple(say.Number(number, digits) for number in data)
            cells += (say.Applied(rule, numbers, say.Number(value.data, digits)),)
    kink = value.op.kink if value.op else None
    notes = [kink(*data) if kink else None, _uses(edge)]
    return say.Row(*cells, slope, note="; ".join(filter(None, notes)))


def partial(edge: PathEdge, names: say.Names) -> say.Partial:
    """Return the derivative at an edge by name; of several uses of an operand it says which."""
    args = edge.node.args
    uses = [place for place, arg in enumerate(args) if arg is edge.operand]
    use = uses.index(edge.position) + 1 if len(uses) > 1 else 0
    return say.Partial(names[edge.node], say.Name(names[edge.operand].text, use))


def _uses(edge: PathEdge) -> str:
    """Return a remark on how often an operand is used, at its first use."""
    args = edge.node.args
    count = sum(arg is edge.operand for arg in args)
    is_first = count > 1 and args.index(edge.operand) == edge.position
    return f"{count} uses: each counts on its own" if is_first else ""


def _operand(operand: Value | Constant, names: say.Names) -> say.Name | say.Number | say.Words:
    return say.Number(float(operand)) if isinstance(operand, Constant) else names[operand]


def _template(
    row: Primitive, args: Sequence[Value | Constant], followed: Collection[Value]
) -> tuple[str, int]:
    """Return an operation with blanks for its operands, and the number of terms left out."""
    chosen = whole = terms(row, len(args))
    if row.variadic and len(whole) > MOST_OPERANDS:
        chosen = [term for term in whole if any(args[place] in followed for place in term)]
        chosen = chosen[:MOST_OPERANDS]
    blanks: list[ast.expr] = [
        ast.Name(f"{{{place}}}") for places in zip(*chosen) for place in places
    ]
    expression = operation(row, blanks, opened_in_python)
    hidden = len(whole) - len(chosen)
    if hidden and isinstance(expression, ast.Call):
        expression.args.append(ast.Name(f"{{{len(args)}}}"))
    elif hidden:
        expression = ast.BinOp(expression, ast.Add(), ast.Name(f"{{{len(args)}}}"))
    return unparsed(expression), hidden


def shortened(items: Sequence[Item], limit: int, noun: str) -> list[Item | say.Words]:
    """Return the items; of more than `limit`, three from each end and the number between them.

    >>> shortened("abcdefghij", 9, "letters")
    ['a', 'b', 'c', Words(text='… 4 letters …'), 'h', 'i', 'j']
    """
    if len(items) <= limit:
        return list(items)
    between = say.Words(left_out(len(items) - 2 * KEPT, noun))
    return [*items[:KEPT], between, *items[-KEPT:]]


def _rows(items: Sequence[Item], noun: str, row: Callable[[Item], say.Row]) -> say.Rows:
    return say.Rows(
        *(
            say.Row(item) if isinstance(item, say.Words) else row(item)
            for item in shortened(items, MOST_ROWS, noun)
        )
    )


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
        yield say.Sentence(wrt, " is the root itself, which changes as much as it is changed.")
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
    yield say.Heading(f"Chain rule: {title}", *ends, ", then add" * (several and not is_many))
    for number, path in enumerate(told_paths(part), 1):
        lead = "one path" if is_many else f"path {number}"
        yield _chain(path, names, lead if several else "")
    if several and not is_many:
        yield from _rest(part)
        yield say.Rows(_sum(part, names))
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
        say.Product(*partials),
        say.Product(*numbers),
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
        yield say.Sentence(f"{further} {passing} nothing.")
    else:
        passing = "passes" if closed == 1 else "pass"
        also = f" ({closed:,} of them {passing} a 0)" * (closed > 0)
        yield say.Sentence(f"… and {further}, together ", say.Number(part.rest), also)


def _sum(part: Derivation, names: say.Names) -> say.Row:
    sizes = [path.product for path in part.paths]
    if part.shown < part.open_paths:
        sizes.append(part.rest)
    digits = held(lambda *numbers: sum(numbers), sizes, part.gradient)
    terms = [say.Number(size, digits) for size in sizes]
    total: say.Formula = (
        say.Sum(*terms) if len(terms) <= MOST_TERMS else say.Words("the sum of all")
    )
    return say.Row(say.Partial(names[part.root], names[part.wrt]), total, say.Number(part.gradient))


def _ledger(passes: Sweep, part: Derivation, names: say.Names) -> Iterator[say.Block]:
    yield say.Heading("The same without listing paths: value by value, as backward() does it")
    yield say.Sentence(
        "Each value adds up a product from every place that uses it: the gradient there, times "
        "the derivative of the step."
    )
    values = shortened(part.paths[0].nodes[1:], MOST_LEDGER_ROWS, "values")
    yield say.Rows(*_ledger_rows(passes, values, names))


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
            yield say.Row(value)
        else:
            terms = _arriving(passes.root, arrivals[value], gradients[value], names)
            yield say.Row(
                say.Partial(names[passes.root], names[value]), *terms, say.Number(gradients[value])
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
            by_name.append(say.Product(step))
            by_number.append(say.Product(say.Number(edge.local, digits)))
        else:
            above = say.Partial(names[root], names[edge.node])
            by_name.append(say.Product(above, step))
            by_number.append(
                say.Product(say.Number(gradient, digits), say.Number(edge.local, digits))
            )
    if len(arrivals) > len(largest):
        more = say.Words(f"({len(arrivals) - len(largest):,} more)")
        by_name.append(more)
        by_number.append(more)
    return say.Sum(*by_name), say.Sum(*by_number)


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
            root, " was computed from ", given, ", but no derivative passes on the way:"
        )
        yield say.Rows(*_walls(passes, graph, wrt, names))
        return
    yield say.Sentence(root, " was not computed from ", given, ": there is no path.")
    if passes.root in set(topological_order(wrt)):
        yield say.Sentence("It is the other way round: ", given, " was computed from ", root, ".")
    elif name_of(wrt) and any(name_of(value) == name_of(wrt) for value in graph):
        yield say.Sentence(
            "It was computed from another value of the same name: perhaps this one was made after ",
            root,
            ". Ask about the one that ",
            root,
            " was computed from.",
        )
    yield say.Sentence("visualize.why finds where the connection was lost.")


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
        name = wall.op.described if wall.op else ""
        yield say.Row(
            *forward_row(wall, names, above).cells, note=f"{name} passes no derivative to it"
        )


def _remarks(part: Derivation) -> Iterator[say.Sentence]:
    """Yield a remark on a gradient that is not finite, is 0, or has lost its digits."""
    if not isfinite(part.gradient):
        kind = "nan, not a number" if isnan(part.gradient) else "infinite"
        yield say.Sentence(f"The gradient is {kind}. visualize.why finds where it began.")
    elif not part.open_paths:
        yield say.Sentence("Every path passes a derivative of 0, so the gradient is 0.")
    elif not part.size:
        yield say.Sentence("The products are too small for a float (below 5e-324) and count as 0.")
    elif part.size > CANCELLED * abs(part.gradient):
        yield say.Sentence(
            "The paths cancel: without signs they would add up to ", say.Number(part.size), "."
        )


def _counted_paths(count: int) -> str:
    """Return how many paths there are, which may be more than any float.

    >>> _counted_paths(1), _counted_paths(2**40), _counted_paths(2**4000)
    ('1 path', '1,099,511,627,776 paths', 'about 10^1204 paths')
    """
    digits = f"{count:,}" if count < LARGEST_COUNT else f"about 10^{round(log10(count))}"
    return f"{digits} path" if count == 1 else f"{digits} paths"
