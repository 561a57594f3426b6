"""The key to the colours and line styles of a picture."""

from __future__ import annotations

from dataclasses import dataclass

from visualize.digits import significant
from visualize.formats.palette import SHADES
from visualize.scene.facts import Scene

__all__ = ["Key", "legend_keys"]

_STATES = {
    "zero": ("grey", "exactly 0: dead"),
    "unreached": ("dotted border", "not reached by backward"),
    "pending": ("white", "no gradient yet"),
    "infinite": ("violet, thick dashed border", "infinite gradient"),
    "nan": ("pink, thick border", "gradient is nan"),
}
_RAMP = (8, 6, 4, 2)


@dataclass(frozen=True, slots=True)
class Key:
    """One entry: the looks that stand in a row, the same in words, and what they mean."""

    looks: tuple[str, ...]
    words: str
    meaning: str


def legend_keys(scene: Scene) -> list[Key]:
    """Return the entries that this picture needs.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> from visualize.scene.compose import compose
    >>> x = Value(3.0)
    >>> y = -x * x
    >>> y.backward()
    >>> [key.meaning for key in legend_keys(compose(flatten([y])))]
    ['negative gradient, to -6', 'positive gradient, to 6']
    """
    keys = []
    top = scene.largest_gradient
    if top:
        signs = {node.gradient.value > 0 for node in scene.nodes if node.gradient.size}
        if False in signs:
            negative = tuple(f"n{shade}" for shade in _RAMP)
            keys.append(
                Key(negative, "orange, dashed border", f"negative gradient, to -{significant(top)}")
            )
        if True in signs:
            positive = tuple(f"p{SHADES + 2 - shade}" for shade in _RAMP)
            keys.append(Key(positive, "blue", f"positive gradient, to {significant(top)}"))
    states = {node.gradient.state for node in scene.nodes}
    keys += [Key((state,), *said) for state, said in _STATES.items() if state in states]
    if any(edge.local is not None for edge in scene.edges):
        keys.append(Key((), "∂ at an edge", "∂ local derivative, of a box by its operand"))
    return keys
