"""The values of a graph as columns of JSON, which the scripts of a page read."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite
from typing import Generic, TypeVar

from autograd import Primitive, StaleGraphError, Value, dot
from autograd.graph import Constant
from autograd.reverse import local_derivatives, sweep
from visualize.boxes import path_key
from visualize.draw.wording import LABEL_COLUMNS, words
from visualize.formula.rules import row_digits, rule_digits, rules_of
from visualize.page.folds import beginning, foldable_sums, term_size
from visualize.scene.collapse import View
from visualize.scene.compose import Scene
from visualize.scene.flat import FlatGraph, Path
from visualize.scene.gradient import product_sent
from visualize.text import FEW, cut, printable, unusual_widths

STATES = {
    "pending": "p", "unreached": "u", "earlier": "e", "zero": "z", "finite": "f", "infinite": "i",
    "nan": "n",
}  # fmt: skip
Item = TypeVar("Item", bound=Hashable)

MOST_OPERANDS = 64  # of an operation whose rules are written out


@dataclass(frozen=True, slots=True)
class _Backward:
    """One reverse sweep: the gradients that it starts from, its order, the shares of operands.

    `visits` is empty if a leaf was changed after the graph was computed, because such a graph has
    no sweep. `local` holds a local derivative for each operand of each value. `sent` holds the
    share of each operand, but only of the values that sent something else than gradient times
    `local`.
    """

    seeds: dict[int, float]
    visits: list[int]
    local: list[tuple[float | None, ...]]
    sent: dict[int, list[float | None]]


def columns_json(graph: FlatGraph, scene: Scene) -> str:
    """Return the columns of a graph as JSON that can stand in the script element of a page.

    No label can end the element or open a comment in it: every < is written as an escape, and
    everything beyond ASCII too.
    """
    text = json.dumps(columns(graph, scene), separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def columns(graph: FlatGraph, scene: Scene, view: View | None = None) -> dict[str, object]:
    """Return the columns of a graph by value number; `scene` shows its values one by one.

    `view` is how the page begins; it closes or folds as little as needed unless one is given.

    Texts, scopes, lines and numbers stand in tables of their own, and columns hold places in them,
    -1 for none. Among operands, constants are -1 minus their place. The share that a
    value sends to an operand is left out where it is its gradient times the local derivative.

    >>> from autograd import Value
    >>> from visualize.scene.compose import compose
    >>> from visualize.scene.flat import flatten
    >>> a = Value(2.0, label="a")
    >>> graph = flatten([a * 3])
    >>> made = columns(graph, compose(graph))
    >>> made["operands"], made["numbers"], made["visits"]
    ([[], [0, -1]], [3.0, 2.0, 6.0, 1.0], [1, 0])
    """
    backward = _backward(graph)
    texts, lines, scopes = Table[str](), Table[str](), Table[Path]()
    rows, rules = Table[Primitive](), Table[tuple[str, ...]]()
    said = [words(scene, node) for node in scene.nodes]
    recorded = [
        None if node.gradient.state in ("pending", "unreached") else node.gradient.value
        for node in scene.nodes
    ]
    sums = foldable_sums(graph)
    numbers = NumberTable(_numbers(graph, recorded, backward))
    rule = [rules.place(_rules(value)) for value in graph.values]
    operations = [-1 if value.op is None else rows.place(value.op) for value in graph.values]
    return {
        "name": [texts.place(node.name) for node in scene.nodes],
        "label": [
            texts.place(cut(printable(node.label), LABEL_COLUMNS)) if node.label else -1
            for node in scene.nodes
        ],
        "heading": [texts.place(box.heading) for box in said],
        "mark": [texts.place(box.mark) for box in said],
        "data": [numbers.place(value.data) for value in graph.values],
        "gradient": [numbers.place(number) for number in recorded],
        "state": "".join(STATES[node.gradient.state] for node in scene.nodes),
        "states": {letter: state for state, letter in STATES.items()},
        "remark": [
            texts.place(node.gradient.remark) if node.gradient.remark else -1
            for node in scene.nodes
        ],
        "operation": operations,
        "operands": [
            [
                -1 - numbers.place(operand) if type(operand) is Constant else next(used)
                for operand in value.args
            ]
            for value, used in zip(graph.values, map(iter, graph.operands), strict=True)
        ],
        "local": [[numbers.place(number) for number in row] for row in backward.local],
        "sent": {
            value: [numbers.place(number) for number in row] for value, row in backward.sent.items()
        },
        "seeds": [[value, numbers.place(number)] for value, number in backward.seeds.items()],
        "visits": backward.visits,
        "outputs": graph.outputs,
        "scope": [scopes.place(tuple(map(printable, scope))) for scope in graph.scopes],
        **view_columns(graph, view or beginning(graph, sums)),
        "sums": list(sums.values()),
        "line": [
            lines.place(printable(value.line)) if value.line else -1 for value in graph.values
        ],
        "operations": [row_facts(row) for row in rows.items],
        "rule": rule,
        "ruleDigits": _rule_digits(graph, backward.local, [rules.items[place] for place in rule]),
        "valueDigits": {
            number: digits
            for number, value in enumerate(graph.values)
            if (digits := row_digits(value)) != FEW
        },
        "rules": rules.items,
        "widths": unusual_widths(
            chain(
                texts.items,
                *scopes.items,
                *rules.items,
                *((row.described, row.symbol) for row in rows.items),
            )
        ),
        "texts": texts.items,
        "scopes": scopes.items,
        "lines": lines.items,
        "numbers": numbers.items,
    }


def view_columns(graph: FlatGraph, view: View) -> dict[str, object]:
    """Return the columns of the view with which a page begins: clusters, and which are closed.

    A closed cluster is the key of its path, a folded sum its own number.
    """
    clusters = Table[Path]()
    paths = view.paths if view.paths is not graph.scopes else []
    return {
        "cluster": [clusters.place(tuple(map(printable, path))) for path in paths],
        "clusters": clusters.items,
        "view": {
            "closed": [path_key([*map(printable, path)]) for path in view.closed_clusters()],
            "folded": [members[0] for members in view.folded],
            "alone": sorted(view.alone),
        },
    }


def _numbers(
    graph: FlatGraph, recorded: Sequence[float | None], backward: _Backward
) -> Iterator[float | None]:
    """Yield every number of the page, as often as it occurs."""
    yield from (value.data for value in graph.values)
    yield from recorded
    for value in graph.values:
        yield from (operand for operand in value.args if type(operand) is Constant)
    yield from chain.from_iterable(backward.local)
    yield from chain.from_iterable(backward.sent.values())
    yield from backward.seeds.values()


def _backward(graph: FlatGraph) -> _Backward:
    """Return the backward pass from the outputs with which the recorded one began.

    An output that another one uses gets its gradient from there. Of several others, those with a
    gradient are taken, and all if none has one: the gradients are those of their sum.
    """
    local = [local_derivatives(value) for value in graph.values]
    ends = [output for output in graph.outputs if not graph.heights[output]]
    begun = [output for output in ends if graph.values[output].has_grad] or ends
    seeds = {
        output: graph.values[output].grad if graph.values[output].has_grad else 1.0
        for output in begun
    }
    root = dot([graph.values[output] for output in begun], list(seeds.values()))
    if len(begun) == 1 or root.op is None:  # nothing is recorded now: no sum of several outputs
        begun = begun[:1]
        root = graph.values[begun[0]]
        seeds = {begun[0]: seeds[begun[0]]}
    try:
        visits = sweep(root, seeds[begun[0]] if len(begun) == 1 else 1.0).visits
    except StaleGraphError:
        return _Backward({}, [], local, {})
    number = {value: position for position, value in enumerate(graph.values)}
    reached = [visit for visit in visits if visit.node in number]  # without the sum of outputs
    sent: dict[int, list[float | None]] = {}
    for visit in reached:
        row: list[float | None] = [None] * len(visit.node.args)
        alike = True
        for contribution in visit.contributions:
            row[contribution.position] = contribution.sent
            alike &= _is_product(visit.gradient, contribution.local, contribution.sent)
        if not alike:
            sent[number[visit.node]] = row
    return _Backward(seeds, [number[visit.node] for visit in reached], local, sent)


def _is_product(gradient: float, local: float | None, sent: float | None) -> bool:
    """Tell whether the scripts compute `sent` themselves, as gradient times local derivative."""
    if local is None or sent is None:
        return sent is None
    return repr(product_sent(gradient, local)) == repr(sent)


def row_facts(row: Primitive) -> dict[str, object]:
    """Return the facts of a row that the scripts need."""
    symbol = printable(row.symbol)
    return {
        "name": printable(row.called),
        "described": printable(row.described),
        "symbol": symbol,
        "within": printable(row.within),
        "variadic": row.variadic,
        "symmetric": row.symmetric,
        "isPower": "**" in (row.formula or ""),
        "termSize": term_size(row),
    }


def _rule_digits(
    graph: FlatGraph, local: Sequence[Sequence[float | None]], rules: Sequence[tuple[str, ...]]
) -> dict[int, dict[int, int]]:
    """Return, by value and operand, the digits with which a rule in numbers gives its result.

    Rules that need only the usual few digits are left out; 0 says that no digits are enough.
    """
    found: dict[int, dict[int, int]] = {}
    for number, (value, slopes, texts) in enumerate(zip(graph.values, local, rules, strict=True)):
        data = [float(arg.data) for arg in value.args] if texts else []
        for position, (rule, slope) in enumerate(zip(texts, slopes, strict=False)):
            if slope is not None and (digits := rule_digits(rule, data, value.data, slope)) != FEW:
                found.setdefault(number, {})[position] = digits
    return found


def _rules(value: Value) -> tuple[str, ...]:
    """Return the rule of the local derivative by each operand; none where they are many."""
    if value.op is None or len(value.args) > MOST_OPERANDS:
        return ()
    return rules_of(value)


class Table(Generic[Item]):
    """Different items in order of appearance; a column holds their places instead of them.

    >>> table = Table[str]()
    >>> [table.place(text) for text in ("tanh", "add", "tanh")], table.items
    ([0, 1, 0], ['tanh', 'add'])
    """

    def __init__(self) -> None:
        self._places: dict[Item, int] = {}

    def place(self, item: Item) -> int:
        """Return the place of an item, which is added where it is new."""
        return self._places.setdefault(item, len(self._places))

    @property
    def items(self) -> list[Item]:
        """All items by place."""
        return list(self._places)


class NumberTable:
    """Different floats, the most frequent first: their places are the shortest to write.

    The local derivative of a product is the other factor and half of all others are 1, so that
    most numbers of a graph occur several times.

    >>> table = NumberTable([2.0, 0.5, 0.5, -0.0, 0.0])
    >>> table.items, table.place(0.5), table.place(None)
    ([0.5, 2.0, -0.0, 0.0], 0, -1)
    """

    def __init__(self, numbers: Iterable[float | None]) -> None:
        # By text, which tells -0.0 from 0.0 and finds nan again.
        count = Counter(repr(float(number)) for number in numbers if number is not None)
        self._places = {text: place for place, (text, _) in enumerate(count.most_common())}

    def place(self, number: float | None) -> int:
        """Return the place of a number of the table, -1 for None."""
        return -1 if number is None else self._places[repr(float(number))]

    @property
    def items(self) -> list[float | str]:
        """All numbers by place, as JSON can hold them."""
        return [_json_number(float(text)) for text in self._places]


def _json_number(number: float) -> float | str:
    """Return a number as JSON can hold it: nan and infinities as text.

    >>> _json_number(0.5), _json_number(float("-inf"))
    (0.5, '-inf')
    """
    return number if isfinite(number) else str(number)
