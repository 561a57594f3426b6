"""C texts of rows as functions of JAX arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jax.numpy as jnp
from jax import lax
from jax.scipy import special

from autograd.backends.formula import formula_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.primitive import Primitive

__all__ = ["Arrays", "function_of"]

SAME_NAME = (
    "cbrt", "ceil", "copysign", "cos", "cosh", "exp", "exp2", "expm1", "floor", "fmax", "fmin",
    "fmod", "hypot", "log", "log10", "log1p", "log2", "nextafter", "rint", "sin", "sinh", "sqrt",
    "tan", "tanh", "trunc",
)  # fmt: skip
# The functions of <math.h> that a text may call; JAX has no fma, and its remainder is another.
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(jnp, name) for name in SAME_NAME},
    "acos": jnp.arccos,
    "acosh": jnp.arccosh,
    "asin": jnp.arcsin,
    "asinh": jnp.arcsinh,
    "atan": jnp.arctan,
    "atan2": jnp.arctan2,
    "atanh": jnp.arctanh,
    "erf": special.erf,
    "erfc": special.erfc,
    "fabs": jnp.abs,
    "fdim": lambda x, y: jnp.where(x <= y, 0.0, x - y),
    "lgamma": special.gammaln,
    "nearbyint": jnp.rint,
    "pow": jnp.power,
    "round": lambda x: lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO),
    "tgamma": special.gamma,
}
COMPARISONS = {
    "<": jnp.less,
    "<=": jnp.less_equal,
    ">": jnp.greater,
    ">=": jnp.greater_equal,
    "==": jnp.equal,
    "!=": jnp.not_equal,
}


class Arrays:
    """The operations of a formula on JAX arrays, as autograd.backends.formula.Algebra has them."""

    number = staticmethod(float)  # a Python number takes the precision of the array it meets
    negative = staticmethod(jnp.negative)
    add = staticmethod(jnp.add)
    subtract = staticmethod(jnp.subtract)
    multiply = staticmethod(jnp.multiply)
    divide = staticmethod(jnp.divide)
    both = staticmethod(jnp.logical_and)
    either = staticmethod(jnp.logical_or)
    opposite = staticmethod(jnp.logical_not)

    def function(self, name: str, *args: Any) -> Any:
        """Return the value of a function of C."""
        return FUNCTIONS[name](*args)

    def compare(self, relation: str, x: Any, y: Any) -> Any:
        """Return the condition x < y, or another relation."""
        return COMPARISONS[relation](x, y)

    def choose(self, condition: Any, x: Any, y: Any) -> Any:
        """Return x where the condition holds, else y."""
        return jnp.where(condition, x, y)

    def indicator(self, condition: Any) -> Any:
        """Return 1.0 where the condition holds, else 0.0."""
        return jnp.where(condition, 1.0, 0.0)


def function_of(row: Primitive) -> Callable[..., Any]:
    """Return the function of JAX arrays that the C text of a row means.

    Of a variadic row it is the form of two arguments, or of three, that is folded. Raises
    ValueError, which names the row, where there is no text or it is not understood.
    """
    formula = formula_of(row)
    for method, details, _ in formula.steps:
        if method == "function" and details[0] not in FUNCTIONS:
            raise ValueError(
                f"the C text {row.c!r} of the operation {row.name!r} calls {details[0]}, which JAX "
                "does not have"
            )
    return lambda *operands: formula.evaluate(Arrays(), operands)
