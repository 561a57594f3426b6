"""One line of advice at the end of a training that has not taught its model anything."""

from __future__ import annotations

import warnings
from math import log
from typing import Any

from autograd import NumericWarning
from nn import losses
from nn.layers.activations import activation_name
from nn.layers.dense import MLP, Layer, Sequential
from nn.losses import CLASSIFYING, Loss
from nn.matching import numbers_of
from nn.module import Module
from nn.training.history import History
from nn.training.restoring import kept_draws
from nn.training.task import Task

__all__ = ["advice"]

MOST_ROWS = 64  # to compare outputs of; mostly the second already differs from the first
CLOSE = 0.01  # relative to the loss of guessing
MANY = 3  # epochs after the first, within which a loss should have fallen
SOLVED = 1e-9  # a loss this small need not fall


def advice(task: Task, history: History) -> str:
    """Return the fault of a training that has ended, and a remedy; "" if there is none.

    Faults are a loss that has not fallen, a loss that stays at that of guessing, and outputs that
    are all equal. A last layer with relu under a loss for classes is named in any case.
    """
    if not history.epochs:
        return ""
    outputs = _some_outputs(task) if history.epochs > 1 else []  # one epoch may be a beginning
    equal = len(outputs) > 1 and all(_close(output, outputs[0]) for output in outputs)
    found = [
        *(_unlearned(history, task.loss, outputs) or _not_fallen(history)),
        *(["all outputs are equal"] if equal else []),
    ]
    last = _rectified_output(task.model) if task.loss in CLASSIFYING else ""
    if last:
        remedy = (
            f"{last} has relu: no output is below 0, and one that is 0 for all rows learns "
            'nothing more; give it the activation "linear"'
        )
    elif equal:
        remedy = (
            "the model does not depend on its inputs, as when all neurons of a layer are dead: "
            "visualize.health(model, X, y) names them; try other initial weights, standardised "
            "inputs or a smaller learning rate"
        )
    else:
        remedy = f"try another learning rate than {task.optimizer.lr:g}, or standardised inputs"
    if not found and not last:
        return ""
    return f"fit: {'; '.join([*found, remedy])}"


def _not_fallen(history: History) -> list[str]:
    """Return a complaint if the loss has not fallen; in few epochs it may rise by chance."""
    first, *rest = history["loss"]
    reached = min(rest, default=first) if history.stopped else history["loss"][-1]
    stuck = abs(reached - first) <= 1e-6 * abs(first)
    rose = reached > first and (len(rest) >= MANY or reached > 1.1 * first)
    if not rest or first < SOLVED or not (stuck or rose):
        return []
    return [f"the loss did not fall, from {first:.4g} to {reached:.4g} in {history.epochs} epochs"]


def _unlearned(history: History, loss: Loss, outputs: list[Any]) -> list[str]:
    """Return a complaint if the loss was that of guessing in the second half of the epochs."""
    if loss is losses.cross_entropy and outputs and isinstance(outputs[0], list):
        classes = len(outputs[0])
    elif loss in (losses.binary_cross_entropy, losses.binary_cross_entropy_with_logits):
        classes = 2
    else:
        return []
    guessing = log(classes)
    late = history["loss"][history.epochs // 2 :] if history.epochs > 1 else []
    if not late or not all(abs(number - guessing) <= CLOSE * guessing for number in late):
        return []
    return [f"the loss stays at {late[-1]:.4g}, that of guessing, ln({classes})"]


def _some_outputs(task: Task) -> list[Any]:
    """Return outputs of the model for different rows: two, or more while they are equal.

    Return at most one if all rows or all targets are equal, and none if the model fails.
    """
    import numpy as np

    X, y = task.train  # noqa: N806 - the field's name for the inputs
    rows = np.linspace(0, len(X) - 1, min(len(X), MOST_ROWS)).astype(int)
    outputs: list[Any] = []
    first = X[rows[0]]
    try:
        with (
            task.model.evaluating(),
            kept_draws(task),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore", NumericWarning)
            for row in rows:
                if row == rows[0] or not np.array_equal(X[row], first):
                    outputs.append(numbers_of(task.model(X[row].tolist())))
                    if not _close(outputs[-1], outputs[0]):
                        break
    except Exception:  # noqa: BLE001 - raised by a user's model; the training itself went well
        return []
    return outputs if (y[rows] != y[0]).any() else outputs[:1]


def _close(output: Any, other: Any) -> bool:
    import numpy as np

    return bool(np.allclose(output, other, rtol=1e-9, atol=0.0, equal_nan=True))


def _rectified_output(model: Module) -> str:
    """Return the last layer, with its name, if it is one with relu; else ""."""
    last: Any = model
    while isinstance(last, MLP | Sequential) and last.layers:
        last = last.layers[-1]
    if not isinstance(last, Layer) or activation_name(last.activation) != "relu":
        return ""
    name = next((name for name, module in model.named_modules() if module is last), "")
    return f"the last layer, {last!r}" + (f" at {name}," if name else ",")
