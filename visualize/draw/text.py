"""Write a scene as a listing, one assignment a line: for terminals, diffs and screen readers."""

from __future__ import annotations

from visualize.draw.wording import edge_mark, formula, local_mark, summary, words
from visualize.scene.compose import Edge, Node, Scene
from visualize.text import aligned, counted, cut, printable

FORMULA_COLUMNS = 160
MOST_DERIVATIVES = 8  # in a line
WIDEST_CELL = 40  # a longer one pushes its line out, not the whole listing


def text(scene: Scene) -> str:
    """Return the listing of a scene, operands before consumers.

    >>> from autograd import Value
    >>> from visualize.scene.flat import flatten
    >>> from visualize.scene.compose import compose
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b + 10
    >>> c.backward()
    >>> print(text(compose(flatten([c]))))
    # 4 values, 3 edges; output v3 = 4; largest gradient -3 at a
    a  = leaf     data 2   grad -3
    b  = leaf     data -3  grad 2
    v2 = a × b    data -6  grad 1
    v3 = v2 + 10  data 4   grad 1  output
    """
    incoming: dict[int, list[Edge]] = {}
    for edge in scene.edges:
        incoming.setdefault(edge.target, []).append(edge)
    rows = [
        _row(scene, node, incoming.get(index, []))
        for index, node in enumerate(scene.nodes)
        if node.copy_of is None
    ]
    lines = [f"# {printable(scene.title)}"] if scene.title else []
    lines += [f"# {line}" for line in (summary(scene), *scene.notes)]
    for name, made, data, rest in aligned(rows, widest=WIDEST_CELL):
        lines.append(f"{name} = {made}  {data}  {rest}")
    return "\n".join(lines)


def _row(scene: Scene, node: Node, incoming: list[Edge]) -> tuple[str, str, str, str]:
    """Return the cells of a line: name, how it was made, data, and gradient with the rest."""
    said = words(scene, node)
    data, rest = said.lines
    made = formula(scene, node) or "leaf"
    if node.group:
        parts = [
            " ".join(filter(None, (scene.nodes[edge.source].name, edge_mark(scene, edge))))
            for edge in incoming
        ]
        made = counted(node.group.count, "value") + (f" of {', '.join(parts)}" if parts else "")
    slopes = [
        local_mark(edge).replace(" ", f"{scene.nodes[edge.source].name} ")
        for edge in incoming
        if edge.local is not None
    ]
    if slopes:
        more = ", …" if len(slopes) > MOST_DERIVATIVES else ""
        rest += "  " + ", ".join(slopes[:MOST_DERIVATIVES]) + more
    if node.is_output:
        rest += "  output"
    if node.scope:
        rest += "  in " + printable("/".join(node.scope))
    return node.name, cut(made, FORMULA_COLUMNS), data, rest
