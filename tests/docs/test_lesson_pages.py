"""The page of a lesson shows what it says, does and draws; the overview leads to all of them."""

from __future__ import annotations

import pytest

from blocks import blocks
from lesson_pages import fenced, lesson_page, overview_page, prose, shown_words
from lessons import Run, read, run

SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'


@pytest.fixture
def page(write_lesson, tmp_path):
    lesson = read(write_lesson())
    other = read(
        write_lesson('Next?\n\nW.\n\nSource: "Neural networks".\n\n    04_n.py\n', "", "04_n.py")
    )
    return lesson_page(lesson, run(lesson, tmp_path / lesson.name), other, other)


def test_the_page_has_every_part_in_order(page):
    parts = (
        "# 3. Halves and \\*stars\\*\n",
        "\nHalf of 3 is 1.5, say x \\* y and `a * b`. It goes\non",
        "\n- An item about `a_b`.\n",
        "\n**Source:** *Neural networks*, the first page; *An introduction to neural networks*, ",
        '\n<details class="code">\n<summary>Setting up <small>(6 lines of code)</small></summary>\n'
        "\n```python\nfrom __future__",
        "\n```\n\n</details>\n",
        '\n## 1. Half of \\*3\\*\n\n````python\nprint("half of 3 is", 3 / 2)\n',
        "\n```text\nhalf of 3 is 1.5\n```\n",
        '\n```{figure} 03_halves/b.svg\n:alt: "Halves and *stars*: Half: a \\"picture\\""\n',
        '\n```{figure} 03_halves/a.gif\n:alt: "Halves and *stars*: a"\n',
        "\n````text\n```\n````\n",
        "\n## 2. A half of your own\n\n```python\nif len(sys.argv) > 9:\n",
        "\n*The run for this page left this section out: its condition did not hold.*\n",
        "\n## Run it\n\n```sh\npython demos/lessons/03_halves.py\n```\n",
        "`make lessons LESSON=03`",
        "\nBefore: [4. Next?](04_n.md) · Next: [4. Next?](04_n.md) · [All lessons](index.md)\n",
    )
    places = [page.find(part) for part in parts]
    assert -1 not in places, f"missing: {parts[places.index(-1)]}"
    assert places == sorted(places)
    assert '"""' not in page  # the docstring is the words above, not code
    assert "notes.txt\n:alt" not in page


def test_code_and_output_are_on_the_page_once(page, write_lesson, tmp_path):
    lesson = read(write_lesson())
    output = run(lesson, tmp_path / lesson.name).output
    title, *printed = [line for line in output.splitlines() if not line.startswith("wrote ")]
    assert title not in page  # but as a heading, where its stars are no markup
    shown = page.partition("**Source:**")[2].splitlines()
    for line in ["half of 3 is 1.5", *filter(None, lesson.code.splitlines())]:
        assert shown.count(line) == (line != f'print("{title}")'), line
    assert printed == ["half of 3 is 1.5", "```"]
    assert "wrote b.svg" not in page
    assert "wrote notes.txt" not in page


def test_parts_without_code_or_output_show_no_empty_block(write_lesson):
    lesson = read(write_lesson(code='print("1. A")\nprint("2. B")\n'))
    page = lesson_page(lesson, Run("1. A\n2. B\nb\n", ()))
    assert "<details" not in page
    assert ".\n\n## 1. A\n\n## 2. B\n\n```text\nb\n```\n\n## Run it" in page


@pytest.mark.parametrize("code", ["", "x = 0\n"])
def test_what_is_printed_before_the_first_section_is_not_folded(code, write_lesson):
    page = lesson_page(read(write_lesson(code=code + 'print("1. A")\n')), Run("hello\n1. A\n", ()))
    assert ("</details>" in page) == bool(code)
    assert "\n\n```text\nhello\n```\n\n## 1. A\n" in page.rpartition("</details>")[2]


def test_the_first_and_the_last_lesson_lead_one_way(write_lesson, tmp_path):
    lesson = read(write_lesson())
    page = lesson_page(lesson, run(lesson, tmp_path / lesson.name))
    assert "Before:" not in page
    assert "Next:" not in page


def test_the_overview_lists_lessons_by_number_and_by_source(write_lesson):
    first = read(write_lesson())
    text = 'Next.\n\nWords. More.\n\nSource: "Neural networks", page 9.\n\n    04_n.py\n'
    page = overview_page([first, read(write_lesson(text, "", "04_n.py"))])
    assert "- [3. Halves and \\*stars\\*](03_halves.md)  \n  Half of 3 is 1.5," in page
    assert "- [4. Next](04_n.md)  \n  Words.\n" in page
    notes = page.partition("### Neural networks\n")[2].partition("###")[0]
    assert "| the first page | [3. Halves and \\*stars\\*](03_halves.md) |" in notes
    assert "| page 9 | [4. Next](04_n.md) |" in notes
    slides = page.partition("### An introduction to neural networks\n")[2].partition("###")[0]
    assert "| slides 3 to 4 | [3. Halves" in slides
    assert "04_n" not in slides
    assert "The elegant math" not in page  # no lesson answers to it
    assert page.endswith("```{toctree}\n:hidden:\n\n03_halves\n04_n\n```\n")


def test_words_are_no_markup_outside_of_code():
    assert prose("x * y <z> [i] a_b | `c * d`") == r"x \* y \<z\> \[i\] a\_b \| `c * d`"
    assert prose("Try:\n\n    run * here\n\n*") == "Try:\n\n    run * here\n\n\\*"


def test_a_fence_is_longer_than_any_in_the_text():
    assert fenced("a\n", "text") == "```text\na\n```"
    assert fenced("````\nb", "text") == "`````text\n````\nb\n`````"
    assert [block.text for block in blocks(fenced("a", "text") + "\n")] == ["a\n"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<title>A graph</title><text>w</text>", "A graph"),
        (
            "<text>0.5</text><text>loss</text><g><text>of <b>x</b> y</text></g><text>loss</text>",
            "loss, of x y",
        ),
        ("", ""),
    ],
)
def test_words_of_a_picture(content, words, tmp_path):
    picture = tmp_path / "p.svg"
    picture.write_text(SVG.format(content), encoding="utf-8")
    assert shown_words(picture) == words
    assert shown_words(tmp_path / "p.png") == ""
