"""Pictures of hand-drawn digits, prepared as the images of data sets are."""

from __future__ import annotations

import os
from math import floor
from typing import TYPE_CHECKING

from nn.counts import as_count

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_digit"]

# Of the strongest ink: what is below is noise. The digits of scikit-learn have edges of 1/16.
FAINTEST = 0.05
CONTRAST = 8.0  # of 255, between ink and ground

# In scikit-learn's digits strokes cover 0.25 to 0.36 of the image, whatever the digit (the 5th and
# 95th percentile): thinner ones are made thicker until they nearly do.
SMALL, COVERED = 8, 0.24
FINER = 8  # pixels for each of the result's, in which strokes grow

# MNIST's digits fit into 20 of 28 pixels.
BOX = 20 / 28


def read_digit(path: str | os.PathLike[str], size: int = 8) -> NDArray[np.float64]:
    """Return the digit in a picture as an array of shape (size, size): ground 0, ink up to 1.

    Any file that Pillow reads will do, of any size and with one digit in it, dark on light or light
    on dark, of which the border tells the ground; what is transparent counts as white. PNG is
    better than JPEG, whose noise beside strokes counts as ink. The digit is cut out, scaled by
    averaging areas, its proportions kept, and put into the middle:

    - For a `size` of 8 it fills the height, and thin strokes are thickened, as in scikit-learn's
      `load_digits` (there from 0 to 16).
    - For others it fits into 20/28 of the size, its centre of mass in the middle, as in MNIST.

    Raises ValueError for a picture that is empty, or that Pillow cannot read; ImportError without
    Pillow.

    >>> import tempfile
    >>> from PIL import Image, ImageDraw
    >>> picture = Image.new("L", (280, 280), "white")
    >>> ImageDraw.Draw(picture).rectangle([100, 40, 179, 239], fill="black")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     picture.save(f"{folder}/one.png")
    ...     image = read_digit(f"{folder}/one.png")
    >>> image.shape, image[0].round(1).tolist()
    ((8, 8), [0.0, 0.0, 1.0, 1.0, 1.0, 0.2, 0.0, 0.0])
    """
    size = as_count(size, "size")
    ink = _ink(_pixels(path), path)
    if size != SMALL:
        result = _fitted(ink, size, BOX, by_mass=True)
    else:
        fine = _fitted(ink, FINER * size)
        result = _fitted(fine, size)
        while result.mean() < COVERED:
            fine = _thickened(fine)
            result = _fitted(fine, size)
    scaled: NDArray[np.float64] = result / result.max()
    return scaled


def _pixels(path: str | os.PathLike[str]) -> NDArray[np.float64]:
    """Return the brightness from 0 to 255."""
    import numpy as np

    try:
        from PIL import Image, ImageOps, UnidentifiedImageError
    except ImportError as error:
        raise ImportError("read_digit reads pictures by Pillow: pip install pillow") from error
    try:
        with Image.open(path) as file:
            picture = ImageOps.exif_transpose(file)
    except UnidentifiedImageError:
        raise ValueError(f"{path} is no picture that Pillow reads; save it as PNG") from None
    if picture.mode.startswith("I"):  # 16 bits, which Pillow would cut off at 255
        return np.asarray(picture, dtype=np.float64) / 257.0
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return np.asarray(Image.alpha_composite(white, picture).convert("L"), dtype=np.float64)


def _ink(pixels: NDArray[np.float64], path: str | os.PathLike[str]) -> NDArray[np.float64]:
    """Return how far each pixel is from the ground, on the side where the farthest is, up to 1."""
    import numpy as np

    border = np.concatenate([pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]])
    difference = pixels - np.median(border)
    if -difference.min() > difference.max():
        difference = -difference
    if difference.max() < CONTRAST:
        raise ValueError(
            f"{path} is empty: all of it, what is transparent on white, is of about one brightness"
        )
    ink = np.maximum(difference, 0.0) / difference.max()
    return np.where(ink > FAINTEST, ink, 0.0)


def _fitted(
    ink: NDArray[np.float64], size: int, box: float = 1.0, *, by_mass: bool = False
) -> NDArray[np.float64]:
    """Return the ink, without the ground around it, in the middle of an array of (size, size).

    The longer side takes the share `box` of it. The place is one of whole pixels, lest the edges
    blur.
    """
    import numpy as np

    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    scale = box * size / max(ink.shape)
    weights = []
    for axis, length in enumerate(ink.shape):
        middle = length / 2.0
        if by_mass:
            mass = ink.sum(axis=1 - axis)
            middle = mass @ (np.arange(length) + 0.5) / mass.sum()
        start = floor(size / 2.0 - scale * middle + 0.5)
        last = floor(size - scale * length + 1e-9)
        weights.append(_overlaps(size, length, min(max(start, 0), last), scale))
    down, across = weights
    fitted: NDArray[np.float64] = down @ ink @ across.T
    return fitted


def _overlaps(size: int, length: int, start: int, scale: float) -> NDArray[np.float64]:
    """Return how much of each of `size` cells each of `length` pixels covers, from `start` on."""
    import numpy as np

    edges, cells = start + scale * np.arange(length + 1), np.arange(size)[:, None]
    covered = np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells)
    overlaps: NDArray[np.float64] = np.maximum(covered, 0.0)
    return overlaps


def _thickened(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ink grown by a pixel on every side: each the strongest of itself and 4 others."""
    import numpy as np

    wide = np.pad(ink, 2)
    around = [wide[1:-1, 1:-1], wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:]]
    grown: NDArray[np.float64] = np.max(around, axis=0)
    return grown
