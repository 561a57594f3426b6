"""The layers of a model as columns of units: their weights, biases and activations as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from autograd import Value

__all__ = ["Column", "columns_of"]

ALLOWED = (
    "draw_network draws models with a list `layers` of layers with a list `neurons`, each with a "
    "list `weights` of Values and a `bias` (a Value or None), such as nn.MLP or nn.Layer"
)


@dataclass(frozen=True, slots=True)
class Column:
    """Weights and biases of one layer: `weights[j][i]` joins unit i before to unit j."""

    weights: list[list[float]]
    biases: list[float | None]
    activation: str  # its name, "" if the layer has none


def columns_of(model: Any) -> list[Column]:
    """Return the layers of a model; TypeError for another model, ValueError for other widths.

    Layers without parameters, such as dropout and plain functions, are passed over.
    """
    columns: list[Column] = []
    for place, layer in _layers(model):
        neurons = getattr(layer, "neurons", None)
        if not isinstance(neurons, (list, tuple)) or not neurons:
            way_out = "; plot_weights shows kernels" if hasattr(layer, "kernels") else ""
            raise TypeError(f"{ALLOWED}; layers[{place}] is a {type(layer).__name__}{way_out}")
        width = len(columns[-1].weights) if columns else len(_weights(neurons[0], place, 0))
        weights = [_weights(neuron, place, number) for number, neuron in enumerate(neurons)]
        for number, row in enumerate(weights):
            if len(row) != width or not row:
                raise ValueError(
                    f"draw_network: layers[{place}].neurons[{number}] has {len(row)} weights, "
                    f"but there are {width} units before it"
                )
        biases = [getattr(neuron, "bias", getattr(neuron, "b", None)) for neuron in neurons]
        numbers = [None if bias is None else _number(bias) for bias in biases]
        columns.append(Column(weights, numbers, _name(getattr(layer, "activation", ""))))
    if not columns:
        raise TypeError(f"{ALLOWED}; {type(model).__name__} has none with neurons")
    return columns


def _layers(model: Any) -> Iterator[tuple[int, Any]]:
    layers = getattr(model, "layers", None)
    if layers is None and hasattr(model, "neurons"):
        layers = [model]
    if not isinstance(layers, (list, tuple)) or not layers:
        raise TypeError(f"{ALLOWED}; {type(model).__name__} has no layers")
    for place, layer in enumerate(layers):
        parameters = getattr(layer, "parameters", None)
        if not callable(layer) or hasattr(layer, "neurons") or (parameters and parameters()):
            yield place, layer


def _weights(neuron: Any, layer: int, number: int) -> list[float]:
    weights = getattr(neuron, "weights", getattr(neuron, "w", None))  # micrograd's short name
    if not isinstance(weights, (list, tuple)):
        where = f"layers[{layer}].neurons[{number}]"
        raise TypeError(f"{ALLOWED}; {where} is a {type(neuron).__name__}")
    return [_number(weight) for weight in weights]


def _number(parameter: Any) -> float:
    return parameter.data if isinstance(parameter, Value) else float(parameter)


def _name(activation: Any) -> str:
    name = activation if isinstance(activation, str) else getattr(activation, "__name__", "")
    return "" if name == "<lambda>" else name
