"""Numbers as a picture writes them: four significant digits, and the exact form beside them."""

from __future__ import annotations

__all__ = ["counted", "exact", "significant", "telling"]

LARGEST_PLAIN_INTEGER = 1e6  # beyond it 1.235e+06 is shorter to read than the digits


def significant(number: float) -> str:
    """Return `number` with four significant digits; whole numbers below a million in full.

    >>> significant(24.70408163265306), significant(1e-6), significant(-6.0), significant(12345.0)
    ('24.7', '1e-06', '-6', '12345')
    >>> significant(float("nan")), significant(float("-inf")), significant(-0.0)
    ('nan', '-inf', '-0')
    """
    if abs(number) < LARGEST_PLAIN_INTEGER and number == int(number):
        return format(number, ".0f")
    return format(number, ".4g")


def telling(number: float) -> str:
    """Return `number` as `significant` does, but never rounded to a whole number that it is not.

    In a calculation, 1 - 1 * 1 = 2.458e-05 would look wrong.

    >>> telling(-0.9999877116507956), telling(-1.0), telling(0.7071067811865476)
    ('-0.99999', '-1', '0.7071')
    """
    if number != number or abs(number) >= LARGEST_PLAIN_INTEGER:
        return significant(number)
    digits = 4
    while float(format(number, f".{digits}g")).is_integer() and not float(number).is_integer():
        digits += 1
    return significant(number) if digits == 4 else format(number, f".{digits}g")


def exact(number: float) -> str:
    """Return the shortest text that reads back as the same float.

    >>> exact(0.1 + 0.2)
    '0.30000000000000004'
    """
    return repr(float(number))


def counted(count: int, noun: str) -> str:
    """Return a count with its noun, thousands separated.

    >>> counted(1, "box"), counted(2, "box"), counted(5112, "value")
    ('1 box', '2 boxes', '5,112 values')
    """
    plural = "es" if noun.endswith("x") else "s"
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}{plural}"
