"""Training programs: the loss of a function and its gradient, trained parameters first."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from autograd.collector import paused_collector
from autograd.program.derivatives import reached_from
from autograd.program.simplify import simplified
from autograd.program.trace import lowered, redrawn
from autograd.reverse import reverse
from autograd.structure import NUMBER, Sequence

if TYPE_CHECKING:
    from collections.abc import Collection

    from autograd.program.program import Program
    from autograd.program.trace import Trace
    from autograd.value import Value

__all__ = ["TrainingProgram", "training_program"]


class TrainingProgram(NamedTuple):
    """A program whose sums are the loss and its derivatives by the trained leaves.

    Its parameters are the trained leaves, then the fixed ones; its outputs are what the function
    returns besides the loss.
    """

    program: Program
    trained: list[Value]
    fixed: list[Value]


def training_program(trace: Trace, parameters: Collection[Value]) -> TrainingProgram:
    """Differentiate the trace of a function that returns its loss, or (loss, further numbers).

    Trained are those of the parameters that the loss depends on. Raises TypeError for another
    result and ValueError where there are none.
    """
    with paused_collector():
        if trace.result != NUMBER and not (
            isinstance(trace.result, Sequence) and trace.result.items[:1] == (NUMBER,)
        ):
            raise TypeError(
                "Descent needs a function that returns one number, the loss, or a tuple of the "
                f"loss and further numbers, not {trace.result}"
            )
        inputs, nodes, (loss, *extra) = redrawn(trace.program)
        reached, wanted = reached_from(loss), set(parameters)
        trained = {
            node: leaf
            for node, leaf in zip(nodes, trace.leaves)
            if node in reached and leaf in wanted
        }
        if not trained:
            raise ValueError(
                f"Descent: the loss depends on none of the {len(parameters)} parameters"
            )
        fixed = {node: leaf for node, leaf in zip(nodes, trace.leaves) if node not in trained}
        slopes = reverse({loss: 1.0}, set(trained), graph=True)
        examples = trace.program.examples
        program = lowered(
            inputs[:examples],
            inputs[examples:],
            [*trained, *fixed],
            extra,
            [loss, *(slopes.get(node, 0.0) for node in trained)],
        )
        smaller, _ = simplified(program)
    return TrainingProgram(smaller, [*trained.values()], [*fixed.values()])
