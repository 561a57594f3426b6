"""Pooling, which reduces windows of feature maps to one number each, and flattening to a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, overload

from autograd import Value, maximum, mean
from nn.layers.convolution import as_pair, pair_text, window_counts, windows
from nn.layers.inputs import Arrays, Channels, Image, Item, channels, flat
from nn.module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from nn.matching import Reals

    Nested: TypeAlias = Item | Sequence[Item | Sequence[Item | Sequence[Item]]]
    Maps: TypeAlias = list[list[list[Item]]]

__all__ = ["AvgPool2d", "Flatten", "MaxPool2d"]


class Pool2d(Module):
    """Base of poolings, which reduce each window of every channel to one Value.

    `stride` is by default the size of the window, so that windows do not overlap. Both are ints or
    pairs (rows, columns). As in torch, rows and columns left over at the far edges are ignored.
    """

    def __init__(
        self,
        kernel_size: int | tuple[int, int],
        stride: int | tuple[int, int] | None = None,
    ) -> None:
        self.kernel_size = as_pair(kernel_size, "kernel_size")
        self.stride = self.kernel_size if stride is None else as_pair(stride, "stride")

    if TYPE_CHECKING:  # where x is Any, as in a Sequential, the first signature holds

        @overload
        def __call__(self, x: Maps[Value]) -> Maps[Value]: ...
        @overload
        def __call__(self, x: Image[float]) -> Maps[float]: ...
        @overload
        def __call__(self, x: Image[Value]) -> Maps[Value]: ...
        @overload
        def __call__(self, x: Image[Value | float]) -> Maps[Value | float]: ...
        @overload
        def __call__(self, x: Reals) -> Maps[float]: ...
        @overload
        def __call__(self, x: Arrays) -> Maps[Any]: ...
        def __call__(self, x: Any) -> Any:
            """Return what `forward` does."""

    def reduced(self, window: list[Any]) -> Any:
        """Return the one element that a window is reduced to."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it reduces a window")

    def forward(self, x: Any) -> Channels:
        """Return the pooled channels of one image, (channels, rows, columns) or (rows, columns)."""
        image, size, stride = channels(x, self), self.kernel_size, self.stride
        counts = window_counts((len(image[0]), len(image[0][0])), size, stride, self)
        return [
            [[self.reduced(window) for window in row] for row in windows(c, counts, size, stride)]
            for c in image
        ]

    def __repr__(self) -> str:
        stride = f", stride={pair_text(self.stride)}" * (self.stride != self.kernel_size)
        return f"{type(self).__name__}({pair_text(self.kernel_size)}{stride})"


class MaxPool2d(Pool2d):
    """The largest element of every window; equal ones share its gradient.

    >>> MaxPool2d(2)([[[1.0, 2.0], [3.0, 4.0]]])
    [[[4.0]]]
    """

    def reduced(self, window: list[Any]) -> Any:
        """Return the largest of the elements."""
        return _folded(maximum, window)


class AvgPool2d(Pool2d):
    """The mean of every window.

    >>> AvgPool2d(2)([[[1.0, 2.0], [3.0, 4.0]]])
    [[[2.5]]]
    """

    def reduced(self, window: list[Any]) -> Any:
        """Return the mean of the elements."""
        return mean(window)


def _folded(function: Callable[[Any, Any], Any], items: list[Any]) -> Any:
    """Combine neighbours, then the results, and so on, because that gives a shallow graph."""
    while len(items) > 1:
        pairs = [function(x, y) for x, y in zip(items[::2], items[1::2])]
        items = pairs + items[len(items) & ~1 :]
    return items[0]


class Flatten(Module):
    """All elements of an example in one list, the last index running fastest.

    >>> Flatten()([[[1.0, 2.0], [3.0, 4.0]]])
    [1.0, 2.0, 3.0, 4.0]
    """

    if TYPE_CHECKING:  # as of a pooling

        @overload
        def __call__(self, x: Maps[Value]) -> list[Value]: ...
        @overload
        def __call__(self, x: Nested[float]) -> list[float]: ...
        @overload
        def __call__(self, x: Nested[Value]) -> list[Value]: ...
        @overload
        def __call__(self, x: Nested[Value | float]) -> list[Value | float]: ...
        @overload
        def __call__(self, x: Reals) -> list[float]: ...
        @overload
        def __call__(self, x: Arrays) -> list[Any]: ...
        def __call__(self, x: Any) -> Any:
            """Return what `forward` does."""

    def forward(self, x: Any) -> list[Any]:
        """Return the elements of one example, nested lists or an array of any shape."""
        return flat(x, self)

    def __repr__(self) -> str:
        return "Flatten()"
