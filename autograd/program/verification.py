"""Verification: when a function is traced again, so that no program outlives its function.

A trace takes tens of microseconds for a small function. The first calls are verified, calls 16, 32,
64 and so on while traces are cheap, and each call after a pause as long as 50 traces: in a REPL
that is every call, in a hot loop it takes one fiftieth of the time. After an announced change every
function is traced again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import count
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

from autograd.errors import StaleProgramError
from autograd.graph import Counter
from autograd.mode import CURRENT
from autograd.program.trace import first_difference, same_trace

if TYPE_CHECKING:
    from autograd.program.arguments import Arguments
    from autograd.program.trace import Trace

__all__ = ["Changes", "structure_changed"]


class Changes(Counter):
    """Counts changes in the whole process: followers compare `now` with a number noted earlier."""

    __slots__ = ("_numbers",)

    def __init__(self) -> None:
        self.now = 0
        # No number comes twice, whichever of two threads stores its own last, so that `now` never
        # returns to what it was before a change.
        self._numbers = count(1)

    def tick(self) -> None:
        """Count one more change."""
        self.now = next(self._numbers)


STRUCTURE = Changes()  # announced ones of what compiled functions read


def structure_changed() -> None:
    """Say that something which compiled functions may read has changed; call it after the change.

    Each compiled function is then traced again before its next result, without an error. A program
    that the change did not alter is kept. What nobody announces is found by verification, a little
    later and as a StaleProgramError; see `compile`. A change that a function makes while it is
    traced does not count, because it would make it at every trace, as a model does that keeps its
    last activations.

    >>> from autograd import compile
    >>> from autograd.program.verification import structure_changed
    >>> scale = [2.0]
    >>> c = compile(lambda x: scale[0] * x)
    >>> c(1.0)
    2.0
    >>> scale[0] = 3.0
    >>> structure_changed()
    >>> c(1.0)
    3.0
    """
    if CURRENT.get().tracing is None:
        STRUCTURE.tick()


Policy: TypeAlias = Literal["auto", "always", "never"]
POLICIES: tuple[str, ...] = get_args(Policy)

PAUSE = 50.0  # traces in the time between two of them: 2 %
ALLOWANCE = 0.005  # seconds of traces at first, one at each call
FIRST = 8  # calls that are verified in any case
CHEAP = 0.01  # seconds: while a trace takes less, calls 16, 32, ... are verified too
CHEAP_ONCE = 1.0  # seconds: the same for the first trace, which also loads modules
MANY = 1 << 62  # calls: no limit
COUNTED = 1000  # calls; after these the pause alone decides, and calls are quicker


class Case:
    """One structure of arguments under one variant: the program in use for it, and since when.

    `used` is set before `structure`, and threads read them in the other order: a thread that finds
    the case up to date finds its program too.
    """

    __slots__ = (
        "arguments", "calls", "checked", "checks", "cost", "former", "given", "granted", "left",
        "path", "paths", "round", "structure", "unchecked", "used",
    )  # fmt: skip

    def __init__(self, arguments: Arguments, path: tuple[bool, ...] = ()) -> None:
        self.arguments = arguments  # without their numbers
        self.path = path  # the answers by which it was first taken, at that call
        self.paths: dict[tuple[bool, ...], Case] = {}  # by these answers, where this is the first
        self.given: Any = None  # while it is traced, the arguments with numbers and the example
        self.used: Any = None
        self.former: list[Any] = []  # used before, the last one first
        self.structure = -1  # announced changes before the last trace; -1: trace again
        self.round = -1  # of the last trace
        self.calls = 1
        self.checks = 0
        self.checked = 0.0  # when the last trace began
        self.unchecked = 0.0  # results given since without one; inf: some, which nobody counts
        self.granted = 0  # calls that C may answer before the next one in Python,
        self.left = Counter()  # and how many of them are left
        self.cost = inf  # seconds of the quickest trace: a delay by chance is no cost of one

    def begin_again(self) -> None:
        """Be traced at the next call, whatever comes of it, and then as often as at first."""
        self.structure = -1
        self.calls = self.checks = 0

    def grant(self, calls: int) -> None:
        """Let C answer so many calls."""
        self.granted = self.left.now = calls

    def take_back(self) -> None:
        """Count the calls that C has answered, and let it answer no more."""
        answered = self.granted - self.left.now
        self.granted = self.left.now = 0
        self.calls += answered
        self.unchecked += answered

    @property
    def is_cheap(self) -> bool:
        """Whether the numbers of its calls matter."""
        return self.cost < (CHEAP if self.checks > 1 else CHEAP_ONCE)


class Verification:
    """Says when the cases of one compiled function are due.

    They are traced in rounds. A round begins when the time since the traces of the last one is 50
    times what those took, and each case is traced at its first call in it: so many cases take no
    larger share than one, and none of them hides a change from another.
    """

    def __init__(self, policy: str) -> None:
        self.policy = policy
        self.round = 0
        self.due = inf if policy == "never" else 0.0  # when the next round may begin
        self._cost = 0.0  # seconds of the traces in this round

    def is_due(self, case: Case) -> bool:
        """Tell whether a case must be traced before its next result; counts the call."""
        due = self._is_due(case)
        if not due:
            case.unchecked += 1
        return due

    def _is_due(self, case: Case) -> bool:
        case.calls = calls = case.calls + 1
        if case.structure != STRUCTURE.now:
            return True
        if self.policy != "auto":
            return self.policy == "always"
        if case.round != self.round or case.checks * case.cost < ALLOWANCE:
            return True
        chosen = calls <= FIRST or calls & (calls - 1) == 0
        return (chosen and case.is_cheap) or perf_counter() >= self.due

    def grants(self, case: Case) -> int:
        """Return how many calls follow of which only the time decides whether they are due."""
        if self.policy != "auto":
            return MANY if self.policy == "never" else 0
        if case.checks * case.cost < ALLOWANCE:
            return 0
        if case.calls >= COUNTED or not case.is_cheap:
            return MANY
        return (1 << case.calls.bit_length()) - case.calls - 1 if case.calls >= FIRST else 0

    def takes_over(self, case: Case) -> bool:
        """Tell whether a trace may differ: a change was announced, or every result was traced."""
        return case.structure != STRUCTURE.now or self.policy == "always"

    def begin_round(self) -> None:
        """Have every case traced again at its next call."""
        self.round += 1
        self._cost = 0.0

    def passed(self, case: Case, structure: int, began: float, duration: float) -> None:
        """Note a trace that began at the given time, under that count of announced changes."""
        case.cost = min(case.cost, duration)
        case.checks += 1
        case.checked = began
        case.unchecked = 0.0
        if case.round != self.round:
            case.round = self.round
            self._cost += duration
        if self.policy == "auto":
            self.due = perf_counter() + PAUSE * self._cost
        case.structure = structure


class Verified(ABC):
    """Base of what runs programs: it traces again, compares, and keeps its program or another."""

    def __init__(self, policy: str) -> None:
        self._verification = Verification(policy)

    def verify(self, case: Case) -> None:
        """Trace a case again; a difference is taken over where it may be, else it is an error.

        Raises StaleProgramError, and whatever the function raises.
        """
        verification = self._verification
        structure, began = STRUCTURE.now, perf_counter()  # both before anything is read
        if case.used is not None and self._is_fixed():
            case.structure = structure
            return
        if case.round == verification.round and began >= verification.due:
            verification.begin_round()
        now = self._traced(case)
        differs = case.used is None or not self._is_same(case, now)
        took = perf_counter() - began
        if differs:
            if case.used is not None and not verification.takes_over(case):
                verification.begin_round()
                raise self._stale(case, now)
            self._take_over(case, now)
        verification.passed(case, structure, began, took)

    @abstractmethod
    def _is_fixed(self) -> bool: ...  # nothing can change, as when a pickle could not hold it

    @abstractmethod
    def _traced(self, case: Case) -> Any: ...  # what it does now

    @abstractmethod
    def _is_same(self, case: Case, now: Any) -> bool: ...  # as `case.used`

    @abstractmethod
    def _take_over(self, case: Case, now: Any) -> None: ...  # set `case.used`

    @abstractmethod
    def _stale(self, case: Case, now: Any) -> StaleProgramError: ...  # about the difference


def stale(name: str, used: Trace, now: Trace, again: Trace, case: Case) -> StaleProgramError:
    """Return the error about a function whose trace differs `now` from that in use.

    `again` is one more, made after it with lines; the case knows of the last that did not differ.
    """
    if not same_trace(now, again):
        return StaleProgramError(
            f"{name} does something else each time it is traced, like a function that draws random "
            f"numbers or counts its calls: {first_difference(now, again)}. Pass the number that "
            "changes as an argument, or make it a Value, whose data every call reads; or compile "
            'with verify="always", which traces before each result'
        )
    return StaleProgramError(
        f"{name} would compute something else now than the program that was made of it: "
        f"{first_difference(used, again)}. {_doubtful(case)}A program keeps all numbers that are "
        "no arguments and no data of Values: make the number that changes an argument or a Value, "
        "or call .retrace() on the compiled function after each change, and now to go on; "
        'verify="always" traces before each result'
    )


def _doubtful(case: Case) -> str:
    """Return a sentence about the results that may be wrong; nothing where there are none."""
    if not case.unchecked:
        return ""
    since = f"since the last check, {perf_counter() - case.checked:.2g} s ago,"
    if case.unchecked == 1:
        return f"The only result {since} may be that of the old program. "
    count = "" if case.unchecked == inf else f"{case.unchecked:,.0f} "
    return f"The {count}results {since} may be those of the old program. "
