"""Expressions in LaTeX: w_1 and alpha look as in a book, any other label stands upright."""

# ruff: noqa: D102 - Python says what each method writes

from __future__ import annotations

import ast
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from autograd.primitive import TABLE
from visualize.formula.names import LONGEST
from visualize.formula.python import (
    ATOM,
    CHOICE,
    POWER,
    PRODUCT,
    SIGNED_SUM,
    SUM,
    Infix,
    Python,
    Strength,
    Text,
    unparsed,
)  # fmt: skip
from visualize.formula.tidy import number_of, opposite
from visualize.text import cut, printable

SMALL_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega"
)
LARGE_GREEK = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
GREEK = frozenset(f"{SMALL_GREEK} {LARGE_GREEK}".split())
# A name with indices: w, w1, w_1, w_in_3, alpha_2.
INDEXED = re.compile(r"([A-Za-z]+)((?:\d+)?(?:_[A-Za-z0-9]+)*)")
# The same in LaTeX, MathJax and matplotlib; braces keep an operator from being spaced as one.
ESCAPED = {
    ord(character): text
    for character, text in {
        "\\": r"\backslash ",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "%": r"\%",
        "#": r"\# ",
        "&": r"\&",
        "_": r"\_",
        "^": r"\wedge ",
        "~": r"\sim ",
        " ": r"\ ",
        "'": r"{\prime}",
        "`": r"{\prime}",
        '"': r"{\prime\prime}",
        "…": r"\ldots ",
        **{character: f"{{{character}}}" for character in "+-*/=<>|:,;!?"},
    }.items()
}


class LaTeX(Python):
    r"""The notation of LaTeX for math mode: fractions, powers, roots and cases.

    `closely` writes 2 x without a sign between; numbers in the place of x need one.

    >>> tree = ast.parse("2 * a * b**2 / (1 + a)", mode="eval").body
    >>> print(LaTeX({"a": Text(r"\alpha", Strength.ATOM)}).write(tree))
    \frac{2\,\alpha \cdot \mathrm{b}^{2}}{1 + \alpha}
    """

    parentheses = r"\left({}\right)"
    operators: ClassVar[dict[type[ast.operator], Infix]] = {
        # a + (b + c) needs no parentheses, a - (b + c) does
        ast.Add: Infix(" + {}", SUM, SIGNED_SUM, SUM),
        ast.Sub: Infix(" - {}", SUM, SIGNED_SUM, PRODUCT),
        ast.Mult: Infix(r"{} \cdot {}", PRODUCT, PRODUCT, PRODUCT),
        ast.Div: Infix(r"\frac{{{}}}{{{}}}", PRODUCT, CHOICE, CHOICE),
        ast.Pow: Infix("{}^{{{}}}", POWER, ATOM, CHOICE),
    }
    sign, least_signed = SIGNED_SUM, PRODUCT
    relations: ClassVar[dict[type[ast.cmpop], str]] = {
        ast.Lt: "<", ast.LtE: r"\leq", ast.Gt: ">", ast.GtE: r"\geq", ast.Eq: "=",
        ast.NotEq: r"\neq",
    }  # fmt: skip
    constants: ClassVar[dict[str, str]] = {"inf": r"\infty", "pi": r"\pi"}
    functions: ClassVar[dict[str, str]] = {"max": r"\max", "min": r"\min"}  # those of no row

    def __init__(self, names: Mapping[str, Text] | None = None, *, closely: bool = True) -> None:
        super().__init__(names)
        self.closely = closely

    def name(self, name: str) -> Text:
        return Text(self.constants.get(name) or upright(name), ATOM)

    def number(self, number: float) -> Text:
        return in_latex(repr(number))

    def sum(self, terms: Sequence[str]) -> Text:
        return Text("".join(terms), SIGNED_SUM if terms[0].startswith("-") else SUM)

    def first_terms(self, tree: ast.expr, least: Strength) -> list[str]:
        match tree:
            case ast.Call(func=ast.Name("sum"), args=[ast.List(elts=parts)]):
                return self.joined(parts)
        return super().first_terms(tree, least)

    def sum_of(self, parts: Sequence[ast.expr]) -> Text:
        return self.sum(self.joined(parts))

    def joined(self, parts: Sequence[ast.expr]) -> list[str]:
        """Return the terms of the sum of a list."""
        texts = []
        for part in parts:
            positive = opposite(part)
            sign = "+" if positive is None else "-"
            texts.append(f" {sign} {self.within(positive or part, PRODUCT)}")
        first = texts[0].removeprefix(" + ").replace(" - ", "-", texts[0].startswith(" - "))
        return [first, *texts[1:]]

    def product(self, left: ast.expr, right: ast.expr) -> Text:
        if isinstance(left, ast.Name) and isinstance(right, ast.Name) and left.id == right.id:
            return self.infix(ast.Pow, left, Text("2", ATOM))
        positive = opposite(left)
        if positive is not None:
            return Text("-" + self.within(self.product(positive, right), PRODUCT), SIGNED_SUM)
        # 2 a as in a book, but 2 · 3 and 2 · ½ with a sign between them
        second = self.within(right, PRODUCT)
        is_closed = second.startswith((r"\frac", r"\left(")) or second[0].isdigit()
        if self.closely and number_of(left) is not None and not is_closed:
            return Text(rf"{self.within(left, PRODUCT)}\,{second}", PRODUCT)
        return self.infix(ast.Mult, left, right)

    def quotient(self, left: ast.expr, right: ast.expr) -> Text:
        positive = opposite(left)
        if positive is not None:
            return Text("-" + self.within(self.quotient(positive, right), PRODUCT), SIGNED_SUM)
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Div):
            return self.quotient(left.left, ast.BinOp(left.right, ast.Mult(), right))
        return self.infix(ast.Div, left, right)

    def call(self, name: str, args: Iterable[ast.expr]) -> Text:
        inside = ", ".join(map(self.write, args))
        row = TABLE.get(name)
        latex = row.latex if row and row.latex else self.functions.get(name, "")
        if "#" in latex and not ("^" in latex and r"\begin" in inside):  # cases are not an exponent
            return Text(latex.replace("#", inside), POWER if "^" in latex else ATOM)
        if "\\" not in latex or "#" in latex:
            latex = upright(name).replace("mathrm", "operatorname", 1)
        return Text(rf"{latex}\left({inside}\right)", POWER)

    def choice(self, tree: ast.IfExp) -> Text:
        """Return a choice; the first condition that holds decides."""
        *rows, (otherwise, _) = self.branches(tree, "")
        while rows and rows[-1][0] == otherwise:
            rows.pop()
        if not rows:
            return Text(otherwise, CHOICE)
        lines = [rf"{value} & \text{{if }} {condition}" for value, condition in rows]
        inside = r" \\ ".join([*lines, rf"{otherwise} & \text{{otherwise}}"])
        return Text(rf"\begin{{cases}} {inside} \end{{cases}}", CHOICE)

    def branches(self, tree: ast.expr, where: str) -> Iterator[tuple[str, str]]:
        """Yield the values of a choice with their conditions, those of choices inside it too."""
        if isinstance(tree, ast.IfExp):
            condition = self.condition(tree.test)
            both = rf"{where} \text{{ and }} {condition}" if where else condition
            yield from self.branches(tree.body, both)
            yield from self.branches(tree.orelse, where)
        else:
            yield self.write(tree), where

    def condition(self, tree: ast.expr) -> str:
        """Return an expression as a condition: a number holds unless it is 0."""
        return (
            self.relation(tree) if isinstance(tree, ast.Compare) else rf"{self.write(tree)} \neq 0"
        )

    def truth(self, tree: ast.Compare) -> Text:
        return Text(rf"\left[{self.relation(tree)}\right]", ATOM)

    def other(self, tree: ast.expr) -> Text:
        return Text(upright(unparsed(tree)), ATOM)


def in_latex(number: str) -> Text:
    r"""Return the text of a number in LaTeX.

    >>> in_latex("-1e-05").text, in_latex("2.5e+20").text, in_latex("-inf").text
    ('-10^{-5}', '2.5 \\cdot 10^{20}', '-\\infty')
    """
    sign = "-" if number.startswith("-") else ""
    mantissa, _, exponent = number.removeprefix("-").partition("e")
    text, strength = {"inf": r"\infty", "nan": r"\mathrm{nan}"}.get(mantissa, mantissa), ATOM
    if exponent:
        power = f"10^{{{int(exponent)}}}"
        is_power = mantissa == "1"
        text = power if is_power else rf"{mantissa} \cdot {power}"
        strength = POWER if is_power else PRODUCT
    return Text(sign + text, SIGNED_SUM if sign else strength)


def symbols(labels: Mapping[str, str]) -> dict[str, str]:
    r"""Return a LaTeX symbol for each name, made of its label, no two the same.

    >>> symbols({"w_1": "w_1", "eta": "eta", "layers_0_w": "layers.0.w", "t1": "t1"})
    {'w_1': 'w_{1}', 'eta': '\\eta', 'layers_0_w': '\\mathrm{layers.0.w}', 't1': 't_{1}'}
    """
    found = {name: _symbol(label) for name, label in labels.items()}
    count = Counter(found.values())
    return {name: symbol if count[symbol] == 1 else upright(name) for name, symbol in found.items()}


def upright(text: str) -> str:
    r"""Return any text as one upright symbol, with nothing in it that LaTeX would act on.

    >>> print(upright(r"50% of \input{x}"))
    \mathrm{50\%\ of\ \backslash input\{x\}}
    """
    return rf"\mathrm{{{cut(printable(text), LONGEST).translate(ESCAPED)}}}"


def _symbol(label: str) -> str:
    match = INDEXED.fullmatch("".join(map(_spelled, label[: LONGEST + 1])))
    if len(label) > LONGEST or not match:
        return upright(label)
    stem, rest = match.groups()
    indices = ",".join(map(_letters, re.findall(r"[A-Za-z0-9]+", rest)))
    return _letters(stem) + (f"_{{{indices}}}" if indices else "")


def _spelled(character: str) -> str:
    """Return a Greek letter by its LaTeX name, and any other character as it is."""
    if not "\u0391" <= character <= "\u03c9":
        return character
    words = unicodedata.name(character, "").split()
    name = words[-1].lower().replace("lamda", "lambda") if len(words) == 4 else ""
    name = name.title() if "CAPITAL" in words else name
    return name if name in GREEK else character


def _letters(word: str) -> str:
    if word in GREEK:
        return "\\" + word
    return word if len(word) == 1 or word.isdigit() else rf"\mathrm{{{word}}}"
