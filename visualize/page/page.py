"""page(): a graph as one self-contained HTML file, to look at, search, open up and play."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

from autograd import Value
from visualize.draw.palette import DARK, LIGHT, SHADES, Theme, legend_keys, theme
from visualize.draw.wording import summary
from visualize.page.data import columns_json
from visualize.page.markup import body
from visualize.scene.compose import compose
from visualize.scene.flat import flatten
from visualize.text import cut, printable, xml

MOST_VALUES = 100_000  # beyond it a browser takes too long to be of use
TITLE_COLUMNS = 200

# In the order in which they stand in the page; functions may call later ones.
SCRIPTS = (
    "picture", "graph", "elements", "wording",
    "clusters", "boxes", "places",
    "shown", "shapes", "drawing", "lines", "camera", "culling", "pointer", "folding", "beginning",
    "paths", "marks", "steps", "captions", "flow", "player", "tables", "summary", "panel", "search",
    "keyboard", "theme", "main",
)  # fmt: skip
LOOKS = (*(f"{sign}{shade}" for sign in "pn" for shade in range(1, SHADES + 1)), *LIGHT.special)
COMMENT = re.compile(r"^[ ]*(//[^\n]*|/\*.*?\*/)", re.MULTILINE | re.DOTALL)


def page(outputs: Sequence[Value], *, title: str = "", rankdir: str = "LR") -> str:
    """Return the graph under some Values as the text of an HTML file that opens anywhere.

    The file holds all that it needs and asks no network for anything: it says so to the browser,
    in a policy that allows its own script and style alone. It shows the values as they are now;
    `rankdir` is the direction from operands to outputs, "LR" or "TB".

    Its size is about 200 kB plus 150 bytes a value (and the labels, of up to 4,000 characters, each
    different one once). Raises ValueError for more than 100,000 values.

    >>> a = Value(2.0, label="a")
    >>> text = page([a * a])
    >>> text[:15], len(text) < 210_000
    ('<!doctype html>', True)
    """
    graph = flatten(outputs)
    if len(graph) > MOST_VALUES:
        raise ValueError(
            f"an HTML page holds at most {MOST_VALUES:,} values, and this graph has "
            f"{len(graph):,}: draw a part of it (one example, one layer), or save it as .svg, "
            "which shows a summary"
        )
    scene = compose(graph, title=title, derivatives=True)
    style, script = style_text(), script_text()
    names = ", ".join(node.name for node in scene.nodes if node.is_output)
    heading = cut(printable(title) or f"Graph of {names}", TITLE_COLUMNS)
    return "".join((
        f'<!doctype html>\n<html lang="en" data-direction="{"TB" if rankdir == "TB" else "LR"}">\n',
        '<head>\n<meta charset="utf-8">\n',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(style, script)}">\n',
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n',
        '<meta name="color-scheme" content="light dark">\n',
        f"<title>{xml(heading)}</title>\n",
        '<link rel="icon" href="data:,">\n',
        f"<style>{style}</style>\n</head>\n<body>\n",
        body(heading, summary(scene), scene.notes, legend_keys(scene)),
        '<script id="graph-data" type="application/json">',
        columns_json(graph, scene),
        "</script>\n",
        f"<script>{script}</script>\n</body>\n</html>\n",
    ))  # fmt: skip


@cache
def script_text() -> str:
    """Return all scripts as one strict function, without their comments and indents."""
    return _joined(
        ['(() => {\n"use strict";'], (_file(f"{name}.js") for name in SCRIPTS), ["})();"]
    )


@cache
def style_text() -> str:
    """Return the style sheet."""
    return _joined([_colours()], [_file("page.css")])


def _colours() -> str:
    """Return the style sheet of all looks, with the same colours and dashes as every picture.

    Dark is chosen by the system, or by `data-theme` on the root element, which also chooses light.
    """
    dark = "".join(_variables(DARK))
    return "\n".join((
        f":root{{{''.join(_variables(LIGHT))}}}",
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}",
        f":root[data-theme=dark]{{{dark}}}",
        *map(_look, LOOKS),
    ))  # fmt: skip


def _variables(colours: Theme) -> Iterator[str]:
    for name in ("page", "text", "muted", "alarm", "edge", "cluster"):
        yield f"--{name}:{getattr(colours, name)};"
    yield f"--cluster-line:{colours.cluster_stroke};"
    yield f"--positive:{colours.positive_stroke};--negative:{colours.negative_stroke};"
    for look in LOOKS:
        style = theme(look, colours)
        yield f"--{look}:{style.fill};--{look}-line:{style.stroke};"


def _look(look: str) -> str:
    style = theme(look, LIGHT)
    dashes = f"stroke-dasharray:{style.dashes};" if style.dashes else ""
    return (
        f".{look}>rect{{fill:var(--{look});stroke:var(--{look}-line);"
        f"{dashes}stroke-width:{style.width:g}}}"
    )


def _joined(*parts: Iterable[str]) -> str:
    lines = (
        line.strip()
        for part in parts
        for text in part
        for line in COMMENT.sub("", text).splitlines()
    )
    return "\n".join(filter(None, lines))


def _file(name: str) -> str:
    return files("visualize.page").joinpath(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Return a policy under which nothing is loaded and no other script or style is used."""
    return (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; "
        f"script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
