"""Expressions of NumPy's functions, evaluated without a temporary array.

Temporary arrays of more than 100 kB cost more than what is computed in them: malloc gives their
pages back to the system each time.
"""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from autograd.backends.numpy.frame import Array, Frame

__all__ = ["Apply", "Node", "evaluate", "tree_of"]

OPERATORS: dict[type[ast.AST], np.ufunc] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.divide,
    ast.USub: np.negative,
    ast.BitAnd: np.bitwise_and,
    ast.BitOr: np.bitwise_or,
    ast.Invert: np.invert,
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}


class Apply(NamedTuple):
    """A ufunc, or numpy.where, of other nodes."""

    function: Callable[..., Any]
    args: tuple[Node, ...]


Node: TypeAlias = "int | float | Apply"  # an int is the position of an operand


def tree_of(text: str, operands: Sequence[str]) -> Node | None:
    """Return the tree of an expression, None where it is made of more than ufuncs and `where`."""
    try:
        return _node(ast.parse(text.strip(), mode="eval").body, operands)
    except (KeyError, SyntaxError):
        return None


def _node(tree: ast.expr, operands: Sequence[str]) -> Node:
    match tree:
        case ast.Name(id=name) if name in operands:
            return operands.index(name)
        case ast.Name(id=name) if isinstance(vars(np)[name], float):
            return float(vars(np)[name])
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.UnaryOp(op=operator, operand=x):
            return Apply(OPERATORS[type(operator)], (_node(x, operands),))
        case ast.BinOp(left=x, op=operator, right=y):
            return Apply(OPERATORS[type(operator)], (_node(x, operands), _node(y, operands)))
        case ast.Compare(left=x, ops=[operator], comparators=[y]):
            return Apply(OPERATORS[type(operator)], (_node(x, operands), _node(y, operands)))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
            function = vars(np)[name]
            if function is np.where or isinstance(function, np.ufunc):
                return Apply(function, tuple([_node(arg, operands) for arg in args]))
    raise KeyError(type(tree))


def evaluate(node: Node, operands: Sequence[Array], out: Array, frame: Frame) -> None:
    """Add the steps that write the value of a tree into `out`."""
    _Evaluation(Counter(_parts(node)), operands, frame).write(node, out)


def _parts(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node, Apply):
        for arg in node.args:
            yield from _parts(arg)


class _Evaluation:
    """The steps of one expression; equal parts are computed once."""

    def __init__(self, uses: Counter[Node], operands: Sequence[Array], frame: Frame) -> None:
        self.uses = uses
        self.operands = operands
        self.frame = frame
        self.known: dict[Node, Any] = {}

    def value(self, node: Node) -> Any:
        """Return what holds the value of a node when the steps so far have run."""
        if isinstance(node, int):
            return self.operands[node]
        if isinstance(node, float):
            return node
        if node not in self.known:
            args = [self.value(arg) for arg in node.args]
            shape = np.broadcast_shapes(*map(np.shape, args))
            samples = [np.ones(1, getattr(arg, "dtype", float)) for arg in args]
            out = self.frame.scratch.array(shape, node.function(*samples).dtype)
            self.write(node, out)
            self.known[node] = out
        return self.known[node]

    def write(self, node: Node, out: Any) -> None:
        """Add the steps that write the value of a node into `out`."""
        if not isinstance(node, Apply):
            self.frame.add(np.copyto, out, self.value(node))
        elif node.function is np.where:
            condition, chosen, other = node.args
            if self.uses[other] == 1:
                self.write(other, out)
            else:
                self.frame.add(np.copyto, out, self.value(other))
            mask, numbers = self.value(condition), self.value(chosen)
            if np.result_type(mask) != np.bool_:
                mask = self.value(Apply(np.not_equal, (condition, 0.0)))
            self.frame.add(np.copyto, out, numbers, where=mask)
        else:
            self.frame.add(node.function, *map(self.value, node.args), out=out)
