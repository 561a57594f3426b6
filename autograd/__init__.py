"""A scalar autograd engine: graphs of scalars and their gradients to any order, every one visible.

>>> from autograd import Value
>>> x = Value(3.0, label="x")
>>> y = x**2 + 2 * x
>>> y.backward()
>>> x.grad
8.0
"""

from __future__ import annotations


from autograd.choice import take
from autograd.context import no_grad, scope, source_lines
from autograd.errors import NumericWarning, StaleGraphError, StaleProgramError, TracingError
from autograd.functions import log_softmax, logsumexp, mean, norm, softmax, sum
from autograd.graph import topological_order
from autograd.mode import is_tracing
from autograd.primitive import Primitive, Words, primitive
from autograd.primitives import (
    abs, acos, acosh, asin, asinh, atan, atan2, atanh, clip, cos, cosh, detach, elu, erf, erfc,
    exp, expm1, gelu, hypot, leaky_relu, log, log1p, logaddexp, maximum, minimum, relu, sigmoid,
    silu, sin, sinh, softplus, sqrt, tan, tanh, where,
)  # fmt: skip
from autograd.threads import loaded
from autograd.value import Value
from autograd.vector import dot
from autograd.native import engine as _engine

if _engine is not None:
    from autograd.native import connection as _connection  # noqa: F401 - it tells C what to ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from autograd.check import GradientError, check_gradients
    from autograd.functional import (
        grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp,
    )  # fmt: skip
    from autograd.program.compile import compile, compile_graph
    from autograd.program.compiled import Compiled
    from autograd.program.descent import Descent

__all__ = [
    "Compiled", "Descent", "GradientError", "NumericWarning", "Primitive", "StaleGraphError",
    "StaleProgramError", "TracingError", "Value", "Words", "abs", "acos", "acosh", "asin", "asinh",
    "atan", "atan2", "atanh", "check_gradients", "clip", "compile", "compile_graph", "cos", "cosh",
    "detach", "dot", "elu", "erf", "erfc", "exp", "expm1", "gelu", "grad", "gradients", "hessian",
    "hvp", "hypot", "is_tracing", "jacobian", "jvp", "leaky_relu", "log", "log1p", "log_softmax",
    "logaddexp", "logsumexp", "maximum", "mean", "minimum", "no_grad", "norm", "primitive", "relu",
    "scope", "sigmoid", "silu", "sin", "sinh", "softmax", "softplus", "source_lines", "sqrt", "sum",
    "take", "tan", "tanh", "topological_order", "value_and_grad", "vjp", "where",
]  # fmt: skip

# Values and operations are a third of the package; all other names are loaded at their first use.
LAZY = {
    "Compiled": "autograd.program.compiled",
    "Descent": "autograd.program.descent",
    **dict.fromkeys(("GradientError", "check_gradients"), "autograd.check"),
    **dict.fromkeys(("compile", "compile_graph"), "autograd.program.compile"),
    **dict.fromkeys(
        ("grad", "gradients", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"),
        "autograd.functional",
    ),
}


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return globals().setdefault(name, getattr(loaded(LAZY[name]), name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *LAZY})
