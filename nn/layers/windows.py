"""The windows that a kernel or a pool sees as it slides over an image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

from nn.counts import as_count

__all__ = ["Pair", "as_pair", "padded", "pair_text", "window_counts", "windows"]

Pair: TypeAlias = tuple[int, int]  # rows, columns


def as_pair(size: Any, argument: str, least: int = 1) -> Pair:
    """Return a number of rows and of columns, given as one int for both or as a pair.

    Raises TypeError for anything else and ValueError for one below `least`.

    >>> as_pair(3, "kernel_size"), as_pair((2, 1), "stride")
    ((3, 3), (2, 1))
    """
    both = tuple(size) if isinstance(size, tuple | list) else (size, size)
    if len(both) != 2:
        raise ValueError(f"{argument} must be an int or (rows, columns), not {size!r}")
    rows, columns = (as_count(item, argument, least) for item in both)
    return rows, columns


def pair_text(pair: Pair) -> str:
    """Return a pair as it is typed: one number where both are equal."""
    return str(pair[0]) if pair[0] == pair[1] else str(pair)


def window_counts(image: Pair, size: Pair, stride: Pair, layer: object) -> Pair:
    """Return how many windows fit below and beside each other: (n - size) // stride + 1 each.

    As in torch, what is left over at the far edges is not seen. Raises ValueError, naming the
    layer and both sizes, if not even one fits.
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
    """Return the channel in a frame of `filler`, so many rows and columns wide on each side.

    >>> padded([[1]], (0, 2), 0)
    [[0, 0, 1, 0, 0]]
    """
    rows, columns = padding
    side = [filler] * columns
    edge = [[filler] * (len(channel[0]) + 2 * columns)] * rows
    return [*edge, *([*side, *row, *side] for row in channel), *edge]
