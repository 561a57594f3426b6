"""Descent: many steps of an optimizer in one call, on the captured leaves of a loss."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from autograd.arguments import as_choice, as_float, as_function, as_items, as_mapping
from autograd.backends.selection import checked_backend
from autograd.program.arguments import Axes
from autograd.program.groups import Groups, grouped
from autograd.program.indices import Indices
from autograd.program.interpreter import Interpreted
from autograd.program.origin import Function
from autograd.program.plan import Plan
from autograd.program.precision import DOUBLE, as_precision
from autograd.program.steps import chosen
from autograd.program.trace import same_trace
from autograd.program.trained import Trained
from autograd.program.training import check_state, traced_rule, training_program
from autograd.program.verification import POLICIES, STRUCTURE, Case, Verified, stale
from autograd.runtime import paused_collector

if TYPE_CHECKING:
    from collections import abc

    import numpy as np
    from numpy.typing import NDArray

    from autograd.errors import StaleProgramError
    from autograd.program.arguments import Arguments
    from autograd.program.precision import DType
    from autograd.program.steps import Steps
    from autograd.program.trace import Trace
    from autograd.program.training import TracedRule, TrainingProgram
    from autograd.program.verification import Policy
    from autograd.structure import Shape
    from autograd.value import Value

Unreached: TypeAlias = Literal["skip", "zero"]

# The attributes that a copy is made from
KEPT = frozenset({
    "_backend", "_clip_norm", "_function", "_in_axes", "_is_ragged", "_parameters", "_precision",
    "_rule", "_scheduled", "_settings", "_state", "_unreached",
})  # fmt: skip


class Descent(Verified):
    """Steps of an optimizer on the mean of a function over batches, at machine speed.

    `f` takes one example and returns its loss, or (loss, further numbers). `args` are its
    arguments, batched along `in_axes` as for `compile`; they fix the structure, unless their lists
    hold examples of different lengths: then each length has a program of its own, made when a step
    first needs it, and further lengths may come. A batch adds up the gradients of its lengths, each
    computed at once, in the order of their first examples, and is one step.

    `parameters` are leaves that f captures; those that no example of a step reaches are left alone
    in it with their state, as by the optimizers of nn, or with `unreached="zero"` moved with all
    others, by a gradient of 0. The rule is called once, on Values: `rule(parameter, gradient,
    state, **settings) -> (parameter, state)`, with `state` a tuple of numbers for each parameter.
    The settings named by `scheduled` may change at each step. `clip_norm` scales gradients to at
    most that norm together. The numbers of the trained leaves are kept here until `write_back()`;
    the next call reads the data that was set on any leaf. All else that `f` and the rule read
    belongs to the program: `verify` says when they are traced again, and what happens if they
    differ, as for `compile`. `dtype` is the precision of all that is kept here: parameters, state,
    examples, losses; see `compile`.

    Raises TypeError and ValueError for parameters, state, settings, a rule or a result of `f` that
    do not fit together, and ImportError for a backend that is not installed. Steps raise
    StaleProgramError.

    >>> from autograd import Value
    >>> w = Value(0.0)
    >>> descent = Descent(
    ...     lambda x, y: (w * x - y) ** 2, ([1.0, 2.0], [3.0, 6.0]), parameters=[w],
    ...     rule=lambda p, g, state, lr: (p - lr * g, state), state=[()], settings={"lr": 0.1},
    ... )
    >>> steps = descent.run(([1.0, 2.0], [3.0, 6.0]), order=[0, 1] * 40, counts=[2] * 40)
    >>> descent.write_back()
    >>> round(w.data, 6)
    3.0
    """

    def __init__(
        self,
        f: abc.Callable[..., Any],
        args: tuple[Any, ...],
        *,
        parameters: abc.Sequence[Value],
        rule: abc.Callable[..., Any],
        state: abc.Sequence[tuple[float, ...]],
        settings: abc.Mapping[str, float],
        scheduled: abc.Sequence[str] = ("lr",),
        clip_norm: float | None = None,
        unreached: Unreached = "skip",
        in_axes: Axes = 0,
        backend: str = "auto",
        verify: Policy = "auto",
        dtype: DType = "float64",
    ) -> None:
        super().__init__(as_choice(verify, "Descent: verify", POLICIES))
        self._function = Function(as_function(f, "Descent: f"))
        self._in_axes = in_axes
        self._backend = checked_backend(backend)
        self._precision = as_precision(dtype, "Descent: dtype")
        self._unreached = as_choice(unreached, "Descent: unreached", ("skip", "zero"))
        parameters = as_items(parameters, "Descent: parameters", "Values")
        state = as_items(state, "Descent: state", "tuples of numbers, one for each parameter")
        check_state(parameters, state)
        settings = as_mapping(settings, "Descent: settings", "names to numbers")
        scheduled = as_items(scheduled, "Descent: scheduled", "names of settings")
        unknown = [name for name in scheduled if not isinstance(name, str) or name not in settings]
        if unknown:
            raise ValueError(
                f"Descent: scheduled names {unknown[0]!r}, but the settings are "
                f"{', '.join(map(str, settings)) or 'empty'}"
            )
        if clip_norm is not None and not as_float(clip_norm, "Descent: clip_norm") > 0.0:
            raise ValueError(f"Descent: clip_norm must be positive or None, not {clip_norm!r}")
        self._rule = Function(as_function(rule, "Descent: the rule"))
        self._settings, self._clip_norm = settings, clip_norm
        self._scheduled = {name: settings[name] for name in scheduled}
        self._parameters = list(parameters)
        self._state = list(state)
        groups = self._grouped(args)
        self._is_ragged = len(groups.arguments) > 1
        self._begin()
        self._known(groups.arguments[:1])
        self._trained = self._assembled(None)

    def _begin(self) -> None:
        self._linked = True
        self._is_outdated = False
        self._is_alone = not self._is_ragged and self._unreached == "skip"
        self._order: list[Value] = []
        self._cases: dict[tuple[Shape, ...], Case] = {}
        self._programs: dict[tuple[Shape, ...], TrainingProgram] = {}
        self._indices: dict[tuple[Shape, ...], Indices] = {}
        self._built: dict[Any, Any] = {}

    # Verification

    def _is_fixed(self) -> bool:
        return self._function.is_fixed or self._rule.is_fixed

    def _traced(self, case: Case) -> tuple[Trace, TracedRule]:
        """Trace the function and the rule."""
        if not self._linked:
            for known in self._cases.values():
                self._function.link(known.used[0], known.arguments)
            self._linked = True
        size, scheduled = len(self._state[0]), [*self._scheduled]
        with paused_collector():
            trace = self._function.trace(case.arguments)
            apply = self._rule.function
            assert apply is not None  # a fixed one is not traced
            rule = traced_rule(apply, size, self._settings, scheduled, self._clip_norm)
        return trace, rule

    def _is_same(self, case: Case, now: tuple[Trace, TracedRule]) -> bool:
        (trace, rule), (new_trace, new_rule) = case.used, now
        return same_trace(trace, new_trace) and same_trace(rule.trace, new_rule.trace)

    def _take_over(self, case: Case, now: tuple[Trace, TracedRule]) -> None:
        """Go on with the numbers that the leaves and the state have now."""
        if case.used is None and self._cases and not self._is_rule_in_use(now[1]):
            self.verify(next(iter(self._cases.values())))  # an error, unless a change is announced
        program = self._differentiated(now[0])
        if case.used is not None:
            self.write_back()
        self._use(case, now, program)

    def _differentiated(self, trace: Trace) -> TrainingProgram:
        whole = not self._is_alone
        made = training_program(trace, self._parameters, self._order, whole=whole)
        self._order = made.moved  # that of the first program is the order of all
        return made._replace(program=made.program.rounded(self._precision))

    def _is_rule_in_use(self, rule: TracedRule) -> bool:
        return same_trace(self._rule_in_use.trace, rule.trace)

    def _use(self, case: Case, now: tuple[Trace, TracedRule], program: TrainingProgram) -> None:
        shapes, (trace, rule) = case.arguments.shapes, now
        case.used = now
        self._programs[shapes], self._rule_in_use = program, rule
        self._is_outdated = True
        self._indices.pop(shapes, None)
        if trace.indices:
            self._indices[shapes] = Indices(trace)

    def _stale(self, case: Case, now: tuple[Trace, TracedRule]) -> StaleProgramError:
        (used, rule), (trace, new_rule) = case.used, now
        if same_trace(used, trace):
            _, again = self._traced(case)
            name = "the rule of the Descent"
            return stale(name, rule.trace, new_rule.trace, again.trace, case)
        with_lines = self._function.trace(case.arguments, checked=True)
        return stale(f"the Descent of {self._function.name}", used, trace, with_lines, case)

    def is_current(self) -> bool:
        """Trace the function and the rule again; tell whether they compute what they did."""
        cases = self._cases.values()
        return self._is_fixed() or all(self._is_same(case, self._traced(case)) for case in cases)

    def retrace(self) -> None:
        """Trace the function and the rule again; go on with both as they are now.

        If they differ, the trained numbers are written into the Values, and a new program goes on
        from these and from the present state.
        """
        for case in self._cases.values():
            case.begin_again()
            self.verify(case)

    def _known(self, used: abc.Iterable[Arguments]) -> tuple[list[Case], list[Case]]:
        """Return the cases of arguments like these, and those of them that were traced only now."""
        cases, fresh = [], []
        for arguments in used:
            case = self._cases.get(arguments.shapes)
            if case is None:
                case = Case(arguments._replace(examples=None, shared=None))
                self.verify(case)
                self._cases[arguments.shapes] = case
                fresh.append(case)
            cases.append(case)
        return cases, fresh

    def _ready(self, cases: list[Case], fresh: list[Case]) -> Trained:
        """Return what takes steps, verified if it is time for it, with the data set since.

        Cases that are fresh need no verification.
        """
        is_due = self._verification.is_due
        for case in cases:
            if case not in fresh and is_due(case):
                self.verify(case)
        if self._is_outdated:
            self._trained = self._assembled(self._trained)
        self._trained.take_over()
        return self._trained

    def _assembled(self, former: Trained | None) -> Trained:
        """Return the memory of all programs there are, with the numbers and state of the former."""
        if former is not None:
            former.put_state(self._state)
        made = Trained(
            self._programs, self._rule_in_use, self._parameters, self._state, self._backend,
            self._built, alone=self._is_alone, always=self._unreached == "zero",
        )  # fmt: skip
        if former is not None:
            made.set_numbers(former.numbers())
        self._is_outdated = False
        return made

    # Steps

    def run(
        self,
        args: tuple[Any, ...] | Groups,
        order: abc.Sequence[int] | NDArray[np.integer[Any]],
        counts: abc.Sequence[int] | NDArray[np.integer[Any]],
        schedules: abc.Mapping[str, abc.Sequence[float]] | None = None,
    ) -> Steps:
        """Take as many steps as there are `counts`; see `plan`."""
        return self._planned(self._read(args), order, counts, schedules)()

    def plan(
        self,
        args: tuple[Any, ...] | Groups,
        order: abc.Sequence[int] | NDArray[np.integer[Any]],
        counts: abc.Sequence[int] | NDArray[np.integer[Any]],
        schedules: abc.Mapping[str, abc.Sequence[float]] | None = None,
    ) -> Plan:
        """Return a function that takes these steps each time it is called.

        `args` are the examples to choose from, copied here, or the result of `prepared`. The
        function has a method `prepare()`, which does all that its first call would do before the
        steps, and waits until these are as fast as they get.
        Each step takes the next `counts[step]` examples of `order`. `schedules` gives settings that
        change, one number per step. Raises ValueError for counts that do not fit and for another
        structure, IndexError for examples beyond args.
        """
        plan = self._planned(self.prepared(args), order, counts, schedules)
        plan.fresh = []  # it may be called much later
        return plan

    def prepared(self, args: tuple[Any, ...] | Groups) -> Groups:
        """Return a copy of the examples, read once, that can be given as `args` many times."""
        return self._read(args).copied()  # the caller may change args

    def _planned(
        self,
        groups: Groups,
        order: Any,
        counts: Any,
        schedules: abc.Mapping[str, abc.Sequence[float]] | None,
    ) -> Plan:
        given = {} if schedules is None else schedules
        given = as_mapping(given, "Descent: schedules", "names to lists of numbers")
        plan = Plan(self, chosen(groups, order, counts, self._scheduled, given))
        self._check_indices(groups, plan.used)
        return plan

    def value_and_grad(self, args: tuple[Any, ...]) -> tuple[float, list[float]]:
        """Return the mean of the loss over all examples, and its derivative by each parameter.

        They are computed at the numbers that the Values have now, whatever steps were taken, and
        operation by operation in float64: as the eager engine does, to be compared with it.
        """
        import numpy as np

        groups = self._read(args)
        cases, fresh = self._known(groups.arguments)
        for case in cases:
            if case not in fresh and self._verification.is_due(case):
                self.verify(case)
        self._check_indices(groups, range(len(groups.arguments)))
        total = np.zeros(1 + len(self._parameters))
        place = {leaf: number for number, leaf in enumerate(self._parameters, 1)}
        for arguments in groups.arguments:
            program, moved, _, fixed = self._programs[arguments.shapes]
            leaves = np.array([leaf._data for leaf in (*moved, *fixed)])
            shared = np.array(arguments.shared, dtype=np.float64)
            in_doubles = Interpreted(program.rounded(DOUBLE))
            _, sums = in_doubles.run(arguments.examples, shared, leaves)
            total[[0, *(place[leaf] for leaf in moved)]] += sums
        mean, *gradient = (total / len(groups.group)).tolist()
        return mean, gradient

    def _check_indices(self, groups: Groups, used: abc.Iterable[int]) -> None:
        for number in used:
            arguments = groups.arguments[number]
            indices = self._indices.get(arguments.shapes)
            if indices is not None:
                import numpy as np

                trace, _ = self._cases[arguments.shapes].used
                leaves = np.array([leaf._data for leaf in trace.leaves])
                examples = groups.examples(number)
                indices.check(arguments.examples, arguments.shared, leaves, examples)

    def write_back(self) -> None:
        """Write the trained numbers into the Values, except where data has been set since."""
        self._trained.write_back()

    @property
    def state(self) -> list[tuple[float, ...]]:
        """The state of the rule for each parameter, brought up to date."""
        self._trained.put_state(self._state)
        return list(self._state)

    # A copy compiles anew, and starts from the present numbers and state

    def __getstate__(self) -> dict[str, Any]:
        numbers, self._state = self._trained.numbers(), self.state
        kept = {name: item for name, item in vars(self).items() if name in KEPT}
        cases = [(case.arguments, case.used) for case in self._cases.values()]
        verify = self._verification.policy
        return {**kept, "verify": verify, "cases": cases, "numbers": numbers}

    def __setstate__(self, state: dict[str, Any]) -> None:
        verify, cases, numbers = (state.pop(name) for name in ("verify", "cases", "numbers"))
        vars(self).update(state)
        super().__init__("never" if self._is_fixed() else verify)
        self._begin()
        for arguments, used in cases:
            case = self._cases[arguments.shapes] = Case(arguments)
            case.structure, case.checked = STRUCTURE.now, perf_counter()
            self._use(case, used, self._differentiated(used[0]))
        self._linked = False
        self._trained = self._assembled(None)
        self._trained.set_numbers(numbers)

    def _grouped(self, args: tuple[Any, ...]) -> Groups:
        several = tuple(as_items(args, "Descent: args", "arguments of f"))
        return grouped(several, self._in_axes, self._function.names)

    def _read(self, args: tuple[Any, ...] | Groups) -> Groups:
        groups = args if isinstance(args, Groups) else self._grouped(args)
        for arguments in groups.arguments:
            if not self._is_ragged and arguments.shapes not in self._cases:
                (known,) = self._cases
                raise ValueError(
                    f"Descent: the arguments have the structure {arguments.shapes}, but the loss "
                    f"was compiled for {known}; examples of several lengths need a Descent that "
                    "was made from such"
                )
        return groups
