"""explain(): the derivation of a gradient by the chain rule, path by path, with its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from math import inf, isclose, isfinite
from typing import SupportsIndex, overload

from autograd import Value, topological_order
from autograd.arguments import as_count
from autograd.graph import name_of
from autograd.reverse import Sweep, sweep
from autograd.runtime import computed
from visualize.explain import statements as say
from visualize.explain.chain_rule import backward, chain_rule, forward, told_paths
from visualize.explain.latex import explanation_latex, explanation_markdown
from visualize.explain.statements import explanation_text
from visualize.question import Result, as_root, as_roots, in_order
from visualize.scene.flat import flatten, names_of
from visualize.steps.paths import Derivation, Path, PathEdge, derivations
from visualize.text import exact, significant

MOST_LEAVES = 6  # if the user has chosen none
EMPTY = "leave it out for all leaves with a name"  # the way out of an empty list
MOST_NAMES = 6  # in the title
STEPS = (1e-3, 1e-6, 1e-9)  # by which a value is raised, to see what becomes of the result
CLOSE = 0.1  # of the change: what "about" may be off


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
        names: Mapping[Value, say.Name],
        count: int,
        leaves: int,
    ) -> None:
        self.root = passes.root
        self.derivations = derivations(passes, wrt, count)
        self._blocks = _story(passes, self.derivations, names, leaves)

    def __len__(self) -> int:
        return len(self.derivations)

    @overload
    def __getitem__(self, place: int) -> Derivation: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Derivation, ...]: ...

    def __getitem__(self, place: int | slice) -> Derivation | tuple[Derivation, ...]:
        if not isinstance(place, SupportsIndex | slice):
            raise TypeError(
                f"explanation[place]: place is an int, of {len(self)} gradients in their order, "
                f"not of type {type(place).__name__}; explain(root, wrt) is of one value"
            )
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
    that was computed from the other. Without `wrt` all leaves with a name are explained, or all
    leaves if none has one; of more than 6, those with the largest gradients.

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
    root = as_root(root, "explain")
    paths = as_count(paths, "explain: paths")
    if isinstance(wrt, Value):
        root, wrt = in_order(root, wrt)
    asked = None if wrt is None else as_roots(wrt, "explain: wrt", empty=EMPTY)
    passes = sweep(root)
    graph = flatten([root])
    leaves = _leaves(graph.values) if asked is None else list(dict.fromkeys(asked))
    chosen = _largest(leaves, passes) if asked is None else leaves
    names = {value: say.Name(name) for value, name in names_of(graph, chosen).items()}
    return Explanation(passes, chosen, names, paths, len(leaves))


def _leaves(values: Sequence[Value]) -> list[Value]:
    leaves = [value for value in values if value.op is None]
    return [leaf for leaf in leaves if name_of(leaf)] or leaves


def _largest(leaves: list[Value], passes: Sweep) -> list[Value]:
    """Return the leaves with the largest gradients, in their order; nan counts as infinite."""
    gradients = passes.gradients()

    def size(leaf: Value) -> float:
        gradient = abs(gradients.get(leaf, 0.0))
        return gradient if gradient == gradient else inf

    largest = set(sorted(leaves, key=size, reverse=True)[:MOST_LEAVES])
    return [leaf for leaf in leaves if leaf in largest]


def _story(
    passes: Sweep, parts: Sequence[Derivation], names: say.Names, leaves: int
) -> list[say.Block]:
    """Return the explanation of the gradients in `parts`, chosen from so many `leaves`."""
    root, alone = names[passes.root], len(parts) == 1
    blocks: list[say.Block] = [say.Heading("How ", root, " changes with ", *_listed(parts, names))]
    if len(parts) < leaves:
        blocks.append(
            say.Sentence(
                f"These are the {len(parts)} of {leaves:,} leaves with the largest gradients; "
                "wrt= takes any other."
            )
        )
    paths = [path for part in parts for path in told_paths(part)]
    edges = {edge for path in paths for edge in path.edges}
    if edges:
        start = (" from ", names[parts[0].wrt]) if alone else ()
        blocks.append(say.Heading("Forward: the values on the way", *start, " to ", root))
        blocks.append(forward({node for path in paths for node in path.nodes}, names))
        blocks.append(say.Heading("Backward: the derivative of each step"))
        blocks += backward(passes, edges, names)
    for part in parts:
        blocks += chain_rule(passes, part, names, alone=alone)
    blocks.append(say.Heading("Result"))
    blocks.append(say.Rows(*(_result(part, names) for part in parts)))
    return blocks + (_meaning(parts[0], names) if alone else [])


def _listed(parts: Sequence[Derivation], names: say.Names) -> Iterator[str | say.Formula]:
    if len(parts) > MOST_NAMES:
        yield f"{len(parts)} of its leaves"
        return
    for position, part in enumerate(parts):
        if position:
            yield " and " if position == len(parts) - 1 else ", "
        yield names[part.wrt]


def _result(part: Derivation, names: say.Names) -> say.Row:
    name = say.Partial(names[part.root], names[part.wrt])
    rounded = isfinite(part.gradient) and float(significant(part.gradient)) != part.gradient
    digits = f"all digits: {exact(part.gradient)}" if rounded else ""
    return say.Row(name, say.Number(part.gradient), note=digits)


def _meaning(part: Derivation, names: say.Names) -> list[say.Block]:
    """Return the meaning of the number, for those who see a gradient for the first time."""
    root, wrt = names[part.root], names[part.wrt]
    if part.wrt is part.root or not part.total_paths or not isfinite(part.gradient):
        return []
    if not part.gradient and any(
        map(_is_at_kink, chain.from_iterable(p.edges for p in part.paths))
    ):
        cause = " is at a point without a derivative, where 0 was taken: a small change of "
        return [say.Sentence(root, cause, wrt, " may still change ", root, ".")]
    if not part.gradient:
        return [
            say.Sentence("To first order, a small change of ", wrt, " does not change ", root, ".")
        ]
    moves = " rises by about " if part.gradient > 0.0 else " falls by about "
    step = _honest_step(part.root, part.wrt, part.gradient)
    if step is None:
        by = " is multiplied by ", say.Number(part.gradient), " on its way to "
        return [say.Sentence("A small change of ", wrt, *by, root, ".")]
    change = say.Number(abs(step * part.gradient))
    raised = " is raised by ", say.Number(step)
    return [say.Sentence("When ", wrt, *raised, ", ", root, moves, change, ".")]


def _honest_step(root: Value, wrt: Value, gradient: float) -> float | None:
    """Return the largest step for which the gradient predicts the change of the root within 10 %.

    None where it does so for no step: at a kink, and where steps are lost in rounding.

    >>> x = Value(0.001)
    >>> _honest_step(2 * x, x, 2.0), _honest_step(1 / x, x, -1e6), _honest_step(abs(x - x), x, 0.5)
    (0.001, 1e-06, None)
    """
    order = topological_order(root)
    for step in STEPS:
        change = _raised(order, wrt, step) - root.data
        if isclose(change, gradient * step, rel_tol=CLOSE):
            return step
    return None


def _raised(order: list[Value], wrt: Value, step: float) -> float:
    """Return the number of the last value of a graph, in topological order, with `wrt` raised.

    >>> x = Value(3.0)
    >>> _raised(topological_order(x * x), x, 1.0)
    16.0
    """
    data = {wrt: wrt.data + step}
    for node in order:
        if node.op is not None and node is not wrt and any(arg in data for arg in node.args):
            data[node] = node.op.forward(*[data.get(arg, arg.data) for arg in node.args])
    return data.get(order[-1], order[-1].data)


def _is_at_kink(edge: PathEdge) -> bool:
    """Return whether the derivative at an edge is a 0 that stands for none."""
    row = edge.node.op
    if row is None or row.kink is None or edge.local:
        return False
    return bool(row.kink(*[float(arg.data) for arg in edge.node.args]))
