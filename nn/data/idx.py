"""Files in the IDX format, in which MNIST and its kin are published: arrays of bytes."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from nn.archives import is_disk_fault, read_exactly, unpacked_most

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MOST_PACKED", "read_idx"]

UNSIGNED_BYTE = 8  # the code of the type, the only one that MNIST has
MOST_PACKED = 64  # to one; MNIST's images are packed 5 to 1, and bombs 1,000 to 1


def read_idx(
    path: Path, dimensions: int, check: Callable[[tuple[int, ...]], None] | None = None
) -> NDArray[np.uint8]:
    """Return the array of bytes in an IDX file, compressed if its name ends in .gz.

    The file holds two zeros, the code of the type, the number of dimensions, the length of each
    as 4 bytes, the largest first, and the elements (LeCun, Cortes, Burges, "The MNIST database of
    handwritten digits"). Raises ValueError, naming the file and what is wrong, if it holds anything
    else, less or more, or has another number of dimensions. `check` may refuse the shape, before
    the elements are read.
    """
    import numpy as np

    start = 4 + 4 * dimensions
    packed = path.suffix == ".gz"
    with path.open("rb") as file:
        most = unpacked_most(file, MOST_PACKED)
        stream = gzip.GzipFile(fileobj=file) if packed else file
        try:
            head = stream.read(start)
            shape = _shape(head, dimensions, path)
            size = math.prod(shape)
            if check is not None and len(head) == start:
                check(shape)
            if packed and size > most:
                raise ValueError(
                    f"{path} promises an array of the shape {shape}, {size:,} bytes, more than the "
                    f"{most:,} that a file of this size holds if nobody means harm"
                )
            content = read_exactly(stream, size)
        except (OSError, EOFError, zlib.error) as error:
            if is_disk_fault(error):
                raise
            raise ValueError(f"{path} is no complete gzip file ({error}); fetch it again") from None
    if len(head) != start or len(content) != size:
        found = len(head) + len(content) if packed else path.stat().st_size
        more = " or more" * (packed and len(content) > size)
        raise ValueError(
            f"{path} has {found} bytes{more}, where an array of the shape {shape} has "
            f"{start + size}; it is truncated or damaged: fetch it again"
        )
    return np.frombuffer(content, np.uint8).reshape(shape)


def _shape(head: bytes, dimensions: int, path: Path) -> tuple[int, ...]:
    """Return the lengths in the first bytes of a file, those that are missing as 0."""
    import numpy as np

    expected = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    if head[:4] != expected:
        raise ValueError(
            f"{path} begins with the bytes {head[:4].hex(' ') or 'of an empty file'}, where an "
            f"IDX file of {dimensions} dimensions of bytes begins with {expected.hex(' ')}"
        )
    return tuple(np.frombuffer(head[4:].ljust(4 * dimensions, b"\0"), ">u4").tolist())
