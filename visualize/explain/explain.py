"""explain(): the derivation of a gradient by the chain rule, path by path, with its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autograd import Value
from autograd.arguments import as_count
from autograd.reverse import Sweep, sweep
from visualize.escape import cut, printable
from visualize.explain.explanation import Explanation
from visualize.explain.statements import Name
from visualize.instead import instead_of
from visualize.scene.asked import in_order
from visualize.scene.flat import flatten
from visualize.scene.names import NAME_COLUMNS, names_of

__all__ = ["explain"]

MOST_LEAVES = 6  # where nobody has chosen them


def explain(
    root: Value, wrt: Value | Iterable[Value] | None = None, *, paths: int = 5
) -> Explanation:
    """Return the derivation of the gradient of `root` with respect to `wrt`, step by step.

    First the values on the way, then the local derivative of every step, then the products along
    the paths (the `paths` largest ones, and what the others add up to), then their sum, which is
    the gradient that `root.backward()` gives. No gradient is touched. `wrt` is any Value or a list
    of them (a single one may also stand first, as what was computed from the other is the root);
    without it all labelled leaves are explained (without labels all leaves), of more than 6 those
    with the largest gradients.

    Raises TypeError for anything but Values, ValueError for an empty list and for `paths`
    below 1, StaleGraphError if a leaf was changed since the graph was
    computed.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + a
    >>> c.label = "c"
    >>> explain(c, wrt=a)
    How c changes with a
    <BLANKLINE>
    Forward: the values on the way from a to c
        a  = 2
        v2 = a * b = 2 * (-3) = -6
        c  = v2 + a = -6 + 2 = -4
    <BLANKLINE>
    Backward: the derivative of each step
        ∂c/∂v2 says how fast c changes when only v2 is changed.
        ∂c/∂v2 = 1
        ∂c/∂a  = 1
        ∂v2/∂a = b = -3
    <BLANKLINE>
    Chain rule: multiply along each path from c down to a, then add
        path 1  c ← v2 ← a
                1 × (-3) = -3
        path 2  c ← a
                1
        ∂c/∂a = -3 + 1 = -2
    <BLANKLINE>
    Result
        ∂c/∂a = -2
        When a is raised by 0.001, c falls by about 0.002.
    """
    if not isinstance(root, Value):
        raise TypeError(
            f"explain takes a Value as root, not {type(root).__name__}{instead_of(root)}"
        )
    paths = as_count(paths, "explain: paths")
    if isinstance(wrt, Value):
        root, wrt = in_order(root, wrt)
    passes = sweep(root)
    graph = flatten([root])
    leaves = _leaves(graph.values) if wrt is None else _asked(wrt)
    chosen = leaves
    if wrt is None and len(leaves) > MOST_LEAVES:
        chosen = _largest(leaves, passes)
    names = {value: Name(name) for value, name in names_of(graph).items()}
    return Explanation(passes, chosen, names | _outside(chosen, names), paths, len(leaves))


def _leaves(values: Sequence[Value]) -> list[Value]:
    leaves = [value for value in values if value.op is None]
    return [leaf for leaf in leaves if leaf.label] or leaves


def _largest(leaves: Sequence[Value], passes: Sweep) -> list[Value]:
    gradients = passes.gradients()

    def size(leaf: Value) -> float:
        gradient = abs(gradients.get(leaf, 0.0))
        return gradient if gradient == gradient else float("inf")  # nan is worth a look too

    largest = set(sorted(leaves, key=size, reverse=True)[:MOST_LEAVES])
    return [leaf for leaf in leaves if leaf in largest]


def _asked(wrt: object) -> list[Value]:
    if isinstance(wrt, Value):
        return [wrt]
    if isinstance(wrt, str) or not isinstance(wrt, Iterable):
        raise TypeError(
            f"explain: wrt must be a Value or a list of Values, not {wrt!r}; give the Value "
            "itself, not its label or its number"
        )
    given = list(wrt)
    for position, value in enumerate(given):
        if not isinstance(value, Value):
            raise TypeError(
                f"explain: wrt must hold Values; item {position} is of type {type(value).__name__}"
            )
    asked: list[Value] = list(dict.fromkeys(given))
    if not asked:
        raise ValueError("explain: wrt is an empty list; leave it out for all labelled leaves")
    return asked


def _outside(chosen: Sequence[Value], names: dict[Value, Name]) -> dict[Value, Name]:
    """Return names for values that are not in the graph, where the labels may be taken."""
    taken = {name.text for name in names.values()}
    outside = {}
    for value in chosen:
        if value not in names:
            label = printable(value.label)
            label = cut(label, NAME_COLUMNS) if label else "the value given"
            text = f"{label} (the one given)" if label in taken else label
            outside[value] = Name(text)
    return outside
