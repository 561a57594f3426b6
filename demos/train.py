"""Train a small network on real data, and draw what it learned.

Try:

    python demos/train.py
    python demos/train.py --data breast-cancer --hidden 16 16 --epochs 30
    python demos/train.py --data moons --output output/moons
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from autograd import Value, no_grad, scope
from datasets import TASKS
from nn import MLP, Adam, binary_cross_entropy_with_logits, cross_entropy, fit, split
from visualize import draw, plot_decision_boundary, plot_history, save_figure

RATE = 0.02


def at_least(least: int) -> Callable[[str], int]:
    """Return an argparse type: a whole number from `least` on."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {least} on")
        return int(text)

    return number


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", choices=TASKS, default="iris")
    parser.add_argument("--epochs", type=at_least(1), help="how often all examples are visited")
    parser.add_argument("--hidden", type=at_least(1), nargs="+", metavar="WIDTH")
    parser.add_argument("--lr", type=float, default=RATE, help="learning rate of Adam")
    parser.add_argument("--seed", type=at_least(0), default=0)
    parser.add_argument("--output", type=Path, default=Path("output"), metavar="FOLDER")
    chosen = parser.parse_args()
    if not chosen.lr > 0.0:
        parser.error(f"argument --lr: {chosen.lr} is not above 0")
    try:
        chosen.output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        parser.error(f"argument --output: {chosen.output} is not a folder to write to: {error}")
    return chosen


def main() -> None:
    """Load, train, measure, draw."""
    chosen = options()
    task = TASKS[chosen.data]
    rng = random.Random(chosen.seed)

    X, y, names = task.load(chosen.seed)
    X_train, y_train, X_test, y_test = split(X, y, 0.25, rng=rng)
    mean, deviation = np.mean(X_train, axis=0), np.std(X_train, axis=0)
    X_train, X_test = (X_train - mean) / deviation, (X_test - mean) / deviation

    model = MLP(X.shape[1], [*(chosen.hidden or task.hidden), task.outputs], rng=rng)
    loss = cross_entropy if task.outputs > 1 else binary_cross_entropy_with_logits
    print(f"{chosen.data}: {task.load.__doc__}")
    print(f"{model}, {len(model.parameters())} parameters, {len(X_train)} examples to learn from")
    start = time.perf_counter()
    history = fit(
        model,
        X_train,
        y_train,
        loss=loss,
        optimizer=Adam(model.parameters(), lr=chosen.lr),
        epochs=chosen.epochs or task.epochs,
        batch_size=16,
        validation=(X_test, y_test),
        metrics=["accuracy"],
        rng=rng,
        progress=True,
    )
    print(f"{history.epochs} epochs in {time.perf_counter() - start:.1f} s")
    right = history["validation_accuracy"][-1]
    if chosen.epochs is chosen.hidden is None and chosen.lr == RATE:  # other settings may fail
        assert right >= 0.9
        assert history["loss"][-1] < 0.25 * history["loss"][0]
    print(f"held-out accuracy: {right:.1%} of {len(X_test)} examples it has not learned from")

    with no_grad():
        losses = [loss([model(x)], [target]).data for x, target in zip(X_test, y_test)]
    hardest = losses.index(max(losses))
    model.zero_grad()
    with scope("inputs"):
        inputs = [Value(number, label=name) for number, name in zip(X_test[hardest], names)]
    one = loss([model(inputs)], [y_test[hardest]])
    one.backward()
    title = f"The loss of the hardest held-out {chosen.data} example"
    draw(one, title=title).save(chosen.output / "graph.svg")
    save_figure(plot_history(history), chosen.output / "loss.svg")
    if X.shape[1] == 2:
        save_figure(plot_decision_boundary(model, X_test, y_test), chosen.output / "boundary.svg")
    model.save(chosen.output / "model.npz")
    for path in sorted(chosen.output.glob("*.*")):
        print("wrote", path)


if __name__ == "__main__":
    main()
