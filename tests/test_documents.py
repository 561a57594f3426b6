"""Every Python block of the documentation runs and prints what the page says."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from blocks import blocks, run_page

ROOT = Path(__file__).parents[1]
NUMBER = re.compile(r"\d+\.\d+(e[-+]?\d+)?")
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "docs/tutorial.md",
    "docs/backpropagation.md",
    "docs/compiling.md",
]


@pytest.mark.parametrize("page", PAGES)
def test_code_blocks(page, tmp_path):
    assert run_page(ROOT / page, tmp_path) > 0
    for picture in tmp_path.glob("*.svg"):
        committed = ROOT / "docs" / "images" / picture.name
        assert shown(committed) == shown(picture), "run `make docs` and commit docs/images"


def shown(picture):
    """Return the elements and visible words of an SVG file, numbers to 3 digits.

    The last digits of sin and tanh depend on the system's mathematical library.
    """
    elements = list(ET.parse(picture).getroot().iter())
    words = [element.text or "" for element in elements if element.tag.endswith("text")]
    return (
        [element.tag for element in elements],
        [NUMBER.sub(lambda number: f"{float(number[0]):.3g}", word) for word in words],
    )


def test_the_pictures_that_pages_show_exist():
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in text.split("](")[1:]:
            path, _, _ = target.partition(")")[0].partition("#")
            if path and not path.startswith("http"):  # a file of this project
                assert (ROOT / page).parent.joinpath(path).exists(), f"{page} points to {path}"


def test_a_page_that_says_something_else_is_caught(tmp_path):
    page = tmp_path / "page.md"
    for wrong in (
        "```python\nprint(1 + 1)  # 3\n```\n",
        "```python\nprint(2)\n```\n\n```text\n3\n```\n",
        "```python\nprint(2)\n```\n",
    ):
        page.write_text(wrong, encoding="utf-8")
        with pytest.raises(AssertionError, match="line 2 printed"):
            run_page(page, tmp_path)


def test_errors_in_a_block_show_the_line_of_the_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("Words\n\n```python\nx = 1\nx.missing\n```\n", encoding="utf-8")
    with pytest.raises(AttributeError) as raised:
        run_page(page, tmp_path)
    assert raised.traceback[-1].lineno + 1 == 5


def test_blocks_know_their_language_and_line():
    found = blocks("a\n```sh\nls\n```\n\n```python\nx\n```\n")
    assert [(block.language, block.text, block.line) for block in found] == [
        ("sh", "ls\n", 3),
        ("python", "x\n", 7),
    ]
