"""Files in the IDX format, in which MNIST and its kin are published: arrays of bytes."""

from __future__ import annotations

import gzip
import math
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["read_idx"]

UNSIGNED_BYTE = 8  # the code of the type, the only one that MNIST has


def read_idx(path: Path, dimensions: int) -> NDArray[np.uint8]:
    """Return the array of bytes in an IDX file, compressed if its name ends in .gz.

    The file holds two zeros, the code of the type, the number of dimensions, the length of each
    as 4 bytes, the largest first, and the elements (LeCun, Cortes, Burges, "The MNIST database of
    handwritten digits"). Raises ValueError, naming the file and what is wrong, if it holds anything
    else, less or more, or has another number of dimensions.
    """
    import numpy as np

    content = path.read_bytes()
    if path.suffix == ".gz":
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f"{path} is no complete gzip file ({error}); fetch it again") from None
    expected = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    if content[:4] != expected:
        raise ValueError(
            f"{path} begins with the bytes {content[:4].hex(' ') or 'of an empty file'}, where an "
            f"IDX file of {dimensions} dimensions of bytes begins with {expected.hex(' ')}"
        )
    start = 4 + 4 * dimensions
    shape = tuple(np.frombuffer(content[4:start].ljust(4 * dimensions, b"\0"), ">u4").tolist())
    if len(content) != start + math.prod(shape):
        raise ValueError(
            f"{path} has {len(content)} bytes, where an array of the shape {shape} has "
            f"{start + math.prod(shape)}; it is truncated or damaged: fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)
