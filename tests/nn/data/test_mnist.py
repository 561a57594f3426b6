"""MNIST's files, written here byte by byte, read back, and refused where they are damaged."""

import gzip
import struct

import numpy as np
import pytest

import nn.data.mnist
from nn import load_mnist
from nn.data.mnist import read_idx

GENERATOR = np.random.default_rng(0)
ARRAYS = {
    "x_train": GENERATOR.integers(0, 256, (5, 28, 28), dtype=np.uint8),
    "y_train": np.array([3, 1, 4, 1, 5], dtype=np.uint8),
    "x_test": GENERATOR.integers(0, 256, (2, 28, 28), dtype=np.uint8),
    "y_test": np.array([9, 2], dtype=np.uint8),
}
NAMES = {
    "x_train": "train-images-idx3-ubyte",
    "y_train": "train-labels-idx1-ubyte",
    "x_test": "t10k-images-idx3-ubyte",
    "y_test": "t10k-labels-idx1-ubyte",
}


def idx_bytes(array):
    magic = {1: 2049, 3: 2051}[array.ndim]  # as the publishers write them
    return struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + bytes(array.ravel().tolist())


def write_folder(folder, dotted=False, suffix=""):
    for key, name in NAMES.items():
        content = idx_bytes(ARRAYS[key])
        spelled = name.replace("-idx", ".idx") if dotted else name
        (folder / f"{spelled}{suffix}").write_bytes(gzip.compress(content) if suffix else content)


def check(loaded):
    for array, (key, expected) in zip(loaded, ARRAYS.items(), strict=True):
        if key.startswith("x"):
            assert array.dtype == np.float64
            assert array.tolist() == [
                [[pixel / 255 for pixel in row] for row in image] for image in expected.tolist()
            ]
        else:
            assert array.dtype == int
            assert array.tolist() == expected.tolist()


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_folder_of_idx_files(tmp_path, dotted, suffix):
    write_folder(tmp_path, dotted, suffix)
    check(load_mnist(tmp_path))
    check(load_mnist(str(tmp_path)))


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_npz_file(tmp_path, save):
    save(tmp_path / "mnist.npz", **ARRAYS, notes=np.zeros(3))
    check(load_mnist(tmp_path / "mnist.npz"))


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no .*nowhere; .* folder .* or an \.npz"):
        load_mnist(tmp_path / "nowhere")
    write_folder(tmp_path)
    (tmp_path / NAMES["x_test"]).unlink()
    with pytest.raises(FileNotFoundError, match=r"no t10k-images-idx3-ubyte, nor .*ubyte\.gz"):
        load_mnist(tmp_path)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-1], r"has 3935 bytes, where .* \(5, 28, 28\) has 3936"),
        (lambda content: content + b"\0", r"has 3937 bytes, where .* \(5, 28, 28\) has 3936"),
        (lambda content: content[:10], "has 10 bytes, where an array"),
        (lambda content: b"", "begins with the bytes of an empty file"),
        (lambda content: b"\0\0\x0d\x03" + content[4:], "00 00 0d 03, where .* 00 00 08 03"),
        (lambda content: idx_bytes(ARRAYS["y_train"]), "00 00 08 01, where .* 3 dimensions"),
        (gzip.compress, "begins with the bytes 1f 8b"),
    ],
)  # fmt: skip
def test_damaged_idx_files_are_named(tmp_path, damage, message):
    write_folder(tmp_path)
    path = tmp_path / NAMES["x_train"]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=f"train-images-idx3-ubyte.*{message}"):
        load_mnist(tmp_path)


@pytest.mark.parametrize(
    "damage",
    [lambda content: content[:-20], lambda _: b"text", lambda content: content[:9] + b"\1" * 9],
)  # fmt: skip
def test_damaged_compressed_files_are_named(tmp_path, damage):
    write_folder(tmp_path, suffix=".gz")
    path = tmp_path / f"{NAMES['y_test']}.gz"
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ValueError, match=r"t10k-labels-idx1-ubyte\.gz is no complete gzip file"):
        load_mnist(tmp_path)


def test_images_and_labels_must_be_as_many(tmp_path):
    write_folder(tmp_path)
    (tmp_path / NAMES["y_test"]).write_bytes(idx_bytes(ARRAYS["y_test"][:1]))
    with pytest.raises(ValueError, match="2 images to test on, but 1 labels"):
        load_mnist(tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x_test": None}, "has no array x_test; there are x_train, y_train, y_test"),
        ({"x_train": ARRAYS["x_train"] / 255}, r"x_train is float64 of the shape \(5, 28, 28\)"),
        ({"x_train": ARRAYS["x_train"].reshape(5, -1)}, r"x_train is uint8 .* \(5, 784\)"),
        ({"y_test": np.array([0.5, 1.0])}, r"y_test is float64 .* \(2,\); labels are ints"),
        ({"y_test": np.eye(2, dtype=int)}, r"y_test is int64 of the shape \(2, 2\)"),
        ({"y_test": np.array([1])}, "2 images to test on, but 1 labels"),
        ({"y_test": np.array([None, 1])}, "Object arrays cannot be loaded"),
    ],
)  # fmt: skip
def test_wrong_npz_files_are_named(tmp_path, change, message):
    arrays = {k: v for k, v in {**ARRAYS, **change}.items() if v is not None}
    np.savez(tmp_path / "mnist.npz", **arrays)
    with pytest.raises(ValueError, match=rf"mnist\.npz.*{message}"):
        load_mnist(tmp_path / "mnist.npz")


def test_what_is_no_npz_file_is_named(tmp_path):
    path = tmp_path / "mnist.npz"
    np.savez(path, **ARRAYS)
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ValueError, match=r"mnist\.npz is no complete \.npz file of arrays"):
        load_mnist(path)
    write_folder(tmp_path)
    with pytest.raises(ValueError, match=r"is no complete \.npz file"):
        load_mnist(tmp_path / NAMES["x_train"])


def test_an_idx_array_may_be_empty(tmp_path):
    path = tmp_path / "none"
    path.write_bytes(struct.pack(">4I", 2051, 0, 28, 28))
    assert read_idx(path, 3).shape == (0, 28, 28)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y_test": np.array([-1, 2])}, r"y_test, row 0: the label -1; labels are 0, 1"),
        ({"y_test": np.array([2, -7], np.int8)}, "y_test, row 1: the label -7"),
        ({"y_test": np.array([9, 255], np.uint8)}, "y_test, row 1: the label 255; .* up to 127"),
        ({"y_test": np.array([2**63 + 3, 1], np.uint64)}, "the label 9223372036854775811"),
        ({"y_train": np.full(5, 2**32 - 1, np.uint32)}, "y_train, row 0: the label 4294967295"),
        ({"x_train": np.zeros((5, 0, 0), np.uint8)}, "x_train has images of 0 by 0 pixels"),
        ({"x_train": np.zeros((5, 28, 0), np.uint8)}, "x_train has images of 28 by 0 pixels"),
        ({"x_train": ARRAYS["x_train"][:0], "y_train": ARRAYS["y_train"][:0]}, "has no rows"),
        ({"x_test": np.zeros((2, 4, 4), np.uint8)}, "28 by 28 pixels to train on, but of 4 by 4"),
    ],
)  # fmt: skip
def test_labels_and_images_that_mean_nothing_are_refused(tmp_path, change, message):
    arrays = {**ARRAYS, **change}
    np.savez(tmp_path / "mnist.npz", **arrays)
    with pytest.raises(ValueError, match=rf"mnist\.npz.*{message}"):
        load_mnist(tmp_path / "mnist.npz")
    if all(array.dtype == np.uint8 for array in arrays.values()):
        for key, name in NAMES.items():
            (tmp_path / name).write_bytes(idx_bytes(arrays[key]))
        with pytest.raises(ValueError, match=message):
            load_mnist(tmp_path)


@pytest.mark.parametrize("packed", [False, True])
def test_what_does_not_fit_is_refused_by_its_header(packed, tmp_path, monkeypatch):
    """A header that promises 2 GB, of zeros that pack to 2 MB."""
    write_folder(tmp_path)
    (tmp_path / NAMES["x_train"]).unlink()
    start = struct.pack(">4I", 2051, 3_000_000, 28, 28) + bytes(100_000)
    content = gzip.compress(start) if packed else start
    (tmp_path / (NAMES["x_train"] + ".gz" * packed)).write_bytes(content)
    read, sizes = nn.data.mnist.read_exactly, []
    monkeypatch.setattr(
        "nn.data.mnist.read_exactly", lambda stream, size: sizes.append(size) or read(stream, size)
    )
    with pytest.raises(ValueError, match="3000000 images to train on, but 5 labels"):
        load_mnist(tmp_path)
    assert sorted(sizes) == [2, 5]  # the labels
    if packed:
        with pytest.raises(ValueError, match=r"promises .* 2,352,000,000 bytes, more than the"):
            read_idx(tmp_path / f"{NAMES['x_train']}.gz", 3)


def test_a_compressed_file_that_goes_on_is_read_no_further(tmp_path, monkeypatch):
    write_folder(tmp_path, suffix=".gz")
    path = tmp_path / f"{NAMES['y_train']}.gz"
    path.write_bytes(gzip.compress(idx_bytes(ARRAYS["y_train"]) + bytes(50_000_000)))
    read, taken = gzip.GzipFile.read, []
    monkeypatch.setattr(
        gzip.GzipFile, "read", lambda file, size: taken.append(size) or read(file, size)
    )
    with pytest.raises(ValueError, match=r"has 14 bytes or more, where .* \(5,\) has 13"):
        load_mnist(tmp_path)
    assert max(taken) <= 8
