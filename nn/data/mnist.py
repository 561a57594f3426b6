"""MNIST, and data sets in the same files, read from this machine."""

from __future__ import annotations

import gzip
import math
import os
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd.files import as_path
from nn.data.archives import Archive, Header, is_disk_fault, read_exactly, unpacked_most

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MOST_PACKED", "load_mnist", "read_idx"]

# The names in an .npz file, and how the files of a folder begin.
PARTS = {"x_train": "train-images", "y_train": "train-labels", "x_test": "t10k-images",
         "y_test": "t10k-labels"}  # fmt: skip
DIMENSIONS = {"x": 3, "y": 1}
UNSIGNED_BYTE = 8  # the code of the only type that MNIST has
MOST_PACKED = 64  # to one; MNIST's images are packed 5 to 1, decompression bombs 1,000 to 1
MOST_LABEL, MOST_IN_BYTE = 2**31 - 1, 127  # as an unsigned byte, -1 would be 255


def load_mnist(
    path: str | os.PathLike[str],
) -> tuple[NDArray[np.float64], NDArray[np.int_], NDArray[np.float64], NDArray[np.int_]]:
    """Return X_train, y_train, X_test, y_test from a folder of IDX files or from an .npz file.

    The folder holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
    t10k-labels-idx1-ubyte, perhaps with .gz, or spelled train-images.idx3-ubyte; the .npz file
    holds the arrays x_train, y_train, x_test and y_test. Nothing is downloaded.

    X has the shape (rows, height, width), 28 by 28 in MNIST, scaled from 0..255 to 0..1; y has the
    shape (rows,) and holds ints. A layer takes flat rows: `X_train.reshape(len(X_train), -1)`.
    Raises FileNotFoundError, with the names it looks for, if a file is missing; ValueError, with
    the file, if one is truncated, damaged or no such file, or has no rows, images without pixels or
    of two sizes, or labels below 0. It compares the sizes before it reads the elements.

    >>> import tempfile
    >>> import numpy as np
    >>> images, labels = np.full((2, 28, 28), 51, dtype=np.uint8), np.array([7, 3])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     np.savez(f"{folder}/mnist.npz", x_train=images, y_train=labels, x_test=images,
    ...              y_test=labels)
    ...     X_train, y_train, X_test, y_test = load_mnist(f"{folder}/mnist.npz")
    >>> X_train.shape, X_train[0, 0, 0].item(), y_train.tolist()
    ((2, 28, 28), 0.2, [7, 3])
    """
    source = as_path(path, "load_mnist: path")
    if source.is_dir():
        raw = _from_folder(source)
    elif source.exists():
        raw = _from_archive(source)
    else:
        raise FileNotFoundError(
            f"there is no {source}; load_mnist takes a folder of IDX files or an .npz file"
        )
    for part in ("train", "test"):
        _check_labels(raw[f"y_{part}"], f"{source}: y_{part}")
    return (
        raw["x_train"] / 255.0, raw["y_train"].astype(int),
        raw["x_test"] / 255.0, raw["y_test"].astype(int),
    )  # fmt: skip


class _Shapes:
    """The shapes found so far, by the names of PARTS; each is checked before its array is read."""

    def __init__(self, source: Path) -> None:
        self._source = source
        self._found: dict[str, tuple[int, ...]] = {}

    def add(self, name: str, shape: tuple[int, ...]) -> None:
        """Raise ValueError if a shape is empty or does not fit the others."""
        if 0 in shape:
            what = "no rows" if shape[0] == 0 else f"images of {shape[1]} by {shape[2]} pixels"
            raise ValueError(f"{self._source}: {name} has {what}, in the shape {shape}")
        self._found[name] = shape
        for part in ("train", "test"):
            images, labels = (self._found.get(f"{kind}_{part}") for kind in "xy")
            if images and labels and images[0] != labels[0]:
                raise ValueError(
                    f"{self._source} has {images[0]} images to {part} on, but {labels[0]} labels"
                )
        train, test = (self._found.get(f"x_{part}") for part in ("train", "test"))
        if train and test and train[1:] != test[1:]:
            raise ValueError(
                f"{self._source} has images of {train[1]} by {train[2]} pixels to train on, but of "
                f"{test[1]} by {test[2]} to test on"
            )


def _from_folder(folder: Path) -> dict[str, Any]:
    files = {name: _file(folder, name) for name in PARTS}
    shapes = _Shapes(folder)
    # Labels first, because their number limits that of the images
    return {
        name: read_idx(files[name], DIMENSIONS[name[0]], partial(shapes.add, name))
        for name in sorted(PARTS, reverse=True)
    }


def _file(folder: Path, name: str) -> Path:
    beginning, dimensions = PARTS[name], DIMENSIONS[name[0]]
    names = [
        f"{beginning}{mark}idx{dimensions}-ubyte{end}" for mark in ("-", ".") for end in ("", ".gz")
    ]
    for spelled in names:
        if (folder / spelled).is_file():
            return folder / spelled
    raise FileNotFoundError(f"{folder} has no {names[0]}, nor {', '.join(names[1:])}")


def _from_archive(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        try:
            archive = Archive(file, MOST_PACKED)
            headers = {name: archive.header(name) for name in archive.names if name in PARTS}
        except Exception as error:  # zipfile and NumPy raise many kinds
            if is_disk_fault(error):
                raise
            raise _damaged(path, error) from error
        shapes = _Shapes(path)
        for name in PARTS:
            if name not in headers:
                raise ValueError(
                    f"{path} has no array {name}; there are {', '.join(archive.names)}"
                )
            _check_header(headers[name], name, path)
            shapes.add(name, headers[name].shape)
        try:
            return {name: archive.read(name) for name in PARTS}
        except Exception as error:
            if is_disk_fault(error):
                raise
            raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> ValueError:
    return ValueError(
        f"{path} is no complete .npz file of arrays ({type(error).__name__}: {error}); "
        "load_mnist takes one, or a folder of IDX files"
    )


def _check_header(header: Header, name: str, path: Path) -> None:
    if name.startswith("x") and (len(header.shape) != 3 or header.dtype.name != "uint8"):
        raise ValueError(
            f"{path}: {name} is {header}; images are bytes of the shape (rows, height, width)"
        )
    if name.startswith("y") and (len(header.shape) != 1 or header.dtype.kind not in "iu"):
        raise ValueError(f"{path}: {name} is {header}; labels are ints of the shape (rows,)")


def _check_labels(labels: Any, where: str) -> None:
    """Refuse negative labels, and those that a type without a sign has made of negative ones."""
    most = MOST_IN_BYTE if labels.dtype.itemsize == 1 else MOST_LABEL
    wrong = (labels < 0) | (labels > most)
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"{where}, row {row}: the label {labels[row]}; labels are 0, 1, 2, ... up to {most}, "
            "and a larger one is usually a negative number in a type without a sign"
        )


def read_idx(
    path: Path, dimensions: int, check: Callable[[tuple[int, ...]], None] | None = None
) -> NDArray[np.uint8]:
    """Return the array of bytes in an IDX file, compressed if its name ends in .gz.

    The file holds two zeros, the code of the type, the number of dimensions, the length of each
    dimension in 4 bytes, the most significant first, and the elements (LeCun, Cortes, Burges, "The
    MNIST database of handwritten digits"). Raises ValueError, naming the file and the fault, if it
    holds anything else, less or more, or has another number of dimensions. `check` may refuse the
    shape before the elements are read.
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
                    f"{most:,} that an honest file of this size holds"
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
    """Return the lengths in the first bytes of a file; one that is missing is 0."""
    import numpy as np

    expected = bytes([0, 0, UNSIGNED_BYTE, dimensions])
    if head[:4] != expected:
        raise ValueError(
            f"{path} begins with the bytes {head[:4].hex(' ') or 'of an empty file'}, where an "
            f"IDX file of {dimensions} dimensions of bytes begins with {expected.hex(' ')}"
        )
    return tuple(np.frombuffer(head[4:].ljust(4 * dimensions, b"\0"), ">u4").tolist())
