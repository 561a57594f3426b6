"""Archives that promise more than they hold, or hold more than they promise, cost no memory."""

import io
import tracemalloc
import zipfile

import numpy as np
import pytest

import nn.checkpoint
from nn import MLP, CheckpointError, load_mnist, load_state
from nn.data.archives import SMALL, Archive

PLENTY = 12 << 20  # zeros: packed to 12 KB
WHOLE = {"format": np.array(nn.checkpoint.FORMAT), "names": np.array(["a"]), "values": np.ones(1)}


def npy(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def header(dtype, shape, version=(1, 0)):
    buffer = io.BytesIO()
    described = {"descr": dtype, "fortran_order": False, "shape": shape}
    if version == (1, 0):
        np.lib.format.write_array_header_1_0(buffer, described)
    else:
        np.lib.format.write_array_header_2_0(buffer, described)
    return buffer.getvalue()


def write_zip(path, entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in entries:
            file.writestr(name, content)


def members(**changed):
    """Return the entries of a sound state of one number, some of them replaced."""
    return [(f"{name}.npy", changed.get(name, npy(array))) for name, array in WHOLE.items()]


def peak_of(call):
    """Return the most memory that Python and NumPy held at once during a call."""
    tracemalloc.start()
    try:
        call()
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


def refuses(read, path, match):
    def call():
        with pytest.raises(ValueError, match=match) as caught:
            read(path)
        assert path.name in str(caught.value)

    assert peak_of(call) < 2 * SMALL


zeros = pytest.mark.parametrize(
    ("entries", "match"),
    [
        # The header is true, and there is too much of it
        (members(values=header("<f8", (PLENTY // 8,)) + bytes(PLENTY)), "1 names but values of"),
        (members(names=header("<U4", (PLENTY // 16,)) + bytes(PLENTY),
                 values=header("<f8", (PLENTY // 16,)) + bytes(PLENTY // 2)), "wanted|bytes"),
        (members(names=header(f"<U{PLENTY // 4}", (1,)) + bytes(PLENTY)), "2,912 bytes|wanted"),
        # It is false
        (members(values=header("<f8", (1,)) + bytes(PLENTY)), "values holds more than its header"),
        (members(values=header("<f8", (1,))), "values holds less than its header"),
        (members(values=npy(np.ones(1))[:90]), "EOF|magic|header"),
        (members(values=header("<f8", (-1,)) + bytes(PLENTY)), r"values has the shape \(-1,\)"),
        (members(format=header(f"<U{PLENTY // 4}", ()) + bytes(PLENTY)), "the format is"),
        # A header without end
        (members(values=b"\x93NUMPY\x02\x00" + b"\xff" * 4 + b" " * PLENTY), r"version \(2, 0\)"),
        # Other things than arrays
        (members(values=b"PK\x03\x04" + bytes(100)), "magic"),
        (members(names=npy(np.array(["a"]).astype(object))), "Object arrays cannot be loaded"),
        (members(values=npy(np.array(["2026-01-01"], "M8[D]"))), "not texts and floats"),
        (members(values=npy(np.ones(1, complex))), "not texts and floats"),
        (members(values=npy(np.ones(1, "f4"))), "not texts and floats"),
        (members(values=npy(np.ones((1, 1)))), r"values of shape \(1, 1\)"),
        (members(format=npy(np.array("scalar-autograd state 2"))), "a later version wrote"),
        (members()[:2], "no item named 'values.npy'"),
        ([*members(), ("values.npy", npy(np.ones(1)))], "two of its arrays have the same name"),
        ([*members(), *((f"{'x' * 90}{index}.npy", b"") for index in range(9_000))], "directory"),
    ],
)  # fmt: skip


@zeros
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_state_of_another_size_is_refused_before_it_is_read(entries, match, tmp_path):
    path = tmp_path / "state.npz"
    write_zip(path, entries)
    model = MLP(3, [4, 1])
    before = model.state_dict()
    refuses(load_state, path, match)
    refuses(model.load, path, match)
    assert model.state_dict() == before


def test_a_large_state_is_refused_by_a_small_model(tmp_path):
    """No bomb: the numbers are there, 500,000 of them, and not wanted."""
    path = tmp_path / "state.npz"
    names = np.arange(500_000).astype(str)
    np.savez(path, format=nn.checkpoint.FORMAT, names=names, values=np.zeros(500_000))
    refuses(MLP(3, [4, 1]).load, path, "500,000 numbers where 21 are wanted")
    text = tmp_path / "state.json"
    text.write_text('{"format": "x", "state": {' + " " * 1_000_000)
    refuses(MLP(3, [4, 1]).load, text, "more than the 90,112 bytes of 21 numbers")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compressions_are_refused(method, tmp_path):
    path = tmp_path / "state.npz"
    write_zip(path, members(), method)
    refuses(load_state, path, "another method than NumPy's")


def test_a_state_that_another_program_packed_is_read(tmp_path):
    path = tmp_path / "state.npz"
    np.savez_compressed(path, **WHOLE)
    assert load_state(path) == {"a": 1.0}


@pytest.mark.parametrize("suffix", [".npz", ".json"])
def test_a_folder_is_refused_and_errors_of_the_system_stay(suffix, tmp_path):
    folder = tmp_path / f"folder{suffix}"
    folder.mkdir()
    with pytest.raises(CheckpointError, match="is a folder"):
        load_state(folder)
    with pytest.raises(FileNotFoundError):
        load_state(tmp_path / f"none{suffix}")


def test_an_archive_of_digits_that_are_not_there_is_refused(tmp_path):
    arrays = {name: npy(np.zeros(5, np.uint8)) for name in ("y_train", "y_test")}
    images = header("|u1", (5, 3000, 3000)) + bytes(45_000_000)
    entries = {**arrays, "x_train": images, "x_test": images}
    path = tmp_path / "mnist.npz"
    write_zip(path, [(f"{name}.npy", content) for name, content in entries.items()])
    refuses(load_mnist, path, "x_train would take 45,000,000 bytes")


@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_come_as_numpy_writes_them(order, tmp_path):
    arrays = {
        "cube": np.asarray(np.arange(24.0).reshape(2, 3, 4), order=order),
        "bytes": np.asarray(np.arange(6, dtype=np.uint8).reshape(2, 3), order=order),
        "number": np.array(3.5),
        "nothing": np.zeros((0, 3)),
    }
    np.savez(tmp_path / "arrays.npz", **arrays)
    with (tmp_path / "arrays.npz").open("rb") as file:
        archive = Archive(file, 4)
        for name, array in arrays.items():
            np.testing.assert_array_equal(archive.read(name), array, strict=True)
            assert archive.header(name).shape == array.shape
