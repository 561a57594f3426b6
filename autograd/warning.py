"""NumericWarning: a finite operand became nan or inf, told at the user's own line."""

from __future__ import annotations

import warnings
from math import isfinite
from typing import TYPE_CHECKING, Any

from autograd.location import user_frame
from autograd.mode import CURRENT

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NumericWarning", "warn_identity", "warn_non_finite"]


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

    Operands are numbers or nodes. During a backward pass nothing is said: an infinite derivative
    is not the user's operation.
    """
    if CURRENT.get().quiet or not all(isfinite(getattr(x, "data", x)) for x in operands):
        return
    shown = ", ".join(map(_described, operands[:6])) + (", ..." if len(operands) > 6 else "")
    message = _Message(f"{operation}({shown}) gave {result}")
    message.operation = operation
    _warn_user(message, NumericWarning)


def warn_identity(value: Any, number: Any) -> None:
    """Warn that == between a Value and a number is False, whatever the data."""
    message = _Message(
        f"Value({value.data}) == {number!r} is False whatever the data: == asks whether two Values "
        f"are the same object, so that they can be keys of a dict; compare "
        f"{value.label or 'value'}.data == {number!r}"
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
    label = getattr(operand, "label", "")
    data = getattr(operand, "data", operand)
    return f"{label}={data}" if label else f"{data}"
