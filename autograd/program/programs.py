"""Programs: what has been traced and compiled of one function, kept by structure of arguments."""

from __future__ import annotations

from threading import RLock
from typing import TYPE_CHECKING, Any, TypeAlias

from autograd.changes import STRUCTURE
from autograd.collector import paused_collector
from autograd.mode import CURRENT, entered
from autograd.program.runner import KINDS, Runner
from autograd.program.trace import Function
from autograd.program.tracing_mode import TracingMode
from autograd.program.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from autograd.program.arguments import Arguments
    from autograd.program.trace import Graph, Trace

__all__ = ["Programs", "Quick"]

Quick: TypeAlias = "tuple[frozenset[Any], Callable[..., Any]]"


class _Traced:
    """A trace, and the programs made from it so far."""

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        self.runners: dict[str, Runner] = {}


class Programs:
    """The programs of one function or graph, made when they are first asked for."""

    def __init__(self, origin: Function | Graph, backend: str, check: bool) -> None:
        self.origin = origin
        self.backend = backend
        self.check = check
        self._lock = RLock()
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._traced: dict[Hashable, _Traced] = {}
        self._former: dict[Hashable, _Traced] = {}  # made before something changed
        self.watch: Watch | None = None  # None if there is nothing to watch
        self._changes: dict[Any, Any] = {}  # what has changed since those were made
        self._ignored: dict[Any, Any] = {}  # changes that have had no effect
        # By kind and number of arguments: the variant, and what computes from floats alone
        self.quick: dict[str, dict[int, Quick]] = {kind: {} for kind in KINDS}
        self.structure = STRUCTURE.now  # when the traces were made

    def retrace(self) -> None:
        """Have every structure of arguments traced again; equal traces keep their programs."""
        with self._lock:
            former = self._former | self._traced
            self.clear()
            self._former = former

    def refresh(self) -> None:
        """Set the traces aside if the function would meet other objects now."""
        if self.structure != STRUCTURE.now:
            self.retrace()
        if self.watch is not None and self.watch.changed():
            with self._lock:
                if self.watch is not None:  # no other thread was here
                    changes, former = self.watch.changes(), self._former | self._traced
                    self.clear()
                    self._changes, self._former = changes, former

    def trace(self, arguments: Arguments) -> Trace:
        """Return the trace for arguments like these."""
        return self._entry(arguments).trace

    def only_trace(self) -> Trace:
        """Return the one trace there is; TypeError if there is none, ValueError for several."""
        traces = [entry.trace for entry in [*self._traced.values()]]
        if not traces:
            if not isinstance(self.origin, Function):
                return self.origin.one_example()
            raise TypeError(
                f"{self.origin.name} has not been called yet: give example arguments, which say "
                "what structure and shapes it takes"
            )
        if len(traces) > 1:
            raise ValueError(
                f"{self.origin.name} was called with {len(traces)} structures of arguments: give "
                "example arguments of the one that is meant"
            )
        return traces[0]

    def runner(self, kind: str, arguments: Arguments) -> Runner:
        """Return the compiled program of one kind of result for arguments like these."""
        entry = self._entry(arguments)
        runner = entry.runners.get(kind)
        if runner is None:
            if kind not in KINDS:
                raise ValueError(f"there is no result {kind!r}; choose one of {', '.join(KINDS)}")
            with self._lock:
                runner = entry.runners.get(kind)
                if runner is None:
                    # A rule of a user may ask for numbers, as a traced function may
                    mode = TracingMode(variant=CURRENT.get().variant)
                    with entered(mode), paused_collector():
                        runner = Runner(kind, entry.trace, self.backend, self.check)
                    entry.runners[kind] = runner
        return runner

    def __iter__(self) -> Iterator[tuple[Trace, str, Runner]]:
        for entry in [*self._traced.values()]:
            for kind, runner in [*entry.runners.items()]:
                yield entry.trace, kind, runner

    def _entry(self, arguments: Arguments) -> _Traced:
        key = arguments.shapes, arguments.batched, CURRENT.get().variant
        entry = self._traced.get(key)
        if entry is None:
            with self._lock:
                entry = self._traced.get(key) or self._made(key, arguments)
        return entry

    def _made(self, key: Hashable, arguments: Arguments) -> _Traced:
        """Trace; where the function does what it did before some change, keep what there was."""
        with paused_collector():
            entry = _Traced(self.origin.trace(arguments, self.check))
        former = self._former.pop(key, None)
        if former is not None and former.trace == entry.trace:
            entry, self._ignored = former, self._changes
        if isinstance(self.origin, Function):  # after each trace, for it may change things itself
            self.watch = Watch(self.origin.function, self._ignored) or None
        self._traced[key] = entry
        return entry

    def __getstate__(self) -> dict[str, Any]:
        traces = {key: entry.trace for key, entry in self._traced.items()}
        return {
            "origin": self.origin,
            "backend": self.backend,
            "check": self.check,
            "traces": traces,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["origin"], state["backend"], state["check"])  # type: ignore[misc]  # as new
        self._traced = {key: _Traced(trace) for key, trace in state["traces"].items()}
