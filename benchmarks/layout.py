"""Compare the built-in layout with Graphviz's dot: time, and crossings of straight edges.

    python benchmarks/layout.py

The graphs are those of scalar networks, one node per value: A, B, C and D are multilayer
perceptrons written with `*` and `+` on scalars, with squared error; R75 is a recurrence of 75 steps
that share a weight. Crossings are counted between straight lines that join the centres of boxes,
the same way for both. D is only timed: dot takes minutes, and counting its crossings as long.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import time
from itertools import pairwise

import numpy as np

from visualize.layout import layout

WIDTH, HEIGHT = 84, 46  # of every box, in points
TIME_LIMIT = 120  # seconds for dot

Graph = tuple[int, list[tuple[int, int]]]
Centres = list[tuple[float, float]]


def perceptron(widths: list[int], samples: int) -> Graph:
    """Return the graph of the squared error of a network: number of nodes, and edges."""
    count = 0
    edges: list[tuple[int, int]] = []

    def node(*operands: int) -> int:
        nonlocal count
        edges.extend((operand, count) for operand in operands)
        count += 1
        return count - 1

    layers = [
        [([node() for _ in range(fan_in)], node()) for _ in range(fan_out)]
        for fan_in, fan_out in pairwise(widths)
    ]
    losses = []
    for _ in range(samples):
        signal = [node() for _ in range(widths[0])]
        for layer in layers:
            outputs = []
            for weights, bias in layer:
                total = bias
                for weight, value in zip(weights, signal, strict=True):
                    total = node(total, node(weight, value))
                outputs.append(node(total))
            signal = outputs
        difference = node(signal[0], node())
        losses.append(node(difference, difference))
    total = losses[0]
    for loss in losses[1:]:
        total = node(total, loss)
    return count, edges


def recurrence(steps: int) -> Graph:
    """Return the graph of a value multiplied by one weight and squashed again and again."""
    weight, value, count = 0, 1, 2
    edges: list[tuple[int, int]] = []
    for _ in range(steps):
        edges += [(value, count), (weight, count), (count, count + 1)]
        value, count = count + 1, count + 2
    return count, edges


GRAPHS = {
    "A": perceptron([2, 4, 1], 1),
    "B": perceptron([3, 8, 8, 1], 2),
    "C": perceptron([3, 12, 12, 1], 4),
    "R75": recurrence(75),
    "D": perceptron([3, 16, 16, 1], 7),
}


def straight_crossings(centres: Centres, edges: list[tuple[int, int]]) -> int:
    """Count the pairs of edges without a common end whose straight lines cross."""
    points = np.array(centres)
    ends = np.array(edges)
    starts, stops = points[ends[:, 0]], points[ends[:, 1]]
    crossings = 0
    for index in range(len(edges) - 1):
        start, stop = starts[index], stops[index]
        others, other_stops = starts[index + 1 :], stops[index + 1 :]
        apart = ~np.isin(ends[index + 1 :], ends[index]).any(axis=1)
        separated = _side(start, stop, others) * _side(start, stop, other_stops) < 0
        separating = _side(others, other_stops, start) * _side(others, other_stops, stop) < 0
        crossings += int((apart & separated & separating).sum())
    return crossings


def _side(start: np.ndarray, stop: np.ndarray, point: np.ndarray) -> np.ndarray:
    # Positive on one side of the line, negative on the other; positions in whole points, so that
    # what lies on the line is 0 exactly.
    a, b = np.rint(stop) - np.rint(start), np.rint(point) - np.rint(start)
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def builtin(graph: Graph) -> tuple[float, Centres]:
    """Return the seconds (best of 3) and the centres of the built-in layout."""
    count, edges = graph
    seconds = float("inf")
    for _ in range(3):
        begin = time.perf_counter()
        placed = layout([(WIDTH, HEIGHT)] * count, edges)
        seconds = min(seconds, time.perf_counter() - begin)
    return seconds, [(x + w / 2, y + h / 2) for x, y, w, h in placed.boxes]


def graphviz(graph: Graph) -> tuple[float, Centres]:
    """Return the seconds and the centres of dot's layout, start of the program included."""
    count, edges = graph
    source = "\n".join(
        [
            "digraph { rankdir=LR nslimit=2 nslimit1=2 nodesep=0.139 ranksep=0.5",
            f'node [shape=box fixedsize=true label="" width={WIDTH / 72} height={HEIGHT / 72}]',
            *(f"n{node}" for node in range(count)),
            *(f"n{u} -> n{v}" for u, v in edges),
            "}",
        ]
    )
    begin = time.perf_counter()
    plain = subprocess.run(
        ["dot", "-Tplain"],  # noqa: S607 - the dot that the user has on PATH is the one compared
        input=source,
        capture_output=True,
        text=True,
        check=True,
        timeout=TIME_LIMIT,
    ).stdout
    seconds = time.perf_counter() - begin
    centres = [(0.0, 0.0)] * count
    for line in plain.splitlines():
        kind, *fields = line.split()
        if kind == "node":
            centres[int(fields[0][1:])] = (72 * float(fields[1]), 72 * float(fields[2]))
    return seconds, centres


def main() -> None:
    """Print a line per graph."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    has_dot = shutil.which("dot") is not None
    if not has_dot:
        print("dot is not installed: only the built-in layout is measured\n")
    print(
        f"{'graph':6}{'nodes':>7}{'edges':>7}{'seconds':>10}{'dot':>8}{'crossings':>12}{'dot':>8}"
    )
    for name, graph in GRAPHS.items():
        seconds, centres = builtin(graph)
        line = f"{name:6}{graph[0]:7}{len(graph[1]):7}{seconds:10.3f}"
        if name == "D":
            print(line)
            continue
        crossings = straight_crossings(centres, graph[1])
        if has_dot:
            dot_seconds, dot_centres = graphviz(graph)
            dot_crossings = straight_crossings(dot_centres, graph[1])
            print(f"{line}{dot_seconds:8.3f}{crossings:12}{dot_crossings:8}")
        else:
            print(f"{line}{'-':>8}{crossings:12}{'-':>8}")


if __name__ == "__main__":
    main()
