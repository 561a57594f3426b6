"""Programs: the traces and programs of one function, and when they are made anew."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.arguments import as_choice
from autograd.mode import CURRENT
from autograd.primitive import RESERVED
from autograd.program.arguments import Arguments
from autograd.program.listing import listing
from autograd.program.origin import Function
from autograd.program.paths import Decisions, Guards, Part, along, divided, too_many
from autograd.program.ready import BUCKETS, MOST
from autograd.program.runner import KINDS, Runner, derived
from autograd.program.trace import same_trace
from autograd.program.traced import TracingMode, traced_under
from autograd.program.verification import MANY, STRUCTURE, Case, Verified, stale
from autograd.runtime import paused_collector
from autograd.structure import NUMBER, described, shape_of
from autograd.threads import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from autograd.errors import StaleProgramError
    from autograd.program.origin import Graph
    from autograd.program.precision import Precision
    from autograd.program.program import Program
    from autograd.program.trace import Trace
    from autograd.structure import Shape

MOST_LINES = 500  # of each program that print() of a compiled function shows
FORMER = 4  # traces kept of each case, as of a model that goes from training to evaluation and back

MOST_ANSWERS = 8  # of a path that print() shows
MOST_PATHS = 256  # through one function for arguments of one structure

# A function of floats, with the variant, the count of changes and the time that it is valid for
Quick: TypeAlias = "tuple[Callable[[tuple[float, ...]], Any], frozenset[Any], int, float]"

# The shapes of the arguments, which of their numbers are batched, and the variant
Key: TypeAlias = "tuple[tuple[Shape, ...], tuple[bool, ...], frozenset[Any]]"


class _Traced:
    """A trace, and the programs made from it so far."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.runners: dict[str, Runner] = {}
        # The rules of our own rows read nothing that could change; those of users may
        ours = all(op.name in RESERVED for op in trace.program.rows)
        # By kind of result, as the rules of users drew them
        self.drawn: dict[str, Program] | None = None if ours else {}
        self.guards: Guards | None = None  # made when they are first asked for

    def does(self, trace: Trace) -> bool:
        """Tell whether these are the programs of such a trace."""
        return same_trace(self.trace, trace)

    def changed_rule(self) -> tuple[str, Program] | None:
        """Return a kind of result for which users' rules draw another program now, and that."""
        for kind, before in [*(self.drawn or {}).items()]:
            with traced_under(TracingMode(variant=CURRENT.get().variant)):
                program = derived(kind, self.trace)
            if program != before:
                return kind, program
        return None


class Programs(Verified):
    """The programs of one function or graph, made when they are first asked for."""

    __slots__ = ("ready",)  # where C looks
    ready: tuple[list[tuple[Any, ...]], ...]  # by kind of result and bucket

    def __init__(
        self,
        origin: Function | Graph,
        backend: str,
        check: bool,
        verify: str,
        precision: Precision,
        most_paths: int = MOST_PATHS,
    ) -> None:
        super().__init__("never" if origin.is_fixed else verify)
        self.most_paths = most_paths
        self.origin = origin
        self.backend = backend
        self.check = check
        self.precision = precision
        self._linked = True
        self._turns = Turns()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        with self._turns.lock:
            self._cases: dict[Key, Case] = {}
            self._forget_quick()

    def retrace(self) -> None:
        """Have every case traced again before its next result, whatever the trace will be."""
        with self._turns.lock:
            for case in self._all_cases():
                case.begin_again()
            self._forget_quick()

    def _forget_quick(self) -> None:
        # By kind and number of arguments, and what C tries by kind. They are new: a call under way
        # may still add to the old ones.
        self.quick: dict[str, dict[int, Quick]] = {kind: {} for kind in KINDS}
        self.ready = tuple([[()] * BUCKETS for _ in KINDS])

    def current(self, kind: str, arguments: Arguments) -> list[Part]:
        """Return the programs of one kind of result for these arguments, verified if it is due.

        There is one, but for a batch whose examples take several paths. Raises StaleProgramError if
        the function would do something else than at its last trace, and whatever it raises.
        """
        verification = self._verification
        quick, ready = self.quick, self.ready  # those that are forgotten if something changes
        case = self._case(arguments)
        structure = case.structure  # read before what is in use; see Case
        if case.used.trace.guards:
            parts = self._parts(kind, arguments, case)
            if _are_floats(arguments) and verification.grants(case) == MANY:
                compute: Callable[[tuple[float, ...]], Any] = partial(along, kind, case)
                now = CURRENT.get().variant
                quick[kind][len(arguments.shapes)] = compute, now, structure, verification.due
            return parts
        runner = self._runner(kind, case.used)
        if arguments.examples is None and (calls := verification.grants(case)):
            variant, due = CURRENT.get().variant, verification.due
            at_once = runner.ready(case.left)
            if at_once is not None:
                at_once.renew(variant, structure, due - perf_counter())
                case.grant(calls)
                buckets = ready[KINDS.index(kind)]
                known = buckets[at_once.bucket]
                if at_once not in known:
                    buckets[at_once.bucket] = at_once, *known[: MOST - 1]
            elif calls == MANY and _are_floats(arguments) and (found := runner.quick()):
                case.unchecked = inf  # such calls are not counted
                quick[kind][len(arguments.shapes)] = found, variant, structure, due
        return [Part(runner, arguments, None)]

    def runner(self, kind: str, arguments: Arguments) -> Runner:
        """Return the program of one kind of result, verified now."""
        as_choice(kind, "the kind of result", KINDS)
        case = self._case(arguments, now=True)
        if not case.used.trace.guards:
            return self._runner(kind, case.used)
        parts = self._parts(kind, arguments, case)
        if len(parts) > 1:
            raise ValueError(
                f"the examples take {len(parts)} paths through {self.origin.name}, each with a "
                "program of its own: give examples of one"
            )
        return parts[0].runner

    def trace(self, arguments: Arguments) -> Trace:
        """Return the trace for arguments like these, verified now.

        Raises ValueError for a function whose numbers decide what it computes.
        """
        trace: Trace = self._case(arguments, now=True).used.trace
        if trace.guards:
            raise ValueError(
                f"{self.origin.name} asks {len(trace.guards)} times whether a Value is true, and "
                "has a program for each path: as one program write conditions by autograd.where"
            )
        return trace

    def only_trace(self) -> Trace:
        """Return the one trace there is; TypeError if there is none, ValueError for several."""
        variant = CURRENT.get().variant
        cases = [case for (*_, marks), case in [*self._cases.items()] if marks == variant]
        if not cases:
            if not isinstance(self.origin, Function):
                return self.origin.one_example()
            raise TypeError(
                f"{self.origin.name} has not been called yet: give example arguments, which say "
                "what structure and shapes it takes"
            )
        if len(cases) > 1:
            raise ValueError(
                f"{self.origin.name} was called with {len(cases)} structures of arguments: give "
                "example arguments of the one that is meant"
            )
        return self.trace(cases[0].arguments)

    def apply(self, *args: Any) -> Any:
        """Draw the function on Values by calling it; a copy draws on leaves of its own."""
        self._link()
        if not (isinstance(self.origin, Function) and self.origin.own):
            return self.origin.apply(*args)
        found = [shape_of(arg, f"argument {i}") for i, arg in enumerate(args)]
        numbers = [number for _, leaves in found for number in leaves]
        shapes = tuple([shape for shape, _ in found])
        return self.trace(_without_numbers(shapes, (False,) * len(numbers))).apply(numbers)

    def __iter__(self) -> Iterator[tuple[Trace, str, Runner]]:
        for case in self._all_cases():
            for kind, runner in [*case.used.runners.items()]:
                yield case.used.trace, kind, runner

    def listings(self) -> Iterator[str]:
        """Yield the listing of each program so far."""
        for trace, kind, runner in self:
            call = f"{self.origin.name}({', '.join(map(described, trace.shapes))})"
            if trace.guards:
                answers = [str(answer) for _, answer in trace.guards[:MOST_ANSWERS]]
                more = ", ..." * (len(trace.guards) > MOST_ANSWERS)
                call += f" where conditions are {', '.join(answers)}{more}"
            yield listing(runner.program, f"{kind} of {call}", MOST_LINES)

    # Paths

    def _parts(self, kind: str, arguments: Arguments, first: Case) -> list[Part]:
        """Return the programs of the paths that the examples take, beginning with the first."""

        def guards(case: Case) -> Guards:
            if case.used.guards is None:
                case.used.guards = Guards(case.used.trace, self.backend, self.precision)
            found: Guards = case.used.guards
            return found

        parts = []
        path = partial(self._path, first, arguments)
        for case, some, places in divided(first, arguments, guards, path):
            parts.append(Part(self._runner(kind, case.used), some, places))
        return parts

    def _path(
        self, first: Case, arguments: Arguments, path: tuple[bool, ...], example: int
    ) -> Case:
        """Return the case of the path that begins with these answers, traced for the example."""
        case = first.paths.get(path)
        if case is not None and not self._verification.is_due(case):
            return case
        with self._turns.lock, paused_collector():
            case = first.paths.get(path) or Case(first.arguments, path)
            if case.used is None and len(first.paths) + 1 >= self.most_paths:
                decisions = Decisions(path, arguments, example)
                trace = self.origin.trace(first.arguments, checked=True, decisions=decisions)
                raise too_many(self.origin.name, trace, len(path) - 1, self.most_paths)
            self._verify_for(case, arguments, example)
            first.paths[path] = case
            return case

    # Cases

    def _all_cases(self) -> Iterator[Case]:
        for case in [*self._cases.values()]:
            yield case
            yield from [*case.paths.values()]

    def _case(self, arguments: Arguments, now: bool = False) -> Case:
        """Return the case of arguments like these, up to date; with `now` it is traced anyway."""
        self._link()
        key = arguments.shapes, arguments.batched, CURRENT.get().variant
        case = self._cases.get(key)
        if case is not None:
            case.take_back()
        now = now and self._verification.policy != "never"
        if case is None or now or self._verification.is_due(case):
            with self._turns.lock, paused_collector():
                case = self._cases.get(key)
                if case is None:
                    case = Case(_without_numbers(arguments.shapes, arguments.batched))
                    self._verify_for(case, arguments, 0)
                    self._cases[key] = case
                else:
                    if now:
                        self._forget_quick()  # as at the begin of a round: they are not counted
                    self._verify_for(case, arguments, 0)
        return case

    def _verify_for(self, case: Case, arguments: Arguments, example: int) -> None:
        """Verify a case, whose function may ask for the numbers of this example."""
        case.given = arguments, example
        try:
            self.verify(case)
        finally:
            case.given = None

    def _retraced(self, case: Case, checked: bool) -> Trace:
        """Trace a case, with the answers that it has, and further ones by numbers."""
        answers = case.path
        if case.used is not None:
            answers = tuple([answer for _, answer in case.used.trace.guards])
        arguments, example = case.given or (None, 0)
        if arguments is not None and (
            arguments.shared is None
            or (arguments.examples is not None and not len(arguments.examples))
        ):
            arguments = None
        return self.origin.trace(case.arguments, checked, Decisions(answers, arguments, example))

    def _is_fixed(self) -> bool:
        return self.origin.is_fixed

    def _traced(self, case: Case) -> Trace:
        return self._retraced(case, self.check)

    def _is_same(self, case: Case, now: Trace) -> bool:
        return case.used.does(now) and case.used.changed_rule() is None

    def _take_over(self, case: Case, now: Trace) -> None:
        former = [] if case.used is None else [case.used, *case.former]
        equal = next((traced for traced in former if traced.does(now)), None)
        case.former = [traced for traced in former if traced is not equal][:FORMER]
        case.used = _Traced(now) if equal is None or equal.changed_rule() else equal
        case.paths = {}

    def _stale(self, case: Case, now: Trace) -> StaleProgramError:
        self._forget_quick()  # each call raises it
        used = case.used.trace
        if not case.used.does(now):
            again = self._retraced(case, checked=True)  # once more, with lines
            return stale(self.origin.name, used, now, again, case)
        kind, program = case.used.changed_rule()
        before = replace(used, program=case.used.drawn[kind])
        now = replace(used, program=program)
        return stale(f"{kind} of {self.origin.name}", before, now, now, case)

    def _runner(self, kind: str, traced: _Traced) -> Runner:
        runner = traced.runners.get(kind)
        if runner is None:
            with self._turns.lock:
                runner = traced.runners.get(kind)
                if runner is None:
                    # A rule of a user may ask for numbers, as a traced function may
                    mode = TracingMode(variant=CURRENT.get().variant)
                    with traced_under(mode), paused_collector():
                        runner = Runner(
                            kind, traced.trace, self.backend, self.check, self.precision
                        )
                        if traced.drawn is not None:
                            traced.drawn[kind] = derived(kind, traced.trace)
                    traced.runners[kind] = runner
        return runner

    # Copies

    def _link(self) -> None:
        """Find out, in a copy, which leaf of its own stands for which leaf of the function."""
        if self._linked:
            return
        with self._turns.lock:
            if isinstance(self.origin, Function) and not self.origin.is_fixed:
                for case in self._cases.values():
                    self.origin.link(case.used.trace, case.arguments)
            self._linked = True

    def __getstate__(self) -> dict[str, Any]:
        cases = [*self._cases.items()]
        return {
            "origin": self.origin,
            "backend": self.backend,
            "check": self.check,
            "verify": self._verification.policy,
            "precision": self.precision,
            "most_paths": self.most_paths,
            "traces": {key: case.used.trace for key, case in cases},
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        traces = state.pop("traces")
        self.__init__(**state)  # type: ignore[misc]  # as new
        for key, trace in traces.items():
            shapes, batched, _ = key
            case = self._cases[key] = Case(_without_numbers(shapes, batched))
            case.used, case.structure = _Traced(trace), STRUCTURE.now
            case.checked = perf_counter()
        self._linked = False


def _are_floats(arguments: Arguments) -> bool:
    return arguments.examples is None and all(shape is NUMBER for shape in arguments.shapes)


def _without_numbers(shapes: tuple[Shape, ...], batched: tuple[bool, ...]) -> Arguments:
    return Arguments(shapes, batched, None, None, symbolic=False)
