r"""A reader of formulas in LaTeX: from \frac{a}{b} to its number, by a grammar of its own."""

from __future__ import annotations

import math
import re

from autograd.primitive import TABLE

__all__ = ["equations", "pieces", "value"]

NAME = r"(?:\\mathrm\{(?:[^{}\\]|\\.)*\}|\\[A-Za-z]+|[A-Za-z])(?:_\{[^}]*\})?"
WORD = re.compile(
    r"\\left.|\\right.|\\operatorname\{[^}]*\}|\\begin\{cases\}|\\end\{cases\}|\\text\{[a-z ]+\}"
    rf"|\\frac\{{\\partial {NAME}\}}\{{\\partial {NAME}\}}|{NAME}|\\[,\\]"
    r"|\d+(?:\.\d+)?|[-+^{}<>=,&]|(?P<space> +)"
)
FUNCTIONS = {
    r"\max": max,
    r"\min": min,
    r"\ln": TABLE["log"],
    r"\sigma": TABLE["sigmoid"],
    r"\arctan": TABLE["atan"],
    **{f"\\{name}": TABLE[name] for name in ("sin", "cos", "tanh", "sinh", "cosh")},
}
RELATIONS = {
    "<": lambda x, y: x < y,
    ">": lambda x, y: x > y,
    "=": lambda x, y: x == y,
    r"\neq": lambda x, y: x != y,
    r"\leq": lambda x, y: x <= y,
    r"\geq": lambda x, y: x >= y,
}


def equations(text):
    """Return (left side, right side) of every equation in a text, continued rows joined."""
    inside = text.removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}")
    rows = inside.replace(" \\\\\n&\\quad {}", "").split(" \\\\\n")
    return [tuple(row.replace("&=", "=", 1).split(" = ", 1)) for row in rows]


def value(text, names):
    """Return the number that a right side stands for."""
    reader = _Reader(text, names)
    number = reader.sum()
    assert reader.at == len(reader.words), reader.words[reader.at :]
    return number


class _Reader:
    def __init__(self, text, names):
        self.names = names
        self.words = []
        place = 0
        while place < len(text):
            match = WORD.match(text, place)
            assert match, f"no LaTeX that formulas use: {text[place:]}"
            if not match["space"]:
                self.words.append(match.group())
            place = match.end()
        self.at = 0

    def next(self):
        return self.words[self.at] if self.at < len(self.words) else ""

    def take(self, *expected):
        word = self.next()
        assert not expected or word in expected, f"{word} is none of {expected}"
        self.at += 1
        return word

    def sum(self):
        sign = -1.0 if self.next() == "-" and self.take() else 1.0
        total = sign * self.product()
        while self.next() in ("+", "-"):
            total += self.product() if self.take() == "+" else -self.product()
        return total

    def product(self):
        number = self.power()
        while self.next() in (r"\cdot", r"\,"):
            self.take()
            number *= self.power()
        return number

    def power(self):
        base = self.atom()
        if self.next() == "^":
            self.take()
            base = base ** self.braces()
        assert self.next() != "^", "a double superscript"
        return base

    def braces(self):
        self.take("{")
        number = self.sum()
        self.take("}")
        return number

    def atom(self):
        word = self.take()
        if word == r"\left(":
            number = self.sum()
            self.take(r"\right)")
            return number
        if word == r"\left|":
            number = abs(self.sum())
            self.take(r"\right|")
            return number
        if word == r"\left[":
            holds = self.relation()
            self.take(r"\right]")
            return 1.0 if holds else 0.0
        if word == r"\frac":
            return self.braces() / self.braces()
        if word == r"\sqrt":
            return self.braces() ** 0.5
        if word == r"\begin{cases}":
            return self.cases()
        if word == r"\mathrm{e}" and self.next() == "^":
            return 2.718281828459045
        if word == r"\pi":
            return 3.141592653589793
        if word == r"\mathrm{nan}":
            return math.nan
        if word.startswith(r"\operatorname") or (word in FUNCTIONS and self.next() == r"\left("):
            return self.call(word)
        return self.names[word] if word in self.names else float(word)

    def call(self, word):
        name = word.removeprefix(r"\operatorname{").removesuffix("}").replace(r"\_", "_")
        function = FUNCTIONS.get(word) or TABLE[name]
        self.take(r"\left(")
        arguments = [self.sum()]
        while self.take(",", r"\right)") == ",":
            arguments.append(self.sum())
        return function(*arguments)

    def relation(self):
        left = self.sum()
        relation = self.take(*RELATIONS)
        return RELATIONS[relation](left, self.sum())

    def cases(self):
        """Return the number of the first case that holds; all are read."""
        found = []
        while True:
            number = self.sum()
            self.take("&")
            if self.take(r"\text{if }", r"\text{otherwise}") == r"\text{otherwise}":
                found.append(number)
                break
            holds = self.relation()
            while self.next() == r"\text{ and }":
                self.take()
                holds = self.relation() and holds
            if holds:
                found.append(number)
            self.take(r"\\")
        self.take(r"\end{cases}")
        return found[0]


def pieces(latex):
    """Yield a formula in pieces with all their brackets, every number as 0: most are met again.

    A parser that takes the pieces takes the whole, and takes much longer for it.
    """
    piece = ""
    signs = r"( = | \\cdot | \\leftarrow | \\quad | \+ )"
    for part in re.split(signs, re.sub(r"\d+(\.\d+)?", "0", latex)):
        piece += part
        if is_closed(piece):
            slope = re.fullmatch(r"\\frac\{\\partial (.*)\}\{\\partial (.*)\}", piece.strip())
            parts = slope.groups() if slope and all(map(is_closed, slope.groups())) else [piece]
            yield from (part.strip() for part in parts)
            piece = ""
    assert not piece, f"a bracket of {latex} is not closed"


def is_closed(latex):
    """Tell whether each bracket that is opened is closed."""
    braces = re.sub(r"\\[{}]", "", latex)
    left, right = (len(re.findall(rf"\\{side}\b", latex)) for side in ("left", "right"))
    return left == right and braces.count("{") == braces.count("}")
