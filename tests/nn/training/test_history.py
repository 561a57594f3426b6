"""Progress: a bar with tqdm, lines without it, nothing where nobody looks."""

import io
import sys

import pytest

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
