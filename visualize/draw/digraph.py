"""draw_dot(): micrograd's picture, a graphviz.Digraph of records and operator circles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autograd import Value, topological_order
from autograd.graph import Constant
from visualize.draw.render import RenderError
from visualize.question import as_root
from visualize.text import cut, record_field

if TYPE_CHECKING:
    import graphviz

LABEL_COLUMNS = 40


def draw_dot(
    root: Value,
    format: str = "svg",  # noqa: A002 - micrograd's name for it
    rankdir: str = "LR",
) -> graphviz.Digraph:
    """Draw a graph as micrograd's notebook does: a record per value, a circle per operation.

    Every operand has its edge (x + x has two), numbers are records of their own, and names depend
    on the graph alone. The result renders with Graphviz's `dot` program; `draw` needs none. Raises
    ValueError for a rankdir but LR or TB, TypeError for anything but a Value, and RenderError
    where the graphviz package is missing.

    >>> from autograd import Value
    >>> a = Value(2.0, label="a")
    >>> print(draw_dot(a + a).source.expandtabs(4), end="")
    digraph {
        graph [nslimit=2 nslimit1=2 rankdir=LR]
        v0 [label="{ a | data 2.0000 | grad 0.0000 }" shape=record]
        v1 [label="{ data 4.0000 | grad 0.0000 }" shape=record]
        "v1-op" [label="+"]
        "v1-op" -> v1
        v0 -> "v1-op"
        v0 -> "v1-op"
    }
    """
    _check_words(format, rankdir)
    as_root(root, "draw_dot")
    try:
        import graphviz
    except ImportError as error:
        raise RenderError(
            "draw_dot returns an object of the graphviz package: pip install graphviz; "
            "draw() needs no package"
        ) from error
    # nslimit: without it, dot runs for minutes where one value is used at many depths
    limits = {"rankdir": rankdir, "nslimit": "2", "nslimit1": "2"}
    graph = graphviz.Digraph(format=format, graph_attr=limits)
    number: dict[Value, int] = {}
    for value in topological_order(root):
        name = f"v{len(number)}"
        number[value] = len(number)
        graph.node(name, label=_record(str(value.label), value.data, value.grad), shape="record")
        if value.op is None:
            continue
        circle = f"{name}-op"
        graph.node(circle, label=record_field(value.op.symbol))
        graph.edge(circle, name)
        for position, operand in enumerate(value.args):
            if type(operand) is Constant:
                constant = f"{name}-c{position}"
                graph.node(constant, label=_record("", operand.data, None), shape="record")
                graph.edge(constant, circle)
            else:
                graph.edge(f"v{number[operand]}", circle)
    return graph


def _check_words(format: object, rankdir: object) -> None:  # noqa: A002 - as above
    if not isinstance(format, str):
        raise TypeError(f"draw_dot: format is a name of Graphviz's, such as 'svg', not {format!r}")
    if not isinstance(rankdir, str) or rankdir not in ("LR", "TB"):
        raise ValueError(f"draw_dot: rankdir must be 'LR' or 'TB', not {rankdir!r}")


def _record(label: str, data: float, grad: float | None) -> str:
    fields = [record_field(cut(label, LABEL_COLUMNS))] if label else []
    fields.append(f"data {data:.4f}")
    if grad is not None:
        fields.append(f"grad {grad:.4f}")
    return "{ " + " | ".join(fields) + " }"
