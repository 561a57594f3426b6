r"""Names of values in formulas: identifiers made of labels, and the LaTeX symbols of labels.

A value whose label makes no identifier is x1, t1, and so on. In LaTeX w_1 and alpha look as in a
book, and any other label is upright and harmless.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from keyword import iskeyword

import autograd
from autograd import Value
from autograd.graph import name_of
from autograd.primitive import TABLE
from visualize.escape import cut, printable
from visualize.scene.flat import Path, located, outside_of_home

LONGEST = 40  # columns
# Functions that formulas call, beside the operations.
CALLED = frozenset(
    {"max", "min", "sum", "float", "inf", "nan", "pi", "oo"}
    | {"symbols", "Function", "Add", "Max", "Min", "Abs", "Piecewise", "Eq", "Ne"}
)

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


class Names:
    """The names of the values of one formula, each given once.

    `labels` has the label of every name, for notations that can write more than identifiers.
    """

    def __init__(self, values: Sequence[Value], scopes: Sequence[Path]) -> None:
        """Reserve names for the labels of `values`, a topological order with its modules `scopes`.

        Parameters are called by their labels where all of these differ, else by where they live.
        Equal names are told apart by their modules, or by numbers.
        """
        self.labels: dict[str, str] = {}
        self._taken = {*CALLED, *TABLE, *autograd.__all__}
        self._numbers: Counter[str] = Counter()
        self._by_label: dict[Value, str] = {}
        short = [value.label for value in values if value.label and value.op is None]
        repeated = len(set(short)) < len(short)
        called = [name_of(v) if repeated or not v.label else v.label for v in values]
        labels = located(called, [*map(outside_of_home, values, scopes)])
        named = [
            (number, value, label, name)
            for number, (value, own, label) in enumerate(zip(values, called, labels, strict=True))
            if identifier(own) and (name := identifier(label))
        ]
        count = Counter(name for _, _, _, name in named)
        for number, value, label, name in named:
            suffix = f"_{number}" if count[name] > 1 else ""
            self._by_label[value] = self.fresh(name + suffix, label + suffix)

    def of_label(self, value: Value) -> str:
        """Return the name that a value has by its label; "" if it has none."""
        return self._by_label.get(value, "")

    def of(self, value: Value, stem: str) -> str:
        """Return the name of a value by its label, or the next free one of x1, x2, and so on."""
        if value in self._by_label:
            return self._by_label[value]
        while True:
            self._numbers[stem] += 1
            name = f"{stem}{self._numbers[stem]}"
            if name not in self._taken:
                return self.fresh(name, value.label)

    def first_free(self, candidates: Sequence[str]) -> str:
        """Return the first candidate that is free, or the last with underscores after it."""
        free = (name for name in candidates if name not in self._taken)
        return self.fresh(next(free, candidates[-1]))

    def fresh(self, name: str, label: str = "") -> str:
        """Return `name`, with underscores after it while it is taken."""
        while name in self._taken or iskeyword(name):
            name += "_"
        self._taken.add(name)
        self.labels[name] = label or name
        return name


def identifier(label: str) -> str:
    """Return a label as a Python identifier; "" if it cannot be made one.

    >>> identifier("w_1"), identifier("layers.0.w[2]"), identifier("1st"), identifier("a + b")
    ('w_1', 'layers_0_w_2', '', 'a_b')
    """
    name = unicodedata.normalize("NFKC", label)  # as Python reads identifiers
    if not name.isidentifier():
        name = re.sub(r"\W+", "_", name).strip("_")
    return name if name.isidentifier() and len(name) <= LONGEST and name[:2] != "__" else ""


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
