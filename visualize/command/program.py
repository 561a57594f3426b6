"""The program behind `python -m visualize`: its arguments, its output and its files."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from autograd import Value
from visualize.command.expression import Evaluation, read
from visualize.command.fault import Fault
from visualize.draw.drawing import draw
from visualize.draw.render import RenderError
from visualize.explain.explain import explain
from visualize.formula import formula
from visualize.formula.formula import FORMATS
from visualize.layout import RANKDIRS
from visualize.steps.steps import step_through
from visualize.text import printable
from visualize.why.why import HOW_TO_SEE_LINES, why

PROGRAM = "python -m visualize"
ALL_LEAVES = ""  # --explain without a name

OPTION = re.compile(r"-[oh]|--|--[a-z][a-z-]+(=.*)?", re.DOTALL)  # else it is an expression

DESCRIPTION = """\
Draw an expression as a graph: every value with its data and its gradient.

The notation is Python's for numbers, names, + - * / **, comparisons, `a if c else b`, lists and
calls of the functions of autograd (tanh, exp, relu, mean, dot, ...); pi, e, inf and nan are known.
A semicolon ends a statement that names a value for the next ones. Nothing is run as Python.
"""
EXAMPLES = """\
examples:
  python -m visualize "tanh(a*b + c)" a=2 b=-3 c=10
  python -m visualize "s = a*b; relu(s) + s**2" a=2 b=-3 -o graph.svg
  python -m visualize "tanh(a*b + c)" a=2 b=-3 c=10 --html
  python -m visualize "x if x > 0 else exp(x) - 1" x=-0.5 --explain x
  python -m visualize "dot([w1, w2], [x1, x2])" w1=1 w2=2 x1=3 x2=4 --formula latex
"""

DONE, NOT_WRITTEN, WRONG_INPUT = 0, 1, 2


def main(arguments: Sequence[str]) -> int:
    """Run the program on its arguments and return the exit code.

    0 when all was done, 1 when a file could not be written, 2 when the expression or an option is
    wrong, with a message that points at the fault. Raises SystemExit, as argparse does, for
    `--help` and for options that it does not know.

    >>> main(["a*b", "a=2", "b=-3"])
    # 3 values, 2 edges; output v2 = -6; largest gradient -3 at a
    a  = leaf   data 2   grad -3
    b  = leaf   data -3  grad 2
    v2 = a × b  data -6  grad 1  ∂a -3, ∂b 2  output
    0
    """
    given = _options(arguments)
    try:
        _check(given)
        expression = read(given.expression.strip(), given.variables)
        for fault in expression.warned:
            _complain(f"warning: {fault}")
        root = expression.root
        if not given.no_gradient:
            root.backward()
        sections = list(_sections(given, expression))
        path = _written(given, root)
    except Fault as fault:
        _complain(str(fault))
        return WRONG_INPUT
    except ValueError as error:  # of a wrong option, or of a graph too large for one
        _complain(_in_one_line(error))
        return WRONG_INPUT
    except (OSError, RenderError) as error:
        reason = getattr(error, "strerror", None)
        _complain(f"cannot write {given.output}: {reason}" if reason else _in_one_line(error))
        return NOT_WRITTEN
    if sections:
        sys.stdout.write("\n\n".join(sections) + "\n")
    if path:
        sys.stdout.write(f"{path}\n")
    return DONE


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options; wrong ones end the program with a usage message and exit code 2."""
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("expression", nargs="?", help='what to draw, in quotes: "tanh(a*b + c)"')
    parser.add_argument(
        "variables", nargs="*", metavar="name=number", help="the numbers of its names: a=2 b=-3"
    )
    files = parser.add_argument_group("files")
    files.add_argument(
        "-o", "--output", metavar="FILE", help=".svg, .html, .png, .pdf, .dot or .txt"
    )
    files.add_argument(
        "--html", action="store_true", help="a page to explore and play, graph.html without -o"
    )
    files.add_argument(
        "--animate",
        action="store_true",
        help="an SVG that plays the backward pass, graph.svg without -o",
    )
    files.add_argument("--title", default=None, help="a line above the picture")
    files.add_argument(
        "--rankdir", choices=RANKDIRS, default="LR", help="from left to right, or top to bottom"
    )
    files.add_argument(
        "--no-gradient", action="store_true", help="draw it as it is before backward()"
    )
    words = parser.add_argument_group("printed")
    words.add_argument(
        "--text", action="store_true", help="the listing; the default without other options"
    )
    words.add_argument("--steps", action="store_true", help="the backward pass, step by step")
    words.add_argument(
        "--explain",
        metavar="NAME",
        help="the gradient by the chain rule, of one name (--explain a) or of all",
    )
    words.add_argument(
        "--why", metavar="NAME", help="why the gradient of a name is 0, huge, tiny or nan"
    )
    words.add_argument("--formula", choices=FORMATS, help="the graph as a formula")
    words.add_argument(
        "--derivatives", action="store_true", help="with --formula: and all its derivatives"
    )
    given = parser.parse_intermixed_args(list(_told_apart(arguments)))
    if given.expression is None:
        parser.error(
            'the expression is missing, as in: python -m visualize "a*b + c" a=2 b=-3 c=10'
        )
    return given


def _told_apart(arguments: Sequence[str]) -> Iterator[str]:
    """Yield the arguments so that an expression such as "-a*b" is not taken for an option.

    A space before it is what tells them apart for argparse. `--explain` takes a name after it
    where there is one.
    """
    for place, argument in enumerate(arguments):
        after = arguments[place + 1] if place + 1 < len(arguments) else ""
        if argument == "--explain" and not after.isidentifier():
            yield f"{argument}={ALL_LEAVES}"
        elif argument.startswith("-") and not OPTION.fullmatch(argument):
            yield " " + argument
        else:
            yield argument


def _complain(message: str) -> None:
    sys.stderr.write(f"{PROGRAM}: {message}\n")


def _in_one_line(error: Exception) -> str:
    return printable(" ".join(str(error).split()))


def _check(given: argparse.Namespace) -> None:
    """Raise ValueError where options contradict each other."""
    if given.html and given.animate:
        raise ValueError("--html and --animate are two files: ask for one at a time")
    for name, suffix in (("html", ".html"), ("animate", ".svg")):
        output = given.output
        if getattr(given, name) and output and Path(output).suffix.lower() != suffix:
            raise ValueError(f"--{name} writes a {suffix} file, and -o says {output}")
    if given.derivatives and not given.formula:
        raise ValueError("--derivatives goes with --formula: --formula python --derivatives")


def _sections(given: argparse.Namespace, expression: Evaluation) -> Iterator[str]:
    """Yield the pieces that are to be printed."""
    root = expression.root
    asked = (given.steps, given.explain is not None, given.why, given.formula)
    if given.text or not (any(asked) or given.output or given.html or given.animate):
        yield draw(root, title=given.title).text
    if given.steps:
        yield step_through(root).text
    if given.explain is not None:
        wrt = None if given.explain == ALL_LEAVES else _named(given.explain, "explain", expression)
        yield explain(root, wrt).text
    if given.why:
        answer = why(root, _named(given.why, "why", expression)).text
        yield answer.removesuffix(f"\n{HOW_TO_SEE_LINES}")  # there is no program
    if given.formula:
        yield formula(root, given.formula, wrt="all" if given.derivatives else None).text


def _named(name: str, option: str, expression: Evaluation) -> Value:
    """Return the value of a name; ValueError if there is none."""
    if name in expression.named:
        return expression.named[name]
    known = list(expression.named)
    close = get_close_matches(name, known, 1)
    hint = f"; did you mean {close[0]}?" if close else f"; there are {', '.join(known)}"
    raise ValueError(f"--{option}: no value is named {name}" + (hint if known else ""))


def _written(given: argparse.Namespace, root: Value) -> Path | None:
    """Write the file that was asked for, and return its path."""
    if given.animate:
        return step_through(root).save(given.output or "graph.svg")
    output = given.output or ("graph.html" if given.html else None)
    if output is None:
        return None
    return draw(root, title=given.title, rankdir=given.rankdir).save(output)
