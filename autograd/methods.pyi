"""The operators and methods of Value that are made from the table of operations.

Written by `make docs` for type checkers and editors: edit autograd/primitives.py.
"""

from typing import Any, overload

from numpy.typing import NDArray

from autograd.arguments import Number
from autograd.graph import Node
from autograd.value import Value

class Methods(Node):
    def __neg__(self) -> Value: ...
    def __abs__(self) -> Value: ...
    @overload
    def __add__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __add__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __radd__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __radd__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __sub__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __sub__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __rsub__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __rsub__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __mul__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __mul__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __rmul__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __rmul__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __truediv__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __truediv__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __rtruediv__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __rtruediv__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __pow__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __pow__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __rpow__(self, other: Value | Number, /) -> Value: ...
    @overload
    def __rpow__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __lt__(self, other: Value, /) -> Comparison: ...
    @overload
    def __lt__(self, other: Number, /) -> Value: ...
    @overload
    def __lt__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __le__(self, other: Value, /) -> Comparison: ...
    @overload
    def __le__(self, other: Number, /) -> Value: ...
    @overload
    def __le__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __gt__(self, other: Value, /) -> Comparison: ...
    @overload
    def __gt__(self, other: Number, /) -> Value: ...
    @overload
    def __gt__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    @overload
    def __ge__(self, other: Value, /) -> Comparison: ...
    @overload
    def __ge__(self, other: Number, /) -> Value: ...
    @overload
    def __ge__(self, other: NDArray[Any], /) -> NDArray[Any]: ...
    def detach(self) -> Value:
        """The argument as a number that no gradient passes."""
    def add(self, y: Value | Number, /) -> Value:
        """x + y."""
    def sub(self, y: Value | Number, /) -> Value:
        """x - y."""
    def mul(self, y: Value | Number, /) -> Value:
        """x * y."""
    def div(self, y: Value | Number, /) -> Value:
        """x / y; a zero divisor gives inf or nan with a NumericWarning."""
    def neg(self) -> Value:
        """-x."""
    def pow(self, y: Value | Number, /) -> Value:
        """x ** y; 0**0 is 1 with both derivatives 0; nan for a negative base and a fraction."""
    def abs(self) -> Value:
        """|x|, with derivative 0 at 0."""
    def sign(self) -> Value:
        """-1, 0 or 1 by the sign of x."""
    def exp(self) -> Value:
        """e**x."""
    def log(self) -> Value:
        """The natural logarithm; -inf at 0, nan below."""
    def log1p(self) -> Value:
        """log(1 + x), exact for small x."""
    def expm1(self) -> Value:
        """e**x - 1, exact for small x."""
    def sqrt(self) -> Value:
        """The square root, with derivative inf at 0."""
    def sin(self) -> Value:
        """The sine of x radians."""
    def cos(self) -> Value:
        """The cosine of x radians."""
    def tan(self) -> Value:
        """The tangent of x radians."""
    def asin(self) -> Value:
        """The arc sine in radians; nan outside [-1, 1]."""
    def arcsin(self) -> Value:
        """The arc sine in radians; nan outside [-1, 1]."""
    def acos(self) -> Value:
        """The arc cosine in radians; nan outside [-1, 1]."""
    def arccos(self) -> Value:
        """The arc cosine in radians; nan outside [-1, 1]."""
    def atan(self) -> Value:
        """The arc tangent in radians."""
    def arctan(self) -> Value:
        """The arc tangent in radians."""
    def atan2(self, x: Value | Number, /) -> Value:
        """The angle of the point (x, y), as atan2(y, x); both derivatives are 0 at the origin."""
    def arctan2(self, x: Value | Number, /) -> Value:
        """The angle of the point (x, y), as atan2(y, x); both derivatives are 0 at the origin."""
    def sinh(self) -> Value:
        """The hyperbolic sine."""
    def cosh(self) -> Value:
        """The hyperbolic cosine."""
    def tanh(self) -> Value:
        """The hyperbolic tangent."""
    def asinh(self) -> Value:
        """The inverse hyperbolic sine."""
    def arcsinh(self) -> Value:
        """The inverse hyperbolic sine."""
    def acosh(self) -> Value:
        """The inverse hyperbolic cosine; nan below 1."""
    def arccosh(self) -> Value:
        """The inverse hyperbolic cosine; nan below 1."""
    def atanh(self) -> Value:
        """The inverse hyperbolic tangent; infinite at -1 and 1, nan beyond."""
    def arctanh(self) -> Value:
        """The inverse hyperbolic tangent; infinite at -1 and 1, nan beyond."""
    def relu(self) -> Value:
        """max(x, 0), with derivative 0 at 0; nan stays nan, with gradient nan."""
    def leaky_relu(self, slope: Value | Number = 0.01, /) -> Value:
        """x where x > 0, else slope * x; the derivative at 0 is the slope."""
    def elu(self, alpha: Value | Number = 1, /) -> Value:
        """x where x > 0, else alpha * (e**x - 1) (Clevert, Unterthiner, Hochreiter 2015)."""
    def sigmoid(self) -> Value:
        """1 / (1 + e**-x)."""
    def softplus(self) -> Value:
        """log(1 + e**x)."""
    def silu(self) -> Value:
        """x * sigmoid(x) (Elfwing, Uchibe, Doya 2017)."""
    def gelu(self) -> Value:
        """x times the normal distribution function of x, exact (Hendrycks, Gimpel 2016)."""
    def erf(self) -> Value:
        """The error function."""
    def erfc(self) -> Value:
        """1 - erf(x), exact where that is small."""
    def logaddexp(self, y: Value | Number, /) -> Value:
        """log(e**x + e**y), which does not overflow."""
    def maximum(self, y: Value | Number, /) -> Value:
        """The larger of two; a tie gives each half of the gradient."""
    def minimum(self, y: Value | Number, /) -> Value:
        """The smaller of two; a tie gives each half of the gradient."""
    def where(self, x: Value | Number, y: Value | Number, /) -> Value:
        """x where the condition is not 0, else y; the branch not taken gets gradient exactly 0."""
    def clip(self, low: Value | Number, high: Value | Number, /) -> Value:
        """x limited to [low, high]; the gradient passes at the bounds themselves, as torch.clamp."""
    def hypot(self, *values: Value | Number) -> Value:
        """The Euclidean length of any number of arguments; at the origin all derivatives are 0."""
    def less(self, y: Value | Number, /) -> Value:
        """1 where x < y, else 0; without a derivative."""
    def less_equal(self, y: Value | Number, /) -> Value:
        """1 where x ≤ y, else 0; without a derivative."""
    def greater(self, y: Value | Number, /) -> Value:
        """1 where x > y, else 0; without a derivative."""
    def greater_equal(self, y: Value | Number, /) -> Value:
        """1 where x ≥ y, else 0; without a derivative."""

# A comparison of two Values is a Value with a truth value. max() and sorted() of Values take
# nothing but a bool, so it is one too, to type checkers.
class Comparison(Value, bool): ...  # type: ignore[misc]
