"""The same program draws the same bytes, whatever Python's hash seed and memory addresses."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import hashlib, importlib.util, sys
spec = importlib.util.spec_from_file_location("graphs", sys.argv[1])
graphs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(graphs)
from visualize import draw, draw_dot
junk = [object() for _ in range(int(sys.argv[2]))]  # other addresses
digest = hashlib.sha256()
for root in (graphs.readme_expression(), graphs.network_loss(), graphs.network_loss(samples=9)):
    for options in ({}, {"rankdir": "TB"}, {"max_nodes": 20}, {"collapse": "depth"}):
        picture = draw(root, **options)
        for text in (picture.svg, picture.source, picture.text):
            digest.update(text.encode())
    digest.update(draw_dot(root).source.encode())
print(digest.hexdigest())
"""


def digest_under(seed: str, junk: int) -> str:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, str(Path(__file__).with_name("conftest.py")), str(junk)],
        env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_bytes_do_not_depend_on_the_hash_seed():
    digests = {digest_under("0", 0), digest_under("1", 1000), digest_under("4242", 77)}
    assert len(digests) == 1
    assert len(digests.pop().strip()) == 2 * hashlib.sha256().digest_size
