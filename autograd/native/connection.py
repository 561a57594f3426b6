"""Tell the engine in C which functions of Python it asks for all that is rare."""

from __future__ import annotations

import math

from autograd.backward import TURNS, UNDER_WAY, careful_backward, pulled
from autograd.context import scope
from autograd.errors import warn_non_finite
from autograd.graph import CLOCK, Constant, check_all_fresh
from autograd.mode import CURRENT, TRACES, Mode
from autograd.native import engine
from autograd.operators import apply, detached, operands_or_results, plain_number
from autograd.primitive import Primitive
from autograd.value import Value
from autograd.vector import Vector

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def warn(node: Any) -> None:
    """Warn of a result that is not finite."""
    warn_non_finite(node.op.called, node._data, node.args)


def value(op: Primitive, args: tuple[Any, ...]) -> float:
    """Return the value of an operation that has no function in C, or another number of operands."""
    result = op.forward(*[arg._data for arg in args])
    if not args or len(args) != (op.arity or len(args)):
        raise TypeError(f"{op!r} does not take {len(args)} operands")
    return result


def converted(kind: type[Value], op: Primitive, args: tuple[Any, ...]) -> Any:
    """Apply an operation to operands that are not all Values and Constants."""
    found = operands_or_results(op, args)
    if type(found) is not tuple:
        return found  # an array of results
    if not all(isinstance(arg, Value | Constant) for arg in found):
        raise TypeError(f"{op!r} takes Values and numbers")
    return apply(kind, op, found)


def leave(name: str, before: Mode) -> None:
    """End a scope before or after another block that does not lie in it."""
    scope(name).leave(before)


if engine is not None:  # without it, doctests alone import this file
    kept: Any = Value
    engine.connect(
        CLOCK,
        Constant=Constant,
        Vector=Vector,
        Mode=Mode,
        current=CURRENT,
        traces=TRACES,
        turns=TURNS,
        under_way=UNDER_WAY,
        init=kept._python_init,
        call=type.__call__,
        number=plain_number,
        value=value,
        converted=converted,
        detached=detached,
        is_same=kept._python_eq,
        is_true=kept._python_bool,
        warn=warn,
        pulled=pulled,
        careful_backward=careful_backward,
        check_all_fresh=check_all_fresh,
        hypot=math.hypot,
        scope=scope,
        leave=leave,
    )
