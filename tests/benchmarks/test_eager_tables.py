"""The eager benchmark leaves out what is absent, refuses wrong results, and writes a table."""

from __future__ import annotations

import os
from functools import partial

import pytest

import eager
from autograd import native
from eager import Column, Work
from goals import aim
from measure import Contender


class InThisProcess:
    """Stands in for measure.Contender: "fast" takes 1 µs a run, all others 3 µs."""

    def __init__(self, name, make, *, collector, environment):
        self.name = name
        self.run, self.listed = make()

    def numbers(self):
        return self.listed(self.run())

    def seconds(self, repeats):
        return 1e-6 if self.name == "fast" else 3e-6

    def close(self):
        pass


def task(results):
    return lambda engine: (lambda: results[engine], lambda number: (number,))


@pytest.fixture
def work(monkeypatch, tmp_path):
    """Set the one work of the benchmark, in this process, and return the file it writes to."""
    page = tmp_path / "README.md"
    page.write_text("<!-- eager benchmark -->\nold\n<!-- end of eager benchmark -->\n")
    columns = (Column("fast", "a"), Column("slow", "b"), Column("absent", "c", "no_such_module"))
    monkeypatch.setattr(eager, "README", page)
    monkeypatch.setattr(eager, "Contender", InThisProcess)
    monkeypatch.setattr(eager, "COLUMNS", columns)
    monkeypatch.setattr(eager, "memory_row", lambda columns: ["memory", "1", "2"])

    def set_work(results, **details):
        names = ("fast", "slow", "absent")
        one = Work("sum", task(results), names, unit="µs", **details)
        monkeypatch.setattr(eager, "WORKS", (one,))
        return page

    return set_work


def test_a_line_has_medians_and_ratios_to_the_first(work, capsys):
    work({"a": 1.0, "b": 1.0 + 1e-12}, goals=(aim("fast", 0.3, "slow"), aim("fast", 2e-6)))
    eager.main(["--only", "sum"])
    printed = capsys.readouterr().out
    assert "The column 'absent' is left out: no_such_module is not installed.\n" in printed
    assert "| work | fast | slow |\n" in printed
    assert "| sum, µs | 1.00 | 3.00 (3.00) |\n" in printed
    assert "| sum | aim | fast | 0.300 of slow | 0.333 | NO |\n" in printed
    assert "| sum | aim | fast | 2.00 µs | 1.00 µs | yes |\n" in printed


def test_wrong_results_stop_it(work):
    work({"a": 1.0, "b": 1.0 + 1e-8})
    with pytest.raises(SystemExit, match="sum: the engines disagree"):
        eager.main(["--only", "sum"])


def test_the_table_goes_into_the_document(work):
    page = work({"a": 1.0, "b": 1.0})
    eager.main(["--write", "--rounds", "2"])
    text = page.read_text()
    assert text.startswith("<!-- eager benchmark -->\n\nMeasured on ")
    assert "Medians of 2 rounds" in text
    assert (
        "| sum, µs | 1.00 | 3.00 (3.00) |\n| memory | 1 | 2 |\n| `import autograd`, ms | - | - |"
        in text
    )
    assert text.endswith("\n\n<!-- end of eager benchmark -->\n")


@pytest.mark.parametrize("options", [["--write", "--quick"], ["--only", "x"], ["--rounds", "0"]])
def test_options_that_make_no_table_are_refused(work, options, capsys):
    work({"a": 1.0, "b": 1.0})
    with pytest.raises(SystemExit, match="2"):
        eager.main(options)
    assert "error: --" in capsys.readouterr().err


def test_a_contender_has_an_environment_of_its_own(monkeypatch):
    monkeypatch.setenv("AUTOGRAD_PURE", "0")
    read = "(lambda: float(__import__('os').environ['AUTOGRAD_PURE']), lambda number: (number,))"
    contender = Contender("pure", partial(eval, read), environment={"AUTOGRAD_PURE": "1"})
    assert os.environ["AUTOGRAD_PURE"] == "0"
    assert contender.numbers() == (1.0,)
    contender.close()


def test_the_works_are_done_by_columns_that_there_are():
    names = {column.name for column in eager.COLUMNS}
    assert all(set(work.columns) <= names for work in eager.WORKS)
    assert all(
        {goal.name, goal.rival} <= {*names, ""} for work in eager.WORKS for goal in work.goals
    )


def test_the_engine_in_c_is_left_out_where_python_does_the_work(monkeypatch):
    monkeypatch.setattr(native, "reason", "the environment has AUTOGRAD_PURE=1")
    absences = {column.name: column.absence for column in eager.COLUMNS[:3]}
    assert absences[eager.OURS] == "the environment has AUTOGRAD_PURE=1"
    assert not absences[eager.IN_PYTHON]
