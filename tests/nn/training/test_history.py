"""History and progress: a table and files of the epochs; a bar with tqdm, lines without it."""

import csv
import io
import json
import sys

import pytest

from nn import History
from nn.training.history import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def run(monkeypatch, stream, shown, *, tqdm):
    monkeypatch.setattr(sys, "stderr", stream)
    if not tqdm:
        monkeypatch.setitem(sys.modules, "tqdm", None)
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with Progress(4, 2, shown) as progress:
        for epoch in range(2):
            progress.update()
            progress.update()
            progress.epoch({"loss": 0.5 - epoch / 4})
    return stream.getvalue()


def test_lines_without_tqdm(monkeypatch):
    text = run(monkeypatch, io.StringIO(), True, tqdm=False)
    assert text == "epoch 1/2  loss 0.5\nepoch 2/2  loss 0.25\n"


def test_a_bar_with_tqdm(monkeypatch):
    pytest.importorskip("tqdm", reason="an optional package")
    text = run(monkeypatch, io.StringIO(), True, tqdm=True)
    assert "4/4" in text
    assert "loss=0.25" in text


@pytest.mark.parametrize("tqdm", [True, False])
def test_by_default_only_a_terminal_sees_it(monkeypatch, tqdm):
    if tqdm:
        pytest.importorskip("tqdm", reason="an optional package")
    assert run(monkeypatch, Terminal(), None, tqdm=tqdm) != ""
    assert run(monkeypatch, io.StringIO(), None, tqdm=tqdm) == ""
    assert run(monkeypatch, Terminal(), False, tqdm=tqdm) == ""


def history(epochs):
    made = History()
    for epoch in range(epochs):
        made.append({"loss": 1.0 / (3.0 + epoch), "lr": 0.1})
    return made


def test_the_table_of_a_history_has_a_line_for_each_epoch():
    made = history(2)
    assert made.text == "epoch    loss   lr\n    1  0.3333  0.1\n    2    0.25  0.1"
    assert repr(made) == str(made) == made.text
    assert History().text == "epoch"
    made.interrupted = True
    assert made.text.endswith("\n    2    0.25  0.1\ninterrupted by Ctrl-C")


def test_a_long_table_shows_the_first_and_the_last_epochs():
    lines = history(30).text.splitlines()
    shown = [line.split()[0] for line in lines]
    assert shown == ["epoch", *map(str, range(1, 11)), "...", *map(str, range(21, 31))]
    assert len({*map(len, lines)}) == 1


def test_a_history_is_saved_with_all_digits(tmp_path):
    made = history(30)
    with made.save(tmp_path / "training.csv").open(encoding="utf-8", newline="") as file:
        names, *rows = csv.reader(file)
    assert names == ["loss", "lr"]
    assert [[float(number) for number in row] for row in rows] == [*map(list, zip(*made.values()))]
    path = made.save(tmp_path / "training.json")
    assert json.loads(path.read_text(encoding="utf-8")) == dict(made)
    assert made.save(tmp_path / "training.txt").read_text(encoding="utf-8") == f"{made.text}\n"
    with pytest.raises(ValueError, match=r"training\.png'; use one of \.csv, \.json, \.txt"):
        made.save(tmp_path / "training.png")
