"""The table of compile latency: time per operation, and how it grows."""

from __future__ import annotations

import pytest

import latency


def test_the_slope_is_the_exponent_of_growth():
    lines = latency.rows([100, 1_000, 10_000], [0.001, 0.01, 1.0])
    assert [line[-1] for line in lines] == ["-", "1.00", "2.00"]
    assert lines[1] == ["1,000", "10.0 ms", "10.0 µs", "1.00"]


def test_it_prints_a_line_for_each_size(capsys):
    latency.main(["--most", "1000", "--rounds", "1"])
    printed = capsys.readouterr().out
    assert "| 100 |" in printed
    assert "| 1,000 |" in printed
    assert "10,000" not in printed


def test_too_few_operations_are_refused(capsys):
    with pytest.raises(SystemExit):
        latency.main(["--most", "10"])
    assert "--most must be at least 100" in capsys.readouterr().err
