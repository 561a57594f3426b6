"""Checkpoints: exact round trips, damaged files, and saves that fail half way."""

import json
import math
import struct

import numpy as np
import pytest

import nn.checkpoint
from nn import MLP, CheckpointError, load_state, save_state

NUMBERS = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3, math.inf, -math.inf, math.nan]
STATE = {f"n{index}.ä": number for index, number in enumerate(NUMBERS)}
suffixes = pytest.mark.parametrize("suffix", [".npz", ".json"])


def bits(state):
    return {name: struct.pack("<d", number) for name, number in state.items()}


@suffixes
def test_every_float_comes_back_bit_for_bit(suffix, tmp_path):
    path = tmp_path / f"state{suffix}"
    save_state(STATE, path)
    assert bits(load_state(path)) == bits(STATE)
    assert list(load_state(path)) == list(STATE)
    save_state({}, str(path))
    assert load_state(str(path)) == {}


@suffixes
def test_a_model_comes_back(suffix, tmp_path):
    model, other = MLP(2, [3, 1]), MLP(2, [3, 1])
    assert model.save(str(tmp_path / f"model{suffix}")) == tmp_path / f"model{suffix}"
    other.load(tmp_path / f"model{suffix}")
    assert other.state_dict() == model.state_dict()


@suffixes
def test_another_architecture_is_refused_and_changes_nothing(suffix, tmp_path):
    path = tmp_path / f"model{suffix}"
    MLP(2, [3, 1]).save(path)
    model = MLP(2, [4])
    before = model.state_dict()
    with pytest.raises(
        ValueError, match=r"model.*: .*missing 'layers.0.neurons.3.*unexpected 'layers.1"
    ):
        model.load(path)
    assert model.state_dict() == before


@suffixes
def test_a_file_cut_anywhere_is_refused(suffix, tmp_path):
    path = tmp_path / f"model{suffix}"
    model = MLP(2, [3, 1])
    before = model.state_dict()
    model.save(path)
    whole = path.read_bytes().rstrip()
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointError, match="holds no complete state dict"):
            model.load(path)
    assert model.state_dict() == before


def write_npz(path, **arrays):
    np.savez(path, **{"format": nn.checkpoint.FORMAT, "names": ["a"], "values": [1.0], **arrays})


@pytest.mark.parametrize(
    "arrays",
    [
        {"format": "other"},
        {"values": [1.0, 2.0]},
        {"values": [1]},
        {"names": [1]},
        {"names": ["a", "a"], "values": [1.0, 2.0]},
        {"names": np.array(["a"], dtype=object)},
    ],
)
def test_an_npz_of_something_else_is_refused(arrays, tmp_path):
    write_npz(tmp_path / "state.npz", **arrays)
    with pytest.raises(CheckpointError, match=r"state\.npz holds no complete state dict"):
        load_state(tmp_path / "state.npz")


class Code:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


def test_loading_runs_no_code(tmp_path):
    write_npz(tmp_path / "state.npz", names=np.array([Code(tmp_path / "ran")], dtype=object))
    with pytest.raises(CheckpointError):
        load_state(tmp_path / "state.npz")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "1", '{"format": "other"}',
     json.dumps({"format": nn.checkpoint.FORMAT}),
     json.dumps({"format": nn.checkpoint.FORMAT, "state": {"a": True}}),
     json.dumps({"format": nn.checkpoint.FORMAT, "state": {"a": "1.0"}}),
     json.dumps({"format": nn.checkpoint.FORMAT, "state": {"a": [1.0]}}),
     '{"format": "' + nn.checkpoint.FORMAT + '", "state": {"a": 1.0, "a": 2.0}}'],
)  # fmt: skip
def test_json_of_something_else_is_refused(text, tmp_path):
    path = tmp_path / "state.json"
    path.write_text(text)
    with pytest.raises(CheckpointError, match=r"state\.json holds no complete state dict"):
        load_state(path)


@suffixes
def test_a_save_that_fails_leaves_the_old_file(suffix, tmp_path, monkeypatch):
    path = tmp_path / f"state{suffix}"
    save_state({"a": 1.0}, path)

    def write_half(state, temporary):
        temporary.write_bytes(b"half")
        raise OSError("the disk is full")

    monkeypatch.setitem(nn.checkpoint.WRITERS, suffix, write_half)
    with pytest.raises(OSError, match="the disk is full"):
        save_state({"a": 2.0}, path)
    assert load_state(path) == {"a": 1.0}
    assert list(tmp_path.iterdir()) == [path]


def test_a_replaced_file_keeps_its_permissions(tmp_path):
    path = tmp_path / "state.json"
    save_state({"a": 1.0}, path)
    path.chmod(0o640)
    save_state({"a": 2.0}, path)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("name", ["model.pkl", "model", "model.NPZ"])
def test_other_suffixes_are_refused(name, tmp_path):
    for call in (lambda path: save_state({}, path), load_state):
        with pytest.raises(ValueError, match=r"must end in \.npz or \.json"):
            call(tmp_path / name)


def test_missing_files_and_folders_are_os_errors(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.npz"):
        load_state(tmp_path / "none.npz")
    with pytest.raises(FileNotFoundError):
        save_state({}, tmp_path / "none" / "state.npz")
