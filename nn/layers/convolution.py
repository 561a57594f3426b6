"""Conv2d: neurons that slide over an image, a window at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd import Value
from autograd.arguments import as_count
from autograd.graph import Constant
from autograd.vector import Vector
from nn.layers.activations import Activation, activation_name
from nn.layers.dense import Neuron, outputs_of
from nn.layers.initializers import MOST_WEIGHTS, Initializer
from nn.layers.inputs import channels
from nn.members import Members
from nn.module import Module

if TYPE_CHECKING:
    from nn.layers.inputs import AnyImage

__all__ = ["Conv2d", "Pair", "as_pair", "padded", "pair_text", "window_counts", "windows"]

Pair: TypeAlias = tuple[int, int]  # rows, columns
OUTSIDE = Constant(0.0)  # the pixels around an image


class Conv2d(Module):
    """Kernels that slide over an image, each of which gives a feature map.

    A kernel is a `Neuron`, activation(w·x + b), that sees one window of all channels at a time.
    Its weights are in torch's order: channel by channel, row by row. The layer takes one image of
    shape (channels_in, rows, columns), in nested lists or an array, or (rows, columns) for one
    channel. It returns lists of Values of shape (channels_out, rows, columns), with
    (n + 2 * padding - kernel_size) // stride + 1 rows for n. As in torch this is cross-correlation:
    the kernel is not turned round, and the image is surrounded by zeros.

    `kernel_size`, `stride` and `padding` are ints or pairs (rows, columns); the other arguments are
    those of `Neuron`. Raises ValueError, naming the layer, for an image with another number of
    channels or one smaller than the kernel.

    >>> edges = Conv2d(1, 1, (1, 2), bias=False)
    >>> edges.kernels[0].weights[0].data, edges.kernels[0].weights[1].data = -1.0, 1.0
    >>> [[[value.data for value in row] for row in feature] for feature in edges([[0.0, 0.0, 5.0]])]
    [[[0.0, 5.0]]]
    """

    def __init__(
        self,
        channels_in: int,
        channels_out: int,
        kernel_size: int | tuple[int, int],
        activation: str | Activation = "linear",
        *,
        stride: int | tuple[int, int] = 1,
        padding: int | tuple[int, int] = 0,
        bias: bool = True,
        initializer: str | Initializer | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.channels_in = as_count(channels_in, "channels_in")
        channels_out = as_count(channels_out, "channels_out")
        self.kernel_size = as_pair(kernel_size, "kernel_size")
        self.stride = as_pair(stride, "stride")
        self.padding = as_pair(padding, "padding", least=0)
        area = self.kernel_size[0] * self.kernel_size[1]
        weights = self.channels_in * channels_out * area
        as_count(weights, "channels_in * channels_out * kernel_size", most=MOST_WEIGHTS)
        self.activation = activation
        self.kernels = Members(
            Neuron(
                self.channels_in * area,
                activation,
                bias=bias,
                initializer=initializer,
                fan_out=channels_out * area,
                rng=rng,
            )
            for _ in range(channels_out)
        )

    def forward(self, x: AnyImage) -> list[list[list[Value]]]:
        """Return the feature maps of one image, one per kernel."""
        image = [padded(c, self.padding, OUTSIDE) for c in channels(x, self, self.channels_in)]
        size, stride = self.kernel_size, self.stride
        counts = window_counts((len(image[0]), len(image[0][0])), size, stride, self)
        seen = [  # the window at each row and column, made once for all kernels
            Vector(chain.from_iterable(parts))
            for bands in zip(*(windows(c, counts, size, stride) for c in image), strict=True)
            for parts in zip(*bands, strict=True)
        ]
        outputs = iter(outputs_of(self.kernels, seen, self.channels_in * size[0] * size[1]))
        rows, columns = counts
        return [[[*islice(outputs, columns)] for _ in range(rows)] for _ in self.kernels]

    def __repr__(self) -> str:
        settings = f"{self.channels_in}, {len(self.kernels)}, {pair_text(self.kernel_size)}"
        settings += f", activation={activation_name(self.activation)!r}"
        settings += f", stride={pair_text(self.stride)}" * (self.stride != (1, 1))
        settings += f", padding={pair_text(self.padding)}" * (self.padding != (0, 0))
        return f"Conv2d({settings})"


def as_pair(size: Any, argument: str, least: int = 1) -> Pair:
    """Return (rows, columns), given as one int for both or as a pair.

    Raises TypeError for anything else and ValueError for a number below `least`.

    >>> as_pair(3, "kernel_size"), as_pair((2, 1), "stride")
    ((3, 3), (2, 1))
    """
    both = tuple(size) if isinstance(size, tuple | list) else (size, size)
    if len(both) != 2:
        raise ValueError(f"{argument} must be an int or (rows, columns), not {size!r}")
    rows, columns = (as_count(item, argument, least) for item in both)
    return rows, columns


def pair_text(pair: Pair) -> str:
    """Return a pair as it is typed: a single number if both are equal."""
    return str(pair[0]) if pair[0] == pair[1] else str(pair)


def window_counts(image: Pair, size: Pair, stride: Pair, layer: object) -> Pair:
    """Return how many windows fit below and beside each other: (n - size) // stride + 1 each.

    As in torch, rows and columns left over at the far edges are ignored. Raises ValueError, naming
    the layer and both sizes, if not even one window fits.
    """
    if image[0] < size[0] or image[1] < size[1]:
        raise ValueError(
            f"{layer!r} slides a window of {size[0]} x {size[1]} over an image that is only "
            f"{image[0]} x {image[1]}, its padding included"
        )
    rows, columns = ((n - k) // step + 1 for n, k, step in zip(image, size, stride, strict=True))
    return rows, columns


def windows(
    channel: list[list[Any]], counts: Pair, size: Pair, stride: Pair
) -> Iterator[list[list[Any]]]:
    """Yield a list of windows for each row of them; a window lists its elements row by row.

    >>> image = [[1, 2, 3], [4, 5, 6]]
    >>> list(windows(image, counts=(1, 2), size=(2, 2), stride=(1, 1)))
    [[[1, 2, 4, 5], [2, 3, 5, 6]]]
    """
    down, across = stride
    for top in range(0, counts[0] * down, down):
        band = channel[top : top + size[0]]
        yield [
            [item for row in band for item in row[left : left + size[1]]]
            for left in range(0, counts[1] * across, across)
        ]


def padded(channel: list[list[Any]], padding: Pair, filler: Any) -> list[list[Any]]:
    """Return the channel in a frame of `filler`, `padding` rows and columns wide on each side.

    >>> padded([[1]], (0, 2), 0)
    [[0, 0, 1, 0, 0]]
    """
    rows, columns = padding
    side = [filler] * columns
    edge = [[filler] * (len(channel[0]) + 2 * columns)] * rows
    return [*edge, *([*side, *row, *side] for row in channel), *edge]
