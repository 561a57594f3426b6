"""show(): a graph in the browser, as one page to explore and to play."""

from __future__ import annotations

import tempfile
import webbrowser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograd import Value
from visualize.drawing import draw

__all__ = ["show"]


def show(root: Value | Iterable[Value], **options: Any) -> Path:
    """Open the graph under a Value, or under several, in the browser, and return the file.

    The page needs no server and no network; it lies in the folder for temporary files. Options are
    those of `draw`, which also says what is wrong with a root. Where no browser can be opened, the
    returned path is for you to open or to copy: `draw(root).save("graph.html")` writes it anywhere.

    >>> from autograd import Value
    >>> x = Value(2.0, label="x")
    >>> show(x * x)  # doctest: +SKIP
    PosixPath('/tmp/graph-k2x91h/graph.html')
    """
    drawing = draw(root, **options)
    path = drawing.save(Path(tempfile.mkdtemp(prefix="graph-")) / "graph.html")
    webbrowser.open(path.as_uri())
    return path
