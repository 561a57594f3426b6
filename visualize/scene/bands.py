"""Boxes by distance from the output, for graphs of any shape and size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable

from visualize.scene.boxes import Boxes
from visualize.scene.flat import FlatGraph, Path

__all__ = ["bands"]

MOST_BANDS = 12  # a row of more summary boxes is wider than what is read at a glance


def bands(graph: FlatGraph, limit: int) -> Boxes:
    """Cut the graph into bands of about equal size, each a box of leaves and one of operations."""
    # Outputs that nothing uses keep their own boxes; another could form a cycle with its band.
    alone = [value for value in graph.outputs if not graph.heights[value]]
    if len(alone) > limit // 4:
        alone = []
    band_of_height = _bands_of_heights(graph, (limit - len(alone)) // 2)
    keys: dict[Hashable, int] = {value: box for box, value in enumerate(alone)}
    titles: dict[int, tuple[str, Path]] = {}
    of_value = []
    for value, height in enumerate(graph.heights):
        is_leaf = not graph.operands[value]
        key = value if value in keys else (band_of_height[height], is_leaf)
        box = keys.setdefault(key, len(keys))
        if box not in titles:
            title = "leaves" if is_leaf else _band_title(band_of_height, band_of_height[height])
            titles[box] = title, ()
        of_value.append(box)
    return Boxes(of_value, titles, "by steps back from the output", clustered=False)


def _bands_of_heights(graph: FlatGraph, most: int) -> list[int]:
    """Return the band of each height; bands hold about as many values each."""
    count = min(MOST_BANDS, most)
    population = Counter(graph.heights)
    band_of_height = []
    before = 0
    for height in range(len(population)):  # no height is empty
        band_of_height.append(before * count // len(graph))
        before += population[height]
    return band_of_height


def _band_title(band_of_height: list[int], band: int) -> str:
    first = band_of_height.index(band)
    last = first + band_of_height.count(band) - 1
    if first == last:
        return f"step {first:,}"
    return f"steps {first:,}–{last:,}"
