"""The gallery as a page: each picture of demos/gallery.py below the lines that made it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from lesson_pages import fenced, prose, set_up, shown
from lessons import Lesson, docstring_and_code, run
from sections import sections

__all__ = ["copy_pages", "gallery", "write_gallery"]


def gallery(script: Path) -> Lesson:
    """Return what the script of the gallery says of itself: a lesson without a source."""
    docstring, code = docstring_and_code(script.read_text(encoding="utf-8"))
    title, *words, commands = re.split(r"\n\s*\n", docstring)
    return Lesson(
        script, title.rstrip("."), "\n\n".join(words), (), commands.strip(), code.strip("\n")
    )


def write_gallery(script: Path, folder: Path) -> None:
    """Run the script, its pictures into `folder`/gallery, and write `folder`/gallery.md.

    Raises LessonError with all that it printed when it fails.
    """
    lesson = gallery(script)
    before_the_first, *numbered = sections(lesson, run(lesson, folder / lesson.name))
    parts = [f"# {prose(lesson.title)}", prose(lesson.words), *set_up(before_the_first, lesson)]
    for section in numbered:
        parts += [f"## {prose(section.title)}", fenced(section.code, "python")]
        parts += shown(section, lesson)
    parts += ["## Make it", fenced(lesson.commands, "sh")]
    (folder / f"{lesson.name}.md").write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def copy_pages(sources: Path, site: Path) -> None:
    """Copy the pages that sections show beside the pages of the site, which lie in frames there."""
    for page in sorted(sources.rglob("*.html")):
        target = site / page.relative_to(sources)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(page, target)
