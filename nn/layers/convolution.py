"""Conv2d: neurons that slide over an image."""

from __future__ import annotations

import random
from itertools import chain
from typing import Any

from autograd import Constant, Vector, sections
from nn.counts import as_count
from nn.layers.activations import Activation, activation_name
from nn.layers.dense import Neuron
from nn.layers.initializers import Initializer
from nn.layers.nested import Channels, channels
from nn.layers.windows import as_pair, padded, pair_text, window_counts, windows
from nn.module import Module

__all__ = ["Conv2d"]

OUTSIDE = Constant(0.0)  # what lies around an image


class Conv2d(Module):
    """Kernels that slide over an image, each giving a feature map.

    A kernel is a `Neuron`, activation(w·x + b), that sees one window of all channels at a time.
    Its weights lie as torch's do: channel by channel, row by row. Called with one image of shape
    (channels_in, rows, columns), in nested lists or an array, or (rows, columns) for one channel,
    it returns lists of Values of shape (channels_out, rows, columns) with
    (n + 2 * padding - kernel_size) // stride + 1 rows for n. As in torch this is cross-correlation:
    the kernel is not turned round, outside the image there is 0.

    `kernel_size`, `stride` and `padding` are ints or pairs (rows, columns); the other arguments are
    those of `Neuron`. Raises ValueError, naming the layer, for an image of other channels or one
    smaller than the kernel.

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
        self.activation = activation
        self.kernels = [
            Neuron(
                self.channels_in * area,
                activation,
                bias=bias,
                initializer=initializer,
                fan_out=channels_out * area,
                rng=rng,
            )
            for _ in range(channels_out)
        ]

    def forward(self, x: Any) -> Channels:
        """Return the feature maps of one image, one per kernel."""
        image = [padded(c, self.padding, OUTSIDE) for c in channels(x, self, self.channels_in)]
        size, stride = self.kernel_size, self.stride
        counts = window_counts((len(image[0]), len(image[0][0])), size, stride, self)
        seen = [  # by row and column: what all kernels see there, read once for all of them
            [Vector(chain.from_iterable(parts)) for parts in zip(*bands, strict=True)]
            for bands in zip(*(windows(c, counts, size, stride) for c in image), strict=True)
        ]
        maps = []
        with sections() as section:
            for kernel in self.kernels:
                section(kernel.scope_name or "Neuron")
                maps.append([[kernel.output(window) for window in row] for row in seen])
        return maps

    def __repr__(self) -> str:
        settings = f"{self.channels_in}, {len(self.kernels)}, {pair_text(self.kernel_size)}"
        settings += f", activation={activation_name(self.activation)!r}"
        settings += f", stride={pair_text(self.stride)}" * (self.stride != (1, 1))
        settings += f", padding={pair_text(self.padding)}" * (self.padding != (0, 0))
        return f"Conv2d({settings})"
