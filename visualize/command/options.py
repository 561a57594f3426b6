"""The options of the command line."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence

from visualize.drawing import RANKDIRS
from visualize.formulas.formula import FORMATS

__all__ = ["ALL_LEAVES", "PROGRAM", "options"]

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


def options(arguments: Sequence[str]) -> argparse.Namespace:
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
    words.add_argument("--why", metavar="NAME", help="why the gradient of a name is what it is")
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
