"""Arrays in .npz files, read only after their headers, so that a small file cannot fill memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import SEEK_END
from typing import TYPE_CHECKING, Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Archive", "Header", "is_disk_fault", "read_exactly", "unpacked_most"]

SMALL = 1 << 22  # bytes that may be read whatever the size of the file
AT_ONCE = 1 << 20  # bytes of a piece, and of the largest directory, of 10,000 arrays and more


@dataclass(frozen=True)
class Header:
    """The header of an .npy file: the shape and the type of its array."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    by_column: bool

    @property
    def size(self) -> int:
        """The number of bytes of the array."""
        return math.prod(self.shape) * self.dtype.itemsize

    def __str__(self) -> str:
        return f"{self.dtype} of the shape {self.shape}"


class Archive:
    """An open .npz file. Raises errors of zipfile and zlib, and ValueError, naming the array."""

    def __init__(self, file: BinaryIO, ratio: int) -> None:
        """Read the directory. An array may hold `ratio` times the bytes of the file, or SMALL."""
        self._most = unpacked_most(file, ratio)
        self._zip = ZipFile(_Pieces(file))
        entries = [entry.filename for entry in self._zip.infolist()]
        if len(set(entries)) < len(entries):
            raise ValueError("two of its arrays have the same name")
        self.names = [entry.removesuffix(".npy") for entry in entries]

    def header(self, name: str) -> Header:
        """Return the header of an array; KeyError if there is none of that name."""
        with self._opened(name) as stream:
            return _header(stream, name)

    def read(self, name: str) -> NDArray[Any]:
        """Return an array; ValueError if it is too large, or not as large as its header says."""
        import numpy as np

        with self._opened(name) as stream:
            header = _header(stream, name)
            if header.size > self._most:
                raise ValueError(
                    f"{name} would take {header.size:,} bytes, more than the {self._most:,} that "
                    "an honest file of this size holds"
                )
            content = read_exactly(stream, header.size)
        if len(content) != header.size:
            less = "less" if len(content) < header.size else "more"
            raise ValueError(f"{name} holds {less} than its header says, {header}")
        array = np.frombuffer(content, header.dtype)
        return array.reshape(header.shape, order="F" if header.by_column else "C")

    def _opened(self, name: str) -> Any:
        entry = self._zip.getinfo(f"{name}.npy")
        # zipfile does not limit how much bzip2 and LZMA unpack of a few bytes
        if entry.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise ValueError(f"{name} is compressed by another method than NumPy's, deflate")
        return self._zip.open(entry)


def unpacked_most(file: BinaryIO, ratio: int) -> int:
    """Return how many bytes may be unpacked from a file: SMALL, or `ratio` times its size.

    >>> from io import BytesIO
    >>> unpacked_most(BytesIO(bytes(10_000_000)), 4)
    40000000
    """
    place = file.tell()
    size = file.seek(0, SEEK_END)
    file.seek(place)
    return max(SMALL, ratio * size)


def read_exactly(stream: Any, size: int) -> bytearray:
    """Return `size` bytes, or fewer if the stream ends, or one more if it does not end there.

    It takes memory for the bytes that there are, not for those that a header promises.

    >>> from io import BytesIO
    >>> [len(read_exactly(BytesIO(b"abcd"), size)) for size in (3, 4, 5)]
    [4, 4, 4]
    """
    content = bytearray()
    while piece := stream.read(min(AT_ONCE, size + 1 - len(content))):
        content += piece
    return content


def is_disk_fault(error: BaseException) -> bool:
    """Tell whether an error comes from the operating system, and not from a reader of contents.

    >>> is_disk_fault(OSError(5, "Input/output error")), is_disk_fault(OSError("no such format"))
    (True, False)
    """
    return isinstance(error, OSError) and error.errno is not None


class _Pieces:
    """A file that refuses to be read in large pieces; zipfile reads only directories in one."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell, self.seekable = file.seek, file.tell, file.seekable

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(AT_ONCE + 1 if size < 0 else min(size, AT_ONCE + 1))
        if len(piece) > AT_ONCE:
            raise ValueError("its directory is too large for a few arrays")
        return piece


def _header(stream: Any, name: str) -> Header:
    from numpy.lib import format as npy

    version = npy.read_magic(stream)
    if version != (1, 0):  # later ones have headers of any length, read before they are refused
        raise ValueError(f"{name} is of version {version} of .npy; arrays of numbers are of (1, 0)")
    shape, by_column, dtype = npy.read_array_header_1_0(stream)
    if dtype.hasobject:
        raise ValueError(f"{name}: Object arrays cannot be loaded, because they run code")
    if any(length < 0 for length in shape):
        raise ValueError(f"{name} has the shape {shape}")
    return Header(shape, dtype, by_column)
