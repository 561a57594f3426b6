"""TracingError: while a function is compiled, a number would have been frozen into its program."""

from __future__ import annotations

from typing import Any

from autograd.location import user_line
from autograd.mode import CURRENT, TRACES

__all__ = ["TracingError", "frozen", "refuse"]


# What was tried, in the user's words, and what to write instead.
REMEDIES = {
    "a truth value": "use autograd.where(x > 0, a, b) instead of `if`, `and`, `or`, `while`, and "
    "autograd.maximum or autograd.minimum instead of max() and min()",
    "==": "use autograd.where(x >= y, a, b), or `is` to ask whether two are the same Value",
    "a plain number": "use the functions of autograd, such as autograd.sin(x) for math.sin(x), and "
    "the Value itself instead of float(x) and int(x)",
    ".data": "compute with the Value itself, or with x.detach() where no gradient shall pass",
    "a change of .data": "a program changes no Value: return the new number and set it after the "
    "call, or compute with new Values",
    "a new Value": "compute with the Value itself, or with x.detach() where no gradient shall pass",
    "a hash": "a set or a dict would look for this one Value, not for its number; use "
    "autograd.where(x == y, a, b), or look up outside and give what is found as an argument",
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


class TracingError(TypeError):
    """A traced Value was used where only a number would do."""


def frozen(what: str, name: str = "") -> TracingError:
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


def refuse(what: str, value: Any) -> None:
    """Raise `frozen` if a function is being traced here."""
    if TRACES and CURRENT.get().tracing is not None:
        raise frozen(what, value.label)
