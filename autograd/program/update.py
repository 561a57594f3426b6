"""Update: an optimizer's rule traced on Values, as a program over all parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.graph import Constant
from autograd.mode import entered
from autograd.primitives import where
from autograd.program.lowering import lowered
from autograd.program.place import TracingMode
from autograd.program.simplify import simplified
from autograd.program.traced import placeholder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd.program.program import Program

__all__ = ["Update", "updated"]


class Update(NamedTuple):
    """A program whose examples are parameters.

    Its inputs by parameter are the parameter, its gradient summed over the batch, and the `own`
    elements of its state. Its shared inputs are 1 / the number of examples, the norm of the mean
    gradient, the scheduled settings, and the `common` elements of the state, which are the same
    for all parameters. Its outputs are the new parameter, the new own and the new common elements.
    """

    program: Program
    own: tuple[int, ...]
    common: tuple[int, ...]
    uses_norm: bool


def updated(
    rule: Callable[..., Any],
    state: Sequence[tuple[float, ...]],
    settings: Mapping[str, float],
    scheduled: Sequence[str],
    clip_norm: float | None,
) -> Update:
    """Trace a rule `rule(parameter, gradient, state, **settings) -> (parameter, state)`.

    An element of the state that is the same for all parameters, and stays so by the rule (a count
    of updates), is computed once per step.
    """
    parameter, total, scale, norm = map(placeholder, ("parameter", "gradient", "scale", "norm"))
    live = {name: placeholder(name) for name in scheduled}
    old = [placeholder(f"state[{element}]") for element in range(len(state[0]))]
    given = frozenset([parameter, total, scale, norm, *live.values(), *old])
    with entered(TracingMode(differentiated=given)):
        gradient = total * scale
        if clip_norm is not None:  # as nn.clip_grad_norm
            factor = clip_norm / (norm + 1e-6)
            gradient = where(factor < 1.0, gradient * factor, gradient)
        moved, new = rule(parameter, gradient, tuple(old), **{**settings, **live})
    results = [Constant(item) if isinstance(item, float) else item for item in (moved, *new)]
    common = [k for k in range(len(old)) if len({line[k] for line in state}) == 1]
    while True:
        own = [k for k in range(len(old)) if k not in common]
        program = lowered(
            [parameter, total, *(old[k] for k in own)],
            [scale, norm, *live.values(), *(old[k] for k in common)],
            (),
            [results[0], *(results[1 + k] for k in (*own, *common))],
        )
        varies = [program.varies[output] for output in program.outputs[1 + len(own) :]]
        if True not in varies:
            break
        common = [k for k, differs in zip(common, varies) if not differs]
    program, _ = simplified(program)
    norm_used = any(program.examples + 1 in args for _, args in program.instructions)
    return Update(program, tuple(own), tuple(common), norm_used)
