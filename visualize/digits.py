"""Numbers as pictures write them: four significant digits, and the exact form beside them.

Pages use these functions too, as a script: `make docs` writes it.
"""

from __future__ import annotations

FEW = 4  # significant digits that are read at a glance
ALL = 17  # that tell any two floats apart
LARGEST_PLAIN_INTEGER = 1e6  # beyond it 1.235e+06 is shorter to read than the digits


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


def times(count: int) -> str:
    """Return how many values or uses one box or one line stands for.

    >>> times(5112)
    '×5,112'
    """
    return f"×{count:,}"
