"""TracingError: while a function is compiled, a number would have been frozen into its program."""

from __future__ import annotations

from autograd.location import user_line
from autograd.mode import CURRENT

__all__ = ["TracingError", "frozen"]

# What was tried, in the user's words, and what to write instead.
REMEDIES = {
    "a truth value": "use autograd.where(x > 0, a, b) instead of `if`, `and`, `or`, `while`, and "
    "autograd.maximum or autograd.minimum instead of max() and min()",
    "==": "use autograd.where(x >= y, a, b), or `is` to ask whether two are the same Value",
    "a plain number": "use the functions of autograd, such as autograd.sin(x) for math.sin(x), and "
    "the Value itself instead of float(x) and int(x)",
    ".data": "compute with the Value itself, or with x.detach() where no gradient shall pass",
    ".grad": "use autograd.grad inside the function, or the methods value_and_grad and backward "
    "of the compiled function",
    "a rounded number": "compute with the Value itself",
    "text": "return the Value, and write its number after the call",
}


class TracingError(TypeError):
    """A traced Value was used where only a number would do."""


def frozen(what: str, name: str = "") -> TracingError:
    """Return the error for an attempt to take `what`, a key of REMEDIES, from a traced Value."""
    value = f"the traced Value {name!r}" if name else "a traced Value"
    if not CURRENT.get().tracing:
        return TracingError(
            f"{user_line()}: {what} was asked of {value}, which a function stored while it was "
            "compiled: it stands for many numbers and has none. Return it from the function instead"
        )
    return TracingError(
        f"{user_line()}: {what} was asked of {value}. A function is traced once and its program "
        f"then runs for all numbers, so this one would be frozen into it: {REMEDIES[what]}"
    )
