"""Links of the project's pages lead, in the site, to where the site has the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from links import PAGES, place, with_site_links
from tests.in_one_test import in_one_test

ROOT = Path(__file__).parents[2]


@in_one_test(
    "page, written, made",
    [
        ("README.md", "[t](docs/tutorial.md)", "[t](tutorial.md)"),
        ("README.md", "![p](docs/images/network.svg)", "![p](images/network.svg)"),
        ("README.md", "[d](demos/), [c](CONTRIBUTING.md)", "[d](demos.md), [c](contributing.md)"),
        ("README.md", "[l](demos/lessons/)", "[l](lessons/index.md)"),
        ("README.md", "[l](demos/lessons/03_a.py)", "[l](lessons/03_a.md)"),
        ("README.md", "[l](LICENSE)", "[l](license.md)"),
        ("docs/tutorial.md", "[o](operations.md#conventions)", "[o](operations.md#conventions)"),
        ("docs/tutorial.md", "![p](images/dead.svg)", "![p](images/dead.svg)"),
        ("docs/compiling.md", "[d](../demos/train.py)", "[d](demos.md#trainpy)"),
        ("docs/compiling.md", "[r](../README.md)", "[r](index.md)"),
        ("README.md", "[e](https://example.org/a) [h](#here)", None),
        ("README.md", "`f[0](x)` and\n\n```python\nf[0](x)\n```\n", None),
    ],
)
def test_links_are_moved(page, written, made):
    assert with_site_links(written, page) == (written if made is None else made)


def test_a_link_to_what_the_site_has_not_is_an_error():
    with pytest.raises(
        ValueError, match=r"docs/tutorial.md links to ../nn/data.py, which the site"
    ):
        with_site_links("[x](../nn/data.py)", "docs/tutorial.md")


def test_all_pages_of_the_project_have_a_place():
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= {Path(p).name for p in PAGES}
    for path in PAGES:
        assert (ROOT / path).exists()
        assert place(path) == PAGES[path]
