"""The choice of a backend: by name, or the fastest that is installed."""

from __future__ import annotations

from importlib.util import find_spec
from logging import getLogger
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_choice
from autograd.backends.executable import BackendLimit, Batches, Executable, Progress, Stepper
from autograd.program.interpreter import Interpreted
from autograd.program.precision import DOUBLE
from autograd.program.schedule import scheduled
from autograd.threads import loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.program.program import Program
    from autograd.program.training import Update

# The backends that run schedules, each loaded when it is first used: the package it needs beside
# NumPy, and the extra that installs it.
BACKENDS = {"llvm": ("llvmlite", "jit"), "numpy": ("numpy", ""), "jax": ("jax", "jax")}
NAMES = ("auto", *BACKENDS, "interpreter")
NARROW = ("llvm", "interpreter")  # those that run programs in float32 too

_log = getLogger("autograd")
_told: set[str] = set()


def checked_backend(name: object) -> str:
    """Return the name if there is such a backend and it is installed.

    Raises ValueError for an unknown name, and ImportError, saying what to install, for one whose
    package is missing.
    """
    name = as_choice(name, "backend", NAMES)
    if find_spec("numpy") is None:
        raise ImportError("compiled functions need NumPy: pip install numpy")
    loaded("numpy")  # here rather than in the first call, which another thread's fork may meet
    package, extra = BACKENDS.get(name, ("numpy", ""))
    if find_spec(package) is None:
        raise ImportError(
            f'backend="{name}" needs {package}: pip install "scalar-autograd[{extra}]"; '
            'or leave the choice to backend="auto"'
        )
    return name


def executable(program: Program, backend: str) -> Executable:
    """Return the program ready to run.

    "auto" is LLVM where llvmlite is installed and the program within its limits, else NumPy, with
    one line in the log "autograd" for each reason.
    """
    if backend == "interpreter":
        return Interpreted(program)
    schedule = scheduled(program)
    found: Executable = _made(backend, program, lambda module: module.build(schedule))
    return found


def stepper(program: Program, update: Update, backend: str) -> Stepper:
    """Return the program of a gradient and an update ready to take steps; "auto" as above."""
    if backend == "interpreter":
        return _ArrayStepper(program, update, Interpreted)

    def make(module: Any) -> Stepper:
        if hasattr(module, "build_stepper"):
            native: Stepper = module.build_stepper(scheduled(program), update)
            return native
        return _ArrayStepper(program, update, lambda each: module.build(scheduled(each)))

    found: Stepper = _made(backend, program, make)
    return found


def _made(backend: str, program: Program, make: Callable[[Any], Any]) -> Any:
    """Return the result of `make` for the module of a backend: for "auto", of the best."""
    if backend == "auto":
        try:
            checked_backend("llvm")
            return make(_module("llvm"))
        except (ImportError, BackendLimit, ValueError) as reason:  # such as a row without C text
            if str(reason) not in _told:
                _told.add(str(reason))
                _log.info("running on NumPy: %s", reason)
        backend = "numpy"
    if program.precision is not DOUBLE and backend not in NARROW:
        raise ValueError(
            f"the {backend} backend computes in float64 only: dtype={program.precision.name!r} "
            f"runs on {' and '.join(NARROW)}"
        )
    return make(_module(backend))


def _module(backend: str) -> Any:
    return loaded(f"autograd.backends.{backend}")


class _ArrayStepper:
    """A stepper in Python and NumPy, over the executables of the gradient and of the rule."""

    def __init__(
        self, program: Program, update: Update, make: Callable[[Program], Executable]
    ) -> None:
        import numpy as np

        self._gradient, self._rule = make(program), make(update.program)
        self._trained = trained = len(program.sums) - 1
        self._outputs, self._uses_norm = len(program.outputs), update.uses_norm
        self._dtype = program.precision.name
        self.parameters = np.zeros(program.parameters, self._dtype)
        self.own = np.zeros((len(update.own), trained), self._dtype)
        self.common = np.zeros(len(update.common), self._dtype)
        # A line of the rule's inputs for each trained parameter: it, its gradient, its state.
        self._lines = np.empty((trained, 2 + len(update.own)), self._dtype)

    def plan(self, batches: Batches) -> Callable[[], Progress]:
        """Return a function that takes these steps, one by one."""
        return lambda: self._run(batches)

    def _run(self, batches: Batches) -> Progress:
        import numpy as np

        losses: list[float] = []
        outputs: list[Any] = [np.empty((0, self._outputs), self._dtype)]
        start = done = 0
        for count, settings in zip(batches.counts.tolist(), batches.scheduled):
            chosen = batches.examples.take(batches.order[start : start + count], axis=0)
            found, sums = self._gradient.run(chosen, batches.shared, self.parameters)
            outputs.append(found)
            losses.append(sums[0] / count)
            if not np.isfinite(sums).all():
                break
            self._move(sums[1:], count, settings)
            start += count
            done += 1
        return Progress(np.array(losses, self._dtype), np.concatenate(outputs), done)

    def _move(self, gradient: Any, count: int, settings: Any) -> None:
        import numpy as np

        trained, lines, scale = self.parameters[: self._trained], self._lines, 1.0 / count
        norm = 0.0
        if self._uses_norm:
            largest = np.abs(gradient).max() or 1.0  # so that no square overflows
            norm = scale * largest * np.linalg.norm(gradient / largest)
        lines[:, 0] = trained
        lines[:, 1] = gradient
        lines[:, 2:] = self.own.T
        given = [scale, norm, *settings.tolist(), *self.common.tolist()]
        shared = np.array(given, self._dtype)
        moved, _ = self._rule.run(lines, shared, np.empty(0))
        trained[:] = moved[:, 0]
        self.own[:] = moved[:, 1 : 1 + len(self.own)].T
        self.common[:] = moved[0, 1 + len(self.own) :]
