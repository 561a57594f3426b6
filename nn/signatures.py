"""Types of losses: Values give a Value, numbers a number, and reduction="none" one for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar, overload

from autograd import Value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nn.matching import Numbers, Operands, Rows

Total: TypeAlias = Literal["mean", "sum"]
Each: TypeAlias = Literal["none"]
OneValue = TypeVar("OneValue", bound=Value)


class LossFunction(Protocol):
    """The type of the losses, which return a float if no argument holds a Value.

    A `reduction` of "none" gives one loss per element. Plain numbers fit the overloads for Values
    too, which come after theirs.
    """

    __name__: str

    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, predictions: Numbers, /, targets: Numbers, *, reduction: Total = ...
    ) -> float: ...

    @overload
    def __call__(
        self, predictions: Operands, /, targets: Operands, *, reduction: Total = ...
    ) -> Value: ...

    @overload
    def __call__(self, predictions: float, /, targets: Numbers, *, reduction: Each) -> float: ...

    @overload
    def __call__(
        self, predictions: OneValue, /, targets: Operands, *, reduction: Each
    ) -> OneValue: ...

    @overload
    def __call__(
        self, predictions: Sequence[float], /, targets: Numbers, *, reduction: Each
    ) -> list[float]: ...

    @overload
    def __call__(
        self, predictions: Sequence[OneValue], /, targets: Operands, *, reduction: Each
    ) -> list[OneValue]: ...

    @overload
    def __call__(
        self, predictions: Sequence[Sequence[float]], /, targets: Numbers, *, reduction: Each
    ) -> list[list[float]]: ...

    @overload
    def __call__(
        self, predictions: Sequence[Sequence[OneValue]], /, targets: Operands, *, reduction: Each
    ) -> list[list[OneValue]]: ...

    @overload
    def __call__(
        self, predictions: Rows, /, targets: Operands, *, reduction: Each
    ) -> list[Any]: ...

    @overload
    def __call__(self, predictions: Operands, /, targets: Operands, *, reduction: str) -> Any: ...


class ClassLoss(Protocol):
    """The type of `cross_entropy`, which reduces each row of logits to one loss."""

    __name__: str

    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, logits: Numbers, /, targets: Numbers, *, reduction: Total = ...
    ) -> float: ...

    @overload
    def __call__(self, logits: Rows, /, targets: Operands, *, reduction: Total = ...) -> Value: ...

    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, logits: Numbers, /, targets: float, *, reduction: Each
    ) -> float: ...

    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, logits: Rows, /, targets: float | Value, *, reduction: Each
    ) -> Value: ...

    @overload
    def __call__(  # type: ignore[overload-overlap]
        self, logits: Numbers, /, targets: Numbers, *, reduction: Each
    ) -> list[float]: ...

    @overload
    def __call__(self, logits: Rows, /, targets: Rows, *, reduction: Each) -> list[Value]: ...

    @overload
    def __call__(self, logits: Rows, /, targets: Operands, *, reduction: str) -> Any: ...
