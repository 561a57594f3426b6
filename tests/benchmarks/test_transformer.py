"""The plain transformer: each engine has the loss and the gradients of NumPy's complex numbers."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tasks import CLOSURES, LEAST, OURS, TORCH, XAD, scalar
from transformer import BOUNDARY, Transformer, tokens_of, training_step

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SIZE = {"width": 4, "heads": 2, "positions": 5, "seed": 1}
TOKENS = tokens_of(3)


def loss_and_gradients(engine):
    model = Transformer(scalar(engine), **SIZE)
    loss = model.loss(TOKENS)
    loss.backward()
    gradients = [p.grad for p in model.parameters()]
    return [float(loss.data), *(0.0 if g is None else float(g) for g in gradients)]


def numpy_loss(matrices, heads):
    """The same formulas on whole arrays, whose derivative a step along the imaginary axis gives."""
    tokens, positions, query, key, value, joined, wider, narrower, scores = matrices

    def normalized(x):
        return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-5)

    def softmax(x):
        powers = np.exp(x - x.real.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)

    inputs, targets = TOKENS[:-1], TOKENS[1:]
    count = len(inputs)
    x = normalized(tokens[inputs] + positions[:count])
    seen = normalized(x)
    q, k, v = ((seen @ m.T).reshape(count, heads, -1).swapaxes(0, 1) for m in (query, key, value))
    products = q @ k.swapaxes(1, 2) / np.sqrt(q.shape[-1])
    products[:, np.triu(np.ones((count, count), bool), 1)] = -np.inf
    x = x + (softmax(products) @ v).swapaxes(0, 1).reshape(count, -1) @ joined.T
    hidden = normalized(x) @ wider.T
    x = x + np.where(hidden.real > 0, hidden, 0) @ narrower.T
    chances = softmax(x @ scores.T)
    return -np.log(chances[np.arange(count), targets]).mean()


@pytest.fixture(scope="module")
def expected():
    model = Transformer(complex, **SIZE)
    matrices = [np.array(m) for m in vars(model).values() if isinstance(m, list)]
    numbers = [numpy_loss(matrices, model.heads).real]
    for matrix in matrices:
        for place in np.ndindex(matrix.shape):
            matrix[place] += 1e-100j
            numbers.append(numpy_loss(matrices, model.heads).imag / 1e-100)
            matrix[place] -= 1e-100j
    return numbers


@pytest.mark.parametrize("engine", [OURS, LEAST, CLOSURES, XAD, TORCH])
def test_loss_and_gradients(engine, expected):
    needs = {XAD: "xad", TORCH: "torch"}.get(engine)
    if needs:
        pytest.importorskip(needs, reason=f"{needs} is optional in the benchmark")
    assert loss_and_gradients(engine) == pytest.approx(expected, rel=1e-12, abs=1e-13)


def test_the_engine_in_python_gives_the_same_bits():
    program = (
        "from transformer import *; from autograd import Value; "
        f"model = Transformer(Value, **{SIZE}); loss = model.loss({TOKENS}); loss.backward(); "
        "print([loss.data, *(p.grad for p in model.parameters())])"
    )
    paths = os.pathsep.join([str(BENCHMARKS), str(BENCHMARKS.parent)])
    environment = {**os.environ, "AUTOGRAD_PURE": "1", "PYTHONPATH": paths}
    printed = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True, text=True
    ).stdout
    assert printed.strip() == repr(loss_and_gradients(OURS))


def test_each_step_lowers_the_loss():
    model = Transformer(scalar(OURS), **SIZE)
    losses = [training_step(model, model.parameters(), TOKENS, 0.5).data for _ in range(4)]
    assert losses == sorted(losses, reverse=True)


def test_a_word_stands_between_boundaries():
    assert tokens_of(5) == tokens_of(5)
    assert len(tokens_of(5)) == 7
    assert tokens_of(5)[0] == tokens_of(5)[-1] == BOUNDARY
    assert all(0 <= token < BOUNDARY for token in tokens_of(5)[1:-1])


def test_the_usual_size_has_4192_parameters():
    assert len(Transformer(float).parameters()) == 4192
