"""The measurement itself: activations, gradients and the next update, layer by layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

from autograd import Value, gradients
from autograd.reverse import reached
from visualize.health.evaluation import RowGraph
from visualize.health.layer_health import (
    LayerHealth,
    Statistics,
    is_off,
    is_saturated,
    near_bound,
    statistics_of,
)
from visualize.health.layers import Division


@dataclass(slots=True)
class LayerOutputs:
    """The outputs of a layer over all rows, by unit."""

    units: dict[str, list[Value]] = field(default_factory=dict)
    is_output: bool = False  # of the model

    def __iter__(self) -> Iterator[Value]:
        return (output for outputs in self.units.values() for output in outputs)


def outputs_by_layer(rows: Sequence[RowGraph], division: Division) -> dict[str, LayerOutputs]:
    """Return the values that each layer hands on to others or out of the model, layer by layer."""
    layers: dict[str, LayerOutputs] = {}
    for row in rows:
        places = {node: division.place(node) for node in row.nodes}
        ends = set(row.outputs)
        handed_on = set(ends)
        for node in row.nodes:
            place = places[node]
            layer = place and place.layer
            for operand in node.args:
                if operand.op is not None:
                    before = places[operand]
                    if (before and before.layer) != layer:
                        handed_on.add(operand)
        counts: Counter[str] = Counter()
        for node in row.nodes:
            place = places[node]
            if place is None:
                continue
            found = layers.setdefault(place.layer, LayerOutputs())
            if node in handed_on:
                unit = place.unit or f"{counts[place.layer]}"
                counts[place.layer] += 1
                found.units.setdefault(unit, []).append(node)
                found.is_output |= node in ends
    return layers


def loss_gradients(
    loss: Value, layers: Iterable[LayerOutputs], parameters: Iterable[Value]
) -> dict[Value, float]:
    """Return the derivatives of the loss by the outputs and parameters on which it depends."""
    found = reached(loss)
    wanted = [output for layer in layers for output in layer if output in found]
    wanted += [parameter for parameter in parameters if parameter in found]
    return dict(zip(wanted, gradients(loss, wanted), strict=True))


def next_updates(optimizer: Any, gradients: Mapping[Value, float]) -> dict[Value, float]:
    """Return by how much each parameter would move along these gradients.

    If the optimizer has a `rule`, as those of `nn` have, it is asked with its state and settings;
    else the step is lr times the gradient. Parameters without a gradient stay.

    Raises TypeError for an object with neither a rule nor a learning rate.

    >>> from types import SimpleNamespace
    >>> w = Value(1.0)
    >>> next_updates(SimpleNamespace(parameters=[w], lr=0.5), {w: 4.0})[w]
    -2.0
    """
    parameters: Any = getattr(optimizer, "parameters", None)
    if not hasattr(type(parameters), "__iter__") or not hasattr(optimizer, "lr"):
        raise TypeError(
            "health: an optimizer has `lr` and `parameters`, as nn.SGD(model.parameters(), lr=0.1)"
            f" has; {optimizer!r} does not"
        )
    rule = getattr(type(optimizer), "rule", None)
    if rule is None:
        return {
            parameter: -optimizer.lr * gradients.get(parameter, 0.0) for parameter in parameters
        }
    updates = {}
    for parameter, state in zip(parameters, optimizer.state, strict=True):
        updates[parameter] = 0.0
        if parameter in gradients:
            before = parameter.data
            moved, _ = rule(before, gradients[parameter], state, **optimizer.settings)
            updates[parameter] = moved - before
    return updates


def measured(
    layers: Mapping[str, LayerOutputs],
    parameters: Mapping[str, Sequence[Value]],
    slopes: Mapping[Value, float],
    updates: Mapping[Value, float],
    examples: int,
) -> tuple[LayerHealth, ...]:
    """Return the health of each layer: those that ran, in their order, then those that did not."""
    return tuple(
        _layer(
            name,
            layers.get(name, LayerOutputs()),
            parameters.get(name, ()),
            slopes,
            updates,
            examples,
        )
        for name in dict.fromkeys((*layers, *parameters))
    )


def _layer(
    name: str,
    outputs: LayerOutputs,
    parameters: Sequence[Value],
    slopes: Mapping[Value, float],
    updates: Mapping[Value, float],
    examples: int,
) -> LayerHealth:
    every = list(outputs)
    off = _units_that(outputs, is_off)
    return LayerHealth(
        name=name,
        units=len(outputs.units),
        made_by=_made_by(every),
        activations=_data(every),
        gradients=_slopes(every, slopes),
        weights=_data(parameters) if parameters else None,
        weight_gradients=_slopes(parameters, slopes) if parameters else None,
        off=off,
        dead=off if examples > 1 else (),
        saturated=_units_that(outputs, is_saturated),
        near_bounds=sum(map(near_bound, every)) / len(every) if every else 0.0,
        unreached=sum(parameter not in slopes for parameter in parameters),
        update=_update(parameters, updates),
        is_output=outputs.is_output,
        variation=max((_deviation(unit) for unit in outputs.units.values()), default=0.0),
        alike=_alike(outputs, slopes),
    )


def _made_by(outputs: Sequence[Value]) -> str:
    rows = Counter(output.op for output in outputs if output.op is not None)
    if not rows:
        return ""
    ((row, _),) = rows.most_common(1)
    return row.function if row.degree is None else "linear"


def _data(values: Sequence[Value]) -> Statistics:
    return statistics_of([value.data for value in values])


def _slopes(values: Sequence[Value], slopes: Mapping[Value, float]) -> Statistics:
    return statistics_of([slopes.get(value, 0.0) for value in values])


def _units_that(outputs: LayerOutputs, are: Callable[[Sequence[Value]], bool]) -> tuple[int, ...]:
    return tuple(
        sorted(int(unit.rpartition(".")[2]) for unit, some in outputs.units.items() if are(some))
    )


def _update(parameters: Sequence[Value], updates: Mapping[Value, float]) -> float | None:
    held = [parameter for parameter in parameters if parameter in updates]
    if not held:
        return None
    size = _data(held).rms
    step = statistics_of([updates[parameter] for parameter in held]).rms
    return step / size if size > 0.0 and isfinite(step) else None


def _deviation(outputs: Sequence[Value]) -> float:
    return statistics_of([output.data for output in outputs]).std


def _alike(outputs: LayerOutputs, slopes: Mapping[Value, float]) -> bool:
    first, *others = (
        ([(output.data, slopes.get(output)) for output in unit] for unit in outputs.units.values())
        if outputs.units
        else [[]]
    )
    return bool(others) and all(unit == first for unit in others)
