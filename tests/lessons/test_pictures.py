"""Where lessons put their pictures: a folder that is there when a lesson asks for it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

LESSONS = Path(__file__).parents[2] / "demos" / "lessons"


@pytest.fixture
def output_folder(monkeypatch, tmp_path):
    pytest.importorskip("matplotlib", reason="the lessons need matplotlib, of the extra demos")
    monkeypatch.syspath_prepend(str(LESSONS))
    monkeypatch.chdir(tmp_path)
    from pictures import output_folder

    return output_folder


def test_without_an_option_the_folder_is_named_after_the_lesson(output_folder, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["01_some_lesson.py"])
    folder = output_folder("/anywhere/01_some_lesson.py", "Some lesson.")
    assert folder == Path("output", "lessons", "01_some_lesson")
    assert folder.is_dir()


def test_the_folder_of_the_option_is_made(output_folder, monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "argv", ["01_some_lesson.py", "--output", str(tmp_path / "a" / "b")])
    assert output_folder("01_some_lesson.py", "Some lesson.") == tmp_path / "a" / "b"
    assert (tmp_path / "a" / "b").is_dir()


def test_a_file_in_the_way_is_refused_in_one_line(output_folder, monkeypatch, tmp_path, capsys):
    (tmp_path / "taken").write_text("a file")
    monkeypatch.setattr(sys, "argv", ["01_some_lesson.py", "--output", "taken"])
    with pytest.raises(SystemExit):
        output_folder("01_some_lesson.py", "Some lesson.")
    assert "--output: taken is not a folder to write to" in capsys.readouterr().err.splitlines()[-1]
