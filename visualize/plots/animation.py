"""What all animations have in common: they are saved as SVG without script, or as GIF."""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from autograd.files import as_path
from visualize.plots.figures import figure_bytes
from visualize.plots.gif import gif
from visualize.save import write_atomically

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

__all__ = ["Animation", "svg_of"]

SUFFIXES = (".svg", ".gif")
PATH_DATA = re.compile(r' d="[^"]*')


class Animation(ABC):
    """A picture in motion: `figure` is its last picture, with all that appears.

    `.svg` is the text of an animated SVG, which plays when it is opened, and again when it is
    pressed; who asks for reduced motion sees the last picture. `.save(path)` writes it, or a GIF.
    """

    figure: Figure
    seconds: float
    loop: bool = False  # for ever; else the SVG plays once, the GIF a few times

    @property
    @abstractmethod
    def svg(self) -> str:
        """The animation as SVG."""

    @abstractmethod
    def pictures(self) -> list[NDArray[np.uint8]]:
        """Return what is seen at each moment, (height, width, 4) bytes each."""

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
        target = as_path(path, "save: path")
        suffix = target.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(
                f"cannot save an animation as {target.name!r}; use one of {', '.join(SUFFIXES)}"
            )
        if suffix == ".svg":
            content = self.svg.encode()
        else:
            content = gif(self.pictures(), self.seconds, loop=self.loop)
        write_atomically(target, content)
        return target


def svg_of(figure: Figure, *, digits: int) -> str:
    """Return a figure as SVG, whose paths have so many digits of a point after the dot.

    Matplotlib writes six; two are sharp, and half the file.
    """
    further = re.compile(rf"(?<=\.\d{{{digits}}})\d+")
    picture = figure_bytes(figure, ".svg").decode()
    return PATH_DATA.sub(lambda path: further.sub("", path.group()), picture)
