"""The compiled benchmark leaves out what is absent, refuses wrong results, prints tables."""

from __future__ import annotations

import os
from functools import partial

import pytest

import compiled
from compiled import disagreement
from entries import HAND, JAX, OURS, C, Entry, Work
from goals import aim, must
from measure import Contender
from problems import Readme
from report import digits, replace_between, table
from works import WORKS


class InThisProcess:
    """Stands in for measure.Contender; time passes 1 µs a run."""

    def __init__(self, name, make, *, wall):
        self.name = name
        self.run, self.listed = make()

    def numbers(self):
        return self.listed(self.run())

    def seconds(self, repeats):
        return 1e-6

    def close(self):
        pass


def constant(number):
    return lambda problem: (lambda: (number,), lambda result: result)


@pytest.fixture
def works(monkeypatch):
    """Set the works of the benchmark, in this process."""
    monkeypatch.setattr(compiled, "Contender", InThisProcess)

    def set_entries(*entries, goals=()):
        monkeypatch.setattr(compiled, "WORKS", (Work("easy work", Readme, entries, goals),))

    return set_entries


def test_a_table_for_each_work_and_a_summary(works, capsys):
    works(Entry(HAND, "floats", constant(1.0)), Entry(C, "", constant(1.0 + 1e-12)))
    compiled.main(["--rounds", "3"])
    printed = capsys.readouterr().out
    assert "| Python by hand, floats | 1.00 µs | 1.00 µs | 1.00 | 0e+00 |" in printed
    assert "| C by hand | 1.00 µs | 1.00 µs | 1.00 | 1e-12 |" in printed
    assert "| easy work | - | - | 1.00 µs | - | - | 1.00 µs | - | - |" in printed


def test_goals_are_ratios_and_times(works, capsys):
    works(
        Entry(HAND, "", constant(1.0)),
        Entry(OURS, "", constant(1.0)),
        Entry(C, "", constant(1.0)),
        goals=(must(OURS, 0.99, C), must(OURS, 1.0, C), aim(OURS, 2e-6), aim(OURS, 1.0, JAX)),
    )
    compiled.main(["--rounds", "2"])
    printed = capsys.readouterr().out
    for line in (
        f"| must | {OURS} | 0.990 of {C} | 1.00 | NO |",
        f"| must | {OURS} | 1.00 of {C} | 1.00 | yes |",
        f"| aim | {OURS} | 2.00 µs | 1.00 µs | yes |",
        f"| aim | {OURS} | 1.00 of {JAX} | - | - |",
    ):
        assert f"| easy work {line}" in printed
    assert "| 1.00 µs | - | 1.00 |\n" in printed.partition("| work | scalar")[2]


@pytest.mark.parametrize("work", WORKS, ids=lambda work: work.name)
def test_goals_are_of_those_who_do_the_work(work):
    names = {entry.name for entry in work.entries}
    assert {goal.name for goal in work.goals} <= names
    assert {goal.rival for goal in work.goals} - {""} <= names


def test_a_wrong_result_stops_the_benchmark(works):
    works(Entry(HAND, "", constant(1.0)), Entry(JAX, "", constant(1.0 + 1e-8)))
    with pytest.raises(SystemExit, match="easy work: Python by hand and others disagree"):
        compiled.main(["--quick"])


def test_an_entry_in_float32_may_differ_more_and_is_left_out_of_the_summary(works, capsys):
    single = Entry(OURS, "float32", constant(1.0 + 1e-5), tolerance=1e-4)
    works(Entry(HAND, "", constant(1.0)), single)
    compiled.main(["--quick"])
    printed = capsys.readouterr().out
    assert f"| {OURS}, float32 | 1.00 µs | 1.00 µs | 1e-05 |" in printed
    assert "| easy work | - | - | - | - | - | 1.00 µs | - | - |" in printed
    works(Entry(HAND, "", constant(1.0)), single, Entry(OURS, "", constant(1.0 + 1e-5)))
    with pytest.raises(SystemExit, match="Python by hand and others disagree"):
        compiled.main(["--quick"])


def test_what_is_not_installed_is_left_out_with_a_line(works, capsys):
    works(Entry(HAND, "", constant(1.0)), Entry(JAX, "", constant(0.0), ("no_such_package",)))
    compiled.main(["--quick"])
    printed = capsys.readouterr().out
    assert "no_such_package is not installed, so what needs it is left out.\n" in printed
    assert f"| {JAX} |" not in printed.partition("| work |")[0]


def test_write_puts_the_summary_between_the_marks(works, tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    readme.write_text(
        "a\n<!-- compiled benchmark -->\nold\n<!-- end of compiled benchmark -->\nz\n"
    )
    monkeypatch.setattr(compiled, "PAGES", (readme,))
    works(Entry(HAND, "", constant(1.0)))
    compiled.main(["--write"])
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("a\n<!-- compiled benchmark -->\n\nMeasured on ")
    assert text.endswith("| 1.00 µs | - | - |\n\n<!-- end of compiled benchmark -->\nz\n")
    assert "old" not in text


@pytest.mark.parametrize("text", ["", "<!-- x -->\n", "<!-- end of x -->\n<!-- x -->\n", None])
def test_a_document_without_its_marks_is_left_alone(text, tmp_path):
    text = "<!-- x -->\n<!-- end of x -->\n" * 2 if text is None else text
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match="once, in order"):
        replace_between(path, "x", "new")
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "arguments", [["--rounds", "0"], ["--only", "nothing"], ["--write", "--quick"]]
)
def test_wrong_options_are_refused(arguments, capsys):
    with pytest.raises(SystemExit):
        compiled.main(arguments)
    assert "error" in capsys.readouterr().err


def test_disagreement():
    assert disagreement([1.0, 2e6], [1.0, 1e6]) == 1.0
    assert disagreement([1e-9, 0.0], [0.0, 0.0]) == 1e-9
    assert disagreement([float("nan")], [1.0]) == float("inf")
    assert disagreement([1.0], [1.0, 2.0]) == float("inf")


def test_numbers_have_three_digits():
    assert [digits(x) for x in (0.01234, 9.996, 123.4, 54321.0)] == [
        "0.0123", "10.00", "123", "54,321",
    ]  # fmt: skip


def test_a_table():
    assert table(["a", "b"], [["x", "1"]]) == "| a | b |\n| --- | ---: |\n| x | 1 |"


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="Linux pins processes")
def test_a_contender_keeps_to_one_processor_and_leaves_this_process_alone():
    before = os.sched_getaffinity(0)
    make = partial(tuple, (partial(os.sched_getaffinity, 0), tuple))
    contenders = [Contender("pinned", make), Contender("free", make, wall=True)]
    pinned, free = (contender.numbers() for contender in contenders)
    for contender in contenders:
        contender.close()
    assert len(pinned) == 1
    assert set(free) == before == os.sched_getaffinity(0)
