"""Graphs as the scripts of a page see them, and those scripts alone in a browser."""

from __future__ import annotations

import json
import random
from functools import lru_cache
from itertools import count, pairwise
from pathlib import Path

import autograd
from autograd import Value, scope
from visualize.page.data import columns, view_columns
from visualize.page.folds import beginning, foldable_sums
from visualize.scene.collapse import View, alike_paths, few_outputs, first_view, levels_of_runs
from visualize.scene.compose import compose
from visualize.scene.flat import flatten

__all__ = [
    "SEEN", "chain", "cluster_keys", "decoded", "drawn", "grouped", "handmade_network", "large",
    "leaf_of_a_loop", "open_scripts", "random_graph", "recurrence", "small", "total", "view_of",
]  # fmt: skip

PAGE = Path(__file__).parents[2] / "visualize" / "page"
SCRIPTS = ("picture", "graph", "clusters", "boxes", "places")
KEYS = count()
SEEN = """(selector) => {
  const stage = document.querySelector("#stage").getBoundingClientRect();
  return [...document.querySelectorAll(selector)].every((box) => {
    const { left, top, right, bottom } = box.getBoundingClientRect();
    return stage.left - 1 <= left && right <= stage.right + 1
      && stage.top - 1 <= top && bottom <= stage.bottom + 1; }); }"""  # elements are on the stage
DRAWN = """
window.known = {
  decodedGraph,
  boxesOf, layoutOf, place, partTitle, inDigits, columnsBy, cutBy, sizeBy, filled, pathData,
  cellsOf, freePlace, rangeOf, largestSize, gradientOf, sharedBoxes,
  isOfOnePass, kindsOf, lineMark, positionMark, productSent,
  largestPrefixes, pathCounts, valuesOf, valuesOnPaths, frexp: python.frexp,
};
const graphs = new Map();
window.keep = (key, text) => void graphs.set(key, decodedGraph(JSON.parse(text)));
window.knows = (key) => graphs.has(key);
window.draw = (text) => {
  const { key, view, options } = JSON.parse(text);
  const graph = graphs.get(key);
  const chosen = view
    ? { ...view, closed: new Set(view.closed), folded: new Set(view.folded) }
    : firstView(graph);
  const found = boxesOf(graph, chosen);
  const sizes = found.boxes.map(({ kind }) => (kind === "value" ? [94, 52] : [120, 66]));
  const titleWidth = (title) => 12 + 6 * title.length;
  const placed = layoutOf(found.boxes, found.edges, sizes, { titleWidth, ...options });
  const { closed, folded, grouping } = chosen;
  return JSON.stringify({
    ...found, ...placed, sizes, view: { closed: [...closed], folded: [...folded], grouping } });
};
"""


def open_scripts(browser):
    """A blank page with the scripts that choose boxes and place them."""
    page = browser.new_page()
    texts = [(PAGE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    page.evaluate("(() => {\n'use strict';\n" + "\n".join([*texts, DRAWN]) + "})()")
    return page


def drawn(page, graph, view=None, **options):
    """Boxes, edges, places and the rest of a graph in a view, or in the one it begins with."""
    key = graph.setdefault("key", next(KEYS))  # a graph goes into a page once
    if not page.evaluate("knows", key):
        page.evaluate("([key, text]) => keep(key, text)", [key, json.dumps(graph)])
    argument = {"key": key, "view": view, "options": options}
    return json.loads(page.evaluate("(text) => draw(text)", json.dumps(argument)))


def view_of(closed=(), folded=(), grouping="modules"):
    return {"closed": list(closed), "folded": list(folded), "grouping": grouping}


def decoded(*outputs, limit=150, view=None):
    """The columns of a graph, in a view of its own or in that of a page of so many boxes."""
    flat, made = _whole(outputs)
    chosen = view(flat) if view else beginning(flat, foldable_sums(flat), limit)
    return made | view_columns(flat, chosen)


@lru_cache(maxsize=16)
def _whole(outputs):
    flat = flatten(outputs)
    return flat, columns(flat, compose(flat))


def grouped(how):
    """A view with the clusters of one kind: "labelled", "alike" or "steps"."""

    def view(flat):
        alone = few_outputs(flat, 150)
        if how == "steps":
            return first_view(flat, 150, ())[0]
        paths = alike_paths(flat, levels_of_runs(flat), labelled=how == "labelled", alone=alone)
        return View("", paths, 0, alone)

    return view


def cluster_keys(graph, grouping="modules"):
    """The keys of all clusters: of modules, or of those that the columns hold besides."""
    paths, places = {
        "modules": (graph["scopes"], graph["scope"]),
        "made": (graph["clusters"], graph["cluster"]),
    }[grouping]
    parts = (
        path[:length]
        for path in map(paths.__getitem__, places)
        for length in range(1, 1 + len(path))
    )
    return list(dict.fromkeys(map("/".join, parts)))


def small():
    """Five values: a, b, a * b, sin(a) and c, their sum."""
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    product = a * b
    c = product + autograd.sin(a)
    c.label = "c"
    c.backward()
    return c


def large(samples=60):
    """Over 5,000 values in modules, as a batch through a network."""
    weights = [[Value(0.1 * (i - j), label=f"w{i}") for i in range(6)] for j in range(5)]
    losses = []
    for sample in range(samples):
        signal = [Value(0.01 * sample + i) for i in range(6)]
        for layer in range(6):
            outputs = []
            for j, row in enumerate(weights):
                with scope("MLP"), scope(f"layers.{layer}"), scope(f"neurons.{j}"):
                    outputs.append((autograd.dot(row[: len(signal)], signal) + 0.5).tanh())
            signal = outputs
        losses.append((signal[0] - 1) ** 2)
    loss = autograd.sum(losses)
    loss.backward()
    return loss


def total(count):
    """A sum of leaves, which stand in one rank."""
    root = autograd.sum([Value(float(place), label=f"x{place}") for place in range(count)])
    root.backward()
    return root


def chain(count):
    """A tanh of a tanh, one below the other."""
    value = Value(0.5, label="x")
    for _ in range(count):
        value = value.tanh()
    value.backward()
    return value


def handmade_network(widths=(2, 3, 3, 1), samples=1):
    """A network as one writes it by hand: sums of products, without modules."""
    generator = random.Random(0)
    layers = [
        [
            ([Value(generator.random(), label=f"w{i}") for i in range(fan_in)], Value(0.0))
            for _ in range(width)
        ]
        for fan_in, width in pairwise(widths)
    ]
    losses = []
    for _ in range(samples):
        signal = [Value(generator.random(), label=f"x{i}") for i in range(widths[0])]
        for layer in layers:
            signal = [
                sum((w * x for w, x in zip(weights, signal)), bias).tanh()
                for weights, bias in layer
            ]
        losses.append((signal[0] - 1) ** 2)
    return sum(losses[1:], losses[0])


def recurrence(steps, *, modules=True):
    """A state that two modules update in turn, with a weight that all steps share."""
    weight, state = Value(0.5, label="weight"), Value(0.0, label="state")
    for step in range(steps):
        with scope("cell" if modules else ""):
            total = weight * state + Value(float(step))
        with scope("squash" if modules else ""):
            state = total.tanh()
    return state


def leaf_of_a_loop():
    """Two modules that take turns, and a leaf that one of them made and the other uses first."""
    with scope("first"):
        leaf, state = Value(2.0, label="leaf"), Value(1.0) * 3.0
    for step in range(3):
        with scope("second"):
            state = (state * leaf if step == 0 else state).tanh()
        with scope("first"):
            state = state.sin() if step < 2 else state * leaf
    return state + 1.0


def random_graph(count, seed=0):
    """Products and tanhs of recent values."""
    generator = random.Random(seed)
    values = [Value(generator.random()) for _ in range(max(2, count // 8))]
    while len(values) < count:
        value = generator.choice(values[-12:])
        other = generator.choice(values[-30:])
        values.append(value * other if generator.random() < 0.8 else value.tanh())
    return sum(values[-12:], values[-1])
