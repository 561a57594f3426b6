"""LayerHealth: what was measured of one layer."""

from __future__ import annotations

from dataclasses import dataclass

from visualize.health.statistics import Statistics

__all__ = ["LayerHealth"]


@dataclass(frozen=True, slots=True)
class LayerHealth:
    """The numbers of one layer over the examples of a check.

    `activations` are its outputs, after the activation function, and `gradients` the derivatives of
    the loss with respect to them; `weights` are its parameters, biases included, None for a layer
    without any, and `weight_gradients` the derivatives with respect to those. `made_by` names the
    operation of the outputs. `off` and `saturated` number the units from 0: a unit is a neuron, a
    kernel, or where there are no such an output. `dead` are those that are off, unless only one
    example was looked at: that is no evidence. `near_bounds` is the share of the outputs that are
    saturated. `unreached` counts parameters that the loss does not depend on. `update` is the root
    mean square of the next step of the optimizer, divided by that of the parameters it moves: None
    without an optimizer, or where it moves none of this layer or all of them are 0. `variation` is
    the largest standard deviation that a unit has over the examples; `alike` tells that all units,
    of several, have the same outputs and gradients, so that they learn the same.
    """

    name: str
    units: int
    made_by: str
    activations: Statistics
    gradients: Statistics
    weights: Statistics | None
    weight_gradients: Statistics | None
    off: tuple[int, ...]
    dead: tuple[int, ...]
    saturated: tuple[int, ...]
    near_bounds: float
    unreached: int
    update: float | None
    is_output: bool
    variation: float
    alike: bool
