"""Formula: the C text of a row, read once for every backend that lowers it.

The text is a function of all arguments (`pow`) or an expression of doubles in x, y, z as C99 has
them: `x > 0 ? y : x <= 0 || y == 0 ? 0 : x`. It becomes a list of steps, equal ones once, which
each backend carries out by functions of its own: on arrays, on LLVM values, on C text.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, TypeAlias

from autograd.primitive import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from autograd.primitive import Primitive


UNARY = (
    "acos", "acosh", "asin", "asinh", "atan", "atanh", "cbrt", "ceil", "cos", "cosh", "erf", "erfc",
    "exp", "exp2", "expm1", "fabs", "floor", "lgamma", "log", "log10", "log1p", "log2", "nearbyint",
    "rint", "round", "sin", "sinh", "sqrt", "tan", "tanh", "tgamma", "trunc",
)  # fmt: skip
BINARY = (
    "atan2", "copysign", "fdim", "fmax", "fmin", "fmod", "hypot", "nextafter", "pow", "remainder",
)  # fmt: skip
# The functions of <math.h> on doubles that a text may call, with their numbers of arguments.
FUNCTIONS = {**dict.fromkeys(UNARY, 1), **dict.fromkeys(BINARY, 2), "fma": 3}


# How a backend computes: its functions of numbers and conditions, by these names.
#   number(value)  negative(x)  add(x, y)  subtract(x, y)  multiply(x, y)  divide(x, y)
#   function(name, *args)    the value of one of FUNCTIONS
#   compare(relation, x, y)  the condition x < y, or with <=, >, >=, ==, !=; for a nan only != holds
#   both(a, b)  either(a, b)  opposite(a)  conditions of conditions
#   choose(condition, x, y)  x where the condition holds, else y
#   indicator(condition)     1.0 where the condition holds, else 0.0
Algebra: TypeAlias = "Mapping[str, Callable[..., Any]]"
CONDITIONS = frozenset({"compare", "both", "either", "opposite"})  # what gives no number


class Step(NamedTuple):
    """One operation of an algebra on values that stand before it."""

    name: str
    details: tuple[Any, ...]  # its first arguments: a number, a relation, the name of a function
    inputs: tuple[int, ...]  # positions: the arguments of the formula, then the steps


@dataclass(frozen=True)
class Formula:
    """A function of `arity` numbers, as steps that an algebra takes."""

    text: str
    arity: int
    steps: tuple[Step, ...]
    result: int  # the position of the value

    def evaluate(self, algebra: Algebra, operands: Sequence[Any], *state: Any) -> Any:
        """Return the value for these operands, which are numbers of the algebra.

        `state` is the first argument of each function, if an algebra has something to write into.
        """
        values = list(operands)
        for name, details, inputs in self.steps:
            values.append(algebra[name](*state, *details, *[values[i] for i in inputs]))
        return values[self.result]


def formula_of(row: Primitive) -> Formula:
    """Return the formula of a row; of a variadic one the fold of x with y, or with y and z.

    Raises ValueError, which names the row, where it has no C text or one that is not understood.
    """
    if row.c is None:
        raise ValueError(
            f"the operation {row.name!r} has no C text, so it runs eagerly only; to compile it, "
            f"define it with primitive({row.name!r}, ..., c='an expression in x, y, z')"
        )
    pairs = row.variadic and re.search(r"\bz\b", row.c) is not None
    arity = 3 if pairs else 2 if row.variadic else row.arity
    try:
        return parsed(row.c, arity)
    except ValueError as error:
        raise ValueError(f"the C text of the operation {row.name!r}: {error}") from None


# The functions that a program in float32 computes in floats: they round once, or are written so.
OF_FLOATS = frozenset({
    "ceil", "copysign", "exp", "fabs", "floor", "fma", "fmax", "fmin", "log", "nearbyint", "rint",
    "sqrt", "tanh", "trunc",
})  # fmt: skip


@lru_cache(maxsize=1024)
def needs_doubles(row: Primitive) -> bool:
    """Tell whether a row of a program in float32 computes in doubles and rounds its result once.

    So does the text of a user, which may have limits that only doubles have, and one of more steps
    than a function that loses digits in floats, as erfc and hypot do at their ends.
    """
    steps = formula_of(row).steps
    called = {step.details[0] for step in steps if step.name == "function"}
    return len(steps) > 1 and (row.name not in RESERVED or not called <= OF_FLOATS)


@lru_cache(maxsize=1024)
def parsed(text: str, arity: int) -> Formula:
    """Return a C text as a formula.

    Raises ValueError, which shows the place, for a text that is not a C expression of x, y, z (as
    many as `arity`), calls an unknown function, or divides integers, which in C drops the fraction.

    >>> formula = parsed("x > 0 ? x : y * x", 2)
    >>> [step.name for step in formula.steps]
    ['number', 'compare', 'multiply', 'choose']
    """
    return Parser(text, arity).formula()


TESTS = ("isfinite", "isinf", "isnan", "signbit")  # written as comparisons
TAKES = {**FUNCTIONS, **dict.fromkeys(TESTS, 1)}
NAMED_NUMBERS = {"INFINITY": math.inf, "NAN": math.nan}
DEEPEST = 60  # levels of nesting

TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<other>--|\+\+)"  # which change a variable in C
    r"|(?P<sign><=|>=|==|!=|&&|\|\||[-+*/<>!?:(),])"
    r"|(?P<unknown>\S)",
    re.ASCII,  # C knows no other digits, letters and spaces
)
TIGHTNESS = {
    "||": 1, "&&": 2, "==": 3, "!=": 3, "<": 4, "<=": 4, ">": 4, ">=": 4,
    "+": 5, "-": 5, "*": 6, "/": 6,
}  # fmt: skip
ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
LOGIC = {"&&": "both", "||": "either"}


class Term(NamedTuple):
    """A part of the text that was read: where its value is, and what C takes it for."""

    position: int
    kind: str  # "double", "int" or "condition", which C has as an int too
    value: float | None = None  # of an int that is known


class Parser:
    """Reads one text from left to right, and writes the steps that compute it.

    Types are C99's: a comparison is an int, an int has no -0, and 1 / 2 would drop the fraction.
    """

    def __init__(self, text: str, arity: int) -> None:
        self.text = text
        self.arity = arity
        self.tokens = [(match.lastgroup, match[0], match.start()) for match in TOKEN.finditer(text)]
        self.tokens.append(("end", "", len(text)))
        self.place = 0
        self.depth = 0
        self.positions: dict[Step, int] = {}  # of each step's value, in order

    def formula(self) -> Formula:
        """Read the whole text."""
        name = self.text.strip()
        if name in TAKES:
            self._check_count(name, self.arity)
            result = self._call(name, [Term(k, "double") for k in range(self.arity)])
        else:
            result = self._expression()
            if self._token[0] != "end":
                self._fail("expected an operator or the end")
        value = self._double(result)
        return Formula(self.text, self.arity, tuple(self.positions), value)

    # Tokens

    @property
    def _token(self) -> tuple[str | None, str, int]:
        return self.tokens[self.place]

    def _take(self, *signs: str) -> str | None:
        """Return the next token and pass it, if it is one of these."""
        sign = self._token[1]
        if sign not in signs or self._token[0] != "sign":
            return None
        self.place += 1
        return sign

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            self._fail(f"expected {sign!r}")

    def _fail(self, why: str, place: int | None = None) -> NoReturn:
        column = self._token[2] if place is None else place
        raise ValueError(f"{why} at\n    {self.text}\n    {' ' * column}^")

    # Grammar

    def _expression(self) -> Term:
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(f"nested more than {DEEPEST} deep")
        result = self._operators(1)
        if self._take("?"):
            condition = self._condition(result)
            first = self._expression()
            self._expect(":")
            second = self._expression()
            kind = "double" if "double" in {first.kind, second.kind} else "int"
            inputs = self._double(first), self._double(second)
            result = self._step("choose", (), condition, *inputs, kind=kind)
        self.depth -= 1
        return result

    def _operators(self, least: int) -> Term:
        """Read operands joined by operators that bind at least so tightly."""
        left = self._unary()
        while TIGHTNESS.get(self._token[1], 0) >= least:
            _, sign, place = self._token
            self.place += 1
            right = self._operators(TIGHTNESS[sign] + 1)
            left = self._binary(sign, left, right, place)
        return left

    def _binary(self, sign: str, left: Term, right: Term, place: int) -> Term:
        if sign in LOGIC:
            conditions = self._condition(left), self._condition(right)
            return self._step(LOGIC[sign], (), *conditions, kind="condition")
        integers = "double" not in {left.kind, right.kind}
        inputs = self._double(left), self._double(right)
        if sign not in ARITHMETIC:
            return self._step("compare", (sign,), *inputs, kind="condition")
        if not integers:
            return self._step(ARITHMETIC[sign], (), *inputs)
        if sign == "/":
            self._fail("C drops the fraction when it divides integers: write 1.0 for 1", place)
        result = self._step(ARITHMETIC[sign], (), *inputs, kind="int")
        # an int has no -0
        return self._step("add", (), result.position, self._number(0).position, kind="int")

    def _unary(self) -> Term:
        signs = []
        while sign := self._take("-", "+", "!"):
            signs.append(sign)
        result = self._primary()
        for sign in reversed(signs):
            if sign == "!":
                result = self._step("opposite", (), self._condition(result), kind="condition")
            elif sign == "-" and result.kind == "double":
                result = self._step("negative", (), result.position)
            elif sign == "-" and result.value is not None:
                result = self._number(0 - int(result.value))
            elif sign == "-":
                inputs = self._number(0).position, self._double(result)
                result = self._step("subtract", (), *inputs, kind="int")
        return result

    def _primary(self) -> Term:
        kind, text, place = self._token
        if self._take("("):
            result = self._expression()
            self._expect(")")
            return result
        self.place += 1
        if kind == "number":
            return self._literal(text, place)
        if kind != "name":
            self.place -= 1
            self._fail("expected a number, an argument, a function or a bracket")
        if text in NAMED_NUMBERS:
            return self._number(NAMED_NUMBERS[text])
        if text in tuple("xyz"[: self.arity]):
            return Term("xyz".index(text), "double")
        if text not in TAKES:
            allowed = ", ".join("xyz"[: self.arity]) or "no argument"
            self._fail(
                f"{text!r} is neither {allowed} nor a function of <math.h> known here", place
            )
        self._expect("(")
        args = [self._expression()]
        while self._take(","):
            args.append(self._expression())
        self._expect(")")
        self._check_count(text, len(args), place)
        return self._call(text, args)

    def _literal(self, text: str, place: int) -> Term:
        if self._token[0] == "name" and self._token[2] == place + len(text):
            self._fail(f"the number {text} has a suffix: write it as a double, such as 1.0")
        if not text.isdigit():
            return self._number(float(text))
        if len(text) > 1 and text[0] == "0":
            self._fail(f"C reads {text} as octal: drop the leading 0", place)
        return self._number(int(text))

    def _check_count(self, name: str, count: int, place: int = 0) -> None:
        if TAKES[name] != count:
            plural = "" if TAKES[name] == 1 else "s"
            self._fail(f"{name} takes {TAKES[name]} argument{plural}, not {count},", place)

    # Steps

    def _call(self, name: str, args: list[Term]) -> Term:
        inputs = [self._double(arg) for arg in args]
        if name == "isnan":
            return self._step("compare", ("!=",), inputs[0], inputs[0], kind="condition")
        if name == "signbit":
            one = self._step("function", ("copysign",), self._number(1).position, inputs[0])
            zero = self._number(0)
            return self._step("compare", ("<",), one.position, zero.position, kind="condition")
        if name in {"isfinite", "isinf"}:
            size = self._step("function", ("fabs",), inputs[0])
            relation = "<" if name == "isfinite" else "=="
            bound = self._number(math.inf)
            return self._step(
                "compare", (relation,), size.position, bound.position, kind="condition"
            )
        return self._step("function", (name,), *inputs)

    def _number(self, value: float) -> Term:
        kind = "int" if isinstance(value, int) else "double"
        term = self._step("number", (float(value),), kind=kind)
        return term._replace(value=value) if kind == "int" else term

    def _double(self, term: Term) -> int:
        """Return the position of the term as a number."""
        if term.kind != "condition":
            return term.position
        return self._step("indicator", (), term.position).position

    def _condition(self, term: Term) -> int:
        """Return the position of the term as a condition: all but 0 is true."""
        if term.kind == "condition":
            return term.position
        return self._step("compare", ("!=",), term.position, self._number(0).position).position

    def _step(
        self, name: str, details: tuple[Any, ...], *inputs: int, kind: str = "double"
    ) -> Term:
        """Return the value of a step, and write the step unless it is there already."""
        step = Step(name, details, inputs)
        return Term(self.positions.setdefault(step, self.arity + len(self.positions)), kind)
