"""Graphs as the scripts of a page see them, and those scripts alone in a browser."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from pathlib import Path

from autograd import Value, scope
from autograd.graph import Constant
from visualize.page.data import row_facts
from visualize.scene.flat import flatten
from visualize.scene.names import names_of

__all__ = [
    "decoded", "drawn", "handmade_network", "open_scripts", "random_graph", "recurrence", "view_of",
]  # fmt: skip

PAGE = Path(__file__).parents[2] / "visualize" / "page"
SCRIPTS = (
    "picture", "graph", "groups", "bands", "folds", "boxes", "views", "places",
)  # fmt: skip
DRAWN = """
window.known = {
  boxesOf, layoutOf, place, initialView, foldableSums, clusterKeysOf, partTitle,
};
const plain = ({ closed, folded, grouping }) => (
  { closed: [...closed], folded: [...folded], grouping });
window.draw = (text) => {
  const { graph, view, limit, options } = JSON.parse(text);
  const chosen = view
    ? { ...view, closed: new Set(view.closed), folded: new Set(view.folded) }
    : initialView(graph, limit);
  const found = boxesOf(graph, chosen);
  const sizes = found.boxes.map(({ kind }) => (kind === "value" ? [94, 52] : [120, 66]));
  const titleWidth = (title) => 12 + 6 * title.length;
  const placed = layoutOf(found.boxes, found.edges, sizes, { titleWidth, ...options });
  return JSON.stringify({ ...found, ...placed, sizes, view: plain(chosen) });
};
"""


def open_scripts(browser):
    """A blank page with the scripts that choose boxes and place them."""
    page = browser.new_page()
    texts = [(PAGE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    page.evaluate("(() => {\n'use strict';\n" + "\n".join([*texts, DRAWN]) + "})()")
    return page


def drawn(page, graph, view=None, *, limit=150, **options):
    """Boxes, edges, places and the rest of a graph in a view, or in the one it begins with."""
    argument = {"graph": graph, "view": view, "limit": limit, "options": options}
    return json.loads(page.evaluate("(text) => draw(text)", json.dumps(argument)))


def view_of(closed=(), folded=(), grouping="modules"):
    return {"closed": list(closed), "folded": list(folded), "grouping": grouping}


def decoded(*outputs):
    """The columns of a graph that choosing and placing boxes need."""
    flat = flatten(outputs)
    rows = list(dict.fromkeys(value.op for value in flat.values if value.op))
    scopes = list(dict.fromkeys(flat.scopes))
    return {
        "name": list(names_of(flat).values()),
        "label": [str(value.label) for value in flat.values],
        "operation": [rows.index(value.op) if value.op else -1 for value in flat.values],
        "operands": [
            [{"constant": arg.data} if type(arg) is Constant else next(used) for arg in value.args]
            for value, used in zip(flat.values, map(iter, flat.operands))
        ],
        "scope": [scopes.index(path) for path in flat.scopes],
        "scopes": [list(path) for path in scopes],
        "operations": [row_facts(row) for row in rows],
        "outputs": flat.outputs,
    }


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


def random_graph(count, seed=0):
    """Products and tanhs of recent values."""
    generator = random.Random(seed)
    values = [Value(generator.random()) for _ in range(max(2, count // 8))]
    while len(values) < count:
        value = generator.choice(values[-12:])
        other = generator.choice(values[-30:])
        values.append(value * other if generator.random() < 0.8 else value.tanh())
    return sum(values[-12:], values[-1])
