"""One line about a whole picture."""

from __future__ import annotations

from visualize.digits import counted, significant
from visualize.scene.facts import Scene

__all__ = ["summary"]


def summary(scene: Scene) -> str:
    """Return one line about the whole picture.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> from visualize.scene.compose import compose
    >>> a = Value(2.0, label="a")
    >>> summary(compose(flatten([a * a])))
    '2 values, 2 edges; output v1 = 4; no gradient yet'
    """
    parts = [f"{counted(scene.values, 'value')}, {counted(scene.uses, 'edge')}"]
    outputs = [node for node in scene.nodes if node.is_output and not node.group]
    shown = ", ".join(f"{node.name} = {significant(node.data)}" for node in outputs[:3])
    if outputs:
        more = ", …" if len(outputs) > 3 else ""
        parts.append(f"output{'s' if len(outputs) > 1 else ''} {shown}{more}")
    states = {node.gradient.state for node in scene.nodes}
    steepest = max(scene.nodes, key=lambda node: (node.gradient.size, bool(node.label)))
    if steepest.gradient.size:
        parts.append(f"largest gradient {significant(steepest.gradient.value)} at {steepest.name}")
    elif states <= {"pending"}:
        parts.append("no gradient yet")
    bad = sum(node.gradient.state in ("nan", "infinite") for node in scene.nodes)
    if bad:
        parts.append(f"{counted(bad, 'gradient')} nan or infinite")
    return "; ".join(parts)
