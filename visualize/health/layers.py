"""The layers of a model and their units, to which its values and parameters belong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from autograd import Value
from visualize.health.evaluation import RowGraph

Named: TypeAlias = Sequence[tuple[str, Value]]  # parameters with their names, in order
Path: TypeAlias = tuple[str, ...]
MEMBER = re.compile(r"(.+)\.\d+")  # of a list, such as neurons.3


class Place(NamedTuple):
    """A layer, and a unit of it; the unit is "" if only positions tell units apart."""

    layer: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Division:
    """The layers in the order of the forward pass, with their parameters.

    `place` gives the place of the result of an operation, None if it belongs to no layer.
    """

    parameters: dict[str, list[Value]]
    place: Callable[[Value], Place | None]


def by_scope(rows: Sequence[RowGraph], named: Named, around: str = "") -> Division | None:
    """Return the layers that the scopes inside `around` name; None if they name none.

    They do if the name of some parameter begins with the scope that uses it. A module that stands
    alone has one scope for all its operations.
    """
    nodes = [node for row in rows for node in row.nodes]
    paths = {scope: _path(scope, around) for scope in dict.fromkeys(node.scope for node in nodes)}
    users = _users(nodes, paths)
    root = _common_root(paths.values())
    dotted = {path: ".".join(path[len(root) :]) for path in paths.values()}
    if not any(
        dotted[users[parameter]] and f"{name}.".startswith(f"{dotted[users[parameter]]}.")
        for name, parameter in named
        if parameter in users
    ):
        return None
    units = _units(nodes, paths)
    layer_of = {path: path[:-1] if path in units else path for path in paths.values()}
    name_of = {layer: _name(layer, root) for layer in dict.fromkeys(layer_of.values())}
    parameters: dict[str, list[Value]] = {name: [] for name in name_of.values()}
    for name, parameter in named:
        owner = _owner(name, parameters)
        if owner is None and parameter in users:
            owner = name_of[layer_of[users[parameter]]]
        parameters.setdefault(owner or prefix(name), []).append(parameter)
    places = {
        scope: Place(name_of[layer_of[path]], path[-1] if path in units else "")
        for scope, path in paths.items()
    }
    return Division(parameters, lambda node: places.get(node.scope))


def _path(scope: str, around: str) -> Path:
    inner = scope[len(around) :] if around and f"{scope}/".startswith(f"{around}/") else scope
    return tuple(filter(None, inner.split("/")))


def _users(nodes: Iterable[Value], paths: dict[str, Path]) -> dict[Value, Path]:
    """Return for each leaf the path of the first node that uses it."""
    users: dict[Value, Path] = {}
    for node in nodes:
        for operand in node.args:
            if isinstance(operand, Value) and operand.op is None and operand not in users:
                users[operand] = paths[node.scope]
    return users


def _common_root(paths: Iterable[Path]) -> Path:
    """Return the name of the model itself, with which all paths begin."""
    roots = {path[:1] for path in paths}
    return roots.pop() if len(roots) == 1 else ()


def _units(nodes: Iterable[Value], paths: dict[str, Path]) -> set[Path]:
    """Return the paths of units: innermost members of a list that do not read from each other.

    Layers in a list do: each takes the results of the one before. Members that read from each
    other in both directions are units too, those of a recurrent layer.
    """
    known = set(paths.values())
    holders = {path[:length] for path in known for length in range(len(path))}
    readings = {_reading(paths[operand], paths[user]) for operand, user in _links(nodes)}
    one_after_the_other = {
        inside for inside, operand, user in readings if (inside, user, operand) not in readings
    }
    lists: dict[Path, set[Path]] = {}
    for path in known | holders:
        if path and (member := MEMBER.fullmatch(path[-1])):
            lists.setdefault((*path[:-1], member[1]), set()).add(path)
    side_by_side = [
        members
        for inside, members in lists.items()
        if inside not in one_after_the_other and holders.isdisjoint(members)
    ]
    return set().union(*side_by_side)


def _links(nodes: Iterable[Value]) -> set[tuple[str, str]]:
    """Return which scopes read from which others: pairs (operand, consumer)."""
    links = set()
    for node in nodes:
        scope = node.scope
        for operand in node.args:
            if operand.op is not None and operand.scope is not scope:
                links.add((operand.scope, scope))
    return links


def _reading(operand: Path, user: Path) -> tuple[Path, str, str]:
    """Return the list in which two paths go through different members, and these members.

    All three are empty if the paths part elsewhere.
    """
    for depth, (part, other) in enumerate(zip(operand, user)):
        if part != other:
            member, other_member = MEMBER.fullmatch(part), MEMBER.fullmatch(other)
            if member and other_member and member[1] == other_member[1]:
                return (*operand[:depth], member[1]), part, other
            break
    return (), "", ""


def _name(layer: Path, root: Path) -> str:
    return ".".join(layer[len(root) :]) or ".".join(layer) or "model"


def _owner(parameter: str, layers: Iterable[str]) -> str | None:
    """Return the longest name of a layer with which the name of a parameter begins."""
    owners = [layer for layer in layers if parameter.startswith(f"{layer}.")]
    return max(owners, key=len, default=None)


def by_parameter(rows: Sequence[RowGraph], named: Named, model: str) -> Division:
    """Return a layer per prefix of parameter names, in the order in which they are used.

    A value belongs to the last layer whose parameters it was computed from. Parameters that are
    only added are a bias, which belongs to the layer whose result they are added to. A single layer
    is called `model`.
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
    degrees: dict[str, set[int | None]] = {}  # of the operations that use the parameters of a group
    for row in rows:
        for node in row.nodes:
            assert node.op is not None
            for operand in node.args:
                if operand in groups:
                    degrees.setdefault(groups[operand], set()).add(node.op.degree)
    return {group for group, found in degrees.items() if found == {1}}


def prefix(name: str) -> str:
    """Return the common beginning of the names of a layer's parameters.

    >>> [prefix(name) for name in ("layers.0.weights.2", "hidden.0.1", "w1")]
    ['layers.0', 'hidden', 'w1']
    """
    first, *rest = name.split(".")
    member = len(rest) > 1 and rest[0].isdigit() and not rest[1].isdigit()
    return f"{first}.{rest[0]}" if member else first
