"""draw(): the graph under a Value as a Drawing, which has every format; show(): in the browser."""

from __future__ import annotations

import os
import tempfile
import webbrowser
from array import array
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, Literal

from autograd import Value
from autograd.arguments import as_count, as_switch
from autograd.files import write_files
from autograd.runtime import computed
from visualize.draw.dot import dot
from visualize.draw.render import GRAPHVIZ_ENGINES, converted, graphviz_svg, run_graphviz
from visualize.draw.svg import svg
from visualize.draw.text import text
from visualize.draw.wording import summary
from visualize.layout import RANKDIRS
from visualize.page.page import page
from visualize.question import as_roots, saved_as
from visualize.scene.collapse import COLLAPSE, Boxes, Collapse, collapsed
from visualize.scene.compose import Scene, compose, with_copies
from visualize.scene.flat import FlatGraph, flatten
from visualize.text import counted, xml

Engine = Literal["auto", "builtin", "dot", "pygraphviz"]
ENGINES: tuple[Engine, ...] = ("auto", "builtin", *GRAPHVIZ_ENGINES)
TEXTS = {".svg": "svg", ".html": "html", ".dot": "source", ".txt": "text"}  # and their attributes
FORMATS = (*TEXTS, ".png", ".pdf")
FEWEST_BOXES = 4  # an output, and three to say how it came about
FEW_VALUES = 30  # with no more, the edges of a picture have room for derivatives
MOST_BOXES = 20_000  # beyond it no program shows the file


class Drawing:
    """A picture of a graph as it was when drawn: later changes of the values do not reach it.

    `.svg`, `.html` (a page to explore), `.source` (DOT text) and `.text` are strings, `.save(path)`
    writes a file by its suffix, and a notebook shows the picture. `.scene` holds the facts that all
    formats show.
    """

    def __init__(
        self,
        scene: Scene,
        *,
        rankdir: str = "LR",
        engine: Engine = "auto",
        legend: bool = True,
        clusters: bool = True,
        graph: FlatGraph | None = None,
    ) -> None:
        if not isinstance(scene, Scene):
            raise TypeError(
                f"a Drawing shows a scene, not {scene!r}: visualize.draw(root) makes it"
            )
        _check_one_of("rankdir", rankdir, RANKDIRS)
        _check_one_of("engine", engine, ENGINES)
        self._graph = graph
        self._numbers = _numbers(graph) if graph else b""
        self.scene = scene
        self.rankdir = rankdir
        self.engine = engine
        self.legend = legend
        self.clusters = clusters

    @computed
    def svg(self) -> str:
        """The picture as SVG. Raises RenderError when the chosen engine cannot draw it."""
        if self.engine in GRAPHVIZ_ENGINES:
            return graphviz_svg(self.source, self.engine)
        return self.builtin_svg

    @computed
    def builtin_svg(self) -> str:
        """The picture as SVG by the built-in layout, whatever the engine."""
        return svg(self.scene, rankdir=self.rankdir, legend=self.legend, clusters=self.clusters)

    @computed
    def source(self) -> str:
        """The picture as DOT text; needs no program, and is the same for every engine."""
        return dot(self.scene, rankdir=self.rankdir, legend=self.legend, clusters=self.clusters)

    @computed
    def html(self) -> str:
        """The whole graph as one page: zoom, search, open and close modules, play the passes.

        It needs no server and no network. Raises RuntimeError if the values have changed since
        they were drawn: a page is made from them when it is first asked for.
        """
        graph = self._graph
        if graph is None:
            raise RuntimeError("this drawing is of no single graph; a page shows draw(root)")
        if _numbers(graph) != self._numbers:
            raise RuntimeError(
                "the data or gradients of this graph have changed since it was drawn; "
                'draw(root).save("graph.html") shows them as they are now'
            )
        outputs = [graph.values[output] for output in graph.outputs]
        return page(outputs, title=self.scene.title, rankdir=self.rankdir)

    @computed
    def text(self) -> str:
        """The graph as a listing, one assignment a line."""
        return text(self.scene)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the drawing in the format of the suffix and return the path.

        .svg, .html, .dot and .txt need nothing; .png and .pdf need cairosvg or Graphviz. The file
        is written whole or not at all. Raises ValueError for another suffix, RenderError when a
        program or package is missing, FileNotFoundError when the folder is.

        >>> import tempfile
        >>> from autograd import Value
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     draw(Value(2.0, label="a") * 3).save(folder + "/graph.svg").name
        'graph.svg'
        """
        target = saved_as("a drawing", FORMATS, path, "save: path")
        write_files({target: self._content(target.suffix.lower())})
        return target

    def _content(self, suffix: str) -> bytes:
        if suffix in TEXTS:
            content: str = getattr(self, TEXTS[suffix])
            return f"{content.rstrip()}\n".encode()
        file_format: Literal["png", "pdf"] = "png" if suffix == ".png" else "pdf"
        if self.engine in GRAPHVIZ_ENGINES:
            return run_graphviz(self.source, file_format, self.engine)
        return converted(self.svg, self.source, file_format)

    def __repr__(self) -> str:
        boxes = counted(len(self.scene.nodes), "box")
        return (
            f"<Drawing of {summary(self.scene)}; in {boxes}. "
            'Show: .text, .svg, .source (DOT), .save("graph.svg")>'
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return the drawing as text/html, image/svg+xml and text/plain; never raise.

        Inline SVG in text/html has tooltips; image/svg+xml is an <img> in JupyterLab and the form
        that other tools take. An engine that fails is named, and the built-in one stands in for it.
        """
        picture, failure = self._attempted("svg")
        if failure:
            picture = self._attempted("builtin_svg")[0]
        listing, no_listing = self._attempted("text")
        bundle = {"text/plain": "\n".join(filter(None, (failure, listing or no_listing)))}
        if picture:
            said = f"<p>{xml(failure)}</p>" if failure else ""
            bundle["text/html"] = f'{said}<div style="overflow:auto">{picture}</div>'
            bundle["image/svg+xml"] = picture
        return bundle

    def _attempted(self, form: str) -> tuple[str, str]:
        """Return a form of the drawing, or why there is none."""
        try:
            return getattr(self, form), ""
        except Exception as error:  # noqa: BLE001 - a traceback in a notebook hides the cell's work
            return "", f"{type(error).__name__}: {error}"


def draw(
    root: Value | Iterable[Value],
    *,
    rankdir: Literal["LR", "TB"] = "LR",
    max_nodes: int = 150,
    collapse: Collapse = "auto",
    engine: Engine = "auto",
    legend: bool = True,
    clusters: bool = True,
    title: str | None = None,
    derivatives: bool | None = None,
) -> Drawing:
    """Draw the graph under a Value, or under several: data and gradient on every node.

    - `rankdir`: "LR" from left to right, or "TB" from top to bottom.
    - `max_nodes`: with more values than this, several share a box, which shows how many they are,
      the range of their data and their largest gradient; edges show how many they stand for.
      (Copies of leaves that are used all over the picture come on top.)
    - `collapse`: "auto" by module, else by depth, when there are too many; "module" or "depth"
      in any case; "none" never, up to 20,000 boxes.
    - `engine`: "builtin" (also "auto") needs nothing; "dot" and "pygraphviz" are Graphviz's
      layout, in a process with a time limit.
    - `legend`: whether to explain colours and borders; `clusters`: whether to draw modules around
      their values (a picture without them is smaller); `title`: a line above the picture.
    - `derivatives`: whether edges between values carry the local derivative, ∂; None: in graphs of
      up to 30 values.

    Blue and solid is a positive gradient, orange and dashed a negative one, darker by the square
    root of its size. A number in the expression is written in the box that uses it. Raises
    TypeError for anything but Values and ValueError for an unknown option.

    >>> from autograd import Value
    >>> a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    >>> c = a * b
    >>> c.backward()
    >>> picture = draw(c)
    >>> picture.svg[:4], picture.source[:7]
    ('<svg', 'digraph')
    >>> print(picture.text)
    # 3 values, 2 edges; output v2 = -6; largest gradient -3 at a
    a  = leaf   data 2   grad -3
    b  = leaf   data -3  grad 2
    v2 = a × b  data -6  grad 1  ∂a -3, ∂b 2  output
    """
    _check_one_of("collapse", collapse, COLLAPSE)
    max_nodes = as_count(max_nodes, "draw: max_nodes", least=FEWEST_BOXES)
    legend = as_switch(legend, "draw: legend")
    clusters = as_switch(clusters, "draw: clusters")
    if derivatives is not None:
        derivatives = as_switch(derivatives, "draw: derivatives")
    graph = flatten(as_roots(root, "draw: root"))
    scene = with_copies(
        compose(
            graph,
            _boxes(graph, min(max_nodes, MOST_BOXES), collapse),
            title="" if title is None else str(title),
            derivatives=len(graph) <= FEW_VALUES if derivatives is None else derivatives,
        )
    )
    return Drawing(
        scene,
        rankdir=rankdir,
        engine=engine,
        legend=legend,
        clusters=clusters,
        graph=graph,
    )


def show(root: Value | Iterable[Value], **options: Any) -> Path:
    """Open the graph under a Value, or under several, in the browser, and return the file.

    The page needs no server and no network; it lies in the folder for temporary files. Options are
    those of `draw`. If no browser opens, open the returned file yourself;
    `draw(root).save("graph.html")` writes it anywhere.

    >>> from autograd import Value
    >>> x = Value(2.0, label="x")
    >>> show(x * x)  # doctest: +SKIP
    PosixPath('/tmp/graph-k2x91h/graph.html')
    """
    given = root if isinstance(root, Value) else as_roots(root, "show: root")
    path = draw(given, **options).save(Path(tempfile.mkdtemp(prefix="graph-")) / "graph.html")
    webbrowser.open(path.as_uri())
    return path


def _check_one_of(name: str, given: object, allowed: Collection[str]) -> None:
    if not isinstance(given, str) or given not in allowed:
        raise ValueError(
            f"draw: {name} must be one of {', '.join(map(repr, allowed))}, not {given!r}"
        )


def _boxes(graph: FlatGraph, limit: int, collapse: Collapse) -> Boxes | None:
    if collapse == "none" and len(graph) > MOST_BOXES:
        raise ValueError(
            f'draw: collapse="none" would draw {len(graph):,} boxes, and the limit is '
            f'{MOST_BOXES:,}; collapse="auto" draws a summary'
        )
    fits = collapse == "none" or (collapse == "auto" and len(graph) <= limit)
    return None if fits else collapsed(graph, limit, collapse)


def _numbers(graph: FlatGraph) -> bytes:
    """Return the data and gradients of a graph to the bit: here nan is equal to itself."""
    numbers = array("d", [value.data for value in graph.values])
    numbers.extend([value.grad for value in graph.values])
    return numbers.tobytes() + bytes([value.has_grad for value in graph.values])
