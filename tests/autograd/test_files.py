"""Files are written whole or not at all, with the permissions of any other file."""

from __future__ import annotations

import os
import stat
import sys
import threading
from pathlib import Path

import pytest

import autograd as ag
from autograd.files import write_files
from nn import MLP
from visualize import draw


def permissions(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def masked():
    """Let new files be the owner's and the group's."""
    before = os.umask(0o027)
    yield
    os.umask(before)


WRITERS = {
    "files": (lambda path: write_files({path: b"new"}), "a.txt"),
    "state": (lambda path: MLP(1, [1]).save(path), "a.json"),
    "archive": (lambda path: MLP(1, [1]).save(path), "a.npz"),
    "picture": (lambda path: draw(ag.Value(1.0)).save(path), "a.svg"),
    "C": (lambda path: ag.compile(lambda x: x * x).to_c(path, 1.0), "a.c"),
}


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize("name", WRITERS)
def test_new_files_follow_the_umask_and_old_ones_keep_their_permissions(name, masked, tmp_path):
    write, file = WRITERS[name]
    path = tmp_path / file
    write(path)
    assert permissions(path) == 0o640
    path.chmod(0o604)
    write(path)
    assert permissions(path) == 0o604
    assert not [*tmp_path.glob(".*")]


def test_no_thread_sees_another_umask(monkeypatch, tmp_path):
    """The umask belongs to the whole process: it is never touched."""
    monkeypatch.setattr(os, "umask", lambda mask: pytest.fail("the umask was set"))
    for write, file in WRITERS.values():
        write(tmp_path / file)


def broken_disk(*_):
    raise OSError("disk")


@pytest.mark.parametrize("fault", ["no folder", "a folder", "a broken disk"])
def test_a_failure_leaves_all_files_as_they_were(fault, tmp_path, monkeypatch):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"old")
    if fault == "no folder":
        second = tmp_path / "none" / "b"
    elif fault == "a folder":
        second.mkdir()
    else:
        monkeypatch.setattr("autograd.files.copymode", broken_disk)
    with pytest.raises(OSError, match=r"none|folder|disk"):
        write_files({first: b"new", second: b"new"})
    monkeypatch.undo()
    assert first.read_bytes() == b"old"
    assert {*tmp_path.iterdir()} <= {first, second}


def full_disk(path):
    raise OSError(28, "No space left on device", str(path))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("no folder", "cannot save b.txt: no folder .*none; make it first"),
        ("a full disk", r"No space left on device: '.*[/\\]b\.txt'"),
    ],
)
def test_a_failure_names_the_file_that_was_asked_for(fault, said, tmp_path):
    path = tmp_path / "none" / "b.txt" if fault == "no folder" else tmp_path / "b.txt"
    with pytest.raises(OSError, match=said):
        write_files({tmp_path / "a.txt": b"new", path: full_disk})
    assert not list(tmp_path.iterdir())


@pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)
def test_ctrl_c_leaves_all_files_old_or_all_new(tmp_path, broken_off):
    files = tmp_path / "a", tmp_path / "b"

    def old():
        for file in files:
            file.write_bytes(b"old")
        return files

    for found in broken_off(old, lambda files: write_files(dict.fromkeys(files, b"new"))):
        assert {file.read_bytes() for file in found} in ({b"old"}, {b"new"})
        assert {*tmp_path.iterdir()} == {*files}


def test_threads_that_write_one_file_leave_one_of_the_contents(tmp_path):
    path, contents = tmp_path / "a", [bytes([65 + k]) * 1000 for k in range(4)]
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [
            threading.Thread(target=lambda c=c: [write_files({path: c}) for _ in range(20)])
            for c in contents
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(switching)
    assert path.read_bytes() in contents
    assert [*Path(tmp_path).iterdir()] == [path]
