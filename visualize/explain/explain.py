"""explain(): the derivation of a gradient by the chain rule, path by path, with its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import overload

from autograd import Value
from autograd.arguments import as_count
from autograd.reverse import Sweep, sweep
from autograd.runtime import computed
from visualize.escape import cut, printable
from visualize.explain.report import explanation_latex, explanation_markdown
from visualize.explain.statements import Name
from visualize.explain.story import story
from visualize.explain.text import explanation_text
from visualize.result import Result
from visualize.roots import instead_of
from visualize.scene.flat import flatten
from visualize.scene.names import NAME_COLUMNS, names_of
from visualize.scene.reach import in_order
from visualize.steps.paths import Derivation, Path, derivations

__all__ = ["Explanation", "explain"]

MOST_LEAVES = 6  # if the user has chosen none


class Explanation(Result, Sequence[Derivation]):
    """The derivation of gradients of `root`: one Derivation for each value asked for.

    It prints as its text. `.text`, `.markdown` and `.latex` are the same derivation in three
    notations, which `.save` writes as .txt, .md and .tex; a notebook shows it typeset. With a
    single gradient, `.gradient`, `.paths`, `.total_paths`, `.shown` and `.rest` are those of its
    derivation.
    """

    formats = {".txt": "text", ".md": "markdown", ".tex": "latex"}  # noqa: RUF012 - never changed

    def __init__(
        self,
        passes: Sweep,
        wrt: Sequence[Value],
        names: Mapping[Value, Name],
        count: int,
        leaves: int,
    ) -> None:
        self.root = passes.root
        self.derivations = derivations(passes, wrt, count)
        self._blocks = story(passes, self.derivations, names, leaves)

    def __len__(self) -> int:
        return len(self.derivations)

    @overload
    def __getitem__(self, place: int) -> Derivation: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Derivation, ...]: ...

    def __getitem__(self, place: int | slice) -> Derivation | tuple[Derivation, ...]:
        return self.derivations[place]

    @property
    def gradient(self) -> float:
        """The gradient, as backward() computes it."""
        return self._only("gradient").gradient

    @property
    def paths(self) -> tuple[Path, ...]:
        """The largest paths."""
        return self._only("paths").paths

    @property
    def total_paths(self) -> int:
        """How many paths there are."""
        return self._only("total_paths").total_paths

    @property
    def shown(self) -> int:
        """How many of the paths are listed."""
        return self._only("shown").shown

    @property
    def rest(self) -> float:
        """The sum of the products of the paths that are not listed."""
        return self._only("rest").rest

    @computed
    def text(self) -> str:
        """The derivation as plain text."""
        return explanation_text(self._blocks)

    @computed
    def markdown(self) -> str:
        """The derivation as Markdown, with LaTeX between dollar signs."""
        return explanation_markdown(self._blocks)

    @computed
    def latex(self) -> str:
        """The derivation for the body of a LaTeX document that loads amsmath."""
        return explanation_latex(self._blocks)

    def _repr_markdown_(self) -> str:
        return self.markdown

    def _repr_latex_(self) -> str:
        return self.latex

    def _only(self, what: str) -> Derivation:
        if len(self.derivations) != 1:
            raise ValueError(
                f"this explanation is of {len(self)} gradients, so .{what} has no single answer: "
                f"take one of them, as in explanation[0].{what}"
            )
        return self.derivations[0]


def explain(
    root: Value, wrt: Value | Iterable[Value] | None = None, *, paths: int = 5
) -> Explanation:
    """Return the derivation of the gradient of `root` with respect to `wrt`, step by step.

    The derivation lists the values on the way, the local derivative of every step, the products
    along the paths (the `paths` largest, and the sum of the others), and their sum, which is the
    gradient that `root.backward()` gives. It changes no gradient.

    `wrt` is a Value or a list of Values. A single one may also stand first: the root is the one
    that was computed from the other. Without `wrt` all labelled leaves are explained, or all leaves
    if none has a label; of more than 6, those with the largest gradients.

    Raises TypeError for anything but Values, ValueError for an empty list and for `paths` below 1,
    and StaleGraphError if a leaf was changed since the graph was computed.

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
        return gradient if gradient == gradient else float("inf")  # nan comes first too

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
    """Return names for values outside the graph; a name that is taken there is marked."""
    taken = {name.text for name in names.values()}
    outside = {}
    for value in chosen:
        if value not in names:
            label = printable(value.label)
            label = cut(label, NAME_COLUMNS) if label else "the value given"
            text = f"{label} (the one given)" if label in taken else label
            outside[value] = Name(text)
    return outside
