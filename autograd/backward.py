"""The eager backward pass: the reverse sweep over floats, with each gradient in its node.

A step goes from a node, whose gradient is known, to its operands: `through` is the step for any
row. It calls rules, and a call takes as long as ten additions. So a row of one to three operands
has a step of its own, written from its rules: a rule that is called on texts instead of numbers
returns the text of what it computes. The rules of the engine in C are written in the same way, see
`autograd.native.generate`.
"""

from __future__ import annotations

from contextvars import ContextVar, copy_context
from itertools import cycle
from math import inf, nan

from autograd.graph import (
    Constant,
    Node,
    check_all_fresh,
    operand_data,
    operands,
    topological_order,
)
from autograd.mode import CURRENT
from autograd.native import engine
from autograd.operators import ARITHMETIC, UNARY
from autograd.primitive import RESERVED
from autograd.threads import Turns, loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TypeAlias

    from autograd.primitive import Primitive

__all__ = ["backward"]

Levels: TypeAlias = "list[list[Any] | None]"  # by depth: the nodes that something was sent to
Blocked: TypeAlias = "dict[int, list[Any]]"  # by depth: operands of rules that are None

# Sums are collected in the nodes, so passes over graphs that share leaves take turns.
TURNS = Turns()

# The stamps of the passes under way: more than one where a rule runs a pass of its own.
UNDER_WAY: ContextVar[tuple[object, ...]] = ContextVar("autograd_passes", default=())


def backward(root: Node, gradient: float) -> None:
    """Set the gradient of every node that `root` depends on, adding up in the leaves.

    If a rule raises, the graph is stale or Ctrl-C comes, all leaves keep the gradients they had, or
    all have the new ones. Each other node has the gradient of this pass or the one it had.
    """
    # One line: a debugger that raises at a line finds none between the pass and the release
    with TURNS.lock: _pass(root, gradient)  # fmt: skip # noqa: E701


def _pass(root: Node, gradient: float) -> None:
    # In a copy of the context: whatever ends the pass, its mode goes with the copy
    leaves = copy_context().run(reverse_floats, root, gradient)
    leaf: Any
    rest = zip(leaves, [x._sum if x._grad is None else x._grad + x._sum for x in leaves])
    try:
        for leaf, leaf._grad in rest:  # noqa: B007 - in half of the time of `put`
            pass
    except BaseException:
        for leaf, leaf._grad in rest:  # noqa: B007 - an iterator goes on where it was left
            pass
        raise


def reverse_floats(root: Node, gradient: float) -> list[Any]:
    """Set the gradients of interior nodes; return the leaves, with theirs in `_sum`.

    The consumers of a node all lie deeper than it, so going up level by level is a topological
    order that needs no search. A gradient of 0 contributes exactly 0, whatever the local
    derivative. Raises StaleGraphError if an operand changed after a node was computed.

    The sum of a node counts in the pass whose stamp it has: nothing is added to the sums that a
    pass left behind when it was broken off.
    """
    mode = CURRENT.get()
    CURRENT.set(mode._quieted or mode.quieted())
    outer = UNDER_WAY.get()
    if outer:
        _check_apart(root, outer)
    sweep = object()
    UNDER_WAY.set((*outer, sweep))
    levels: Levels = [None] * (root._depth + 1)  # the nodes that something has been sent to
    blocked: Blocked = {}  # by depth: operands of rules that are None
    root._sweep = sweep
    root._sum = gradient
    levels[-1] = [root]
    oldest = root._version
    for depth in range(root._depth, 0, -1):
        level = levels[depth] or ()
        for node in level:
            node._grad = g = node._sum
            if node._version < oldest:  # noqa: PLR1730 - min() takes 4 times as long
                oldest = node._version
            if g:
                (node._row.step or step_of(node._row))(node, g, sweep, levels, blocked)
            else:
                _reach(node, sweep, levels, blocked)
        if blocked and depth in blocked:
            oldest = _forget(blocked, depth, level, oldest)
        levels[depth] = None
    leaves = levels[0] or []
    for leaf in (*leaves, *blocked[0]) if blocked else leaves:
        if leaf._version > oldest:
            check_all_fresh(root)
    return leaves


def _reach(node: Any, sweep: object, levels: Levels, blocked: Blocked) -> None:
    """Send 0 to the operands of a node whose gradient is 0, as behind a relu that is off."""
    rules = node._row.pullbacks
    if None in rules:
        for x, rule in zip(operands(node), cycle(rules)):
            if rule is None:
                note(x, blocked)
            elif x is not None and x._sweep is not sweep and type(x) is not Constant:
                send(x, 0.0, sweep, levels)
        return
    # Most operands behind a neuron that is off are weights, which others have reached before
    for x in operands(node):
        if x is not None and x._sweep is not sweep and type(x) is not Constant:
            send(x, 0.0, sweep, levels)


def _check_apart(root: Node, passes: tuple[object, ...]) -> None:
    """Raise RuntimeError if a pass under way has collected a gradient in a node below `root`."""
    for node in topological_order(root):
        if node._sweep in passes:
            raise RuntimeError(
                f"a rule called backward() on a graph that shares {node!r} with the one whose "
                "gradients are being computed; use autograd.gradients in a rule, or Values of its "
                "own"
            )


def _forget(blocked: Blocked, depth: int, reached: Iterable[Any], oldest: int) -> int:
    """Clear the gradients of a level's unreached nodes; return the oldest version so far.

    Their operands are noted in turn, because other ways to them may be blocked as well.
    """
    seen = set(reached)
    for node in blocked.pop(depth):
        if node not in seen:
            seen.add(node)
            node._grad = None
            oldest = min(oldest, node._version)
            for arg in operands(node):
                note(arg, blocked)
    return oldest


def through(node: Any, g: float, sweep: object, levels: Levels, blocked: Blocked) -> None:
    """Send each operand of a node what its rule makes of the gradient g, in the pass `sweep`."""
    terms = node._row.pull(g, node._data, operand_data(node))
    for x, term in zip(operands(node), terms):
        if term is None:
            note(x, blocked)
        elif x is not None and type(x) is not Constant:
            if x._sweep is sweep:  # and as in `send`
                x._sum += term
            else:
                send(x, term, sweep, levels)


def send(x: Any, term: float, sweep: object, levels: Levels) -> None:
    """Add a term to the gradient of a node; the first one puts it on the level of its depth."""
    if x._sweep is sweep:
        x._sum += term
        return
    x._sweep = sweep
    x._sum = term
    level = levels[x._depth]
    if level is None:
        levels[x._depth] = [x]
    else:
        level.append(x)


def note(x: Any, blocked: Blocked) -> None:
    """Note an operand that gets nothing: the derivative is zero on purpose."""
    if x is not None and type(x) is not Constant:
        blocked.setdefault(x._depth, []).append(x)


# The step of a row, where a and b are its operands

HEAD = "def step(node, g, sweep, levels, blocked):"
SEND = """\
if {x}._sweep is sweep:
    {x}._sum += {term}
else:
    {x}._sweep = sweep
    {x}._sum = {term}
    level = levels[{x}._depth]
    if level is None:
        levels[{x}._depth] = [{x}]
    else:
        level.append({x})"""
OPERANDS = ("a", "b", "c")
INDENT = "    "


def step_of(row: Primitive) -> Callable[..., None]:
    """Return the step of a row, which keeps it."""
    step: Any = through
    if 0 < row.arity <= len(OPERANDS):
        known: dict[str, Any] = {"Constant": Constant, "inf": inf, "nan": nan, "note": note}
        text = "\n".join([HEAD, *_indented(_body(row, known))])
        written = loaded("autograd.written")
        step = written.names_after(text, f"{__file__}: {row.name}", known)["step"]
    row.step = step
    return step  # type: ignore[no-any-return]


def _body(row: Primitive, known: dict[str, Any]) -> list[str]:
    if row.arity == 1:
        return ["a = node._first", *_to_node(_sent(row, known, (0,), x="a._data"))]
    if row.arity == 2:
        return [
            "a = node._first",
            "b = node._second",
            "if b is None:",
            *_indented(_to_node(_sent(row, known, (0,), x="a._data", y="node._constant"))),
            "elif a is None:",
            *_indented(_sent(row, known, (1,), x="node._constant", y="b._data")),
            "else:",
            *_indented(_sent(row, known, (0, 1), x="a._data", y="b._data")),
        ]
    lines = ["a, b, c = node._first"]
    for place, operand in enumerate(OPERANDS):
        sent = _sent(row, known, (place,), x="a._data", y="b._data", z="c._data")
        lines += _to_node(sent, operand)
    return lines


def _to_node(lines: Sequence[str], operand: str = "a") -> list[str]:
    return [f"if type({operand}) is not Constant:", *_indented(lines)]


def _sent(
    row: Primitive, known: dict[str, Any], places: Sequence[int], **numbers: str
) -> list[str]:
    """Return the lines that send terms to operands, after those that read the numbers in them."""
    numbers = {"out": "node._data", **numbers}
    lines = Lines(known)
    args = [Text(name, lines) for name in ("g", *numbers)]
    for place in places:
        rule, operand = row.pullbacks[place], OPERANDS[place]
        if rule is None:
            lines.append(f"note({operand}, blocked)")
            continue
        if row.name in RESERVED:
            term = lines.text(rule(*args))
        else:  # a rule of users is called: it may do more than arithmetic
            known[f"rule_{place}"] = rule
            term = f"term_{place}"
            lines.append(f"{term} = rule_{place}({', '.join(map(lines.text, args))})")
        lines += SEND.format(x=operand, term=term).splitlines()
    return [*(f"{name} = {text}" for name, text in numbers.items() if name in lines.read), *lines]


def _indented(lines: Sequence[str]) -> list[str]:
    return [INDENT + line for line in lines]


class Lines(list[str]):
    """Lines of a step, and the names in them."""

    def __init__(self, known: dict[str, Any]) -> None:
        super().__init__()
        self.known = known  # functions by name
        self.read: set[str] = set()  # names of numbers

    def text(self, number: Any) -> str:
        """Return the text of a Text or a float."""
        if type(number) is not Text:
            return repr(float(number))
        self.read.add(number.text)
        return number.text

    def applied(self, op: Primitive, args: Sequence[Any]) -> Text:
        """Write the line of an operation."""
        texts = list(map(self.text, args))
        value = loaded("autograd.written").in_line(op, *texts)
        if value is None:
            self.known[op.name] = op.forward
            value = f"{op.name}({', '.join(texts)})"
        result = f"t{len(self)}"
        self.append(f"{result} = {value}")
        return Text(result, self)


class Text:
    """A number by the text that computes it: an operation on texts writes a line."""

    __slots__ = ("lines", "text")

    op, args, _depth = None, (), 0  # as of a leaf, for rules that look at the graph they draw in

    def __init__(self, text: str, lines: Lines) -> None:
        self.text = text
        self.lines = lines

    @classmethod
    def __primitive__(cls, op: Primitive, args: tuple[Any, ...]) -> Text:
        (lines, *_) = [arg.lines for arg in args if type(arg) is cls]
        return lines.applied(op, args)


def _method(op: Primitive, *, reflected: bool = False) -> Callable[..., Text]:
    def method(*operands: Any) -> Text:
        return Text.__primitive__(op, operands[::-1] if reflected else operands)

    return method


for _name, _op in {**UNARY, **ARITHMETIC}.items():
    setattr(Text, f"__{_name}__", _method(_op))
    setattr(Text, f"__r{_name}__", _method(_op, reflected=True))


# The pass in C holds no lock while it runs no Python: nothing can come between.


def careful_backward(root: Node, gradient: float) -> None:
    """Do the same in C while another pass waits for a rule in Python."""
    with TURNS.lock:
        outer = UNDER_WAY.get()
        if outer:
            _check_apart(root, outer)
        engine.run_pass(root, gradient)


def pulled(op: Any, g: float, out: float, args: tuple[Any, ...]) -> list[Any]:
    """Return what a rule in Python sends to each operand."""
    return copy_context().run(_pulled, op, g, out, args)


def _pulled(op: Any, g: float, out: float, args: tuple[Any, ...]) -> list[Any]:
    CURRENT.set(CURRENT.get().quieted())
    return [*op.pull(g, out, [arg._data for arg in args])]


if engine is not None and not TYPE_CHECKING:
    backward = engine.backward
