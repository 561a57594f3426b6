"""Division: which layer, and which unit of it, the values and parameters of a model belong to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from autograd import Value

__all__ = ["Division", "Named", "Place"]

Named: TypeAlias = Sequence[tuple[str, Value]]  # parameters with their names, in order


class Place(NamedTuple):
    """A layer, and a unit of it; the unit is "" where only positions tell units apart."""

    layer: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Division:
    """The layers in the order of the forward pass, with their parameters.

    `place` says where a result of an operation belongs, None for one that belongs to no layer.
    """

    parameters: dict[str, list[Value]]
    place: Callable[[Value], Place | None]
