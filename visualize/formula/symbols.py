r"""Labels as LaTeX symbols: w_1 and alpha as in a book, any other text upright and harmless."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping

from visualize.escape import cut, printable

__all__ = ["symbols", "upright"]

LONGEST = 40  # columns
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
