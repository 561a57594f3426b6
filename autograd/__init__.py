"""A scalar autograd engine: graphs of scalars and their gradients to any order, every one visible.

>>> from autograd import Value
>>> x = Value(3.0, label="x")
>>> y = x**2 + 2 * x
>>> y.backward()
>>> x.grad
8.0
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autograd.assignment import set_data, set_gradients
from autograd.check import GradientError, check_gradients
from autograd.computed import computed
from autograd.context import current_variant, no_grad, source_lines, variant
from autograd.errors import NumericWarning, StaleGraphError, StaleProgramError, TracingError
from autograd.functional import grad, gradients, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from autograd.functions import log_softmax, logsumexp, mean, norm, softmax, sum
from autograd.graph import Constant, paused_collector, topological_order
from autograd.mode import is_tracing, scope, sections
from autograd.number import as_float
from autograd.primitive import TABLE, Primitive, primitive
from autograd.primitives import (
    abs, acos, acosh, asin, asinh, atan, atan2, atanh, clip, cos, cosh, detach, elu, erf, erfc,
    exp, expm1, gelu, hypot, leaky_relu, log, log1p, logaddexp, maximum, minimum, relu, sigmoid,
    silu, sin, sinh, softplus, sqrt, tan, tanh, where,
)  # fmt: skip
from autograd.program.verification import structure_changed
from autograd.settings import as_count, as_switch
from autograd.sweep import Contribution, Sweep, Visit, local_derivatives, sweep
from autograd.turns import loaded
from autograd.value import Value
from autograd.vector import Vector, dot
from autograd.words import Words

if TYPE_CHECKING:
    from autograd.calls import as_function
    from autograd.files import as_path, write_files
    from autograd.program.compile import Compiled, compile, compile_graph
    from autograd.program.descent import Descent

__all__ = [
    "TABLE", "Compiled", "Constant", "Contribution", "Descent", "GradientError", "NumericWarning",
    "Primitive", "StaleGraphError", "StaleProgramError", "Sweep", "TracingError", "Value", "Vector",
    "Visit", "Words", "abs", "acos", "acosh", "as_count", "as_float", "as_function", "as_path",
    "as_switch", "asin", "asinh", "atan", "atan2", "atanh", "check_gradients", "clip", "compile",
    "compile_graph", "computed", "cos", "cosh", "current_variant", "detach", "dot", "elu", "erf",
    "erfc", "exp", "expm1", "gelu", "grad", "gradients", "hessian", "hvp", "hypot", "is_tracing",
    "jacobian", "jvp", "leaky_relu", "local_derivatives", "log", "log1p", "log_softmax",
    "logaddexp", "logsumexp", "maximum", "mean", "minimum", "no_grad", "norm", "paused_collector",
    "primitive", "relu", "scope", "sections", "set_data", "set_gradients", "sigmoid", "silu", "sin",
    "sinh", "softmax", "softplus", "source_lines", "sqrt", "structure_changed", "sum", "sweep",
    "tan", "tanh", "topological_order", "value_and_grad", "variant", "vjp", "where", "write_files",
]  # fmt: skip

# The compiler is two thirds of the package: each name is loaded when it is first used.
LAZY = {
    "Compiled": "autograd.program.compile",
    "Descent": "autograd.program.descent",
    "as_function": "autograd.calls",
    "as_path": "autograd.files",
    "compile": "autograd.program.compile",
    "compile_graph": "autograd.program.compile",
    "write_files": "autograd.files",
}


def __getattr__(name: str) -> Any:
    if name in LAZY:
        return globals().setdefault(name, getattr(loaded(LAZY[name]), name))
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *LAZY})
