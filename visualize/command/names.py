"""Check the names of an expression: each has a value, and nothing was given in vain."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches

from visualize.command.fault import Fault
from visualize.command.functions import CONSTANTS, FUNCTIONS
from visualize.command.instructions import Instruction

__all__ = ["check_names", "free_names"]

LIKE_LATIN = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
MOST_LETTERS = 3


def free_names(instructions: Sequence[Instruction]) -> dict[str, Instruction]:
    """Return the names that no statement before has given, constants too, with their first uses."""
    given: set[str] = set()
    free: dict[str, Instruction] = {}
    for step in instructions:
        if step.work == "store":
            given.add(step.name)
        elif step.work == "name" and step.name not in given:
            free.setdefault(step.name, step)
    return free


def check_names(
    text: str, instructions: Sequence[Instruction], variables: Mapping[str, str]
) -> None:
    """Raise Fault where a name has no value, or a value no use.

    `variables` are the names that were given with the arguments that gave them.
    """
    free = free_names(instructions)
    _check_missing(text, instructions, free, variables)
    for step in instructions:
        if step.work == "store" and step.name in variables:
            message = f"{step.name} is given as {variables[step.name]} and gets a value here too"
            raise Fault(message, text, step.start, step.end)
    for name, argument in variables.items():
        if name not in free:
            said = f"there is no {_described(name)} in the expression"
            close = get_close_matches(name, sorted(free), 1)
            hint = f"; did you mean {close[0]}?" if close else ""
            raise Fault(said + hint, argument, 0, _end_of_name(argument))
    for step in _useless(instructions):
        message = f"nothing uses {step.name}: a picture shows what the last statement is made of"
        raise Fault(message, text, step.start, step.end)


def _end_of_name(argument: str) -> int:
    return len(argument.partition("=")[0].rstrip())


def _check_missing(
    text: str,
    instructions: Sequence[Instruction],
    free: Mapping[str, Instruction],
    variables: Collection[str],
) -> None:
    missing = [name for name in free if name not in variables and name not in CONSTANTS]
    if not missing:
        return
    named = {step.name for step in instructions if step.work == "store"}
    first = free[missing[0]]
    if first.name in named:
        message = f"{first.name} gets its value only in a later statement"
    elif first.name in FUNCTIONS:
        message = f"{first.name} is a function: write {first.name}(...)"
    else:
        missing = [name for name in missing if name not in named and name not in FUNCTIONS]
        shown = ", ".join(map(_described, missing[:-1])) + " and " * (len(missing) > 1)
        example = " ".join(f"{name}=1" for name in missing)
        message = (
            f"there is no value for {shown}{_described(missing[-1])}; "
            f"give it after the expression: {example}"
        )
        close = get_close_matches(first.name, sorted({*variables, *named}), 1)
        if close and len(missing) == 1:
            message += f"; or did you mean {close[0]}?"
    raise Fault(message, text, first.start, first.end)


def _described(name: str) -> str:
    """Return a name, and what letters it has that look like Latin ones."""
    spelled = [(letter, unicodedata.name(letter, "")) for letter in name]
    strange = [
        f"U+{ord(letter):04X} {called}"
        for letter, called in spelled
        if called.startswith(LIKE_LATIN)
    ]
    return f"{name} (with {', '.join(strange[:MOST_LETTERS])})" if strange else name


def _useless(instructions: Sequence[Instruction]) -> Iterator[Instruction]:
    """Yield the statements whose name nothing uses, the last one apart."""
    needed: set[str] = set()
    for step in reversed(instructions):
        if step.work == "name":
            needed.add(step.name)
        elif step.work == "store":
            if step is not instructions[-1] and step.name not in needed:
                yield step
            needed.discard(step.name)
