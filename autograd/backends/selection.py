"""The choice of a backend: by name, or the fastest that is installed."""

from __future__ import annotations

from importlib.util import find_spec
from logging import getLogger
from typing import TYPE_CHECKING, Any

from autograd.arguments import as_choice
from autograd.backends.executable import BackendLimit, Executable, Stepper
from autograd.backends.joint import JointStepper
from autograd.program.interpreter import Interpreted
from autograd.program.schedule import scheduled
from autograd.threads import loaded

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from autograd.program.program import Program
    from autograd.program.sharing import Sharing
    from autograd.program.training import Update

# The backends that run schedules, each loaded when it is first used: the package it needs beside
# NumPy, and the extra that installs it.
BACKENDS = {"llvm": ("llvmlite", "jit"), "numpy": ("numpy", ""), "jax": ("jax", "jax")}
NAMES = ("auto", *BACKENDS, "interpreter")

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
    found: Executable = _made(backend, lambda module: _answering(module, program))
    return found


def stepper(program: Program, update: Update, backend: str) -> Stepper | None:
    """Return the program of a gradient and an update ready to take steps, None where several can.

    "auto" is as above.
    """
    if backend == "interpreter":
        return None

    def make(module: Any) -> Stepper | None:
        if hasattr(module, "build_stepper"):
            native: Stepper = module.build_stepper(scheduled(program), update)
            return native
        return None

    found: Stepper | None = _made(backend, make)
    return found


def joint_stepper(
    programs: Sequence[Program],
    sharing: Sharing,
    update: Update,
    backend: str,
    built: dict[Any, Executable],
) -> Stepper:
    """Return programs that share their parameters, and an update, ready to take steps.

    "auto" is one backend for all of them, chosen as above. `built` holds those that were built
    before, and takes the others.
    """

    def make(module: Any) -> Stepper:
        def build(program: Program) -> Executable:
            key = module, program
            if key not in built:
                built[key] = _answering(module, program) if module else Interpreted(program)
            return built[key]

        if hasattr(module, "NativeJointStepper"):
            native: Stepper = module.NativeJointStepper(programs, build, sharing, update)
            return native
        gradients = [build(program) for program in programs]
        outputs = [len(program.outputs) for program in programs]
        return JointStepper(gradients, build(update.program), sharing, update, outputs)

    if backend == "interpreter":
        return make(None)
    found: Stepper = _made(backend, make)
    return found


def _answering(module: Any, program: Program) -> Executable:
    """Return an executable by the module of a backend, which answers at once if it has a way."""
    build: Callable[[Any], Executable] = getattr(module, "build_at_once", module.build)
    return build(scheduled(program))


def _made(backend: str, make: Callable[[Any], Any]) -> Any:
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
    return make(_module(backend))


def _module(backend: str) -> Any:
    return loaded(f"autograd.backends.{backend}")
