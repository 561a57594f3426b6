"""Where the site has what a page of the project links to."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable

from blocks import FENCE

__all__ = ["PAGES", "place", "with_site_links"]

# Pages of the site by the file of the project that they show.
PAGES = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "LICENSE": "license.md",
    "docs/tutorial.md": "tutorial.md",
    "docs/backpropagation.md": "backpropagation.md",
    "docs/compiling.md": "compiling.md",
    "docs/engine.md": "engine.md",
    "docs/operations.md": "operations.md",
    "demos": "demos.md",
    "demos/gallery.py": "gallery.md",
    "demos/lessons": "lessons/index.md",
}
LESSON = re.compile(r"demos/lessons/(\d\d_\w+)\.py")
DEMO = re.compile(r"demos/(\w+)\.py")
IMAGE = re.compile(r"docs/(images/[\w.-]+)")
LINK = re.compile(r"\]\(([^()\s]+)\)")
CODE = re.compile(r"`[^`\n]*`")
ELSEWHERE = ("http://", "https://", "mailto:", "#")


def place(path: str) -> str | None:
    """Return where the site has a file of the project, None if it is not there.

    >>> place("docs/tutorial.md"), place("demos/lessons/01_vectors.py"), place("demos/train.py")
    ('tutorial.md', 'lessons/01_vectors.md', 'demos.md#trainpy')
    """
    if path in PAGES:
        return PAGES[path]
    if lesson := LESSON.fullmatch(path):
        return f"lessons/{lesson[1]}.md"
    if demo := DEMO.fullmatch(path):
        return f"demos.md#{demo[1]}py"
    image = IMAGE.fullmatch(path)
    return image[1] if image else None


def with_site_links(text: str, page: str) -> str:
    """Return the Markdown of a page of the project with its relative links made for the site.

    `page` is its path in the project; the site has it in its topmost folder. Code is left alone.
    Raises ValueError, naming page and link, for a file that the site does not have.
    """

    def moved(link: re.Match[str]) -> str:
        target, mark, heading = link[1].partition("#")
        if link[1].startswith(ELSEWHERE):
            return link[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
        found = place(path)
        if found is None:
            raise ValueError(
                f"{page} links to {link[1]}, which the site does not have; add it to PAGES of "
                "docs/links.py"
            )
        return (
            f"]({posixpath.relpath(found, posixpath.dirname(PAGES[page]) or '.')}{mark}{heading})"
        )

    return _outside(FENCE, text, lambda words: _outside(CODE, words, lambda w: LINK.sub(moved, w)))


def _outside(pattern: re.Pattern[str], text: str, change: Callable[[str], str]) -> str:
    """Return the text with what lies between the matches changed."""
    parts, end = [], 0
    for match in pattern.finditer(text):
        parts += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*parts, change(text[end:])])
