"""Every test that somebody wrote is one that pytest finds."""

from __future__ import annotations

from pathlib import Path

FILES = {path: path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("*.py")}


def test_files_that_pytest_reads_hold_tests_and_no_others_do():
    """A file that cannot be imported is an error, one of another name or without tests is none."""
    assert len(FILES) > 200
    holding = {path for path, text in FILES.items() if "\ndef test_" in text}
    assert {path for path in FILES if path.name.startswith("test_")} == holding
