"""Build the documentation as a site that needs no network: `make docs`, then site/index.html.

The pages of the project, a page per lesson, which is run for it, and the reference are written as
sources into build/website, and Sphinx makes the site of them; its warnings are errors.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from complete import faults
from gallery import copy_pages, write_gallery
from lesson_pages import fenced, lesson_page, overview_page, prose
from lessons import LessonError, docstring_and_code, lesson_scripts, read, run_all
from links import PAGES, with_site_links
from reference import PACKAGES, reference_page

__all__ = ["assemble", "demos_page", "main"]

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "website"
SITE = ROOT / "site"

CONTENTS = """
```{toctree}
:hidden:
:caption: Learn

tutorial
backpropagation
lessons/index
gallery
demos
```

```{toctree}
:hidden:
:caption: Use

compiling
engine
operations
reference/autograd
reference/nn
reference/visualize
```

```{toctree}
:hidden:
:caption: The project

contributing
changelog
license
```
"""


def assemble(sources: Path) -> int:
    """Write the sources of all pages into a folder, and return how many lessons there are."""
    shutil.copytree(ROOT / "docs" / "images", sources / "images")
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        write(sources / PAGES[page], page_text(page))
    for path in sorted((ROOT / "docs").glob("*.md")):
        page = path.relative_to(ROOT).as_posix()
        write(sources / PAGES[page], page_text(page))
    with (sources / PAGES["README.md"]).open("a", encoding="utf-8") as home:
        home.write(CONTENTS)
    terms = (ROOT / "LICENSE").read_text(encoding="utf-8")
    write(sources / PAGES["LICENSE"], f"# License\n\n{fenced(terms, 'text')}\n")
    write_gallery(ROOT / "demos" / "gallery.py", sources)
    write(sources / "demos.md", demos_page(demos()))
    for package in PACKAGES:
        write(sources / "reference" / f"{package}.rst", reference_page(package))
    return write_lessons(sources / "lessons")


def demos() -> list[Path]:
    """Return the scripts that train on real data; the gallery is a page of its own."""
    return [path for path in sorted((ROOT / "demos").glob("*.py")) if path.stem != "gallery"]


def page_text(page: str) -> str:
    """Return the text of a page of the project with links for the site."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return with_site_links(text.replace("\n\n```\n", "\n\n```text\n"), page)


def write_lessons(folder: Path) -> int:
    """Run the lessons, write their pages and the overview, and return how many there are."""
    lessons = [read(script) for script in lesson_scripts(ROOT / "demos" / "lessons")]
    results = run_all(lessons, folder)
    neighbours = zip([None, *lessons], lessons, [*lessons[1:], None])
    for (before, lesson, after), result in zip(neighbours, results):
        write(folder / f"{lesson.name}.md", lesson_page(lesson, result, before, after))
    write(folder / "index.md", overview_page(lessons))
    return len(lessons)


def demos_page(scripts: list[Path]) -> str:
    """Return the page that shows the demos: what each says of itself, and its code."""
    parts = [
        "# Demos",
        "Scripts that train on real data, longer than the [lessons](lessons/index.md). "
        "`make demo` runs `train.py`, `make gpt` runs `gpt.py`; each takes `--help`, but for "
        "`datasets.py`.",
    ]
    for script in scripts:
        words, code = docstring_and_code(script.read_text(encoding="utf-8"))
        parts += [f"## {script.name}", prose(words), fenced(code, "python")]
    return "\n\n".join(parts) + "\n"


def write(path: Path, text: str) -> None:
    """Write a source, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def sphinx(sources: Path, site: Path) -> int:
    """Run Sphinx and return its exit code."""
    command = [
        sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-E",
        "-c", str(ROOT / "docs"), "-d", str(sources.with_name("doctrees")), str(sources), str(site),
    ]  # fmt: skip
    places = os.pathsep.join([str(ROOT / "docs"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": places.rstrip(os.pathsep)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> None:
    """Build the site, or end with what is wrong."""
    start = time.perf_counter()
    for folder in (BUILD, SITE):
        shutil.rmtree(folder, ignore_errors=True)
    sources = BUILD / "sources"
    sources.mkdir(parents=True)
    try:
        lessons = assemble(sources)
    except LessonError as error:
        sys.exit(f"{error}\nThe site was not built: a lesson does not do what it should.")
    if code := sphinx(sources, SITE):
        sys.exit(code)
    copy_pages(sources, SITE)
    if found := faults(SITE):
        sys.exit("The site is not complete:\n" + "\n".join(found))
    seconds = time.perf_counter() - start
    print(f"wrote site/index.html, with {lessons} lessons, in {seconds:.0f} s")


if __name__ == "__main__":
    main()
