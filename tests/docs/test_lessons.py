"""What a lesson says of itself is read, what it does is kept, and what is missing is named."""

from __future__ import annotations

import re

import pytest

from lessons import LessonError, keep_run, lesson_scripts, read, run, run_all

WORDS = "It halves.\n\n"
SOURCE = 'Source: "Neural networks", page 1.\n\n'
COMMAND = "    python demos/lessons/03_halves.py\n"


def test_a_lesson_is_read_into_its_parts(write_lesson):
    lesson = read(write_lesson())
    assert (lesson.name, lesson.number) == ("03_halves", 3)
    assert lesson.title == "Halves and *stars*"
    assert lesson.words.startswith("Half of 3 is 1.5, say x * y")
    assert lesson.words.endswith("- An item about `a_b`.")  # neither the source nor "Run:"
    assert lesson.summary == "Half of 3 is 1.5, say x * y and `a * b`."
    assert lesson.sources == (
        ("Neural networks", "the first page"),
        ("An introduction to neural networks", "slides 3 to 4"),
    )
    assert lesson.commands == "python demos/lessons/03_halves.py"
    assert lesson.code.startswith("from __future__ import annotations\n")
    assert lesson.code.endswith('    print("2. A half of your own")\n')


def test_a_source_may_stand_for_all_of_a_document(write_lesson):
    text = f'Halves.\n\n{WORDS}Source: "The maths behind neural networks".\n\n{COMMAND}'
    assert read(write_lesson(text)).sources == (("The maths behind neural networks", ""),)


@pytest.mark.parametrize(
    ("docstring", "said"),
    [
        (None, "03_halves.py has no docstring"),
        (f"Halves\n\n{WORDS}{SOURCE}{COMMAND}", "begins with the title, one sentence in one line"),
        (f"Halves of\nnumbers.\n\n{WORDS}{SOURCE}{COMMAND}", "not with 'Halves of\\nnumbers.'"),
        (f"Halves.\n\n{SOURCE}{COMMAND}", "says in no paragraph what is to be seen"),
        (f"Halves.\n\n{WORDS}{SOURCE}", "add a paragraph of four spaces and python demos/lessons/"),
        (f"Halves.\n\n{WORDS}{COMMAND}", 'needs a line Source: "TITLE", where in it'),
        (
            f'Halves.\n\n{WORDS}Source: "Another book", page 1.\n\n{COMMAND}',
            "TITLE is one of An introduction to neural networks, ",
        ),
    ],
)
def test_what_a_docstring_lacks_is_named(docstring, said, write_lesson):
    with pytest.raises(LessonError, match=re.escape(said)) as raised:
        read(write_lesson(docstring))
    assert str(raised.value).startswith("03_halves.py")


def test_a_run_keeps_the_words_and_the_pictures_in_their_order(write_lesson, tmp_path):
    result = run(read(write_lesson()), tmp_path / "pictures")
    assert result.output == (
        "1. Half of *3*\nhalf of 3 is 1.5\nwrote b.svg\nwrote a.gif\nwrote notes.txt\n```\n"
    )  # no folders
    assert [path.name for path in result.pictures] == ["b.svg", "a.gif"]
    assert all(path.is_file() for path in result.pictures)


def test_a_run_that_the_tests_kept_is_not_repeated(write_lesson, tmp_path, monkeypatch):
    lesson = read(write_lesson())
    first = run(lesson, tmp_path / "first" / lesson.name)
    monkeypatch.setenv("KEPT_RUNS", str(tmp_path / "kept"))
    keep_run("wrote /elsewhere/b.svg\n", first.pictures[0].parent)
    lesson.script.unlink()
    result = run(lesson, tmp_path / "second" / lesson.name)
    assert result.output == "wrote b.svg\n"
    assert [path.read_bytes() for path in result.pictures] == [first.pictures[0].read_bytes()]
    assert not list((tmp_path / "second").rglob("printed.txt"))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('before')\n1 / 0", r"03_halves.py failed:\nbefore\n(.|\n)*ZeroDivisionError"),
        ("import sys\nsys.exit('no data')", r"03_halves.py failed:\nno data"),
        (
            "import warnings\nwarnings.warn('old', DeprecationWarning)",
            r"failed:\n(.|\n)*DeprecationWarning: old",
        ),
        ("print('wrote nowhere/a.svg')", "says it wrote a.svg, which is missing"),
    ],
)
def test_a_lesson_that_fails_is_shown_with_its_words(code, said, write_lesson, tmp_path):
    lesson = read(write_lesson(code=code))
    with pytest.raises(LessonError, match=said):
        run(lesson, tmp_path / "pictures")


def test_a_lesson_that_takes_too_long_is_ended(write_lesson, tmp_path):
    code = "import time\nprint('waiting', flush=True)\ntime.sleep(600)"
    with pytest.raises(LessonError, match=r"ended after 2 seconds, having printed:\nwaiting"):
        run(read(write_lesson(code=code)), tmp_path / "pictures", limit=2.0)


def test_all_lessons_run_and_every_failure_is_told(write_lesson, tmp_path):
    names = ("03_halves.py", "04_thirds.py", "05_fifths.py")
    commands = [f"Halves.\n\n{WORDS}{SOURCE}    python {name}\n" for name in names]
    codes = ("print(3)", "print('first failure')\n1 / 0", "raise SystemExit('second failure')")
    scripts = [write_lesson(*parts) for parts in zip(commands, codes, names, strict=True)]
    write_lesson(name="pictures.py")
    assert lesson_scripts(scripts[0].parent) == scripts
    lessons = [read(script) for script in scripts]
    assert [result.output for result in run_all(lessons[:1], tmp_path)] == ["3\n"]
    with pytest.raises(LessonError) as raised:
        run_all(lessons, tmp_path)
    assert "04_thirds.py failed:\nfirst failure" in str(raised.value)
    assert "05_fifths.py failed:\nsecond failure" in str(raised.value)
