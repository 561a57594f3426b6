"""Sharing: one memory of parameters and of the state of an optimizer, for several programs.

Texts of different lengths are different programs over the same parameters. A parameter that some of
them do not reach, such as the place of a tenth letter, waits in the steps that do not need it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from autograd.program.training import TrainingProgram
    from autograd.value import Value


class Use(NamedTuple):
    """How one program uses the memory.

    `parameters` are the places of its parameters, of which it trains the first `trained`, and
    `kinds` the kinds that these are of.
    """

    parameters: tuple[int, ...]
    trained: int
    kinds: tuple[int, ...]


class Sharing(NamedTuple):
    """The order of all parameters in the memory: first those that are trained by some program.

    Trained parameters that the same programs reach are of one kind, and neighbours: they have moved
    equally often. `starts` says where each kind begins, and where the last one ends.
    """

    trained: tuple[Value, ...]
    fixed: tuple[Value, ...]
    starts: tuple[int, ...]
    uses: tuple[Use, ...]


def shared(programs: Sequence[TrainingProgram], always: Iterable[Value] = ()) -> Sharing:
    """Return the memory of several programs; of one alone, it is in the order of its parameters.

    Parameters that `always` move, with a gradient of 0 where no example reaches them, are of one
    kind, and all others must be among them.
    """
    reached: dict[Value, list[int]] = {}
    for number, program in enumerate(programs):
        for leaf in program.trained:
            reached.setdefault(leaf, []).append(number)
    by_reach: dict[tuple[int, ...], list[Value]] = {}
    everywhere = [*range(len(programs))]
    moved = dict.fromkeys(always)
    for leaf in (*reached, *(leaf for leaf in moved if leaf not in reached)):
        by_reach.setdefault(tuple(everywhere if moved else reached[leaf]), []).append(leaf)
    starts = [0]
    for leaves in by_reach.values():
        starts.append(starts[-1] + len(leaves))
    trained = tuple([leaf for leaves in by_reach.values() for leaf in leaves])
    place = {leaf: number for number, leaf in enumerate(trained)}
    for program in programs:
        for leaf in program.fixed:
            place.setdefault(leaf, len(place))
    uses = [
        Use(
            tuple([place[leaf] for leaf in (*program.trained, *program.fixed)]),
            len(program.trained),
            tuple([kind for kind, users in enumerate(by_reach) if number in users]),
        )
        for number, program in enumerate(programs)
    ]
    return Sharing(trained, tuple([*place][len(trained) :]), tuple(starts), tuple(uses))
