"""The key to the colours and line styles of a picture."""

from __future__ import annotations

from dataclasses import dataclass

from visualize.digits import significant
from visualize.formats.looks import style_class
from visualize.formats.palette import look_of
from visualize.scene.facts import Scene
from visualize.scene.gradient import Gradient

__all__ = ["Key", "legend_keys"]

_STATES = {
    "zero": ("grey", "gradient exactly 0"),
    "unreached": ("dotted border", "not reached by backward"),
    "pending": ("white", "no gradient yet"),
    "earlier": ("dash-dotted border", "gradient of an earlier pass"),
    "infinite": ("violet, thick dashed border", "data or gradient infinite"),
    "nan": ("pink, thick border", "data or gradient nan"),
}
_STEPS = 4  # of a ramp


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
    ['negative gradient, to -6', 'positive gradient, to 3']
    """
    keys = []
    top = scene.largest_gradient
    looks = {look_of(node, top) for node in scene.nodes}
    gradients = [node.gradient for node in scene.nodes if look_of(node, top)[1:].isdigit()]
    low = min((it for it in gradients if it.value < 0.0), key=lambda it: it.value, default=None)
    high = max((it for it in gradients if it.value > 0.0), key=lambda it: it.value, default=None)
    if low:
        said = f"negative gradient, to {significant(low.value)}"
        keys.append(Key(_ramp(low, top), "orange, dashed border", said))
    if high:
        said = f"positive gradient, to {significant(high.value)}"
        keys.append(Key(_ramp(high, top)[::-1], "blue", said))
    keys += [Key((state,), *said) for state, said in _STATES.items() if state in looks]
    if any(edge.local is not None for edge in scene.edges):
        keys.append(Key((), "∂ at an edge", "∂ local derivative, of a box by its operand"))
    return keys


def _ramp(gradient: Gradient, top: float) -> tuple[str, ...]:
    """Return the looks from that of a gradient down to the faintest, a few of them."""
    look = style_class(gradient, top)
    darkest = int(look[1:])
    shades = {max(1, round(darkest * step / _STEPS)) for step in range(1, _STEPS + 1)}
    return tuple(f"{look[0]}{shade}" for shade in sorted(shades, reverse=True))
