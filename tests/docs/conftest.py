"""A lesson that nobody wrote for learners: small, and with every part that a page shows."""

from __future__ import annotations

import pytest

__all__ = ["DOCSTRING", "write_lesson"]

DOCSTRING = """\
Halves and *stars*.

Half of 3 is 1.5, say x * y and `a * b`. It goes
on in a second sentence.

- An item about `a_b`.

Source: "Neural networks", the first page; "An introduction to neural networks", slides
3 to 4.

Run:

    python demos/lessons/03_halves.py
"""

CODE = """
from __future__ import annotations

import sys
from pathlib import Path

folder = Path(sys.argv[sys.argv.index("--output") + 1])
print("1. Half of *3*")
print("half of 3 is", 3 / 2)
for name, text in (
    ("b.svg", "<svg xmlns='http://www.w3.org/2000/svg'><title>Half: a \\"picture\\"</title></svg>"),
    ("a.gif", "GIF"),
    ("notes.txt", "no picture"),
):
    (folder / name).write_text(text, encoding="utf-8")
    print(f"wrote {(folder / name).as_posix()}")
print("```")

if len(sys.argv) > 9:
    print("2. A half of your own")
"""


@pytest.fixture
def write_lesson(tmp_path):
    """Return a function that writes a lesson into a folder of its own and returns its path."""

    def write(docstring=DOCSTRING, code=CODE, name="03_halves.py"):
        script = tmp_path / "scripts" / name
        script.parent.mkdir(exist_ok=True)
        text = code if docstring is None else f'"""{docstring}"""\n{code}'
        script.write_text(text, encoding="utf-8")
        return script

    return write
