"""Steps of the backward pass: from a node, whose gradient is known, to its operands.

`through` is the step for any row. It calls rules, and a call takes as long as ten additions. So a
row of one to three operands has a step of its own, written from its rules: a rule that is called on
texts instead of numbers returns the text of what it computes. The rules of the engine in C are
written in the same way, see `autograd.native.generate`.
"""

from __future__ import annotations

from math import inf, nan

from autograd.graph import Constant, operand_data, operands
from autograd.operators import ARITHMETIC, UNARY
from autograd.primitive import RESERVED
from autograd.threads import loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, TypeAlias

    from autograd.primitive import Primitive

Levels: TypeAlias = "list[list[Any] | None]"  # by depth: the nodes that something was sent to
Blocked: TypeAlias = "dict[int, list[Any]]"  # by depth: operands of rules that are None


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


# The same of a row, where a and b are its operands

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
