"""Gradients that are not what the root gives: no backward pass has come, or several have."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from visualize.digits import significant
from visualize.scene.recorded import added_up, passes_in
from visualize.why.diagnosis import Finding
from visualize.why.ways import Ways

__all__ = ["not_as_computed"]


def not_as_computed(ways: Ways) -> Iterator[Finding]:
    """Yield how `.grad` of the leaf differs from what a backward pass from the root gives."""
    leaf, root, gradient = ways.leaf, ways.root, ways.gradient
    name, top = ways.names[leaf], ways.names[root]
    if not leaf.has_grad:
        if gradient is None and root.has_grad:
            return  # a pass has run and could not come here
        if root.has_grad:
            summary = f"{name}.grad was cleared after the backward pass from {top}"
        else:
            summary = (
                f"backward() has not been called from {top}, so that {name}.grad still reads 0.0"
            )
        yield Finding("not computed", summary, way_out=f"call backward() on {top}")
        return
    held, given = leaf.grad, 0.0 if gradient is None else gradient
    if not added_up(leaf, gradient):
        return
    yield Finding(
        "accumulated",
        f"{name}.grad holds {significant(held)}, not {significant(given)}",
        (_reason(ways, held, given),),
        way_out="call zero_grad() before each backward pass; gradients add up in leaves",
    )


def _reason(ways: Ways, held: float, given: float) -> str:
    root, top = ways.root, ways.names[ways.root]
    if not root.has_grad:
        return f"it comes from an earlier backward pass; {top} has had none since it was computed"
    if isclose(held, given * root.grad, rel_tol=1e-9):
        return (
            f"the backward pass came to {top} with gradient {significant(root.grad)}, not 1: from "
            f"backward({significant(root.grad)}), or from a root further up"
        )
    passes = passes_in(held, given)
    if passes > 1:
        return f"that is {passes:,} times as much: as many backward passes have added up"
    return "backward passes from other roots, or with other data, have added up in it"
