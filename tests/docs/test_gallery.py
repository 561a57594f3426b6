"""The page of the gallery shows each picture below the lines that made it."""

from __future__ import annotations

import pytest

from gallery import copy_pages, gallery, write_gallery
from lessons import LessonError

SCRIPT = '''"""Pictures: all of them.

Each stands *alone*.

    python demos/pictures_of_all.py
"""

import sys
from pathlib import Path

folder = Path(sys.argv[2])

print("1. A dot")
(folder / "dot.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><title>Dot</title></svg>')
print("wrote", folder / "dot.svg")

print("\\n2. A page")
print("said before")
(folder / "page.html").write_text("<!doctype html><title>Page</title>")
print("wrote", folder / "page.html")
'''


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "pictures_of_all.py"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


def test_the_page_has_code_words_and_pictures_in_order(script, tmp_path):
    write_gallery(script, tmp_path)
    page = (tmp_path / "pictures_of_all.md").read_text(encoding="utf-8")
    parts = (
        "# Pictures: all of them\n\nEach stands \\*alone\\*.\n",
        "Setting up <small>(4 lines of code)</small>",
        "\n## 1. A dot\n\n```python\n(folder",
        "\n```{figure} pictures_of_all/dot.svg\n",
        "\n## 2. A page\n\n```python\n",
        "\n```text\nsaid before\n```\n",
        '<iframe class="page" src="pictures_of_all/page.html" title="page" ',
        '<p><a href="pictures_of_all/page.html">page.html</a></p>',
        "\n## Make it\n\n```sh\npython demos/pictures_of_all.py\n```\n",
    )
    places = [page.find(part) for part in parts]
    assert -1 not in places, f"missing: {parts[places.index(-1)]}\n{page}"
    assert places == sorted(places)


def test_framed_pages_come_along(script, tmp_path):
    (tmp_path / "sources").mkdir()
    write_gallery(script, tmp_path / "sources")
    copy_pages(tmp_path / "sources", tmp_path / "site")
    copied = tmp_path / "site" / "pictures_of_all" / "page.html"
    assert copied.read_text().startswith("<!doctype html>")
    assert [path.suffix for path in copied.parent.iterdir()] == [".html"]


def test_a_script_that_fails_is_shown(script, tmp_path):
    script.write_text(SCRIPT + "1 / 0\n", encoding="utf-8")
    with pytest.raises(LessonError, match="ZeroDivisionError"):
        write_gallery(script, tmp_path)


def test_the_words_of_the_script(script):
    found = gallery(script)
    assert (found.title, found.words) == ("Pictures: all of them", "Each stands *alone*.")
    assert found.commands == "python demos/pictures_of_all.py"
