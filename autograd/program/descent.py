"""Descent: many steps of an optimizer in one call, on the captured leaves of a loss."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from autograd.arguments import as_choice, as_float, as_function, as_items, as_mapping
from autograd.backends.selection import checked_backend, stepper
from autograd.graph import CLOCK
from autograd.leaves import read_data, write_data
from autograd.program.arguments import Arguments, Axes, read
from autograd.program.indices import Indices
from autograd.program.interpreter import Interpreted
from autograd.program.origin import Function
from autograd.program.precision import as_precision
from autograd.program.trace import same_trace
from autograd.program.training import batched, check_state, traced_rule, training_program, updated
from autograd.program.verification import POLICIES, STRUCTURE, Case, Verified, stale
from autograd.runtime import paused_collector

if TYPE_CHECKING:
    from collections import abc

    import numpy as np
    from numpy.typing import NDArray

    from autograd.backends.executable import Batches, Stepper
    from autograd.errors import StaleProgramError
    from autograd.program.precision import DType
    from autograd.program.trace import Trace
    from autograd.program.training import TracedRule
    from autograd.program.verification import Policy
    from autograd.value import Value

# The attributes that a copy is made from
KEPT = frozenset({
    "_backend", "_clip_norm", "_example", "_function", "_in_axes", "_parameters", "_precision",
    "_rule", "_scheduled", "_settings", "_state",
})  # fmt: skip


class Steps(NamedTuple):
    """The results of some steps of a Descent.

    `losses` are the mean losses of the steps, before their updates. `extra` has one line per
    example, with the further results of the function as they were during training. `done` counts
    the steps taken. If `finite` is False, the loss or the gradient of step number `done` was nan or
    infinite, and that step was not taken.
    """

    losses: NDArray[np.floating[Any]]
    extra: NDArray[np.floating[Any]]
    done: int
    finite: bool


class _Plan:
    """Steps of a Descent, taken at each call; where both are copied, it takes those of the copy."""

    _made: Stepper | None = None  # the one whose steps `_take_steps` takes

    def __init__(self, descent: Descent, batches: Batches) -> None:
        self._descent, self._batches = descent, batches

    def __call__(self) -> Steps:
        descent = self._descent
        made = descent._ready()
        if made is not self._made:
            self._made, self._take_steps = made, made.plan(self._batches)
        losses, extra, done = self._take_steps()
        return Steps(losses, extra, done, done == len(self._batches.counts))

    def __getstate__(self) -> dict[str, Any]:
        return {"_descent": self._descent, "_batches": self._batches}


class Descent(Verified):
    """Steps of an optimizer on the mean of a function over batches, at machine speed.

    `f` takes one example and returns its loss, or (loss, further numbers). `args` are its
    arguments, batched along `in_axes` as for `compile`; they fix the structure. `parameters` are
    leaves that f captures; those it does not reach are left alone. The rule is called once, on
    Values: `rule(parameter, gradient, state, **settings) -> (parameter, state)`, with `state` a
    tuple of numbers for each parameter. The settings named by `scheduled` may change at each step.
    `clip_norm` scales gradients to at most that norm together. The numbers of the trained leaves
    are kept here until `write_back()`; the next call reads the data that was set on any leaf.
    All else that `f` and the rule read belongs to the program: `verify` says when they are traced
    again, and what happens if they differ, as for `compile`. `dtype` is the precision of all that
    is kept here: parameters, state, examples, losses; see `compile`.

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
        arguments = self._arguments(args)
        if arguments.examples is None:
            raise ValueError(
                f"Descent: in_axes={in_axes!r} says that no argument is a batch; steps take some "
                "of the examples of one"
            )
        self._example = arguments._replace(examples=None, shared=None)
        self._parameters = list(parameters)
        self._state = list(state)
        self._case = Case(self._example)  # the only one
        self._linked = True
        self.verify(self._case)

    def _is_fixed(self) -> bool:
        return self._function.is_fixed or self._rule.is_fixed

    def _traced(self, case: Case) -> tuple[Trace, TracedRule]:
        """Trace the function and the rule."""
        if not self._linked:
            self._function.link(case.used[0], self._example)
            self._linked = True
        size, scheduled = len(self._state[0]), [*self._scheduled]
        with paused_collector():
            trace = self._function.trace(self._example)
            apply = self._rule.function
            assert apply is not None  # a fixed one is not traced
            rule = traced_rule(apply, size, self._settings, scheduled, self._clip_norm)
        return trace, rule

    def _is_same(self, case: Case, now: tuple[Trace, TracedRule]) -> bool:
        (trace, rule), (new_trace, new_rule) = case.used, now
        return same_trace(trace, new_trace) and same_trace(rule.trace, new_rule.trace)

    def _take_over(self, case: Case, now: tuple[Trace, TracedRule]) -> None:
        """Go on with the numbers that the leaves and the state have now."""
        if case.used is not None:
            self.write_back()
            self._state = self.state
        self._build(*now)
        case.used = now

    def _stale(self, case: Case, now: tuple[Trace, TracedRule]) -> StaleProgramError:
        (used, rule), (trace, new_rule) = case.used, now
        if same_trace(used, trace):
            _, again = self._traced(case)
            name = "the rule of the Descent"
            return stale(name, rule.trace, new_rule.trace, again.trace, case)
        with_lines = self._function.trace(self._example, checked=True)
        return stale(f"the Descent of {self._function.name}", used, trace, with_lines, case)

    def _build(self, trace: Trace, rule: TracedRule) -> None:
        """Make the stepper, from the data of the leaves and the present state."""
        import numpy as np

        program, leaves, fixed = training_program(trace, self._parameters)
        place = {leaf: number for number, leaf in enumerate(self._parameters)}
        places = [place[leaf] for leaf in leaves]
        trained = [self._state[number] for number in places]
        update = updated(rule, trained)
        program = program.rounded(self._precision)
        update = update._replace(program=update.program.rounded(self._precision))
        columns = np.array(trained).reshape(len(trained), -1).T
        made = stepper(program, update, self._backend)
        put = self._precision.put
        put(columns[list(update.own)], made.own)
        put(columns[list(update.common), 0], made.common)
        self._program, self._leaves, self._fixed = program, tuple(leaves), fixed
        self._places, self._update, self._stepper = places, update, made
        self._indices = Indices(trace) if trace.indices else None
        self._clock = -1  # when the Values were last looked at

    def is_current(self) -> bool:
        """Trace the function and the rule again; tell whether they compute what they did."""
        return self._is_fixed() or self._is_same(self._case, self._traced(self._case))

    def retrace(self) -> None:
        """Trace the function and the rule again; go on with both as they are now.

        If they differ, the trained numbers are written into the Values, and a new program goes on
        from these and from the present state.
        """
        self._case.begin_again()
        self.verify(self._case)

    def _ready(self) -> Stepper:
        """Return the stepper, verified if it is time for it, with the data that was set since."""
        self._verify_if_due()
        self._take_over_leaves()
        return self._stepper

    def _verify_if_due(self) -> None:
        if self._verification.is_due(self._case):
            self.verify(self._case)

    def run(
        self,
        args: tuple[Any, ...] | Arguments,
        order: abc.Sequence[int] | NDArray[np.integer[Any]],
        counts: abc.Sequence[int] | NDArray[np.integer[Any]],
        schedules: abc.Mapping[str, abc.Sequence[float]] | None = None,
    ) -> Steps:
        """Take as many steps as there are `counts`; see `plan`."""
        return self._planned(self._read(args), order, counts, schedules)()

    def plan(
        self,
        args: tuple[Any, ...] | Arguments,
        order: abc.Sequence[int] | NDArray[np.integer[Any]],
        counts: abc.Sequence[int] | NDArray[np.integer[Any]],
        schedules: abc.Mapping[str, abc.Sequence[float]] | None = None,
    ) -> abc.Callable[[], Steps]:
        """Return a function that takes these steps each time it is called.

        `args` are the examples to choose from, copied here, or the result of `prepared`.
        Each step takes the next `counts[step]` examples of `order`. `schedules` gives settings that
        change, one number per step. Raises ValueError for counts that do not fit and for another
        structure, IndexError for examples beyond args.
        """
        return self._planned(self.prepared(args), order, counts, schedules)

    def prepared(self, args: tuple[Any, ...] | Arguments) -> Arguments:
        """Return a copy of the examples, read once, that can be given as `args` many times."""
        arguments = self._read(args)
        return arguments._replace(examples=arguments.examples.copy())  # the caller may change args

    def _planned(
        self,
        arguments: Arguments,
        order: Any,
        counts: Any,
        schedules: abc.Mapping[str, abc.Sequence[float]] | None,
    ) -> abc.Callable[[], Steps]:
        self._check_indices(arguments)
        given = {} if schedules is None else schedules
        given = as_mapping(given, "Descent: schedules", "names to lists of numbers")
        batches = batched(arguments, order, counts, self._scheduled, given)
        return _Plan(self, batches)

    def value_and_grad(self, args: tuple[Any, ...]) -> tuple[float, list[float]]:
        """Return the mean of the loss over all examples, and its derivative by each parameter.

        They are computed at the numbers that the Values have now, whatever steps were taken, and
        operation by operation: as slowly as the eager engine does, to be compared with it.
        """
        import numpy as np

        self._verify_if_due()
        arguments = self._read(args)
        leaves = [leaf._data for leaf in (*self._leaves, *self._fixed)]
        self._check_indices(arguments)
        shared = np.array(arguments.shared, dtype=np.float64)
        interpreted = Interpreted(self._program)
        _, sums = interpreted.run(arguments.examples, shared, np.array(leaves))
        total, *slopes = (sums.astype(float) / len(arguments.examples)).tolist()
        gradient = [0.0] * len(self._state)
        for place, slope in zip(self._places, slopes):
            gradient[place] = slope
        return total, gradient

    def _check_indices(self, arguments: Arguments) -> None:
        if self._indices is not None:
            import numpy as np

            leaves = np.array([leaf._data for leaf in self._case.used[0].leaves])
            self._indices.check(arguments.examples, arguments.shared, leaves)

    def write_back(self) -> None:
        """Write the trained numbers into the Values, except where data has been set since."""
        self._take_over_leaves()
        before = CLOCK.now
        numbers = self._stepper.parameters[: len(self._leaves)]
        write_data(self._leaves, numbers.astype(float, copy=False))
        # Where nothing else has changed since the leaves were read, they need not be read again
        written = self._leaves[0]._version if self._leaves else before
        if self._clock == before and written == before + 1:
            self._clock = written

    def _take_over_leaves(self) -> None:
        """Read the data that was set since the leaves were last looked at."""
        if CLOCK.now == self._clock:
            return
        now = CLOCK.now  # before the data: what is set meanwhile is read the next time
        parameters = self._stepper.parameters
        numbers = parameters.astype(float, copy=False)
        read_data((*self._leaves, *self._fixed), numbers, self._clock)
        if numbers is not parameters:
            self._precision.put(numbers, parameters)
        self._clock = now

    @property
    def state(self) -> list[tuple[float, ...]]:
        """The state of the rule for each parameter, brought up to date."""
        own, common = self._stepper.own.tolist(), self._stepper.common.tolist()
        count = len(self._places)
        elements = dict(zip(self._update.own, own))
        elements.update(zip(self._update.common, ([number] * count for number in common)))
        lines = zip(*(elements[k] for k in sorted(elements))) if elements else [()] * count
        for place, line in zip(self._places, lines):
            self._state[place] = tuple(line)
        return list(self._state)

    # A copy compiles anew, and starts from the present numbers and state

    def __getstate__(self) -> dict[str, Any]:
        self._take_over_leaves()
        self._state = self.state
        kept = {name: item for name, item in vars(self).items() if name in KEPT}
        numbers = self._stepper.parameters.tolist()
        verify, used = self._verification.policy, self._case.used
        return {**kept, "verify": verify, "used": used, "numbers": numbers}

    def __setstate__(self, state: dict[str, Any]) -> None:
        verify, used, numbers = (state.pop(name) for name in ("verify", "used", "numbers"))
        vars(self).update(state)
        super().__init__("never" if self._is_fixed() else verify)
        case = self._case = Case(self._example)
        case.used, case.structure, case.checked = used, STRUCTURE.now, perf_counter()
        self._linked = False
        self._build(*used)
        self._stepper.parameters[:] = numbers
        self._clock = CLOCK.now

    def _arguments(self, args: tuple[Any, ...]) -> Arguments:
        several = tuple(as_items(args, "Descent: args", "arguments of f"))
        return read(several, self._in_axes, self._function.names)

    def _read(self, args: tuple[Any, ...] | Arguments) -> Arguments:
        if isinstance(args, Arguments):
            return args
        arguments = self._arguments(args)
        if arguments.shapes != self._example.shapes:
            raise ValueError(
                f"Descent: the arguments have the structure {arguments.shapes}, but the loss "
                f"was compiled for {self._example.shapes}"
            )
        return arguments
