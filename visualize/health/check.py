"""health(): look into a model, layer by layer, and say what is wrong with it."""

# ruff: noqa: N803 - X is the field's name for the inputs

from __future__ import annotations

from typing import Any

from autograd import Value
from visualize.health.evaluation import (
    Loss,
    Sample,
    checked_loss,
    looking_at,
    loss_name,
    loss_of,
    row_graphs,
    sample_of,
)
from visualize.health.layers import Named, by_parameter, by_scope
from visualize.health.measuring import loss_gradients, measured, next_updates, outputs_by_layer
from visualize.health.report import Health
from visualize.health.verdict import findings

ROWS = 64  # enough to call a unit dead, and some seconds for a small image model


def health(
    model: Any,
    X: Any,
    y: Any,
    *,
    loss: Loss | None = None,
    optimizer: Any = None,
    rows: int = ROWS,
) -> Health:
    """Look at the activations, gradients and updates of each layer, and say what is wrong.

    - `model`: called with one row it returns a Value or lists of them; it has `named_parameters()`.
      Its layers are those that scopes name, as those of `nn` do, and for models without scopes the
      first parts of the names of parameters.
    - `X`, `y`: one row per example; `rows` of them, spread evenly, are looked at.
    - `loss`: the function to be minimized, called with the outputs and targets of all these rows,
      such as `nn.cross_entropy`; by default the mean squared error.
    - `optimizer`: with it the next step along this gradient is compared with the weights.

    Everything runs in evaluation mode, and nothing changes: no data, gradient, mode or state of
    the optimizer or of `random`. The verdict names the layer for vanishing and exploding gradients,
    dead units (off on all examples; of a single one it says no more than "off in this example"),
    saturated units, nan, parameters that the loss does not depend on, and updates that are too
    large or too small.

    Raises TypeError for a model without named parameters or Values as outputs, and for anything but
    a loss or an optimizer; ValueError, naming the row, for an input that is not finite, lengths
    that differ, no parameters, and an optimizer of another model; RuntimeError inside `no_grad()`.

    >>> from nn import MLP
    >>> model = MLP(2, [3, 1], "sigmoid")
    >>> for neuron in model.layers[0].neurons:
    ...     neuron.bias.data = -20.0
    >>> print(health(model, [[0.0, 0.0], [1.0, 1.0]], [0.0, 1.0]).verdict)
    saturated units in layers.0: 3 of 3 sigmoid units (0, 1, 2) are mostly at a bound
    """
    return health_of(model, sample_of(X, y, rows), checked_loss(loss), optimizer)


def health_of(model: Any, sample: Sample, loss: Loss | None, optimizer: Any) -> Health:
    """Return the health of a model on examples that are chosen already."""
    named = _named_parameters(model)
    if optimizer is not None:
        next_updates(optimizer, {})  # refuses anything else before the model runs
        if {parameter for _, parameter in named}.isdisjoint(optimizer.parameters):
            raise ValueError(
                "health: the optimizer holds no parameter of this model; make it over "
                "model.parameters()"
            )
    with looking_at(model):
        graphs = row_graphs(model, sample.inputs)
        around = Value(0.0).scope  # of a block in which the caller is
        division = by_scope(graphs, named, around)
        if division is None:
            division = by_parameter(graphs, named, type(model).__name__)
        outputs = outputs_by_layer(graphs, division)
        total = loss_of(loss, graphs, sample.targets)
        slopes = loss_gradients(total, outputs.values(), (value for _, value in named))
        updates = {} if optimizer is None else next_updates(optimizer, slopes)
        layers = measured(outputs, division.parameters, slopes, updates, len(sample))
    return Health(
        layers,
        findings(layers, total.data, len(sample)),
        total.data,
        loss_name(loss),
        len(sample),
        sample.available,
    )


def _named_parameters(model: Any) -> Named:
    if isinstance(model, type) or not (callable(model) and hasattr(model, "named_parameters")):
        raise TypeError(
            "health takes a model that is called with one row and has named_parameters(), such as "
            f"an nn.Module, not {model!r}"
        )
    named = list(model.named_parameters())
    if not named:
        raise ValueError("health: the model has no parameters; there is nothing that could learn")
    return named
