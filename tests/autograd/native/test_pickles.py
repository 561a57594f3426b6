"""What one engine pickles, the other reads."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograd.native import engine

pytestmark = pytest.mark.skipif(engine is None, reason="the engine in C was not built")

PROGRAM = r"""
import pickle, random, sys
from pathlib import Path
import autograd
from autograd import Value, dot, exp, no_grad, scope, topological_order, where

def made():
    with scope("model"):
        a, b = Value(2.0, label="a"), Value(-0.3)
        c = dot([a, b, 1.5], [b, a, 2.0]) + where(a > b, exp(a), 3.0) * a**2
    c.backward()
    with no_grad():
        alone = a * b
    return [a, alone, c, autograd.sum([c, a, 1.0])]

def text(root):
    nodes = topological_order(root)
    place = {node: position for position, node in enumerate(nodes)}
    return repr([
        (type(node).__name__, node.data.hex(), node.grad.hex(), node.has_grad, node.label,
         node.scope, str(node.op), [place.get(x, x) for x in node.args])
        for node in nodes
    ])

def after(roots):
    roots[-1].backward(0.7)
    roots[0].data = 1.25
    return text(roots[-1].forward())

file = Path(sys.argv[2])
if sys.argv[1] == "write":
    roots = made()
    file.write_bytes(pickle.dumps(roots))
else:
    roots = pickle.loads(file.read_bytes())
print(*map(text, roots), after(roots), sep="\n")
"""


def run(action, file, pure):
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, action, str(file)],
        env={**os.environ, "AUTOGRAD_PURE": pure}, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip


@pytest.mark.parametrize(("writer", "reader"), [("0", "1"), ("1", "0")])
def test_a_graph_goes_from_one_engine_to_the_other(tmp_path, writer, reader):
    file = tmp_path / "graph.pickle"
    assert run("write", file, writer) == run("read", file, reader)
