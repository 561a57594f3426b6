"""Text of every output: numbers, counts, operations; safe characters, widths, aligned columns.

Pages use the functions of numbers and operations too, as a script: `make docs` writes it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from math import inf

FEW = 4  # significant digits that are read at a glance
KEPT = 3  # items at either end of a long list
MOST_EDGES = 12  # of a path that is written whole
FLOOD = 4  # times as many characters as columns are kept: marks without width end too
ALL = 17  # that tell any two floats apart
LARGEST_PLAIN_INTEGER = 1e6  # beyond it 1.235e+06 is shorter to read than the digits

# What XML 1.0 forbids, what moves a terminal's cursor, and what reorders text (bidirectional
# marks make `a - b` read as `b - a`).
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_XML = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord('"'): "&quot;"}
# Graphviz decodes entities in every string, so an ampersand must be one.
_DOT = {ord("\\"): "\\\\", ord('"'): '\\"', ord("&"): "&amp;"}
_RECORD = {ord(character): "\\" + character for character in "\\{}|<>"} | {ord("&"): "&amp;"}


def significant(number: float) -> str:
    """Return `number` with four significant digits; whole numbers below a million in full.

    The sign of a zero is left out; `exact` has it.

    >>> significant(24.70408163265306), significant(1e-6), significant(-6.0), significant(12345.0)
    ('24.7', '1e-06', '-6', '12345')
    >>> significant(float("nan")), significant(float("-inf")), significant(-0.0)
    ('nan', '-inf', '0')
    """
    return in_digits(number, FEW)


def in_digits(number: float, digits: int) -> str:
    """Return `number` with so many significant digits; whole numbers below a million in full.

    A zero has its sign where four digits are not enough: 1 / -0 is -inf.

    >>> in_digits(2 / 3, 6), in_digits(123456.0, 4), in_digits(0.5, 17)
    ('0.666667', '123456', '0.5')
    >>> in_digits(-0.0, 4), in_digits(-0.0, 6)
    ('0', '-0')
    """
    if number == 0 and digits <= FEW:
        return "0"
    if abs(number) < LARGEST_PLAIN_INTEGER and number == int(number):
        return repr(float(number)).removesuffix(".0")
    if digits >= ALL:
        return repr(float(number))
    return format(number, f".{digits}g")


def exact(number: float) -> str:
    """Return the shortest text that reads back as the same float.

    >>> exact(0.1 + 0.2)
    '0.30000000000000004'
    """
    return repr(float(number))


def product_of(first: float, second: float, result: float) -> str:
    """Return `first × second` with as many digits as it takes to give the result as written.

    Four digits where none are enough: 0 times infinity counts as 0 in some rules.

    >>> product_of(0.5, -3.0, -1.5), product_of(2 / 3, 2 / 3, 4 / 9)  # 0.6667 squared is 0.4445
    ('0.5 × (-3)', '0.66667 × 0.66667')
    """
    written = ""
    for digits in range(FEW, ALL + 1):
        left, right = in_digits(first, digits), in_digits(second, digits)
        is_right = significant(float(left) * float(right)) == significant(result)
        if is_right or written == "":
            written = f"{left} × ({right})" if right.startswith("-") else f"{left} × {right}"
        if is_right:
            break
    return written


def counted(count: int, noun: str, plural: str = "") -> str:
    """Return a count with its noun, thousands separated; `plural` where it is no regular one.

    >>> counted(1, "box"), counted(2, "box"), counted(5112, "value"), counted(2, "leaf", "leaves")
    ('1 box', '2 boxes', '5,112 values', '2 leaves')
    """
    if count == 1:
        return f"1 {noun}"
    if plural == "":
        plural = f"{noun}es" if noun.endswith("x") else f"{noun}s"
    return f"{count:,} {plural}"


def left_out(count: int, noun: str) -> str:
    """Return what stands in the middle of a long list for its items there.

    >>> left_out(5112, "values")
    '… 5,112 values …'
    """
    return f"… {count:,} {noun} …"


def times(count: int) -> str:
    """Return how many values or uses one box or one line stands for.

    >>> times(5112)
    '×5,112'
    """
    return f"×{count:,}"


def _is_prefix(symbol: str, count: int) -> bool:
    """Return whether pictures write the symbol of an operation before its one operand."""
    return symbol == "-" and count == 1


def _is_infix(symbol: str, count: int, *, variadic: bool) -> bool:
    """Return whether pictures write the symbol of an operation between its `count` operands."""
    return count == 2 and not variadic and not symbol.isidentifier()


def in_symbols(name: str, symbol: str, operands: Sequence[str], *, variadic: bool = False) -> str:
    """Return one operation as pictures write it, on the names of its operands.

    >>> in_symbols("mul", "×", ["a", "b"]), in_symbols("neg", "-", ["a"])
    ('a × b', '-a')
    >>> in_symbols("tanh", "tanh", ["a"])
    'tanh(a)'
    """
    return on_operands(printable(name), printable(symbol), operands, variadic=variadic)


def on_operands(name: str, symbol: str, operands: Sequence[str], *, variadic: bool) -> str:
    """Return one operation on texts for its operands; pages have this function as a script."""
    if _is_prefix(symbol, len(operands)) and not variadic:
        return f"-{operands[0]}"
    if _is_infix(symbol, len(operands), variadic=variadic):
        return f" {symbol} ".join(operands)
    return f"{name}({', '.join(operands)})"


def on_numbers(
    name: str, symbol: str, numbers: Sequence[str], *, variadic: bool, is_power: bool
) -> str:
    """Return one operation on numbers, negative ones in parentheses; pages have this as a script.

    >>> on_numbers("pow", "^", ["-2", "-3"], variadic=False, is_power=True)
    '(-2) ^ (-3)'
    >>> on_numbers("sub", "-", ["-2", "-3"], variadic=False, is_power=False)
    '-2 - (-3)'
    """
    is_sign = _is_prefix(symbol, len(numbers))
    shown = list(numbers)
    if is_sign or _is_infix(symbol, len(numbers), variadic=variadic):
        # -2 ^ 2 would be -4: a power comes before a sign
        for place, number in enumerate(numbers):
            if number.startswith("-") and (place > 0 or is_sign or is_power):
                shown[place] = f"({number})"
    return on_operands(name, symbol, shown, variadic=variadic)


def printable(text: str) -> str:
    r"""Return `text` with control characters replaced by visible marks.

    >>> printable("a\nb"), printable("x\u202ey")
    ('a␊b', 'x\ufffdy')
    """
    return _UNSAFE.sub(_mark, text)


def _mark(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


def columns(text: str) -> int:
    r"""Return the width of `text` in monospaced columns: two for East Asian wide and emoji.

    >>> columns("abc"), columns("損失"), columns("e\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    return columns_by(text, _width)


def columns_by(text: str, width: Callable[[str], int]) -> int:
    """Return the width of `text` by that of each character; pages have this as a script."""
    total = 0
    for character in list(text):
        total += width(character)
    return total


def unusual_widths(texts: Iterable[str]) -> dict[str, int]:
    r"""Return the widths of the characters in some texts that are not of one column.

    >>> unusual_widths(["a損", "e\u0301"]) == {"損": 2, "\u0301": 0}
    True
    """
    characters = sorted(set().union(*texts))
    widths = {character: _width(character) for character in characters if character > "\x7f"}
    return {character: width for character, width in widths.items() if width != 1}


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Cf", "Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, limit: int) -> str:
    """Return `text` in at most `limit` columns, with an ellipsis where something is missing.

    >>> cut("a_rather_long_name", 8), cut("short", 8)
    ('a_rathe…', 'short')
    """
    return text if len(text) <= limit and text.isascii() else cut_by(text, limit, _width)


def cut_by(text: str, limit: int, width: Callable[[str], int]) -> str:
    """Return `text` cut by the width of each character; pages have this as a script."""
    characters = list(text)
    if len(characters) <= FLOOD * limit and columns_by(text, width) <= limit:
        return text
    room = limit - 1
    kept: list[str] = []
    for character in characters:
        room -= width(character)
        if room < 0 or len(kept) > FLOOD * limit:
            break
        kept.append(character)
    return f"{''.join(kept)}…"


def aligned(
    rows: Sequence[Sequence[str]], *, widest: float = inf, numbers: bool = False
) -> list[list[str]]:
    """Return the cells of rows, padded so that those of a column begin below each other.

    A cell of more than `widest` columns pushes its own row out, not the whole table. Nothing is
    added to the last cell of a row. With `numbers`, all but the first column end below each other
    instead.

    >>> for row in aligned([["a", "= 2", "leaf"], ["total", "= a + a", "root"]]):
    ...     print(*row)
    a     = 2     leaf
    total = a + a root
    """
    widths = [
        max((width for cell in column if (width := columns(cell)) <= widest), default=0)
        for column in zip_longest(*rows, fillvalue="")
    ]
    return [
        [
            " " * (width - columns(cell)) + cell
            if numbers and place
            else cell + " " * (width - columns(cell)) * (place < len(row) - 1)
            for place, (cell, width) in enumerate(zip(row, widths, strict=False))
        ]
        for row in rows
    ]


def xml(text: str) -> str:
    """Return `text` for an XML text or a double-quoted attribute.

    >>> xml('a<b & "c"')
    'a&lt;b &amp; &quot;c&quot;'
    """
    return printable(text).translate(_XML)


def dot_string(*lines: str) -> str:
    r"""Return `lines` as one quoted DOT string of left-justified lines.

    >>> print(dot_string('say "hi"', "a\\b & c"))
    "say \"hi\"\la\\b &amp; c\l"
    """
    escaped = [printable(line).translate(_DOT) for line in lines]
    text = escaped[0] if len(escaped) == 1 else "".join(f"{line}\\l" for line in escaped)
    return f'"{text}"'


def record_field(text: str) -> str:
    r"""Return `text` as one field of a Graphviz record label.

    >>> print(record_field("{a|b}"))
    \{a\|b\}
    """
    return printable(text).translate(_RECORD)


def plot_text(text: object) -> str:
    r"""Return `text` for matplotlib, which would read $...$ as mathematics; lines stay lines.

    A control character is the mark of a character unknown: few fonts have pictures of them.

    >>> print(plot_text("$5 to $9\nfor a\x00b"))
    \$5 to \$9
    for a�b
    """
    lines = (_UNSAFE.sub("\ufffd", line) for line in str(text).split("\n"))
    return "\n".join(lines).replace("$", r"\$")
