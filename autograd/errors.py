"""Errors and warnings that say what was wrong at the user's own line, and the way out.

They are about a graph or a program that is older than its origin, a number that would have been
frozen into a program, and a finite operand that became nan or inf.
"""

from __future__ import annotations

import sys
import warnings
from math import isfinite

from autograd.mode import CURRENT, TRACES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType
    from typing import Any


# From the attempt, in the user's words, to the way out.
REMEDIES = {
    "a truth value": "use autograd.where(x > 0, a, b) instead of `if`, `and`, `or`, `while`, "
    "sorted(), any() and all(), which only `compile` follows, by a program for each path",
    "==": "use autograd.where(x >= y, a, b), autograd.take(values, i) to choose by a whole number, "
    "or `is` to ask whether two are the same Value",
    "a plain number": "use the functions of autograd, such as autograd.sin(x) for math.sin(x), and "
    "the Value itself instead of float(x) and int(x); autograd.take(values, i) for values[int(i)]",
    "an index": "use autograd.take(values, i) for values[i]; a length, a number of rounds and what "
    "is looked up in a dict belong to one program, so decide them outside of the function",
    ".data": "compute with the Value itself, or with x.detach() where no gradient shall pass",
    "a change of .data": "a program changes no Value: return the new number and set it after the "
    "call, or compute with new Values",
    "a new Value": "compute with the Value itself, or with x.detach() where no gradient shall pass",
    "a hash": "a set or a dict would look for this one Value, not for its number; use "
    "autograd.take(values, i) to choose by a whole number or autograd.where(x >= y, a, b), or look "
    "up outside and give what is found as an argument",
    "its type": "it is a Value here and a float elsewhere; ask autograd.is_tracing(), or decide "
    "outside of the function",
    "a copy": "compute with the Value itself, or with x.detach() where no gradient shall pass, and "
    "copy models outside of the function",
    "// or %": "they are steps, without a derivative; compute them outside and give the result as "
    "an argument",
    ".grad": "use autograd.grad inside the function, or the methods value_and_grad and backward "
    "of the compiled function",
    "a rounded number": "compute with the Value itself",
    "text": "return the Value, and write its number after the call",
    "a sweep": "use autograd.gradients or autograd.grad, which draw derivatives into the program",
    "check_gradients": "check the function outside of what is compiled",
}


class StaleGraphError(RuntimeError):
    """The data of a leaf was changed after the graph was computed from it."""


class StaleProgramError(RuntimeError):
    """A compiled function would do something else now than when it was traced; see `compile`."""


class TracingError(TypeError):
    """A traced Value was used where only a number would do."""


def tracing_error(what: str, name: str = "") -> TracingError:
    """Return the error for an attempt to take `what`, a key of REMEDIES, from a traced Value."""
    value = f"the traced Value {name!r}" if name else "a traced Value"
    if CURRENT.get().tracing is None:
        return TracingError(
            f"{user_line()}: {what} was asked of {value}, which a function stored while it was "
            "compiled: it stands for many numbers and has none. Return it from the function instead"
        )
    return TracingError(
        f"{user_line()}: {what} was asked of {value}. A function is traced once and its program "
        f"then runs for all numbers, so this one would be frozen into it: {REMEDIES[what]}"
    )


def unrecorded_error(what: str, name: str) -> RuntimeError:
    """Return the error for a derivative of a Value that was computed under `no_grad`."""
    of = f" of {name!r}" if name else ""
    return RuntimeError(
        f"{what}{of} inside no_grad(), where nothing is recorded: it would depend on nothing; "
        "leave the block, or use autograd.grad, which records what it differentiates"
    )


def refuse(what: str, value: Any) -> None:
    """Raise a TracingError if a function is being traced here."""
    if TRACES and CURRENT.get().tracing is not None:
        raise tracing_error(what, value._place.name)


class NumericWarning(RuntimeWarning):
    """An operation turned finite operands into nan or inf.

    Make it an exception, to find the first cause with a traceback, by
    `warnings.simplefilter("error", NumericWarning)`.
    """


class _Message(str):
    """A text that the registry of `warnings` knows again by its operation, whatever the operands.

    The default filter shows one warning per text and line; with numbers in the text it would
    print anew for every example of a training set.
    """

    __slots__ = ("operation",)
    operation: str

    def __hash__(self) -> int:
        return hash(self.operation)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Message) and other.operation == self.operation


def warn_non_finite(operation: str, result: float, operands: Sequence[Any]) -> None:
    """Warn that `operation` gave nan or inf, if its operands were finite and a user asked for it.

    Operands are numbers or nodes. The warning names the function that the user called: norm, where
    the operation is hypot. During a backward pass nothing is said: an infinite derivative is not
    the user's operation.
    """
    if CURRENT.get().quiet or not all(isfinite(getattr(x, "data", x)) for x in operands):
        return
    shown = ", ".join(map(_described, operands[:6])) + (", ..." if len(operands) > 6 else "")
    called = _called() or operation
    message = _Message(f"{called}({shown}) gave {result}")
    message.operation = called
    _warn_user(message, NumericWarning)


def warn_identity(value: Any, number: Any) -> None:
    """Warn that == between a Value and a number is False, whatever the data."""
    message = _Message(
        f"Value({value.data}) == {number!r} is False whatever the data, and != is True: == asks "
        f"whether two Values are the same object, so that they can be keys of a dict; compare "
        f"{value._place.name or 'value'}.data == {number!r}"
    )
    message.operation = "=="
    _warn_user(message, UserWarning)


def _warn_user(message: _Message, category: type[Warning]) -> None:
    """Warn at the user's own line, once a line under the default filter."""
    frame = user_frame()
    warnings.warn_explicit(
        message,
        category,
        frame.f_code.co_filename,
        frame.f_lineno,
        module=frame.f_globals.get("__name__", "<unknown>"),
        registry=frame.f_globals.setdefault("__warningregistry__", {}),
    )


def _described(operand: Any) -> str:
    place = getattr(operand, "_place", None)  # a number has none
    data = getattr(operand, "data", operand)
    return f"{place.name}={data}" if place and place.name else f"{data}"


# Frames of these packages are not the user's line.
INTERNAL = ("autograd", "nn", "visualize", "numpy", "copy")


def user_frame() -> FrameType:
    """Return the innermost frame outside this project, NumPy and copy."""
    frame = sys._getframe(1)
    while frame.f_back and _module(frame).partition(".")[0] in INTERNAL:
        frame = frame.f_back
    return frame


def _called() -> str:
    """Return the function of autograd.functions that is being called, "" if there is none."""
    frame: FrameType | None = sys._getframe(2)
    while frame and _module(frame).partition(".")[0] in INTERNAL:
        name = frame.f_code.co_name
        if _module(frame) == "autograd.functions" and not name.startswith("_"):
            return name
        frame = frame.f_back
    return ""


def _module(frame: FrameType) -> str:
    name: str = frame.f_globals.get("__name__", "")
    return name


def asked_by_user() -> bool:
    """Tell whether code outside this project, NumPy and copy has called the caller.

    A number of a trace is refused as the key of a set or a dict, where a user's branch would be
    frozen in silence; but it is a node, and the engine keeps nodes in sets. Nothing but the
    caller tells one from the other.
    """
    return _module(sys._getframe(2)).partition(".")[0] not in INTERNAL


def user_line() -> str:
    """Return the line of `user_frame` as "file:line"."""
    frame = user_frame()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
