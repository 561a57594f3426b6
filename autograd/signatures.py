"""Types of derivatives: each is called as the function is whose derivative it is.

A function of Values, or of a list of them, is called with numbers as well, and its derivative then
gives numbers. In each protocol the overloads for a first parameter with Values come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, Protocol, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from autograd.arguments import Number
    from autograd.value import Value

    Values = TypeVar("Values", list[Value], Sequence[Value], NDArray[Any])
    Numbers = Sequence[Number] | NDArray[Any]

    class Unknown:
        """What a function without annotations returns: no type but Any fits it."""


Argument = TypeVar("Argument")
Arguments = ParamSpec("Arguments")
Rest = ParamSpec("Rest")


class Gradient(Protocol[Arguments]):
    """The gradient of a function by its first argument, in the structure of that."""

    @overload
    def __call__(
        self: Gradient[Concatenate[Value, ...]], first: Value, /, *args: Any, **kwargs: Any
    ) -> Value: ...

    @overload
    def __call__(
        self: Gradient[Concatenate[Value, ...]], first: Number, /, *args: Any, **kwargs: Any
    ) -> float: ...

    @overload
    def __call__(
        self: Gradient[Concatenate[Values, ...]], first: list[float], /, *args: Any, **kwargs: Any
    ) -> list[float]: ...

    @overload
    def __call__(
        self: Gradient[Concatenate[Values, ...]], first: NDArray[Any], /, *args: Any, **kwargs: Any
    ) -> NDArray[np.float64]: ...

    @overload
    def __call__(
        self: Gradient[Concatenate[Argument, Rest]],
        first: Argument,
        /,
        *args: Rest.args,
        **kwargs: Rest.kwargs,
    ) -> Argument: ...


class ValueAndGradient(Protocol[Arguments]):
    """The value of a function and its gradient, as of `Gradient`."""

    @overload
    def __call__(
        self: ValueAndGradient[Concatenate[Value, ...]], first: Value, /, *args: Any, **kwargs: Any
    ) -> tuple[Value, Value]: ...

    @overload
    def __call__(
        self: ValueAndGradient[Concatenate[Value, ...]], first: Number, /, *args: Any, **kwargs: Any
    ) -> tuple[float, float]: ...

    @overload
    def __call__(
        self: ValueAndGradient[Concatenate[Values, ...]],
        first: list[float],
        /,
        *args: Any,
        **kwargs: Any,
    ) -> tuple[float, list[float]]: ...

    @overload
    def __call__(
        self: ValueAndGradient[Concatenate[Values, ...]],
        first: NDArray[Any],
        /,
        *args: Any,
        **kwargs: Any,
    ) -> tuple[float, NDArray[np.float64]]: ...

    @overload
    def __call__(
        self: ValueAndGradient[Concatenate[Argument, Rest]],
        first: Argument,
        /,
        *args: Rest.args,
        **kwargs: Rest.kwargs,
    ) -> tuple[Any, Argument]: ...


class SecondDerivatives(Protocol[Arguments]):
    """The second derivatives of one number: of a number they are one, of a structure they nest."""

    @overload
    def __call__(
        self: SecondDerivatives[Concatenate[Value, ...]], first: Value, /, *args: Any, **kwargs: Any
    ) -> Value: ...

    @overload
    def __call__(
        self: SecondDerivatives[Concatenate[Value, ...]],
        first: Number,
        /,
        *args: Any,
        **kwargs: Any,
    ) -> float: ...

    @overload
    def __call__(
        self: SecondDerivatives[Concatenate[Values, ...]],
        first: list[float],
        /,
        *args: Any,
        **kwargs: Any,
    ) -> list[list[float]]: ...

    @overload
    def __call__(
        self: SecondDerivatives[Concatenate[Values, ...]],
        first: NDArray[Any],
        /,
        *args: Any,
        **kwargs: Any,
    ) -> NDArray[np.float64]: ...

    @overload
    def __call__(
        self: SecondDerivatives[Concatenate[float, Rest]],
        first: float,
        /,
        *args: Rest.args,
        **kwargs: Rest.kwargs,
    ) -> float: ...

    @overload
    def __call__(
        self: SecondDerivatives[Concatenate[Argument, Rest]],
        first: Argument,
        /,
        *args: Rest.args,
        **kwargs: Rest.kwargs,
    ) -> Any: ...


class Derivatives(Protocol[Arguments]):
    """The derivatives of several numbers: the structure of the result, with another inside."""

    @overload
    def __call__(
        self: Derivatives[Concatenate[Value, ...]],
        first: Value | Number,
        /,
        *args: Any,
        **kwargs: Any,
    ) -> Any: ...

    @overload
    def __call__(
        self: Derivatives[Concatenate[Values, ...]], first: Numbers, /, *args: Any, **kwargs: Any
    ) -> Any: ...

    @overload
    def __call__(
        self: Derivatives[Concatenate[Argument, Rest]],
        first: Argument,
        /,
        *args: Rest.args,
        **kwargs: Rest.kwargs,
    ) -> Any: ...
