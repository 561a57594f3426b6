"""Separate two moons with a training loop of your own, as micrograd's demo does.

    python demos/micrograd_demo.py --steps 100

100 points, an MLP with two hidden layers of 16, the hinge loss of a support vector machine with
weight decay, and gradient descent on all points at once with a falling learning rate.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

from autograd import Value, dot, mean
from datasets import moons
from nn import MLP
from visualize import plot_decision_boundary, save_figure


def loss_and_accuracy(
    model: MLP, points: list[list[float]], labels: list[int]
) -> tuple[Value, float]:
    """Return the hinge loss with weight decay, and the share of points on the right side."""
    scores = [model(point) for point in points]
    # A score on the right side by 1 or more costs nothing; any other costs what it lacks.
    losses = [(1 - label * score).relu() for score, label in zip(scores, labels)]
    parameters = model.parameters()
    loss = mean(losses) + 1e-4 * dot(parameters, parameters)
    right = [(score.data > 0) == (label > 0) for score, label in zip(scores, labels)]
    return loss, sum(right) / len(right)


def main() -> None:
    """Train with an explicit loop and draw the decision boundary."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, default=Path("output"), metavar="FOLDER")
    options = parser.parse_args()
    if options.steps < 1:
        parser.error("--steps must be at least 1")

    random.seed(options.seed)
    X, y, _ = moons(options.seed, count=100, noise=0.1)
    points, labels = X.tolist(), [1 if label else -1 for label in y]
    model = MLP(2, [16, 16, 1])
    print(f"{model}, {len(model.parameters())} parameters")

    start = time.perf_counter()
    for step in range(options.steps):
        loss, accuracy = loss_and_accuracy(model, points, labels)

        model.zero_grad()
        loss.backward()

        rate = 1.0 - 0.9 * step / options.steps
        for parameter in model.parameters():
            parameter.data -= rate * parameter.grad

        if step % 10 == 0 or step == options.steps - 1:
            print(f"step {step:3}: loss {loss.data:.4f}, accuracy {accuracy:.0%}")
    seconds = time.perf_counter() - start
    assert accuracy >= 0.85 or options.steps < 30
    print(f"{1e3 * seconds / options.steps:.0f} ms per step")

    options.output.mkdir(parents=True, exist_ok=True)
    path = options.output / "moons.svg"
    save_figure(plot_decision_boundary(model, X, y), path)
    print("wrote", path)


if __name__ == "__main__":
    main()
