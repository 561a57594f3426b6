"""The parts of a Descent: a loss with its gradient, and the rule.

The rule of an optimizer is traced on Values, once, as a program over all parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import as_float
from autograd.graph import Constant
from autograd.mode import CURRENT
from autograd.primitives import where
from autograd.program.program import lowered, lowered_with_leaves, redrawn
from autograd.program.simplify import simplified
from autograd.program.substitutes import substituted
from autograd.program.trace import Trace
from autograd.program.traced import TracingMode, placeholder, traced_under
from autograd.reverse import reached, reverse
from autograd.runtime import paused_collector
from autograd.structure import NUMBER, Sequence, of_tuple
from autograd.value import Value

if TYPE_CHECKING:
    from collections import abc

    from autograd.program.program import Program


class TrainingProgram(NamedTuple):
    """A program whose sums are the loss and its derivatives by `moved`.

    Its parameters are these, then the fixed ones; its outputs are the further numbers that the
    function returns. `trained` are those of `moved` that the loss depends on.
    """

    program: Program
    moved: list[Value]
    trained: list[Value]
    fixed: list[Value]


def training_program(
    trace: Trace,
    parameters: abc.Collection[Value],
    order: abc.Sequence[Value] = (),
    *,
    whole: bool = False,
) -> TrainingProgram:
    """Differentiate the trace of a function that returns its loss, or (loss, further numbers).

    The parameters that the loss depends on are trained. With `whole` all of them are parameters of
    the program, at first those in the given order; derivatives by those that the loss does not
    depend on are 0. Raises TypeError for another result, and ValueError if the loss depends on no
    parameter.
    """
    with paused_collector():
        if trace.result != NUMBER and not (
            isinstance(trace.result, Sequence) and trace.result.items[:1] == (NUMBER,)
        ):
            raise TypeError(
                "Descent needs a function that returns one number, the loss, or a tuple of the "
                f"loss and further numbers, not {trace.result}"
            )
        trace = trace.recovered
        inputs, nodes, (loss, *extra) = redrawn(trace.program)
        below, wanted = reached(loss), set(parameters)
        node_of = dict(zip(trace.leaves, nodes))
        trained = [leaf for leaf, node in node_of.items() if node in below and leaf in wanted]
        if not trained:
            raise ValueError(
                f"Descent: the loss depends on none of the {len(parameters)} parameters"
            )
        moved = [*dict.fromkeys((*order, *trained, *parameters))] if whole else trained
        movable = set(moved)
        fixed = [leaf for leaf in trace.leaves if leaf not in movable]
        slopes = reverse({loss: 1.0}, [node_of[leaf] for leaf in trained], graph=True)
        slope_of = dict(zip(trained, slopes))
        examples = trace.program.examples
        program = lowered(
            inputs[:examples],
            inputs[examples:],
            [node_of[leaf] if leaf in node_of else placeholder("") for leaf in (*moved, *fixed)],
            extra,
            [loss, *(slope_of.get(leaf, 0.0) for leaf in moved)],
        )
        smaller, _ = simplified(program)
    return TrainingProgram(smaller, moved, trained, fixed)


class Update(NamedTuple):
    """A rule as a program whose examples are parameters.

    Its inputs by parameter are the parameter, its gradient summed over the batch, and the `own`
    elements of its state. Its shared inputs are 1 / the number of examples, the norm of the mean
    gradient, the scheduled settings, and the `common` elements of the state, which are the same
    for all parameters of a kind. Its outputs are the new parameter, the new own and the new common
    elements.
    """

    program: Program
    own: tuple[int, ...]
    common: tuple[int, ...]
    uses_norm: bool


class TracedRule(NamedTuple):
    """A rule for one parameter, as nodes, and as a trace by which rules are compared."""

    inputs: list[Any]  # the parameter, its summed gradient, 1 / examples, the norm
    live: list[Any]  # the scheduled settings
    old: list[Any]  # the state
    results: list[Any]  # the new parameter, the new state
    trace: Trace


def traced_rule(
    rule: abc.Callable[..., Any],
    size: int,
    settings: abc.Mapping[str, float],
    scheduled: abc.Sequence[str],
    clip_norm: float | None,
) -> TracedRule:
    """Trace a rule `rule(parameter, gradient, state, **settings) -> (parameter, state)`.

    The state of a parameter has `size` elements. Raises TypeError and ValueError for other results
    and for a rule that depends on anything but its arguments.
    """
    parameter, total, scale, norm = map(placeholder, ("parameter", "gradient", "scale", "norm"))
    live = {name: placeholder(name) for name in scheduled}
    old = [placeholder(f"state[{element}]") for element in range(size)]
    inputs = [parameter, total, scale, norm, *live.values(), *old]
    given = frozenset(inputs)
    mode = TracingMode(differentiated=given, variant=CURRENT.get().variant)
    with traced_under(mode), substituted():
        gradient = total * scale
        if clip_norm is not None:  # as nn.clip_grad_norm
            factor = clip_norm / (norm + 1e-6)
            gradient = where(factor < 1.0, gradient * factor, gradient)
        results = _results(rule(parameter, gradient, tuple(old), **{**settings, **live}), size)
    program, strangers = lowered_with_leaves((), inputs, results)
    if strangers:
        raise ValueError(
            f"the rule depends on {strangers[0]!r}, which is none of its arguments; give numbers "
            "of its own as settings, by name"
        )
    shape = of_tuple((NUMBER,) * len(results))
    trace = Trace(program, (), (), (NUMBER,) * len(inputs), tuple(range(len(inputs))), shape)
    return TracedRule(inputs[:4], [*live.values()], old, results, trace)


def updated(traced: TracedRule, states: abc.Sequence[abc.Sequence[tuple[float, ...]]]) -> Update:
    """Return the program of a rule over parameters that have these states, kind by kind.

    An element of the state that is the same for all parameters of a kind, and stays so by the rule
    (a count of updates), is computed once per step.
    """
    (parameter, total, scale, norm), live, old, results, _ = traced
    common = [
        k for k in range(len(old)) if all(len({line[k] for line in kind}) == 1 for kind in states)
    ]
    while True:
        own = [k for k in range(len(old)) if k not in common]
        program = lowered(
            [parameter, total, *(old[k] for k in own)],
            [scale, norm, *live, *(old[k] for k in common)],
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


def check_state(parameters: abc.Sequence[Any], state: abc.Sequence[tuple[float, ...]]) -> None:
    """Check that the parameters are different leaves, and that each has a line of the state."""
    places: dict[Any, int] = {}
    for place, parameter in enumerate(parameters):
        if not isinstance(parameter, Value):
            raise TypeError(f"Descent: parameter {place} must be a Value, not {parameter!r}")
        if parameter.op is not None:
            raise ValueError(
                f"parameter {place} is the result of {parameter.op.described}; only leaves, made "
                "by Value(number), can be moved"
            )
        if places.setdefault(parameter, place) != place:
            raise ValueError(f"parameters {places[parameter]} and {place} are one Value")
    if len(state) != len(parameters):
        raise ValueError(
            f"the state has {len(state)} lines for {len(parameters)} parameters; it needs a tuple "
            "of numbers, which may be empty, for each"
        )
    for place, line in enumerate(state):
        if not isinstance(line, tuple | list):
            raise TypeError(f"Descent: the state of parameter {place} is {line!r}, not a tuple")
        if len(line) != len(state[0]):
            raise ValueError(
                f"the state of parameter {place} has {len(line)} numbers, "
                f"that of parameter 0 has {len(state[0])}"
            )


def _results(result: Any, size: int) -> list[Any]:
    """Return the nodes of the new parameter and of the new state, which has `size` elements."""
    if not (isinstance(result, tuple) and len(result) == 2 and isinstance(result[1], tuple | list)):
        raise TypeError(f"the rule must return (parameter, state), not {result!r}")
    moved, new = result
    if len(new) != size:
        raise ValueError(f"the rule returns {len(new)} numbers of state for a state of {size}")
    return [
        item if isinstance(item, Value) else Constant(as_float(item, "the result of the rule"))
        for item in (moved, *new)
    ]
