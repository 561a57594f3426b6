"""A lesson as facts: what its docstring says, its code, and what a run of it prints and draws."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "SOURCES",
    "Lesson",
    "LessonError",
    "Run",
    "docstring_and_code",
    "keep_run",
    "lesson_scripts",
    "read",
    "run",
    "run_all",
]

SOURCES = (
    "An introduction to neural networks",
    "The maths behind neural networks",
    "Neural networks",
    "The elegant math behind neural networks",
)
PICTURES = {".svg", ".png", ".gif", ".html"}
TIME_LIMIT = 240.0  # seconds; a lesson takes a few, on a machine with nothing else to do
PROCESSES = 2
PRINTED = "printed.txt"  # beside the pictures of a run that was kept
WROTE = re.compile(r"^wrote (?:.*[/\\])?([^/\\\n]+)$", re.MULTILINE)


class LessonError(Exception):
    """A lesson does not say what its page needs, or failed when it was run."""


@dataclass(frozen=True)
class Lesson:
    """What the text of a lesson says, before it is run."""

    script: Path
    title: str  # without the period
    words: str  # the paragraphs of the docstring, as Markdown
    sources: tuple[tuple[str, str], ...]  # title of a source document, and where in it
    commands: str  # how to run the lesson
    code: str  # without the docstring

    @property
    def name(self) -> str:
        """The name of the script without its suffix, such as 01_vectors."""
        return self.script.stem

    @property
    def number(self) -> int:
        """The place in the order of the lessons."""
        return int(self.name.partition("_")[0])

    @property
    def summary(self) -> str:
        """The first sentence of its words."""
        first = re.match(r".+?[.?!](?=\s|$)", self.words, re.DOTALL)
        return " ".join((first[0] if first else self.words).split())


@dataclass(frozen=True)
class Run:
    """What a lesson printed, with bare file names, and the pictures it wrote, in that order."""

    output: str
    pictures: tuple[Path, ...]


def lesson_scripts(folder: Path) -> list[Path]:
    """Return the scripts of the lessons, NN_name.py, in order."""
    return sorted(folder.glob("[0-9][0-9]_*.py"))


def read(script: Path) -> Lesson:
    """Return what a lesson says of itself.

    Raises LessonError, naming the script, where the docstring, its title, its words, its line
    `Source:` or its command is missing.
    """
    docstring, code = docstring_and_code(script.read_text(encoding="utf-8"))
    if not docstring:
        raise LessonError(f"{script.name} has no docstring: begin it with the title of the lesson")
    title, *paragraphs = re.split(r"\n\s*\n", docstring)
    if "\n" in title or not title.endswith((".", "?", "!")):
        raise LessonError(
            f"{script.name}: the docstring begins with the title, one sentence in one line "
            f"with an empty line below, not with {title!r}"
        )
    words: list[str] = []
    commands: list[str] = []
    origin = ""
    for paragraph in paragraphs:
        if paragraph.startswith("Source:"):
            origin = paragraph.removeprefix("Source:")
        elif paragraph.startswith("    ") and script.name in paragraph:
            commands.append("\n".join(line.strip() for line in paragraph.splitlines()))
        else:
            words.append(paragraph)
    while words and re.fullmatch(r"[^.\n]*:", words[-1]):  # such as "Run:", above the command
        words.pop()
    if not words:
        raise LessonError(f"{script.name}: the docstring says in no paragraph what is to be seen")
    if not commands:
        raise LessonError(
            f"{script.name}: the docstring does not say how to run the lesson; add a paragraph of "
            f"four spaces and python demos/lessons/{script.name}"
        )
    return Lesson(
        script,
        title.removesuffix("."),
        "\n\n".join(words),
        _sources(origin, script.name),
        "\n".join(commands),
        code,
    )


def docstring_and_code(text: str) -> tuple[str, str]:
    """Return the docstring of a script, "" if it has none, and the text below it."""
    tree = ast.parse(text)
    docstring = ast.get_docstring(tree, clean=False)
    if docstring is None:
        return "", text
    lines = text.splitlines(keepends=True)[tree.body[0].end_lineno :]
    return docstring.strip(), "".join(lines).strip("\n") + "\n"


def _sources(origin: str, script: str) -> tuple[tuple[str, str], ...]:
    """Return the titles that a line `Source:` names, each with where in it."""
    alternatives = "|".join(re.escape(title) for title in SOURCES)
    _, *parts = re.split(rf'"({alternatives})"', " ".join(origin.split()))
    if not parts:
        raise LessonError(
            f'{script}: the docstring needs a line Source: "TITLE", where in it. '
            f"TITLE is one of {', '.join(SOURCES)}"
        )
    titles, places = parts[::2], parts[1::2]
    return tuple((title, place.strip(" ,;.")) for title, place in zip(titles, places))


def run(lesson: Lesson, folder: Path, limit: float = TIME_LIMIT) -> Run:
    """Run a lesson in a process of its own, warnings as errors, and return what came of it.

    Its pictures go to `folder`, which is made. Where the tests, which run each lesson, kept what it
    did, in `$KEPT_RUNS`/NAME, that is taken instead. Raises LessonError with all that it printed,
    when it fails, takes longer than `limit` seconds, or says that it wrote what is not there.
    """
    folder = folder.resolve()
    runs = os.environ.get("KEPT_RUNS")
    kept = Path(runs, lesson.name) if runs else None
    if kept and kept.joinpath(PRINTED).is_file():
        shutil.copytree(kept, folder, ignore=shutil.ignore_patterns(PRINTED), dirs_exist_ok=True)
        printed = kept.joinpath(PRINTED).read_text(encoding="utf-8")
    else:
        folder.mkdir(parents=True, exist_ok=True)
        printed = _printed(lesson, folder, limit)
    written = [folder / name for name in dict.fromkeys(WROTE.findall(printed))]
    for path in written:
        if not path.is_file():
            raise LessonError(f"{lesson.script.name} says it wrote {path.name}, which is missing")
    pictures = tuple(path for path in written if path.suffix in PICTURES)
    return Run(WROTE.sub(r"wrote \1", printed), pictures)


def _printed(lesson: Lesson, folder: Path, limit: float) -> str:
    """Run a lesson and return what it printed."""
    command = [sys.executable, "-W", "error", str(lesson.script.resolve()), "--output", str(folder)]
    environment = {**os.environ, "MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"}
    try:
        finished = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=limit,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        printed = (error.stdout or b"").decode("utf-8", "replace")
        raise LessonError(
            f"{lesson.script.name} was ended after {limit:g} seconds, having printed:\n{printed}"
        ) from None
    if finished.returncode != 0:
        raise LessonError(f"{lesson.script.name} failed:\n{finished.stdout}")
    return finished.stdout


def keep_run(printed: str, folder: Path) -> None:
    """Keep a run for `run`: what a script printed, and the pictures it wrote to `folder`."""
    if runs := os.environ.get("KEPT_RUNS"):
        kept = Path(runs, folder.name)
        shutil.copytree(folder, kept)
        kept.joinpath(PRINTED).write_text(printed, encoding="utf-8")


def run_all(lessons: list[Lesson], folder: Path) -> list[Run]:
    """Run lessons, some at a time, each with a folder of its own below `folder`.

    Raises LessonError with what each of those that failed printed.
    """
    with ThreadPoolExecutor(PROCESSES) as pool:
        waiting = [pool.submit(run, lesson, folder / lesson.name) for lesson in lessons]
        failures = [str(error) for work in waiting if (error := work.exception()) is not None]
    if failures:
        raise LessonError("\n\n".join(failures))
    return [work.result() for work in waiting]
