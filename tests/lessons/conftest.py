"""Run a lesson once and hand its names, its words and its pictures to the tests."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from lessons import keep_run

__all__ = ["Lesson", "lesson", "run_lesson"]

LESSONS = Path(__file__).parents[2] / "demos" / "lessons"


class Lesson(NamedTuple):
    """A lesson that has run: its global names, what it printed, and the folder of its pictures."""

    names: dict[str, Any]
    printed: str
    folder: Path

    def words(self, picture: str) -> str:
        """Return all words that an SVG picture shows."""
        return " ".join(ET.parse(self.folder / picture).getroot().itertext())


@pytest.fixture(scope="session")
def run_lesson():
    """Return a function that runs a lesson: its file's stem, a folder for pictures, its options.

    With `first` it runs the first section only.
    """
    pytest.importorskip("sklearn", reason="the lessons need scikit-learn, of the extra demos")
    pytest.importorskip("matplotlib", reason="the lessons need matplotlib, of the extra demos")

    def run(name, folder, *options, first=False):
        script = LESSONS / f"{name}.py"
        if first:  # to where the second section prints its title
            start, second, _ = script.read_text(encoding="utf-8").partition('"\\n2. ')
            assert second, f"{name} has no second section"
            script = folder / script.name
            script.write_text(start.rpartition("\n")[0] + "\n", encoding="utf-8")
        with (
            pytest.MonkeyPatch.context() as patch,
            contextlib.redirect_stdout(io.StringIO()) as out,
            np.printoptions(),  # a lesson sets them as for a process of its own
        ):
            patch.setattr(sys, "argv", [str(script), "--output", str(folder), *map(str, options)])
            patch.syspath_prepend(str(LESSONS))
            names = runpy.run_path(str(script), run_name="__main__")
        return Lesson(names, out.getvalue(), folder)

    return run


@pytest.fixture(scope="module")
def lesson(request, run_lesson, tmp_path_factory):
    """Run the lesson that the test module is named after: test_01_vectors.py runs 01_vectors.py."""
    name = Path(request.path).stem.removeprefix("test_")
    done = run_lesson(name, tmp_path_factory.mktemp(name, numbered=False))
    keep_run(done.printed, done.folder)  # for the site, which shows it
    return done
