"""MNIST, and data sets published in the same form, from files on this machine."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path
from typing import Any

from nn.idx import read_idx

__all__ = ["load_mnist"]

# The names in an .npz file, and how the files of a folder begin.
PARTS = {"x_train": "train-images", "y_train": "train-labels", "x_test": "t10k-images",
         "y_test": "t10k-labels"}  # fmt: skip


def load_mnist(path: str | os.PathLike[str]) -> tuple[Any, Any, Any, Any]:
    """Return X_train, y_train, X_test, y_test from a folder of IDX files or from an .npz file.

    The folder holds train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and
    t10k-labels-idx1-ubyte, each perhaps with .gz, or spelled train-images.idx3-ubyte; the .npz
    file holds the arrays x_train, y_train, x_test and y_test. Nothing is downloaded.

    X has the shape (rows, height, width), 28 by 28 in MNIST, scaled from 0..255 to 0..1; y has the
    shape (rows,) and holds ints. A layer takes flat rows: `X_train.reshape(len(X_train), -1)`.
    Raises FileNotFoundError, with the names that would do, where a file is missing; ValueError,
    with the file, where one is truncated, damaged or of something else.

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
    source = Path(path)
    if source.is_dir():
        raw = {name: _from_folder(source, beginning) for name, beginning in PARTS.items()}
    elif source.exists():
        raw = _from_archive(source)
    else:
        raise FileNotFoundError(
            f"there is no {source}; load_mnist takes a folder of IDX files or an .npz file"
        )
    for part in ("train", "test"):
        images, labels = len(raw[f"x_{part}"]), len(raw[f"y_{part}"])
        if images != labels:
            raise ValueError(f"{source} has {images} images to {part} on, but {labels} labels")
    return (
        raw["x_train"] / 255.0, raw["y_train"].astype(int),
        raw["x_test"] / 255.0, raw["y_test"].astype(int),
    )  # fmt: skip


def _from_folder(folder: Path, beginning: str) -> Any:
    dimensions = 3 if beginning.endswith("images") else 1
    names = [
        f"{beginning}{mark}idx{dimensions}-ubyte{end}" for mark in ("-", ".") for end in ("", ".gz")
    ]
    for name in names:
        if (folder / name).is_file():
            return read_idx(folder / name, dimensions)
    raise FileNotFoundError(f"{folder} has no {names[0]}, nor {', '.join(names[1:])}")


def _from_archive(path: Path) -> dict[str, Any]:
    import numpy as np

    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as archive:
            raw = {name: archive[name] for name in archive.files if name in PARTS}
            found = archive.files
    except Exception as error:  # whatever zipfile and NumPy find wrong
        raise ValueError(
            f"{path} is no complete .npz file of arrays ({type(error).__name__}: {error}); "
            "load_mnist takes one, or a folder of IDX files"
        ) from error
    for name, beginning in PARTS.items():
        if name not in raw:
            raise ValueError(f"{path} has no array {name}; there are {', '.join(found)}")
        images = beginning.endswith("images")
        if images and (raw[name].ndim != 3 or raw[name].dtype != np.uint8):
            raise ValueError(
                f"{path}: {name} is {_described(raw[name])}; images are bytes of the shape (rows, "
                "height, width)"
            )
        if not images and (raw[name].ndim != 1 or raw[name].dtype.kind not in "iu"):
            raise ValueError(
                f"{path}: {name} is {_described(raw[name])}; labels are ints of the shape (rows,)"
            )
    return raw


def _described(array: Any) -> str:
    return f"{array.dtype} of the shape {array.shape}"
