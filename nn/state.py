"""What a state dict must hold to be taken: exactly the names asked for, and numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from autograd import Value

__all__ = ["checked_state"]

SHOWN = 4  # names in a message


def checked_state(state: Mapping[str, float], names: Iterable[str], owner: str) -> dict[str, float]:
    """Return the numbers of `state` as floats.

    Raises ValueError, with the names that are missing and those that are unexpected, unless the
    names are exactly `names`, and TypeError, with the name, for what is no number.

    >>> checked_state({"a": 1}, ["a"], "this")
    {'a': 1.0}
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"a state dict maps names to numbers; this is a {type(state).__name__}")
    wanted = dict.fromkeys(names)
    missing = [name for name in wanted if name not in state]
    unexpected = [name for name in state if name not in wanted]
    if missing or unexpected:
        faults = [f"missing {_listed(missing)}"] * bool(missing)
        faults += [f"unexpected {_listed(unexpected)}"] * bool(unexpected)
        raise ValueError(
            f"the state dict does not fit {owner}, {len(wanted)} names: {'; '.join(faults)}. It "
            "was made by another architecture: build the same one before loading"
        )
    return {name: _number(name, state[name]) for name in wanted}


def _number(name: str, number: object) -> float:
    try:
        return Value(number).data
    except TypeError as error:
        raise type(error)(f"{name!r} in the state dict is no number: {error}") from None


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(repr, names[:SHOWN])) + more
