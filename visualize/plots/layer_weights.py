"""The weights of a model's layers as numbers: kernels as pictures, units as columns."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.arguments import as_count, as_items
from visualize.digits import counted
from visualize.plots.arrays import as_floats

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WITH_UNITS = (
    "takes a layer with a list `neurons` or `kernels`, each with a list `weights`, such as "
    "nn.Layer and nn.Conv2d, or a model that holds one"
)
WITH_NEURONS = (
    "draw_network draws models with a list `layers` of layers with a list `neurons`, each with a "
    "list `weights` of Values and a `bias` (a Value or None), such as nn.MLP or nn.Layer"
)


@dataclass(frozen=True, slots=True)
class Kernels:
    """The weights of each unit: `pictures` is (units, channels, rows, columns)."""

    pictures: NDArray[np.float64]
    noun: str  # for a unit


def kernels_of(model: Any, shape: Sequence[int] | None, where: str) -> Kernels:
    """Return the weights of the first layer with units; `where` begins the message of an error.

    Raises TypeError for a model without one, ValueError for weights that make no image.
    """
    for module in modules_of(model):
        kernels, neurons = getattr(module, "kernels", None), getattr(module, "neurons", None)
        if isinstance(kernels, list | tuple) and kernels:
            if shape is not None:
                raise ValueError(
                    f"{where}: the kernels of {module!r} have a shape of their own; leave out shape"
                )
            own = (module.channels_in, *module.kernel_size)
            return Kernels(_weights_of(kernels, where).reshape(-1, *own), "kernel")
        if isinstance(neurons, list | tuple) and neurons:
            return Kernels(_shaped(_weights_of(neurons, where), shape, repr(module), where), "unit")
        if weights_of(module) is not None:
            return Kernels(
                _shaped(_weights_of([module], where), shape, repr(module), where), "unit"
            )
    raise TypeError(f"{where} {WITH_UNITS}; {type(model).__name__} has none")


def modules_of(model: Any) -> Iterator[Any]:
    """Yield a model and the modules in it, outermost first, in the order of a forward pass.

    They are those of `named_modules`, or, where there is none, those in the lists `layers`.
    """
    if callable(getattr(model, "named_modules", None)):
        yield from (module for _, module in model.named_modules())
        return
    yield model
    layers = getattr(model, "layers", None)
    for layer in layers if isinstance(layers, list | tuple) else ():
        yield from modules_of(layer)


def weights_of(neuron: Any) -> Any:
    """Return the list of weights of a neuron or kernel, None where there is none."""
    weights = getattr(neuron, "weights", getattr(neuron, "w", None))  # micrograd's short name
    return weights if isinstance(weights, list | tuple) and weights else None


def _weights_of(units: Sequence[Any], where: str) -> NDArray[np.float64]:
    # Of shape (units, weights).
    rows = [weights_of(unit) for unit in units]
    if None in rows:
        wrong = type(units[rows.index(None)]).__name__
        raise TypeError(f"{where} {WITH_UNITS}; unit {rows.index(None)} is a {wrong}")
    return as_floats(rows, f"{where}: the layer")


def _shaped(
    weights: NDArray[np.float64], shape: Sequence[int] | None, layer: str, where: str
) -> NDArray[np.float64]:
    # Of shape (units, channels, rows, columns).
    count = weights.shape[1]
    if shape is None:
        side = math.isqrt(count)
        if side * side != count or side < 2:
            rows = next(divisor for divisor in range(side, 0, -1) if count % divisor == 0)
            raise ValueError(
                f"{where}: a unit of {layer} has {counted(count, 'weight')}, which make no square; "
                "say what image its inputs are, (rows, columns) or (channels, rows, columns), "
                f"such as shape=({rows}, {count // rows})"
            )
        shape = (side, side)
    sides = as_items(shape, f"{where}: shape", "two or three lengths")
    shape = tuple(as_count(side, f"{where}: a length of shape") for side in sides)
    if len(shape) not in {2, 3} or math.prod(shape) != count:
        raise ValueError(
            f"{where}: shape is {shape}, but a unit of {layer} has {counted(count, 'weight')}; "
            "shape must be (rows, columns) or (channels, rows, columns) of as many"
        )
    return weights.reshape(len(weights), *(shape if len(shape) == 3 else (1, *shape)))


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
            raise TypeError(f"{WITH_NEURONS}; layers[{place}] is a {type(layer).__name__}{way_out}")
        width = len(columns[-1].weights) if columns else len(_neuron_weights(neurons[0], place, 0))
        weights = [_neuron_weights(neuron, place, number) for number, neuron in enumerate(neurons)]
        for number, row in enumerate(weights):
            if len(row) != width or not row:
                raise ValueError(
                    f"draw_network: layers[{place}].neurons[{number}] has {len(row)} weights, "
                    f"but there are {width} units before it"
                )
        biases = [getattr(neuron, "bias", getattr(neuron, "b", None)) for neuron in neurons]
        numbers = [None if bias is None else _number(bias) for bias in biases]
        columns.append(Column(weights, numbers, _activation_name(getattr(layer, "activation", ""))))
    if not columns:
        raise TypeError(f"{WITH_NEURONS}; {type(model).__name__} has none with neurons")
    return columns


def _layers(model: Any) -> Iterator[tuple[int, Any]]:
    layers = getattr(model, "layers", None)
    if layers is None and hasattr(model, "neurons"):
        layers = [model]
    if not isinstance(layers, (list, tuple)) or not layers:
        raise TypeError(f"{WITH_NEURONS}; {type(model).__name__} has no layers")
    for place, layer in enumerate(layers):
        parameters = getattr(layer, "parameters", None)
        if not callable(layer) or hasattr(layer, "neurons") or (parameters and parameters()):
            yield place, layer


def _neuron_weights(neuron: Any, layer: int, number: int) -> list[float]:
    weights = weights_of(neuron)
    if weights is None:
        where = f"layers[{layer}].neurons[{number}]"
        raise TypeError(f"{WITH_NEURONS}; {where} is a {type(neuron).__name__}")
    return [_number(weight) for weight in weights]


def _number(parameter: Any) -> float:
    return parameter.data if isinstance(parameter, Value) else float(parameter)


def _activation_name(activation: Any) -> str:
    name = activation if isinstance(activation, str) else getattr(activation, "__name__", "")
    return "" if name == "<lambda>" else name
