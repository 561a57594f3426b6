"""Pictures of hand-drawn digits, prepared like the images of data sets."""

from __future__ import annotations

import os
from math import floor
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from autograd.arguments import as_count
from autograd.files import as_path
from nn.data.archives import is_disk_fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

__all__ = ["read_digit"]

# Fainter ink, relative to the strongest, is noise. The digits of scikit-learn have edges of 1/16.
FAINTEST = 0.05
CONTRAST = 8.0  # of 255, between ink and ground

# Formats that need no other program; for EPS Pillow runs Ghostscript, which runs programs.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "TIFF", "WEBP")
MOST_PIXELS = 1 << 25  # 32 MB in greys
LONGEST_SIDE = 2048  # pixels; of larger pictures, blocks of pixels are averaged first
MOST_OF_16_BITS = 65535

# In scikit-learn's digits strokes cover 0.25 to 0.36 of the image, whatever the digit (the 5th and
# 95th percentile): thinner ones are made thicker until they nearly do.
SMALL, COVERED = 8, 0.24
FINER = 8  # pixels for each of the result's, in which strokes grow

# MNIST's digits fit into 20 of 28 pixels.
BOX = 20 / 28


def read_digit(path: str | os.PathLike[str], size: int = 8) -> NDArray[np.float64]:
    """Return the digit in a picture as an array of shape (size, size): ground 0, ink up to 1.

    The file is a PNG, JPEG, GIF, BMP, PPM, TIFF or WebP of up to 32 million pixels, with one digit,
    dark on light or light on dark. The border shows which is the ground; transparent pixels count
    as white. PNG is better than JPEG, whose noise beside strokes counts as ink. The digit is cut
    out, scaled by averaging areas, with its proportions, and put into the middle:

    - With a `size` of 8 it fills the height, and thin strokes are thickened, as in scikit-learn's
      `load_digits` (there from 0 to 16).
    - With another size it fits into 20/28 of it, its centre of mass in the middle, as in MNIST.

    Raises ValueError, naming the file, for a picture that is empty, damaged, too large, animated,
    or of another format; OSError for a file that cannot be opened; ImportError without Pillow.

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
    source = as_path(path, "read_digit: path")
    ink = _ink(_pixels(source), source)
    if size != SMALL:
        result = _fitted(ink, size, BOX, by_mass=True)
    else:
        fine = _fitted(ink, FINER * size)
        fine /= fine.max()  # a hair stays faint however thick it grows: the loop would never end
        result = _fitted(fine, size)
        while result.mean() < COVERED:
            fine = _thickened(fine)
            result = _fitted(fine, size)
    scaled: NDArray[np.float64] = result / result.max()
    return scaled


def _pixels(path: Path) -> NDArray[np.float64]:
    """Return the brightness from 0 to 255."""
    import numpy as np

    try:
        from PIL import UnidentifiedImageError
    except ImportError as error:
        raise ImportError("read_digit reads pictures by Pillow: pip install pillow") from error
    if path.is_dir():
        raise ValueError(f"{path} is a folder, not a picture")
    with path.open("rb") as stream:
        try:
            picture = _brightness(_decoded(stream))
        except UnidentifiedImageError:
            raise ValueError(
                f"{path} is no picture that Pillow reads as {', '.join(FORMATS)}; save it as PNG"
            ) from None
        except Exception as error:  # whatever Pillow finds wrong, each format in its own way
            if is_disk_fault(error):
                raise
            raise ValueError(f"{path} cannot be read as a picture: {error}") from error
    smaller = picture.reduce(-(-max(picture.size) // LONGEST_SIDE))
    return np.asarray(smaller, dtype=np.float64)


def _decoded(stream: BinaryIO) -> Image:
    """Return the picture upright; ValueError, before decoding, if it is too large or animated."""
    from PIL import Image, ImageOps

    with Image.open(stream, formats=FORMATS) as file:
        if file.width * file.height > MOST_PIXELS:
            raise ValueError(
                f"it has {file.width:,} by {file.height:,} pixels; make it smaller, down to "
                f"{MOST_PIXELS:,} in all"
            )
        # The photo of a phone may be an MPO, with previews behind it
        if getattr(file, "is_animated", False) and file.format != "MPO":
            raise ValueError("it has several frames; save one of them")
        return ImageOps.exif_transpose(file)


def _brightness(picture: Image) -> Image:
    """Return a picture of any mode as one of brightness alone, from 0 to 255."""
    import numpy as np
    from PIL import Image

    if picture.mode.startswith("I"):  # 16 bits, which Pillow would clip at 255
        deep = np.asarray(picture)
        if deep.min() < 0 or deep.max() > MOST_OF_16_BITS:
            raise ValueError("its pixels have more than 16 bits; save it with 8")
        if "transparency" in picture.info:
            deep = np.where(deep == picture.info["transparency"], MOST_OF_16_BITS, deep)
        return Image.fromarray(deep.astype(np.float32) / np.float32(257.0))
    if picture.mode == "F":
        raise ValueError("its pixels are floats, of no known range; save it with 8 bits")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("L")


def _ink(pixels: NDArray[np.float64], path: Path) -> NDArray[np.float64]:
    """Return how far each pixel is from the ground, on the side of the farthest, relative to it."""
    import numpy as np

    border = np.concatenate([pixels[0], pixels[-1], pixels[1:-1, 0], pixels[1:-1, -1]])
    difference = pixels - np.median(border)
    if -difference.min() > difference.max():
        difference = -difference
    if difference.max() < CONTRAST:
        raise ValueError(
            f"{path} is empty: its pixels, transparent ones on white, are about equally bright"
        )
    ink = np.maximum(difference, 0.0) / difference.max()
    return np.where(ink > FAINTEST, ink, 0.0)


def _fitted(
    ink: NDArray[np.float64], size: int, box: float = 1.0, *, by_mass: bool = False
) -> NDArray[np.float64]:
    """Return the ink, without the ground around it, in the middle of an array of (size, size).

    The longer side of the ink takes the share `box` of the size. It is placed by whole pixels, so
    that the edges do not blur.
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
    """Return the share of each of `size` cells that each of `length` pixels covers from `start`."""
    import numpy as np

    edges, cells = start + scale * np.arange(length + 1), np.arange(size)[:, None]
    covered = np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells)
    overlaps: NDArray[np.float64] = np.maximum(covered, 0.0)
    return overlaps


def _thickened(ink: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ink grown by a pixel on every side: the strongest of a pixel and 4 neighbours."""
    import numpy as np

    wide = np.pad(ink, 2)
    around = [wide[1:-1, 1:-1], wide[:-2, 1:-1], wide[2:, 1:-1], wide[1:-1, :-2], wide[1:-1, 2:]]
    grown: NDArray[np.float64] = np.max(around, axis=0)
    return grown
