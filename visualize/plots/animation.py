"""Animations: a figure whose parts appear or move, as SVG without script, or as GIF."""

from __future__ import annotations

import io
import math
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.arguments import as_float
from autograd.files import write_files
from visualize.draw.shapes import with_ids
from visualize.plots.figures import figure_bytes
from visualize.question import saved_as

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

SUFFIXES = (".svg", ".gif")
ID = "moving-id"  # begins the ids of all that moves, until a hash of the whole picture is known
REST = 1.5  # seconds for which a GIF shows its last picture
PLAYS = 3
PATH_DATA = re.compile(r' d="[^"]*')


class Animation(ABC):
    """A picture in motion: `figure` is its last picture, in which everything has appeared.

    `.svg` is the text of an animated SVG, which plays when it is opened, and again when it is
    pressed; a reader who asks for reduced motion sees the last picture. `.save(path)` writes it, or
    a GIF.
    """

    figure: Figure
    seconds: float
    loop: bool = False  # if not, the SVG plays once and the GIF three times

    @property
    @abstractmethod
    def svg(self) -> str:
        """The animation as SVG."""

    @abstractmethod
    def pictures(self) -> list[NDArray[np.uint8]]:
        """Return the picture at each moment, (height, width, 4) bytes each."""

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the animation as .svg or .gif, by the suffix, and return the path.

        The file is written whole or not at all, and has the same bytes on every run. Raises
        ValueError for another suffix, FileNotFoundError where the folder is missing.

        >>> import tempfile
        >>> from visualize import animate_descent
        >>> animation = animate_descent(lambda x: x * x, {"a": [2.0, 1.0]}, low=-3, high=3)
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     animation.save(folder + "/descent.svg").name
        'descent.svg'
        """
        target = saved_as("an animation", SUFFIXES, path, "save: path")
        if target.suffix.lower() == ".svg":
            content = self.svg.encode()
        else:
            content = _gif(self.pictures(), self.seconds, loop=self.loop)
        write_files({target: content})
        return target


def as_seconds(seconds: float, where: str) -> float:
    """Return the length of an animation; ValueError, in the name of `where`, for none above 0."""
    number = as_float(seconds, f"{where}: seconds")
    if not 0 < number < math.inf:
        raise ValueError(f"{where}: seconds is {seconds}; use a time above 0")
    return number


def svg_of(figure: Figure, *, digits: int) -> str:
    """Return a figure as SVG, its paths with so many `digits` behind the decimal point.

    Matplotlib writes six; with two the picture is as sharp, and half as long.
    """
    further = re.compile(rf"(?<=\.\d{{{digits}}})\d+")
    picture = figure_bytes(figure, ".svg").decode()
    return PATH_DATA.sub(lambda path: further.sub("", path.group()), picture)


def moved_by(style_sheet: Iterable[str], picture: str) -> str:
    """Return an SVG with a style sheet that moves the parts whose ids begin with ID."""
    body, _, _ = picture.rpartition("</svg>")
    sheet = "\n".join(style_sheet)
    return with_ids(f"{body}<style>{sheet}</style>\n</svg>\n", ID)


def _gif(pictures: Sequence[NDArray[np.uint8]], seconds: float, *, loop: bool) -> bytes:
    """Return a GIF that plays three times, or for ever if `loop`; each time takes `seconds`."""
    import numpy as np
    from PIL import Image  # comes with matplotlib

    # One below the other, so that all get the same colours.
    together = Image.fromarray(np.concatenate(pictures)).convert("RGB").quantize()
    height = together.height // len(pictures)
    first, *others = (
        together.crop((0, top, together.width, top + height))
        for top in range(0, together.height, height)
    )
    each = round(1000 * seconds / max(len(others), 1))
    content = io.BytesIO()
    first.save(
        content,
        "gif",
        save_all=True,
        append_images=others,
        duration=[*(each for _ in others), round(1000 * REST)],
        loop=0 if loop else PLAYS - 1,
    )
    return content.getvalue()
