"""Every test that somebody wrote is one that pytest finds."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FILES = {path: path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("*.py")}


def test_files_that_pytest_reads_hold_tests_and_no_others_do():
    """A file that cannot be imported is an error, one of another name or without tests is none."""
    assert len(FILES) > 200
    holding = {path for path, text in FILES.items() if "\ndef test_" in text}
    assert {path for path in FILES if path.name.startswith("test_")} == holding


def test_two_processes_agree_on_files_that_were_chosen():
    pytest.importorskip("xdist")
    chosen = ["test_in_one_test.py", "docs/test_links.py"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--numprocesses=2"]
    ran = subprocess.run(
        [*command, *[f"tests/{name}" for name in chosen]],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
