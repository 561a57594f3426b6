"""What the site is made from, without making it."""

from __future__ import annotations

from website import demos_page, page_text


def test_the_page_of_demos_has_their_words_and_code(tmp_path):
    script = tmp_path / "halve.py"
    script.write_text('"""Halve x * y.\n\n    python halve.py\n"""\n\nprint(3 / 2)\n')
    page = demos_page([script])
    assert "## halve.py\n\nHalve x \\* y.\n\n    python halve.py" in page
    assert page.endswith("```python\nprint(3 / 2)\n```\n")


def test_pages_link_within_the_site():
    home = page_text("README.md")
    assert "](docs/" not in home
    assert "](tutorial.md)" in home
    assert "(images/expression.svg)" in home
