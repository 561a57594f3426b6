"""why(): the reason why a gradient is 0, missing, huge, tiny or nan, in words and as a picture."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd import StaleGraphError, Value
from autograd.files import as_path
from autograd.graph import Constant
from autograd.reverse import Sweep, sweep
from autograd.runtime import computed
from visualize.draw.drawing import Drawing
from visualize.question import Result, as_root, in_order
from visualize.scene.compose import Scene
from visualize.scene.flat import flatten, names_of
from visualize.scene.slice import slice_of
from visualize.text import significant, xml
from visualize.why.connection import (
    accumulated,
    detached,
    killed,
    not_computed,
    not_connected,
    stale,
)
from visualize.why.kinks import Kinks, kinks_among
from visualize.why.not_finite import backward_fault, forward_fault
from visualize.why.sizes import cancelled, grown, healthy, underflowed, vanishing
from visualize.why.ways import Cause, Finding, Ways

MOST_WAYS = 3  # of the picture, through as many culprits
MOST_OPERANDS = 4  # of a culprit that the picture shows
MOST_KINKS = 5  # in the text
TEXT_COLUMNS = 100
HOW_TO_SEE_LINES = (
    "To see the lines of your program here, build the graph inside `with autograd.source_lines():`."
)


@dataclass(frozen=True, eq=False, repr=False)
class Diagnosis(Result):
    """The cause of a gradient's size, with the evidence.

    It prints as its text; a notebook shows the picture below. `gradient` is the result of a
    backward pass from the root, None if the pass does not reach the leaf. `nodes` are the
    operations at fault, `kinks` lie on the ways between root and leaf, and `drawing` shows the
    slice of the graph that matters, `scene`, as it was when asked.
    """

    cause: Cause
    gradient: float | None
    nodes: tuple[Value, ...]
    text: str
    kinks: Kinks
    scene: Scene

    @computed
    def drawing(self) -> Drawing:
        """The slice of the graph that matters, as a picture."""
        return Drawing(self.scene, clusters=False)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the words as .txt, or the picture in any format of `draw`; return the path.

        Raises what `draw(root).save` raises.
        """
        if as_path(path, "save: path").suffix.lower() in self.formats:
            return super().save(path)
        return self.drawing.save(path)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        picture = self.drawing._repr_mimebundle_()
        lines = "\n".join(map(xml, self.text.splitlines()))
        words = f'<pre style="white-space:pre-wrap">{lines}</pre>'
        return {"text/plain": self.text, "text/html": words + picture.get("text/html", "")}


Decide = Callable[[Ways], Finding | None]

# Which function decides which cause. The groups are asked in order, until a function of one finds
# something. The first function that does names the cause; the text adds what the others found.
CAUSES: tuple[dict[Decide, tuple[Cause, ...]], ...] = (
    {
        not_connected: ("not connected",),
        stale: ("stale",),
    },
    {
        detached: ("detached",),
        forward_fault: ("forward nan", "forward inf"),
        backward_fault: ("backward nan", "backward inf", "overflowed"),
        killed: ("killed",),
    },
    {
        underflowed: ("underflowed",),
        cancelled: ("cancelled",),
        vanishing: ("vanishing",),
        grown: ("grown",),
    },
)
FINAL: tuple[Cause, ...] = ("not connected", "stale")  # without a sweep nothing else is known
# Remarks on `.grad`, whatever the gradient should be; a cause only if there is no other.
REMARKS: dict[Decide, tuple[Cause, ...]] = {
    not_computed: ("not computed",),
    accumulated: ("accumulated",),
}
# If no function finds anything, the gradient is "healthy", and `healthy` says so.


def why(root: Value, wrt: Value | None = None, *, leaf: Value | None = None) -> Diagnosis:
    """Return why the gradient of `root` with respect to `wrt` is 0, missing, huge, tiny or nan.

    The answer names the first cause: the value is not connected to the root, detached, or was
    changed since; nan or inf came up in the forward or the backward pass; the gradient is killed by
    local derivatives of 0, has underflowed, cancelled, vanished or grown; backward() has not run.
    It names the operations at fault with their operands and lines, and a way out. Build the graph
    inside `autograd.source_lines()` to have lines. `why` makes a sweep of its own and changes no
    gradient.

    `wrt` is any value under the root. Without it, the question is why the number of `root` itself
    is nan or infinite. The two may stand in either order: the root is the one that was computed
    from the other. `leaf` is another name for `wrt`.

    Raises TypeError for anything but Values.

    >>> from autograd import Value
    >>> w, x = Value(-2.0, label="w"), Value(3.0, label="x")
    >>> h = w * x
    >>> loss = (h.relu() - 1) ** 2
    >>> loss.backward()
    >>> diagnosis = why(loss, w)
    >>> diagnosis.cause, diagnosis.gradient
    ('killed', 0.0)
    >>> print(diagnosis)
    ∂v5/∂w = 0, killed at relu: every way to w passes a local derivative of exactly 0.
      v3 = relu(v2) with v2 = -6: relu is off, its operand is not above 0
          ∂v3/∂v2 = (1 if v2 > 0 else 0) = 0, times the gradient -2
    Way out: use leaky_relu, a smaller learning rate, or another start for the biases.
    To see the lines of your program here, build the graph inside `with autograd.source_lines():`.
    """
    if leaf is not None:
        if wrt is not None:
            raise TypeError("why: leaf is another name for wrt; give one of them")
        wrt = leaf
    alone = wrt is None
    root = leaf = as_root(root, "why")
    if wrt is not None:
        root, leaf = in_order(root, as_root(wrt, "why: wrt"))
    graph = flatten([root])
    names = names_of(graph, [leaf])
    try:
        passes, changed = sweep(root), ""
    except StaleGraphError as error:
        passes, changed = Sweep(root, ()), str(error).partition(": ")[0]
    ways = Ways(leaf, root, graph, names, passes, changed)
    of_number = alone and (stale(ways) or forward_fault(ways) or _finite(ways))
    findings = [of_number] if of_number else _findings(ways)
    on_the_ways = kinks_among([v for v in graph.values if v in ways.dependent], names)
    first = findings[0]
    return Diagnosis(
        cause=first.cause,
        gradient=None if alone else ways.gradient,
        nodes=first.nodes,
        text=_text(ways, findings, on_the_ways, alone=alone),
        kinks=on_the_ways,
        scene=_scene(ways, first, alone=alone),
    )


def _findings(ways: Ways) -> list[Finding]:
    """Return the findings, the first cause first; `healthy` alone if there is none."""
    found: list[Finding] = []
    for functions in CAUSES:
        found = [finding for decide in functions if (finding := decide(ways))]
        if found:
            break
    if found and found[0].cause in FINAL:
        return found
    found += [remark for decide in REMARKS if (remark := decide(ways))]
    return found or [healthy(ways)]


def _finite(ways: Ways) -> Finding:
    """Return that the number of the root is finite, and how it was computed."""
    name = ways.names[ways.root]
    return Finding(
        "healthy",
        "a finite number",
        (ways.computed(ways.root),),
        way_out=(
            f"why(root, {name}) asks about the gradient by {name} of a root made from it"
            if ways.root.op is None
            else f"why({name}, w) asks about the gradient of {name} by w"
        ),
    )


def _text(ways: Ways, findings: Sequence[Finding], kinks: Kinks, *, alone: bool) -> str:
    first = findings[0]
    subject = f"∂{ways.names[ways.root]}/∂{ways.names[ways.leaf]}"
    gradient = ": no gradient" if ways.gradient is None else f" = {significant(ways.gradient)}"
    if alone:
        subject, gradient = ways.names[ways.root], f" = {significant(ways.root.data)}"
    lines = [f"{subject}{gradient}, {first.summary}.", *(f"  {line}" for line in first.lines)]
    if first.way_out:
        lines += _wrapped(f"Way out: {first.way_out}.")
    if len(findings) > 1:
        lines += _wrapped(f"Also: {'; '.join(finding.summary for finding in findings[1:])}.")
    if kinks:
        lines.append("On the way, at a point without a derivative (left | right):")
        lines += [f"  {row}" for row in kinks.rows(MOST_KINKS)]
    made = [node for node in first.nodes if node.op is not None]
    if made and not any(node.line for node in made):
        lines += [HOW_TO_SEE_LINES]
    return "\n".join(lines)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, TEXT_COLUMNS, subsequent_indent="  ", break_on_hyphens=False)


def _scene(ways: Ways, finding: Finding, *, alone: bool) -> Scene:
    culprits = [node for node in finding.nodes if node in ways.number]
    through = culprits[:MOST_WAYS] or [ways.leaf]
    drawn = [list(finding.way)] if finding.way else []
    drawn += [ways.way_through(node) for node in through if not drawn and node in ways.number]
    important = [ways.root, ways.leaf, *culprits[:MOST_WAYS]]
    for node in culprits[:MOST_WAYS]:
        operands = dict.fromkeys(arg for arg in node.args if type(arg) is not Constant)
        important += list(operands)[:MOST_OPERANDS]
    gradients = ways.gradients if ways.passes.visits else None
    found = [node for node in culprits if node.op is not None][:MOST_WAYS]
    notes = [f"Look at {', '.join(ways.names[node] for node in found)}."] if found else []
    asked = "" if alone else f"/∂{ways.names[ways.leaf]}"
    title = f"{'∂' * (not alone)}{ways.names[ways.root]}{asked}: {finding.cause}"
    return slice_of(ways.graph, ways.names, drawn, important, gradients, title=title, notes=notes)
