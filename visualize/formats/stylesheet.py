"""The ids and the style sheet of one SVG picture, which touch nothing else in a page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from visualize.formats.palette import BORDER_WIDTH, DARK, Style, theme
from visualize.scene.facts import Scene

__all__ = ["ID", "painted", "style_sheet", "with_ids"]

ID = "\x00"  # stands for the prefix of all ids until the content that it is made from is known


def with_ids(picture: str) -> str:
    """Return a picture with a hash of its content in place of ID."""
    return picture.replace(ID, "g" + hashlib.sha256(picture.encode()).hexdigest()[:10])


def painted(style: Style) -> str:
    """Return a look as attributes; the usual width is that of the whole picture."""
    width = "" if style.width == BORDER_WIDTH else f' stroke-width="{style.width:g}"'
    dashes = f' stroke-dasharray="{style.dashes}"' if style.dashes else ""
    return f'fill="{style.fill}" stroke="{style.stroke}"{width}{dashes}'


def style_sheet(scene: Scene, looks: Iterable[str]) -> Iterator[str]:
    """Yield the style sheet; `looks` are those in use.

    Colours are attributes of the elements, and all rules stand in media queries: a converter that
    knows no style sheets, or no media queries, shows the light picture.
    """
    yield "<style>@media screen{"
    yield f"#{ID}{{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}}"
    for leaf in sorted({node.copy_of for node in scene.nodes if node.copy_of is not None}):
        yield f"#{ID}:has(.u{leaf}:hover) .u{leaf} rect{{stroke-width:4}}"
    yield "}@media (prefers-color-scheme:dark){"
    yield f"#{ID}{{fill:{DARK.text}}}#{ID} .muted{{fill:{DARK.muted}}}"
    yield f"#{ID} .page{{fill:{DARK.page}}}#{ID} .bad{{fill:{DARK.alarm}}}"
    yield f"#{ID} .cluster rect{{fill:{DARK.cluster};stroke:{DARK.cluster_stroke}}}"
    yield f"#{ID} .plate{{fill:{DARK.cluster}}}"
    for look in sorted(set(looks)):
        style = theme(look, DARK)
        yield f"#{ID} .{look} rect{{fill:{style.fill};stroke:{style.stroke}}}"
    yield "}</style>"
