"""Diagnosis: what why() found out about a gradient, in words and as a picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from autograd import Value
from visualize.draw.drawing import Drawing
from visualize.escape import xml
from visualize.notebook import mime_bundle
from visualize.why.kinks import Kinks

__all__ = ["Cause", "Diagnosis", "Finding"]

Cause = Literal[
    "not connected",  # no way leads from the root to the leaf
    "stale",  # a leaf was changed after the graph was computed
    "detached",  # every way passes an operation without a derivative
    "forward nan",  # a number of the forward pass was nan, or
    "forward inf",  # infinite, before any gradient was
    "backward nan",  # a local derivative was not finite where all numbers were, and the
    "backward inf",  # gradient became nan or infinite
    "overflowed",  # a product or sum of finite numbers in the backward pass is beyond all floats
    "killed",  # every way passes a local derivative of exactly 0
    "underflowed",  # a product of numbers that are not 0 is below all floats
    "cancelled",  # large contributions have added up to little or nothing
    "vanishing",  # tiny: small factors along the way
    "grown",  # huge: large factors along the way
    "not computed",  # nothing is wrong, but no backward pass has come here
    "accumulated",  # nothing is wrong, but .grad holds more than this root gives
    "healthy",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One cause: `summary` in a clause, `lines` with the evidence, `way_out` with what to do."""

    cause: Cause
    summary: str
    lines: tuple[str, ...] = ()
    nodes: tuple[Value, ...] = ()
    way_out: str = ""
    way: tuple[Value, ...] = ()  # to be drawn; where it is empty, the shortest


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Diagnosis:
    """The cause of a gradient's size, and everything that tells of it.

    Printed, it is its text; a notebook shows the picture below. `gradient` is what a backward pass
    from the root gives, None where it does not come; `nodes` are the culprits; `kinks` are those
    on the ways between root and leaf; `drawing` shows the slice of the graph that matters.
    """

    cause: Cause
    gradient: float | None
    nodes: tuple[Value, ...]
    text: str
    kinks: Kinks
    drawing: Drawing

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        picture = mime_bundle(self.drawing)
        words = f'<pre style="white-space:pre-wrap">{xml_lines(self.text)}</pre>'
        return {"text/plain": self.text, "text/html": words + picture.get("text/html", "")}


def xml_lines(text: str) -> str:
    r"""Return text for XML, with its lines kept.

    >>> xml_lines("a < b\nc")
    'a &lt; b\nc'
    """
    return "\n".join(map(xml, text.splitlines()))
