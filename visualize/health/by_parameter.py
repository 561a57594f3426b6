"""Layers by the names of parameters, for models whose nodes have no scopes."""

from __future__ import annotations

from collections.abc import Sequence

from autograd import Value
from visualize.health.division import Division, Named, Place
from visualize.health.graph import RowGraph

__all__ = ["by_parameter", "prefix"]


def prefix(name: str) -> str:
    """Return what the names of a layer's parameters begin with.

    >>> [prefix(name) for name in ("layers.0.weights.2", "hidden.0.1", "w1")]
    ['layers.0', 'hidden', 'w1']
    """
    first, *rest = name.split(".")
    member = len(rest) > 1 and rest[0].isdigit() and not rest[1].isdigit()
    return f"{first}.{rest[0]}" if member else first


def by_parameter(rows: Sequence[RowGraph], named: Named, model: str) -> Division:
    """Return a layer per prefix of parameter names, in the order in which they are used.

    A value belongs to the last layer whose parameters went into it. Parameters that are only ever
    added are a bias, part of the layer whose result they are added to. A single layer is called
    `model`.
    """
    groups = {parameter: prefix(name) for name, parameter in named}
    biases = _biases(rows, groups)
    order: dict[str, int] = {}  # the number of the layer that a prefix belongs to
    layers: list[str] = []
    layer_of: dict[Value, int] = {}
    for row in rows:
        for node in row.nodes:
            before = max((layer_of.get(operand, -1) for operand in node.args), default=-1)
            for operand in node.args:
                group = groups.get(operand)
                if group is not None and group not in order:
                    if group in biases and before >= 0:
                        order[group] = before
                    else:
                        order[group] = len(layers)
                        layers.append(group)
            own = max((order[groups[arg]] for arg in node.args if arg in groups), default=-1)
            if max(before, own) >= 0:
                layer_of[node] = max(before, own)
    for group in groups.values():
        if group not in order:  # nothing uses it
            order[group] = len(layers)
            layers.append(group)
    names = layers if len(layers) > 1 else [model]
    parameters: dict[str, list[Value]] = {name: [] for name in names}
    for parameter, group in groups.items():
        parameters[names[order[group]]].append(parameter)
    places = {node: Place(names[number]) for node, number in layer_of.items()}
    return Division(parameters, places.get)


def _biases(rows: Sequence[RowGraph], groups: dict[Value, str]) -> set[str]:
    degrees: dict[str, set[int | None]] = {}  # of what uses the parameters of a group
    for row in rows:
        for node in row.nodes:
            assert node.op is not None
            for operand in node.args:
                if operand in groups:
                    degrees.setdefault(groups[operand], set()).add(node.op.degree)
    return {group for group, found in degrees.items() if found == {1}}
