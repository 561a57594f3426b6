"""Machine code on disk: read where it is whole and of this text, and in private folders only."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import asin, compile, tanh

pytest.importorskip("llvmlite", reason="the LLVM backend needs llvmlite")

from autograd.backends.llvm import engine, stored


def curve(x):
    return tanh(x) * asin(x) + 2.5  # asin is a function of the C library


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Return a folder for machine code, which is there when the first is kept."""
    monkeypatch.setenv("AUTOGRAD_CODE", str(tmp_path / "code"))
    engine.kept_code.cache_clear()
    yield tmp_path / "code"
    engine.kept_code.cache_clear()


@pytest.fixture
def read(monkeypatch):
    """Return the list of what was read from files."""
    found = []
    original = stored.read
    monkeypatch.setattr(stored, "read", lambda path: found.append(original(path)) or found[-1])
    return found


def expected():
    return pytest.approx(tanh(0.75) * asin(0.75) + 2.5, rel=1e-14)


def result():
    """Return a result of code that is not in the memory of the process."""
    engine.kept_code.cache_clear()
    return compile(curve, backend="llvm")(0.75)


def test_code_is_read_again(folder, read):
    first = result()
    (path,) = folder.iterdir()
    assert result() == first == expected()
    assert read[0] is None
    assert read[1] == path.read_bytes()[stored.DIGEST :]


def test_code_of_another_process_is_read(folder, read):
    script = "import sys; sys.path[:0] = sys.argv[1:]; from test_llvm_stored import curve; "
    script += "from autograd import compile; print(compile(curve, backend='llvm')(0.75).hex())"
    run = [sys.executable, "-c", script, str(Path(__file__).parent), *sys.path]
    printed = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert float.fromhex(printed.strip()) == result()
    assert read[0] is not None


@pytest.mark.parametrize(
    "damage",
    [lambda code: code[:-7], lambda code: b"", lambda code: code[:99] + b"\0\1" + code[101:]],
    ids=["cut off", "empty", "changed"],
)
def test_damaged_code_is_compiled_again(damage, folder, read):
    first = result()
    (path,) = folder.iterdir()
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    assert result() == first
    assert read == [None, None]
    assert path.read_bytes() == whole


def test_other_settings_are_other_files(folder, monkeypatch):
    result()
    monkeypatch.setattr(engine, "OPTIMIZATION", 0)
    result()
    assert len([*folder.iterdir()]) == 2


@pytest.mark.skipif(os.name == "nt", reason="permissions of POSIX")
def test_a_folder_of_others_is_not_used(folder, caplog):
    caplog.set_level(logging.INFO, "autograd")
    folder.mkdir()
    folder.chmod(0o777)
    assert result() == expected()
    assert not [*folder.iterdir()]
    assert "other users may write" in caplog.text


def test_what_cannot_be_kept_is_no_error(folder, caplog):
    caplog.set_level(logging.INFO, "autograd")
    folder.write_text("a file")
    assert result() == expected()
    assert "machine code is not kept" in caplog.text


def test_what_was_not_used_for_long_makes_room(tmp_path, monkeypatch):
    monkeypatch.setattr(stored, "MOST_BYTES", 1000)
    tmp_path.chmod(0o700)
    others = [tmp_path / "notes.txt", tmp_path / ".under_way.code"]
    for other in others:
        other.write_bytes(bytes(5000))
        os.utime(other, (0, 0))
    names = "abcd"
    for age, name in enumerate(names):
        path = tmp_path / f"{name}.code"
        stored.write(path, bytes(200 - stored.DIGEST))
        os.utime(path, (1e9 + age, 1e9 + age))
    assert stored.read(tmp_path / "a.code") is not None  # which is in use then
    stored.write(tmp_path / "e.code", bytes(200 - stored.DIGEST))
    assert len([*tmp_path.glob("[a-e].code")]) == 5  # 1,000 bytes
    stored.write(tmp_path / "f.code", bytes(200 - stored.DIGEST))
    assert sorted(path.name for path in tmp_path.glob("[a-f].code")) == [
        "a.code",
        "e.code",
        "f.code",
    ]
    assert all(other.exists() for other in others)


def test_without_a_folder_nothing_is_kept(folder, monkeypatch):
    monkeypatch.delenv("AUTOGRAD_CODE")
    result()
    assert not folder.exists()


def test_addresses_of_a_process_are_not_kept(folder):
    assert stored.path_of("store i64 0, ptr inttoptr (i64 4096 to ptr)") is None
    assert stored.path_of("") is not None
