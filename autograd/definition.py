"""The definition of an operation by a user: checks of all that it is made of."""

from __future__ import annotations

from autograd.arguments import as_count, as_float, as_items, as_switch
from autograd.words import Words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from typing import Any

__all__ = ["checked"]

# The facts that are texts, and those that are lists, with what these are of.
TEXTS = (
    "symbol", "doc", "written", "called", "within", "c", "numpy", "js", "ufunc", "formula",
    "latex", "sympy",
)  # fmt: skip
LISTS = {
    "domain": "intervals, one for each argument",
    "special": "points, a tuple each",
    "defaults": "numbers",
}


def checked(facts: dict[str, Any], reserved: Collection[str]) -> dict[str, Any]:
    """Return the facts of a user's row, converted where they may be given in several ways.

    Raises TypeError and ValueError, naming the row and the fact, as `primitive` says.
    """
    name, rules = facts["name"], facts["pullbacks"]
    if not isinstance(name, str):
        raise TypeError(f"primitive: the name comes first, a str, not {name!r}")
    if not name.isidentifier():
        raise ValueError(f"primitive: the name {name!r} is not an identifier")
    if name in reserved:
        raise ValueError(f"primitive: {name!r} is a row of autograd itself; choose another name")
    where = f"primitive {name!r}"
    facts = {**facts}
    for option in ("variadic", "total", "commutative", "symmetric", "ordered", "chooses", "method"):
        facts[option] = as_switch(facts[option], f"{where}: {option}")
    if facts["variadic"] and len(rules) != 1:
        raise TypeError(f"{where} is variadic: it needs exactly one pullback")
    if facts["commutative"] and not facts["variadic"] and len(rules) != 2:
        raise TypeError(
            f"{where}: only an operation of two arguments can be commutative, this one has "
            f"{len(rules)} pullbacks"
        )
    if not rules:
        raise TypeError(
            f"{where} needs one pullback per argument, None where the derivative is zero"
        )
    functions = {option: facts[option] for option in ("forward", "kink", "over", "span", "spelled")}
    functions |= {f"the pullback of argument {place}": rule for place, rule in enumerate(rules)}
    for what, function in functions.items():
        if not callable(function) and (function is not None or what == "forward"):
            raise TypeError(f"{where}: {what} must be a function, not {function!r}")
    for option in TEXTS:
        text = facts[option]
        if text is not None and not isinstance(text, str):
            raise TypeError(f"{where}: {option} must be a text, not {text!r}")
    for option in ("flat", "fault", "blocks"):
        words = facts[option]
        if not isinstance(words, Words | str | None if option == "flat" else Words | None):
            raise TypeError(f"{where}: {option} must be autograd.Words, not {words!r}")
    if facts["degree"] is not None:
        facts["degree"] = as_count(facts["degree"], f"{where}: degree", least=0)
    if facts["bounds"] is not None:
        low, high = as_items(facts["bounds"], f"{where}: bounds", "two numbers")
        facts["bounds"] = as_float(low, where), as_float(high, where)
    for option, of in LISTS.items():
        facts[option] = tuple(as_items(facts[option], f"{where}: {option}", of))
    facts["forward"] = _checked_forward(name, facts["forward"])
    facts["pullbacks"] = tuple(
        _checked_pullback(name, position, rule, facts["variadic"])
        for position, rule in enumerate(rules)
    )
    return facts


def _checked_forward(name: str, forward: Callable[..., Any]) -> Callable[..., float]:
    """Return `forward` so that it gives a float, or a TypeError that names the operation."""

    def wrapped(*args: float) -> float:
        return as_float(forward(*args), f"the result of forward of {name}")

    return wrapped


def _checked_pullback(
    name: str, position: int, rule: Callable[..., Any] | None, variadic: bool
) -> Callable[..., Any] | None:
    """Return `rule` so that it gives a float or a Value for its argument, one each if variadic.

    Of floats it gives a float: a Value would stand in `.grad`. A forgotten `return` would otherwise
    be a gradient of zero.
    """
    if rule is None:
        return None

    def contribution(term: Any, place: int, given: Sequence[Any]) -> Any:
        where = f"the pullback of {name} for argument {place}"
        if not hasattr(type(term), "__primitive__"):
            return as_float(term, where)
        if all(type(number) is float for number in given):
            raise TypeError(
                f"{where} was called with floats and returned {term!r}; of floats it returns a "
                "float: read the .data of a Value that it knows from elsewhere"
            )
        return term

    def wrapped(g: Any, out: Any, *args: Any) -> Any:
        result = rule(g, out, *args)
        if not variadic:
            if type(result) is float:
                return result
            return contribution(result, position, (g, out, *args))
        terms = as_items(result, f"the result of the pullback of {name}", "one number per argument")
        if len(terms) != len(args):
            raise ValueError(
                f"the pullback of {name} returned {len(terms)} contributions for {len(args)} "
                "arguments; it must return one for each"
            )
        return [
            term if type(term) is float else contribution(term, place, (g, out, *args))
            for place, term in enumerate(terms)
        ]

    return wrapped
