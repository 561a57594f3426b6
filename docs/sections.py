r"""A lesson in its sections: the code of each, and what it printed and drew, in that order.

A section begins where a top-level statement prints its number and title, `print("\n2. A title")`,
be it inside an `if`, and ends where the next one begins. In the output, it begins with that line.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from lessons import WROTE, Lesson, LessonError, Run

__all__ = ["Section", "sections"]

HEADING = re.compile(r"^((\d+)\. .*)$", re.MULTILINE)  # a title, and its number
UNKNOWN = "…"  # stands in a title for a value, where the print did not run
LATER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # what they print, a call prints


@dataclass(frozen=True)
class Section:
    """A section: its title as printed, its code, and what it showed.

    That is the text that it printed, without the title, and the pictures that it wrote, each in
    its place. What comes before the first section is one without a title.
    """

    title: str
    code: str
    shown: tuple[str | Path, ...]
    ran: bool = True  # not where it is in an `if` that did not hold


@dataclass(frozen=True)
class Beginning:
    """Where a section begins in the code."""

    number: int
    title: str
    line: int  # counted from 0
    statement: ast.stmt

    @property
    def optional(self) -> bool:
        """Whether the section need not run."""
        return isinstance(self.statement, ast.If)


def sections(lesson: Lesson, result: Run) -> list[Section]:
    """Return the sections of a lesson, with what comes before the first one in front.

    Raises LessonError, naming lesson and section, where the numbers in the code are not 1, 2, 3
    ..., and where those in the output are others. A section in an `if` may be missing there.
    """
    name = lesson.script.name
    begun = beginnings(lesson.code, name)
    before, *rest = HEADING.split(result.output)
    titles, numbers, texts = rest[::3], [int(number) for number in rest[1::3]], rest[2::3]
    check(begun, numbers, name)
    printed = dict(zip(numbers, zip(titles, texts)))
    lines = lesson.code.split("\n")
    ends = [beginning.line for beginning in begun] + [len(lines)]
    parts = [Section("", block(lines[: ends[0]]), shown(before, result))]
    for beginning, end in zip(begun, ends[1:]):
        ran = beginning.number in printed
        title, text = printed.get(beginning.number, (beginning.title, ""))
        code = lines[beginning.line : end]
        if says_only(title, beginning.statement, lesson.code):
            del code[beginning.statement.lineno - 1 - beginning.line]
        parts.append(Section(title, block(code), shown(text, result), ran))
    return parts


def block(lines: list[str]) -> str:
    """Return lines of code without empty ones around them."""
    return "\n".join(lines).strip("\n")


def beginnings(code: str, name: str) -> list[Beginning]:
    """Return where the sections of a lesson begin, comments above included."""
    found: list[Beginning] = []
    end = 0  # of the statement before
    for statement in ast.parse(code).body:
        for number, title in titles_in(statement).items():
            if number != len(found) + 1:
                raise LessonError(
                    f"{name}, section {number}: the number is due to be {len(found) + 1}; sections "
                    "are numbered 1, 2, 3 ... in the order of the code"
                )
            if found and found[-1].statement is statement:
                raise LessonError(
                    f"{name}, section {number}: it begins inside of the same top-level statement "
                    f"as section {number - 1}; give each a statement of its own"
                )
            found.append(Beginning(number, title, end, statement))
        end = statement.end_lineno or end
    if not found:
        raise LessonError(f'{name} has no sections; begin the first with print("1. What it shows")')
    return found


def titles_in(statement: ast.stmt) -> dict[int, str]:
    """Return the titles of sections that a top-level statement prints, by their numbers."""
    if isinstance(statement, LATER):
        return {}
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    found: dict[int, str] = {}
    for call in sorted(calls, key=lambda call: call.lineno):
        match call:
            case ast.Call(func=ast.Name(id="print"), args=[first, *_]):
                if heading := HEADING.match(literal(first).lstrip("\n")):
                    found.setdefault(int(heading[2]), heading[1])
    return found


def literal(node: ast.expr) -> str:
    """Return the text of a string as far as it is known before it runs."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(literal(part) for part in parts)
        case _:
            return UNKNOWN


def says_only(title: str, statement: ast.stmt, code: str) -> bool:
    """Return whether a statement is one line that prints this title, so that nothing is lost."""
    match statement:
        case ast.Expr(value=ast.Call(args=[ast.Constant(value=str(text))], keywords=[])):
            line = code.split("\n")[statement.lineno - 1]
            return text.lstrip("\n") == title and ast.get_source_segment(code, statement) == line
        case _:
            return False


def check(begun: list[Beginning], printed: list[int], name: str) -> None:
    """Raise LessonError where the output has other sections than the code."""
    expected = [b.number for b in begun if b.number in printed or not b.optional]
    for wanted, found in zip_longest(expected, printed):
        if wanted is None or (found is not None and found not in expected):
            raise LessonError(
                f'{name}, section {found}: a line of the output starts with "{found}.", but there '
                "no section of the code begins; begin it with a print at top level, or indent "
                "the line if it is no title"
            )
        if wanted != found:
            raise LessonError(
                f"{name}, section {wanted}: the code begins it, but at its place no line of the "
                f'output starts with "{wanted}."; the sections printed are {printed}'
            )


def shown(output: str, result: Run) -> tuple[str | Path, ...]:
    """Return the text of an output and the pictures that it says were written, in their order."""
    pictures = {picture.name: picture for picture in result.pictures}
    found: list[str | Path] = []
    text, *rest = WROTE.split(output)
    for name, following in zip(rest[::2], rest[1::2]):
        if name not in pictures:  # such as a model, which a page cannot show
            text = text.rstrip("\n") + following
            continue
        found += [text, pictures[name]]
        text = following
    found.append(text)
    return tuple(
        part.strip("\n") if isinstance(part, str) else part
        for part in found
        if isinstance(part, Path) or part.strip()
    )
