"""Crossings of the benchmark graphs against those that Graphviz's dot makes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

PATH = Path(__file__).parents[3] / "benchmarks" / "layout.py"

# Crossings of straight lines in dot's layout of the same graphs (Graphviz 2.43, nslimit=2).
DOT = {"A": 6, "B": 2633, "R75": 0}


@pytest.fixture(scope="module")
def benchmark():
    specification = importlib.util.spec_from_file_location("benchmark_of_layout", PATH)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", DOT)
def test_crossings_are_at_most_1_3_times_those_of_dot(benchmark, name):
    count, edges = benchmark.GRAPHS[name]
    placed = benchmark.layout([(84, 46)] * count, edges)
    centres = [(x + w / 2, y + h / 2) for x, y, w, h in placed.boxes]
    assert benchmark.straight_crossings(centres, edges) <= 1.3 * DOT[name]


def test_the_benchmark_graphs_are_those_that_were_measured(benchmark):
    sizes = {name: (count, len(edges)) for name, (count, edges) in benchmark.GRAPHS.items()}
    assert sizes == {
        "A": (51, 57), "B": (544, 812), "C": (1880, 3194), "R75": (152, 225), "D": (5112, 9231)
    }  # fmt: skip


def test_crossings_are_counted_between_straight_lines(benchmark):
    square = [(0, 0), (0, 10), (10, 0), (10, 10), (5, 20)]
    assert benchmark.straight_crossings(square, [(0, 3), (1, 2)]) == 1
    assert benchmark.straight_crossings(square, [(0, 2), (1, 3)]) == 0
    assert benchmark.straight_crossings(square, [(0, 3), (3, 2), (0, 4)]) == 0  # common ends
