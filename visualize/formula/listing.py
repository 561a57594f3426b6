"""A graph as assignments: shared values get names, all others are written where they are used."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

from autograd import Value, gradients, topological_order
from autograd.graph import Constant
from autograd.primitive import TABLE
from visualize.formula.names import Names
from visualize.formula.operation import Opens, calls, operation, repeats, with_names
from visualize.formula.tidy import Numbers, literal
from visualize.scene.flat import Path, flatten

LARGEST = 32  # operations and operands in a line; parts of a larger one get names
SMALL = 8  # a part of no more needs no name of its own
DEEPEST = 10  # operations inside one another

RESULTS = ("y", "z", "f", "result")

Derivative = tuple[str, str]  # the names of the value that is differentiated, and by which


@dataclass(frozen=True, slots=True)
class Line:
    """An assignment."""

    name: str
    expression: ast.expr
    derivative: Derivative | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Assignments, each of leaves and of names from above; `labels` has the labels of all names."""

    leaves: Mapping[str, Value]
    lines: tuple[Line, ...]
    labels: Mapping[str, str]


def listed(root: Value, wrt: Sequence[Value], opens: Opens, number: Numbers = literal) -> Listing:
    """Return the assignments that compute `root` and its derivatives by the values in `wrt`.

    `opens` chooses the operations that are written by their formula, `number` writes constants.

    >>> from autograd import Value
    >>> from visualize.formula.operation import opened_in_python
    >>> a = Value(2.0, label="a")
    >>> for line in listed((a * 3).tanh(), [a], opened_in_python).lines:
    ...     print(line.name, "=", ast.unparse(line.expression))
    y = tanh(a * 3)
    dy_da = (1 - y * y) * 3
    """
    slopes = gradients(root, list(wrt), create_graph=True) if wrt else []
    order = topological_order(root, *slopes)  # begins with `forward`
    scopes = flatten([root]).scopes
    once: set[Value] = set()
    often: set[Value] = set()
    while True:
        writer, listing = _written(root, wrt, slopes, order, scopes, opens, number, once, often)
        seldom, repeated = writer.seldom(), writer.repeated() - once - often if wrt else set()
        if not seldom and not repeated:
            return listing
        once |= seldom
        often |= repeated


def _written(
    root: Value,
    wrt: Sequence[Value],
    slopes: Sequence[Value],
    order: Sequence[Value],
    scopes: Sequence[Path],
    opens: Opens,
    number: Numbers,
    once: Collection[Value],
    often: Collection[Value],
) -> tuple[_Writer, Listing]:
    """Return the assignments, and what wrote them.

    A value is used less often than the graph says where a rule was written by its result: tanh'
    is 1 - y * y. Shared values in `once` get no line. It is used more often where a rule is written
    by a function that the graph has elsewhere: those in `often` get one.
    """
    forward = order[: len(scopes)]
    names = Names(forward, scopes)
    labelled = list(filter(names.of_label, forward))
    same = merged(order, {root, *wrt, *labelled})
    slopes = [same[slope] for slope in slopes]
    writer = _Writer(names, opens, number, same, once, often)
    writer.named.update([root, *wrt, *slopes, *labelled])
    output = writer.output(root)
    for value in forward:
        writer.write(value)
    if root.op is None:
        writer.lines.append(Line(output, writer.expressions[root]))
    again = []  # derivatives that are in the graph already, or the same as another
    for variable, slope in zip(wrt, slopes, strict=True):
        by = writer.name_of(variable)
        name, derivative = names.fresh(f"d{output}_d{by}"), (output, by)
        if slope.op is None or slope in writer.expressions or slope in writer.titles:
            again.append((name, slope, derivative))
        else:
            writer.titles[slope] = (name, derivative)
    numbers = {slope for slope in slopes if slope.op is None} - set(forward)
    for value in order[len(forward) :]:
        if value in numbers:
            writer.expressions[value] = number(value.data)
        else:
            writer.write(value)
    writer.lines += [
        Line(name, writer.expressions[slope], derivative) for name, slope, derivative in again
    ]
    return writer, Listing(writer.leaves, tuple(writer.lines), names.labels)


def merged(order: Sequence[Value], distinct: Collection[Value]) -> dict[Value, Value]:
    """Return, for every value of a topological order, the first that is the same expression.

    Values in `distinct` are the same as no other. A product that a rule guards against 0 * inf is
    the same as a plain one, because both are written alike.

    >>> from autograd import Value, topological_order
    >>> a, b = Value(2.0), Value(3.0)
    >>> twice = (a * b).exp() - (b * a).exp()
    >>> same = merged(topological_order(twice), [])
    >>> [same[value] is value for value in topological_order(twice)]
    [True, True, True, True, False, False, True]
    """
    symmetric = {row.formula for row in TABLE.values() if row.commutative} - {None}
    first: dict[Hashable, Value] = {}
    same: dict[Value, Value] = {}
    for value in order:
        key: Hashable = value
        if value.op is not None:
            operands = [
                repr(float(arg)) if isinstance(arg, Constant) else id(same[arg])
                for arg in value.args
            ]
            if value.op.commutative or value.op.formula in symmetric:
                operands.sort(key=str)
            # with the number: an operation of a user may draw at random
            key = (value.op.formula or value.op, value.op.variadic, repr(value.data), *operands)
        same[value] = value if value in distinct else first.get(key, value)
        first.setdefault(key, same[value])
    return same


class _Writer:
    """The state of one walk over a graph, operands before consumers."""

    def __init__(
        self,
        names: Names,
        opens: Opens,
        number: Numbers,
        same: Mapping[Value, Value],
        once: Collection[Value],
        often: Collection[Value],
    ) -> None:
        self.names = names
        self.opens = opens
        self.number = number
        self.same = same
        self.uses = self._counted()
        self.once, self.often = once, often
        self.shared: dict[str, Value] = {}  # have a line because the graph uses them often
        self.named: set[Value] = set()  # have a line, however often they are used
        self.titles: dict[Value, tuple[str, Derivative | None]] = {}  # names given beforehand
        self.leaves: dict[str, Value] = {}
        self.lines: list[Line] = []
        self.expressions: dict[Value, ast.expr] = {}  # a name, once the value has one
        self.texts: dict[str, str] = {}  # the names, by the texts of their expressions
        self.sizes: dict[Value, int] = {}
        self.depths: dict[Value, int] = {}

    def _counted(self) -> Counter[Value]:
        """Count how often each value would be written."""
        uses: Counter[Value] = Counter()
        for value, first in self.same.items():
            if value.op is not None and value is first:
                for position, operand in enumerate(value.args):
                    if not isinstance(operand, Constant):
                        uses[self.same[operand]] += repeats(value.op, position, self.opens)
        return uses

    def output(self, root: Value) -> str:
        """Return the name of the result, and reserve it."""
        if root.op is None:
            return self.names.first_free(RESULTS)
        name = self.names.of_label(root) or self.names.first_free(RESULTS)
        self.titles[root] = (name, None)
        return name

    def name_of(self, value: Value) -> str:
        """Return the name of a value that has one."""
        return ast.unparse(self.expressions[value])

    def write(self, value: Value) -> None:
        """Add a value; it gets a line if it is named or used in several places."""
        if self.same[value] is not value:
            return
        if value.op is None:
            name = self.names.of(value, "x")
            self.leaves[name] = value
            self._set(value, ast.Name(name), 1, 0)
            return
        operands = [
            operand if isinstance(operand, Constant) else self.same[operand]
            for operand in value.args
        ]
        values = [operand for operand in operands if not isinstance(operand, Constant)]
        self._shorten(values)
        parts = [
            self.number(operand.data)
            if isinstance(operand, Constant)
            else self.expressions[operand]
            for operand in operands
        ]
        size = 1 + len(operands) - len(values) + sum(self.sizes[operand] for operand in values)
        depth = 1 + max((self.depths[operand] for operand in values), default=0)
        expression = operation(value.op, parts, self.opens)
        if self.opens(value.op) and calls(value.op):  # 1 - tanh(x) * tanh(x), where y is tanh(x)
            expression = with_names(expression, self.texts)
        self._set(value, expression, size, depth)
        is_shared = (self.uses[value] > 1 or value in self.often) and value not in self.once
        if value in self.named or (is_shared and not _is_short(self.expressions[value])):
            self._assign(value)
            if value not in self.named:
                self.shared[self.name_of(value)] = value
            opened = operation(value.op, parts, lambda _: True)
            self.texts[ast.unparse(opened)] = self.name_of(value)

    def seldom(self) -> set[Value]:
        """Return the shared values that have a line and are used in fewer than two places."""
        count = Counter(
            node.id
            for line in self.lines
            for node in ast.walk(line.expression)
            if isinstance(node, ast.Name)
        )
        return {value for name, value in self.shared.items() if count[name] < 2}

    def repeated(self) -> set[Value]:
        """Return the values without a line that are calls and stand in several places."""
        calls_of = {
            ast.unparse(expression): value
            for value, expression in self.expressions.items()
            if isinstance(expression, ast.Call) and not _is_short(expression)
        }
        count = Counter(
            ast.unparse(node)
            for line in self.lines
            for node in ast.walk(line.expression)
            if isinstance(node, ast.Call)
        )
        return {value for text, value in calls_of.items() if count[text] > 1}

    def _shorten(self, operands: Sequence[Value]) -> None:
        """Give names to operands that would make an expression too large or too deep."""
        is_long = sum(self.sizes[operand] for operand in operands) > LARGEST
        for operand in operands:
            if self.depths[operand] >= DEEPEST or (is_long and self.sizes[operand] > SMALL):
                self._assign(operand)

    def _assign(self, value: Value) -> None:
        name, derivative = self.titles.get(value) or (self.names.of(value, "t"), None)
        self.lines.append(Line(name, self.expressions[value], derivative))
        self.texts[ast.unparse(self.expressions[value])] = name
        self._set(value, ast.Name(name), 1, 0)

    def _set(self, value: Value, expression: ast.expr, size: int, depth: int) -> None:
        self.expressions[value] = expression
        self.sizes[value] = size
        self.depths[value] = depth


def _is_short(expression: ast.expr) -> bool:
    """Return whether an expression is as clear as a name for it: a, -a, 2, or a > 2."""
    match expression:
        case ast.Compare(left=left, comparators=[right]):
            return _is_short(left) and _is_short(right)
        case ast.UnaryOp(operand=ast.Name() | ast.Constant()) | ast.Name() | ast.Constant():
            return True
    return False
