"""Sharing: one memory of parameters and of the state of an optimizer, for several programs.

Texts of different lengths are different programs over the same parameters. A parameter that some of
them do not reach, such as the place of a tenth letter, waits in the steps that do not need it.
"""

from __future__ import annotations

from itertools import accumulate, groupby
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograd.program.training import TrainingProgram
    from autograd.value import Value


class Use(NamedTuple):
    """How one program uses the memory: places of its fixed parameters, and the kinds it reaches."""

    fixed: tuple[int, ...]
    kinds: tuple[int, ...]


class Sharing(NamedTuple):
    """The order of parameters in the memory: those that are moved, and those that are fixed.

    Neighbours that the same programs reach are of one kind: they have moved equally often. `starts`
    says where each kind begins, and where the last one ends, `reached` whether any program reaches
    it.
    """

    moved: tuple[Value, ...]
    fixed: tuple[Value, ...]
    starts: tuple[int, ...]
    reached: tuple[bool, ...]
    uses: tuple[Use, ...]


def shared(programs: Sequence[TrainingProgram], *, always: bool = False) -> Sharing:
    """Return the memory of programs that move the same parameters in one order.

    With `always` all of them are moved at each step, and are of one kind.
    """
    moved = tuple(programs[0].moved)
    users: dict[Value, list[int]] = {leaf: [] for leaf in moved}
    for number, program in enumerate(programs):
        for leaf in program.trained:
            users[leaf].append(number)
    kinds = [([*range(len(programs))], len(moved))]
    if not always:
        kinds = [(reach, len([*leaves])) for reach, leaves in groupby(users.values())]
    fixed = dict.fromkeys(leaf for program in programs for leaf in program.fixed)
    place = {leaf: number for number, leaf in enumerate(fixed)}
    uses = [
        Use(
            tuple([place[leaf] for leaf in program.fixed]),
            tuple([kind for kind, (reach, _) in enumerate(kinds) if number in reach]),
        )
        for number, program in enumerate(programs)
    ]
    return Sharing(
        moved,
        tuple(fixed),
        (0, *accumulate(size for _, size in kinds)),
        tuple([len(reach) > 0 for reach, _ in kinds]),
        tuple(uses),
    )
