"""Small pictures in every text format, compared with stored files byte for byte.

After a wanted change of the pictures, look at the new ones and store them:

    REFRESH_GOLDEN=1 python -m pytest tests/visualize/draw/test_golden.py
    git diff tests/visualize/golden

The numbers in these graphs are exact in binary or come from one correctly rounded operation, so
that they have the same digits on every platform.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from visualize import draw

GOLDEN = Path(__file__).parents[1] / "golden"
CASES = {
    "readme": {},
    "readme-down": {"rankdir": "TB", "title": "micrograd's README expression"},
    "network": {},
    "network-modules": {"collapse": "module"},
    "network-depth": {"collapse": "depth", "legend": False},
    "states": {},
}


@pytest.mark.parametrize("suffix", ["svg", "dot", "txt"])
@pytest.mark.parametrize("case", CASES)
def test_picture_is_the_stored_one(graphs, case, suffix, tmp_path):
    root = graphs[case.partition("-")[0]]()
    stored = GOLDEN / f"{case}.{suffix}"
    made = draw(root, **CASES[case]).save(tmp_path / stored.name).read_bytes()
    if os.environ.get("REFRESH_GOLDEN"):
        stored.parent.mkdir(exist_ok=True)
        stored.write_bytes(made)
    assert made == stored.read_bytes(), f"{stored.name} changed; see the top of this file"
