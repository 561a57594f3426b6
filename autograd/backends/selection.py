"""The choice of a backend: by name, or the fastest that is installed."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from logging import getLogger
from typing import TYPE_CHECKING

from autograd.backends.executable import BackendLimit, Executable
from autograd.backends.interpreter import Interpreted
from autograd.program.schedule import scheduled

if TYPE_CHECKING:
    from autograd.program.program import Program

__all__ = ["BACKENDS", "checked_backend", "executable"]

# Each schedules, and is loaded when it is first used: the package it needs, and the extra with it.
BACKENDS = {"llvm": ("llvmlite", "jit"), "numpy": ("numpy", ""), "jax": ("jax", "jax")}
NAMES = ("auto", *BACKENDS, "interpreter")

_log = getLogger("autograd")
_told: set[str] = set()


def checked_backend(name: str) -> str:
    """Return the name if there is such a backend and it is installed.

    Raises ValueError for an unknown name, and ImportError, saying what to install, for one whose
    package is missing.
    """
    if name not in NAMES:
        raise ValueError(f"there is no backend {name!r}; choose one of {', '.join(NAMES)}")
    if name in BACKENDS:
        package, extra = BACKENDS[name]
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
    if backend == "auto":
        try:
            checked_backend("llvm")
            return _built("llvm", schedule)
        except (ImportError, BackendLimit) as reason:
            if str(reason) not in _told:
                _told.add(str(reason))
                _log.info("running on NumPy: %s", reason)
        backend = "numpy"
    return _built(backend, schedule)


def _built(name: str, schedule: object) -> Executable:
    module = import_module(f"autograd.backends.{name}")
    found: Executable = module.build(schedule)
    return found
