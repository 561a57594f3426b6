"""Lessons as pages: one for each, and the overview that says which answers to which chapter."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

from lessons import SOURCES, Lesson, Run
from sections import Section, sections

__all__ = ["lesson_page", "overview_page"]

OVERVIEW = """\
# Lessons

Scripts of a few dozen lines, to be read from top to bottom. Each prints what it shows beside the
numbers of the document it answers to, and draws it. The pages here were made by running them.
`make lessons` runs all of them, `make lessons LESSON=07` runs one.

"""
NOT_RUN = "*The run for this page left this section out: its condition did not hold.*"
SVG = "{http://www.w3.org/2000/svg}"


def lesson_page(
    lesson: Lesson, result: Run, before: Lesson | None = None, after: Lesson | None = None
) -> str:
    """Return the page of a lesson as Markdown; its pictures lie in a folder of its name."""
    parts = [f"# {prose(heading(lesson))}", prose(lesson.words)]
    origins = "; ".join(
        f"*{prose(title)}*, {prose(place)}" if place else f"*{prose(title)}*"
        for title, place in lesson.sources
    )
    parts.append(f"**Source:** {origins}.")
    before_the_first, *numbered = sections(lesson, result)
    parts += set_up(before_the_first, lesson)
    for section in numbered:
        parts.append(f"## {prose(section.title)}")
        if section.code:
            parts.append(fenced(section.code, "python"))
        parts += shown(section, lesson) if section.ran else [NOT_RUN]
    parts.append("## Run it")
    parts.append(fenced(lesson.commands, "sh"))
    parts.append(
        f"or `make lessons LESSON={lesson.number:02}`, which prepares an environment first. "
        "Pictures go to the folder given by `--output`, by default to "
        f"`output/lessons/{lesson.name}/`."
    )
    steps = [
        f"{word}: [{prose(heading(other))}]({other.name}.md)"
        for word, other in (("Before", before), ("Next", after))
        if other is not None
    ]
    parts.append(" · ".join([*steps, "[All lessons](index.md)"]))
    return "\n\n".join(parts) + "\n"


def overview_page(lessons: list[Lesson]) -> str:
    """Return the page that lists the lessons, in order and by the document they answer to."""
    lines = [
        f"- [{prose(heading(lesson))}]({lesson.name}.md)  \n  {prose(lesson.summary)}"
        for lesson in lessons
    ]
    parts = [OVERVIEW + "\n".join(lines), "## Which lesson answers to which chapter"]
    for source in SOURCES:
        rows = [
            f"| {prose(place) or 'all of it'} | [{prose(heading(lesson))}]({lesson.name}.md) |"
            for lesson in lessons
            for title, place in lesson.sources
            if title == source
        ]
        if rows:
            parts.append(f"### {source}")
            parts.append("\n".join(["| where | lesson |", "|---|---|", *rows]))
    names = "\n".join(lesson.name for lesson in lessons)
    parts.append(f"```{{toctree}}\n:hidden:\n\n{names}\n```")
    return "\n\n".join(parts) + "\n"


def heading(lesson: Lesson) -> str:
    """Return the number and the title of a lesson."""
    return f"{lesson.number}. {lesson.title}"


def set_up(section: Section, lesson: Lesson) -> list[str]:
    """Return what comes before the first section, its code folded: a learner opens it at will."""
    if not section.code:
        return shown(section, lesson)
    count = section.code.count("\n") + 1
    summary = f"<summary>Setting up <small>({count} lines of code)</small></summary>"
    code = fenced(section.code, "python")
    return [f'<details class="code">\n{summary}', code, "</details>", *shown(section, lesson)]


def shown(section: Section, lesson: Lesson) -> list[str]:
    """Return what a section printed, in blocks, and between them the pictures that it drew."""
    return [
        fenced(part, "text") if isinstance(part, str) else figure(part, lesson)
        for part in section.shown
    ]


def figure(picture: Path, lesson: Lesson) -> str:
    """Return a picture with its alternative text, and its file name below it."""
    if picture.suffix == ".html":
        return framed(picture, lesson)
    words = " ".join(f"{lesson.title}: {shown_words(picture) or picture.stem}".split())
    # At a scale, even of 100 percent, Sphinx links the picture to itself in full size
    return (
        f"```{{figure}} {lesson.name}/{picture.name}\n:alt: {quoted(words)}\n:scale: 100\n"
        f":figclass: picture\n\n`{picture.name}`\n```"
    )


def framed(page: Path, lesson: Lesson) -> str:
    """Return a page in a frame of its own, with a link that opens it alone."""
    address = f"{lesson.name}/{page.name}"
    return (
        f'```{{raw}} html\n<iframe class="page" src="{address}" title="{page.stem}" '
        f'loading="lazy"></iframe>\n<p><a href="{address}">{page.name}</a></p>\n```'
    )


def shown_words(picture: Path) -> str:
    """Return the title of an SVG file, or where it has none what is written in it but numbers."""
    if picture.suffix != ".svg":
        return ""
    root = ET.parse(picture).getroot()  # noqa: S314 - the lesson's own
    title = root.findtext(f"{SVG}title")
    if title:
        return title
    texts = (" ".join("".join(text.itertext()).split()) for text in root.iter(f"{SVG}text"))
    return ", ".join(dict.fromkeys(text for text in texts if re.search(r"[^\W\d_]{2}", text)))


def quoted(text: str) -> str:
    """Return text as an option of a directive, which is read as YAML."""
    return json.dumps(text, ensure_ascii=False)


def prose(text: str) -> str:
    """Return text of a docstring as Markdown: marks outside of `code` stand for themselves."""
    pieces = re.split(r"(`[^`]+`|^    .*$)", text, flags=re.MULTILINE)
    pieces[::2] = [re.sub(r"([\\*_<>\[\]|#])", r"\\\1", piece) for piece in pieces[::2]]
    return "".join(pieces)


def fenced(text: str, language: str) -> str:
    """Return a code block, between marks that do not occur in the text."""
    longest = max(map(len, re.findall(r"`{3,}", text)), default=2)
    marks = "`" * (longest + 1)
    return f"{marks}{language}\n{text.rstrip()}\n{marks}"
