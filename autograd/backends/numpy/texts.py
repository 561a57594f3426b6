"""NumPy texts of rows, as functions of arrays."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograd.backends.numpy.expression import evaluate, tree_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.backends.numpy.expression import Node
    from autograd.backends.numpy.frame import Array, Frame
    from autograd.primitive import Primitive

__all__ = ["Text", "text_of"]

NAMESPACE: dict[str, Any] = {**vars(np), "math": math}
ARGUMENTS = ("x", "y", "z")


class Text(NamedTuple):
    """What the NumPy text of a row means; of a variadic row, the form that is folded."""

    function: Callable[..., Any]
    arity: int
    tree: Node | None

    def compute(self, operands: Sequence[Array], out: Array, frame: Frame) -> None:
        """Add the steps that write the function of the operands into `out`."""
        if isinstance(self.function, np.ufunc):
            frame.add(self.function, *operands, out=out)
        elif self.tree is not None:
            evaluate(self.tree, operands, out, frame)
        else:
            frame.add(_written, self.function, operands, out)


@lru_cache(maxsize=1024)
def text_of(row: Primitive) -> Text:
    """Return the meaning of a row's text.

    Raises ValueError, which names the row, where there is none or it is not understood.

    >>> from autograd import TABLE
    >>> text_of(TABLE["relu"]).function(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    if row.numpy is None:
        raise ValueError(
            f"the operation {row.name!r} has no NumPy text, so it runs eagerly only; to compile "
            f"it, define it with primitive({row.name!r}, ..., numpy='an expression in x, y, z')"
        )
    try:
        names = compile(row.numpy.strip(), row.name, "eval").co_names
        arity = row.arity or (3 if "z" in names else 2)  # a variadic row folds x with y, or y and z
        function: Any = NAMESPACE.get(row.numpy.strip())
        if not callable(function):
            function = eval(  # noqa: S307 - the text of a row is code of this program
                f"lambda {', '.join(ARGUMENTS[:arity])}: {row.numpy}", NAMESPACE
            )
        with np.errstate(all="ignore"):
            np.broadcast_to(np.asarray(function(*[np.ones((1, 1))] * arity), float), (1, 1))
    except Exception as error:
        raise ValueError(
            f"the NumPy text {row.numpy!r} of the operation {row.name!r} is no function of arrays: "
            f"{type(error).__name__}: {error}"
        ) from error
    return Text(function, arity, tree_of(row.numpy, ARGUMENTS[:arity]))


def _written(function: Callable[..., Any], operands: Sequence[Array], out: Array) -> None:
    np.copyto(out, function(*operands))
