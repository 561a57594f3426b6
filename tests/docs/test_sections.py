"""Code and output of a lesson are cut into the same sections, and nothing is lost or doubled."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from lessons import Lesson, LessonError, Run, lesson_scripts, read
from sections import Section, beginnings, sections

ROOT = Path(__file__).parents[2]
STORY = '''\
import math

numbers = [1.0, 4.0]
print("before")

# Why roots come first.
print("1. Roots: √x")


def root(x):
    """Print "3. no title"."""
    return math.sqrt(x)


for number in numbers:
    print("  ", root(number))
    print("wrote root.svg")
print("as text:")
print("wrote roots.json")
print("   1. indented")

print(f"\\n2. {len(numbers)} squares")
print("3 is no section, nor is 3.5")
if numbers:
    # within
    print("wrote square.svg")

if len(numbers) > 2:
    print("\\n3. More")
    print("more")
elif len(numbers) < 2:
    print(f"\\n3. Less than {len(numbers)}")
print()
'''
PICTURES = (Path("root.svg"), Path("square.svg"))


def lesson_of(code):
    return Lesson(Path("03_halves.py"), "Halves", "It halves.", (), "", code)


def printed_by(code):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, {})  # noqa: S102 - a lesson of this file
    return out.getvalue()


def split(code, output=None):
    printed = printed_by(code) if output is None else output
    return sections(lesson_of(code), Run(printed, PICTURES))


def test_code_and_output_are_cut_at_the_titles():
    before, first, second, third = split(STORY)
    assert before == Section(
        "", 'import math\n\nnumbers = [1.0, 4.0]\nprint("before")', ("before",)
    )
    assert first.title == "1. Roots: √x"
    assert first.code.startswith("# Why roots come first.\n\n\ndef root(x):\n")
    assert first.code.endswith('print("wrote roots.json")\nprint("   1. indented")')
    root = PICTURES[0]
    assert first.shown == ("   1.0", root, "   2.0", root, "as text:\n   1. indented")
    assert second.title == "2. 2 squares"
    assert second.code == (
        'print(f"\\n2. {len(numbers)} squares")\nprint("3 is no section, nor is 3.5")\n'
        'if numbers:\n    # within\n    print("wrote square.svg")'
    )
    assert second.shown == ("3 is no section, nor is 3.5", PICTURES[1])
    assert third.code.startswith("if len(numbers) > 2:\n")
    assert third.code.endswith("\nprint()")


@pytest.mark.parametrize(
    ("numbers", "title", "shown", "ran"),
    [
        ("[1.0, 4.0, 9.0]", "3. More", ("more",), True),
        ("[1.0]", "3. Less than 1", (), True),
        ("[1.0, 4.0]", "3. More", (), False),
    ],
)
def test_a_section_in_an_if_may_be_left_out(numbers, title, shown, ran):
    last = split(STORY.replace("[1.0, 4.0]", numbers))[-1]
    assert (last.title, last.shown, last.ran) == (title, shown, ran)
    assert 'print("\\n3. More")' in last.code


def test_a_title_that_was_not_printed_has_a_mark_for_its_values():
    code = 'print("1. A")\nx = 0\nif x:\n    print(f"2. With {x} of it", x)\n'
    assert split(code)[-1].title == "2. With … of it"


@pytest.mark.parametrize(
    ("statement", "kept"),
    [
        ('print("1. A")', False),
        ('print("\\n1. A")', False),
        ('print("1. A: é · √")', False),
        ('print(f"1. A {2}")', True),
        ('print("1. A", 2)', True),
        ('print("1. A")  # because', True),
        ('print("1. A", end="\\n\\n")', True),
        ('print("1. A\\n   and B")', True),
        ('print(\n    "1. A"  # because\n)', True),
    ],
)
def test_code_that_says_no_more_than_the_title_is_left_out(statement, kept):
    (_, section) = split(f"x = 1\n{statement}\ny = 2\n")
    assert section.code == (f"{statement}\ny = 2" if kept else "y = 2")


def test_a_function_that_prints_a_title_begins_no_section():
    code = 'def tell():\n    print("2. B")\n\n\nprint("1. A")\n'
    assert [section.title for section in split(code)] == ["", "1. A"]
    with pytest.raises(LessonError, match=r'section 2: a line of the output starts with "2\."'):
        split(code + "tell()\n")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("print('A')", '03_halves.py has no sections; begin the first with print("1. What'),
        ("print('1. A')\nprint('3. C')", "section 3: the number is due to be 2; sections are"),
        ("print('2. B')\nprint('1. A')", "section 2: the number is due to be 1;"),
        ("print('1. A')\nprint('1. B')", "section 1: the number is due to be 2;"),
        (
            "for letter in 'AB':\n    print(f'1. {letter}')",
            'section 1: a line of the output starts with "1.", but there no section of the code',
        ),
        (
            "if True:\n    print('1. A')\n    print('2. B')",
            "section 2: it begins inside of the same top-level statement as section 1;",
        ),
        (
            "print('1. A')\nfor letter in '':\n    print('2. B')\nprint('3. C')",
            "section 2: the code begins it, but at its place no line of the output starts with "
            '"2."; the sections printed are [1, 3]',
        ),
        (
            "print('1. A')\nprint(7, end='. it\\n')\nprint('2. B')",
            'section 7: a line of the output starts with "7.", but there no section',
        ),
        (
            "print('1. A', end='; ')\nprint('2. B')",
            "section 2: the code begins it, but at its place no line",
        ),
    ],
)
def test_sections_that_do_not_match_are_named(code, said):
    with pytest.raises(LessonError, match=re.escape(said)) as raised:
        split(code)
    assert str(raised.value).startswith("03_halves.py")


def test_the_order_of_the_output_is_that_of_the_code():
    with pytest.raises(LessonError, match=r"03_halves.py, section 1: .* printed are \[2, 1\]"):
        split("print('1. A')\nprint('2. B')", "2. B\n1. A\n")


def test_all_that_is_printed_is_shown_once():
    printed = printed_by(STORY).splitlines()
    lines = [line for line in printed if line and not line.startswith("wrote")]
    found = []
    for section in split(STORY):
        texts = [part for part in section.shown if isinstance(part, str)]
        found += [section.title] * (section.ran and bool(section.title)) + texts
    assert "\n".join(found).splitlines() == lines


@pytest.mark.parametrize(
    "script", lesson_scripts(ROOT / "demos" / "lessons"), ids=lambda script: script.stem
)
def test_all_code_of_the_lessons_is_shown_once(script):
    lesson = read(script)
    titles = [beginning.title for beginning in beginnings(lesson.code, script.name)]
    assert len(titles) > 1
    parts = sections(lesson, Run("\n".join(titles), ()))
    shown = [line for part in parts for line in part.code.splitlines() if line]
    left_out = []
    for line in filter(None, lesson.code.splitlines()):
        if shown and shown[0] == line:
            del shown[0]
        else:
            left_out.append(line)
    assert shown == []
    for line in left_out:
        assert re.fullmatch(r'print\("(\\n)?\d\. [^{}]*"\)', line)
