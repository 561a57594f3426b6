"""Write the generated pages, pictures and scripts anew: `make docs`.

docs/operations.md comes from the table of operations and the list of conventions, and
autograd/methods.pyi, the stub of the methods of Value, from the table; the pictures in
docs/images/ are what the code blocks of README.md and the tutorial save; the script with which a
page places its boxes is the layout of visualize, translated.
"""

from __future__ import annotations

import json
import math
import re
import tempfile
import textwrap
from pathlib import Path

import autograd
from autograd.primitive import RESERVED, TABLE
from blocks import run_page
from conventions import CONVENTIONS, REFUSALS
from digits import BACKENDS, FIGURES, LIMITS, MOST
from javascript import script
from signatures import arguments, methods_stub
from visualize.page import words

__all__ = ["PAGES_WITH_PICTURES", "keep", "main", "operations_page", "picture_script"]

ROOT = Path(__file__).parents[1]
PAGES_WITH_PICTURES = ("README.md", "docs/tutorial.md", "docs/backpropagation.md")
NUMBER = re.compile(r"\d+\.\d+(?:e[-+]?\d+)?")
IDENTIFIER = re.compile(r"\bg[0-9a-f]{10}\b")

HEAD = """\
# Operations

*Written by `make docs` from the table of operations and the list of conventions; edit those.*

Every operation is one row of `autograd/primitives.py`: its value, its derivatives, its symbol in
pictures. All of them take Values, numbers and NumPy arrays, mixed; on plain numbers they return
plain numbers. Those of one argument are methods too: `x.tanh()`.

## What you type

| operation | in pictures | written | what it is |
|---|---|---|---|
"""

RULES = """
Built from these: `mean`, `norm`, `logsumexp`, `softmax`, `log_softmax`, and `take(values, index)`,
a list access whose index may be an argument of a compiled function.

## What gradients are made of

A gradient is made of the operations above and of these few, so that it can be differentiated,
drawn and compiled in its turn.

| operation | in pictures | what it is |
|---|---|---|
"""

EDGES = """
## Conventions

What happens at kinks, poles and edges is decided once. Each line is a test. In general: data are
floats of 64 bits; no operation raises for the sake of its operands: a domain fault gives nan or
inf as NumPy would, with a `NumericWarning` that names the operation and the operands and points to
your line; and a zero among the factors of a derivative, from above or local, is exactly zero,
whatever it is multiplied by. Where a slope is infinite and its operand uses a leaf several times,
forward mode (`jvp`, `hvp`) adds before it multiplies, (1/x - 1/x) * inf = 0 for `asin(x / x)`, and
reverse mode multiplies before it adds, inf/x - inf/x = nan: no float says how the two infinities
compare. So it is where a value or a factor of a derivative overflows, as in `exp(x) / x` at
x = 1e200: what is no float is inf in one mode or order of summation, and nan or 0 in another.

A length r (`norm`, `hypot`, `abs`, the root of a sum of squares) has no derivative where it is 0;
an even function of it has all of them, and they are exact to every order where each term of its
derivative by r has the factor r or an odd function of r: `r**2`, `exp(-r*r)`, `cos(r)`,
`log(cosh(r))`, `r * tanh(r)`, `where(r < 1, r*r, r)`. Of terms that are even only together, as in
`exp(r) + exp(-r)` (write `2 * cosh(r)`) or `softplus(r) + softplus(-r)`, the second derivatives
at 0 are those of the convention, 0, and `kinks` names the length; beside 0 they are right to
2**-52 / r, so that at r = 1e-8 half of the digits are left. Where a `where` compares r, its
derivatives at r = 0 are those of the branch that it takes there. Even functions of `sqrt(x)` are
smooth beside x = 0; at the edge itself their derivatives are 0.

| expression | at | value | derivatives | why |
|---|---|---|---|---|
"""

ERRORS = """
These are errors, because any answer would mislead:

| expression | error |
|---|---|
"""


DIGITS = """
## Digits

How far values, gradients and second derivatives are from the exact ones, at points from 1e-300 to
1e300 and their mirror images: the worst error found by `python docs/accuracy.py`, which compares
with SymPy's derivatives in up to 400 digits. The unit is what the number's own condition allows:
2^-52 times |f| and the sum of |x df/dx|, which is what changing the last place of the operands and
of the result is worth; for second derivatives, of the whole matrix. A function whose result is
rounded once has 0.5 at most, and less where its operands count for much. Results below 2.2e-308
have fewer digits and are measured as those at 2.2e-308; results beyond 1.8e308 are left out. "lost"
means that a number with no right digit was found.

XLA, on which JAX runs, takes numbers below 2.2e-308 for 0: there any number so small is right. A
column that was not measured has dashes. Sums, means, dots and losses add in order, as `numpy.sum`
does: they are infinite where a sum on the way is beyond 1.8e308, though the result is not.
Each cell is value / gradient / second derivative.

| function | eager | numpy | llvm | jax |
|---|---|---|---|---|
"""


LIMITED = f"""
Where more than {MOST:g} units were found:

| function | why |
|---|---|
"""


def digits() -> list[str]:
    """Return the lines of the table of errors, as they were measured last."""
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    return [
        f"| {name} | " + " | ".join(cell(found.get(backend)) for backend in BACKENDS) + " |"
        for name, found in figures.items()
    ]


def cell(errors: dict[str, float | None] | None) -> str:
    """Return the errors of a function on one backend."""
    if errors is None:
        return "-"
    return " / ".join("lost" if error is None else f"{error:.2g}" for error in errors.values())


def operations_page() -> str:
    """Return the text of docs/operations.md."""
    typed, rules = [], []
    for name, row in TABLE.items():
        if name not in RESERVED:
            continue  # defined by a user, or by an example on another page
        symbol, doc = plain(row.symbol), plain(row.doc)
        if row.method or row.written:
            typed.append(f"| {name} | {symbol} | `{written(row)}` | {doc} |")
        else:
            rules.append(f"| {name} | {symbol} | {doc} |")
    edges = [
        f"| `{c.expression}` | {listed(c.point)} | {number(c.value)} "
        f"| {listed(c.derivatives, 'd/d')} | {plain(c.why)} |"
        for c in CONVENTIONS
    ]
    errors = [f"| `{expression}` | {error.__name__} |" for expression, error, _ in REFUSALS]
    exceptions = [f"| {name} | {plain(reason)} |" for name, reason in LIMITS.items()]
    tables = (
        (HEAD, typed), (RULES, rules), (EDGES, edges), (ERRORS, errors), (DIGITS, digits()),
        (LIMITED, exceptions),
    )  # fmt: skip
    return "".join(head + "\n".join(lines) + "\n" for head, lines in tables)


def written(row: autograd.Primitive) -> str:
    """Return how a call of the operation is typed."""
    return row.written or f"{row.name}({arguments(row)})"


def plain(text: str) -> str:
    """Return the text with what Markdown would take for markup escaped."""
    return re.sub(r"([|*])", r"\\\1", text)


def number(value: float) -> str:
    """Return a float as short as it can be read."""
    return f"{value:.4g}" if math.isfinite(value) else str(value)


def listed(numbers: dict[str, float], before: str = "") -> str:
    return ", ".join(f"{before}{name} = {number(value)}" for name, value in numbers.items())


def keep(picture: str, path: Path) -> None:
    """Write an SVG picture, unless the file there shows the same to 3 digits.

    Further digits depend on the system's mathematical library and on what runs compiled programs.
    """
    if not path.exists() or comparable(path.read_text(encoding="utf-8")) != comparable(picture):
        path.write_text(picture, encoding="utf-8")


def comparable(picture: str) -> str:
    """Return a picture with numbers to 3 digits and without its id, which is made of the others."""
    rounded = NUMBER.sub(lambda number: f"{float(number[0]):.3g}", picture)
    return IDENTIFIER.sub("g", rounded)


def picture_script() -> str:
    """Return the script of what pages and pictures share, from the modules of visualize."""
    shared = {
        "text": (
            *("FEW", "KEPT", "MOST_EDGES", "significant", "in_digits", "exact", "product_of"),
            *("counted", "left_out", "times", "on_numbers", "on_operands", "columns_by", "cut_by"),
        ),
        "boxes": (
            *("boxes_in_order", "copied", "links", "outermost_closed", "path_key", "shared_boxes"),
        ),
        "layout/layered": ("NODE_GAP", "RANK_GAP", "TITLE_HEIGHT", "place"),
        "scene/collapse": ("FEW_INSIDE", "part_title"),
        "scene/compose": ("kinds_of", "range_of"),
        "scene/gradient": (
            *("Gradient", "gradient_of", "is_of_one_pass", "largest_at", "largest_size"),
            *("product_sent", "shown_for_many"),
        ),
        "draw/wording": (
            "BOX_CORNER", "FONT_SIZE", "FRAME_CORNER", "GROUP_COLUMNS", "LINE", "PADDING",
            "data_line", "data_range", "kinds_line", "largest_line", "position_mark", "size_by",
            "spoken", "width_of",
        ),
        "draw/palette": ("line_width", "look_by"),
        "draw/shapes": (
            *("MARK_HEIGHT", "MARK_SIZE", "MOST_LINES", "cells_of", "free_place", "path_data"),
        ),
        "draw/svg": ("INSET", "WIDE_TITLE", "rank_gap", "title_columns", "title_room"),
        "formula/rules": ("filled",),
        "steps/numbered": ("largest_prefixes", "path_counts", "values_of", "values_on_paths"),
        "page/words": words.__all__,
    }  # fmt: skip
    modules = ", ".join(f"{module}.py" for module in shared)
    head = textwrap.fill(
        "Functions that pages share with pictures, and what these need. Written by `make docs` "
        f"from visualize/{modules}: edit those.",
        100,
        initial_indent="// ",
        subsequent_indent="// ",
    )
    folder = ROOT / "visualize"
    return f"{head}\n\n" + script(
        {folder / f"{module}.py": names for module, names in shared.items()}
    )


def main() -> None:
    """Write all of it."""
    page = ROOT / "visualize" / "page"
    (page / "picture.js").write_text(picture_script(), encoding="utf-8")
    (ROOT / "autograd" / "methods.pyi").write_text(methods_stub(), encoding="utf-8")
    (ROOT / "docs" / "operations.md").write_text(operations_page(), encoding="utf-8")
    for page in PAGES_WITH_PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            run_page(ROOT / page, Path(folder))
            for picture in Path(folder).glob("*.svg"):
                keep(picture.read_text(encoding="utf-8"), ROOT / "docs" / "images" / picture.name)


if __name__ == "__main__":
    main()
