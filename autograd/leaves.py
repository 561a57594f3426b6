"""A rule applied to many leaves at once, as an optimizer's step does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.errors import tracing_error
from autograd.graph import topological_order
from autograd.mode import is_tracing, quietly
from autograd.native import engine
from autograd.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["applied"]

State: TypeAlias = tuple[float, ...]


def applied(
    rule: Callable[..., Any],
    leaves: list[Value],
    states: list[State],
    settings: Mapping[str, Any],
    *,
    straight: bool = False,
) -> tuple[list[Value], list[Any], list[Any]]:
    """Return the leaves that have a gradient, their numbers by a rule, and the states of all.

    `rule(number, gradient, state, **settings)` returns the new number and the new state. It is
    `straight` if it does the same operations on all numbers: then C may apply it, drawn once.
    Nothing is changed. Raises TracingError while a function is traced.

    >>> a, b = Value(1.0), Value(2.0)
    >>> (3.0 * a).backward()
    >>> applied(lambda x, g, state: (x - 0.5 * g, state), [a, b], [(), ()], {})
    ([Value(data=1.0, grad=3.0)], [-0.5], [(), ()])
    """
    if is_tracing():
        raise tracing_error(".grad")
    if straight and engine is not None and leaves:
        found = engine.apply_rule(*_drawn(rule, len(states[0]), settings), leaves, states)
        if found is not None:
            return found  # type: ignore[no-any-return]
    moved, after, later = [], [], list(states)
    for index, leaf in enumerate(leaves):
        if leaf._grad is not None:
            number, later[index] = rule(leaf._data, leaf._grad, states[index], **settings)
            moved.append(leaf)
            after.append(number)
    return moved, after, later


@quietly
def _drawn(
    rule: Callable[..., Any], width: int, settings: Mapping[str, Any]
) -> tuple[list[Value], list[Value], list[Value]]:
    """Return a rule as a graph: its leaves, its nodes in order, and the results among them."""
    x, gradient, *state = inputs = [Value(0.5) for _ in range(2 + width)]
    number, later = rule(x, gradient, tuple(state), **settings)
    outputs = [number, *later]
    return inputs, [n for n in topological_order(*outputs) if n.op is not None], outputs
