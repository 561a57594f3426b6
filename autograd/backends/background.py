"""Background: executables that answer at once, until faster ones have been made in a thread.

One thread makes them, in the order in which they were asked for, and ends when nothing is left to
do. At the exit of Python it finishes what is under way, which cannot be stopped inside of LLVM, and
drops the rest. A forked child has no such thread: there the next call starts one.
"""

from __future__ import annotations

from collections import deque
from logging import getLogger
from threading import Event, Thread, current_thread, main_thread
from typing import TYPE_CHECKING, Any
from weakref import ref

from autograd.backends.executable import BackendLimit
from autograd.threads import Turns

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.backends.executable import Executable

_turns = Turns()
_waiting: deque[ref[Replaceable]] = deque()
_thread: Thread | None = None

_log = getLogger("autograd")


class Replaceable:
    """An executable that is used until another one, of the same results, has been made.

    Where that is beyond the limits of its backend, the first one stays in use. Another exception of
    `make` is raised by every call from then on.
    """

    def __init__(self, first: Executable, make: Callable[[], Executable]) -> None:
        self._first = first
        self._make = make
        self._made: Executable | None = None
        self._error: Exception | None = None
        self._maker: Thread | None = None  # which makes it now, or was doing so at a fork
        self._ended = Event()
        _ask_for(self)

    def run(self, examples: Any, shared: Any, parameters: Any) -> tuple[Any, Any]:
        """Return the outputs for each example, and the sums: see `Executable`."""
        return self.current().run(examples, shared, parameters)

    def current(self) -> Executable:
        """Return the faster executable if it is there, else the first one."""
        if self._made is not None:
            return self._made
        if self._error is not None:
            raise self._error
        if not _is_at_work():  # as in a forked child
            _ask_for(self)
        return self._first

    def latest(self) -> Executable:
        """Return the faster executable if it is there, else this one."""
        return self if self._made is None and self.current() is self._first else self.current()

    def settled(self) -> Executable:
        """Return the faster executable as soon as it is there, made by this thread if need be."""
        while self._made is None and self._error is None:
            if self.begin():
                self.work()
            else:
                self._ended.wait(1.0)  # and see whether it is still at work
        return self.latest()

    def begin(self) -> bool:
        """Have this thread make the faster one; False if one does so already, or has done it."""
        with _turns.lock:
            if self._ended.is_set() or (self._maker is not None and self._maker.is_alive()):
                return False
            self._maker = current_thread()
            return True

    def work(self) -> None:
        """Make the faster one, after `begin`."""
        try:
            self._made = self._make()
        except BackendLimit as reason:
            _log.info("running on precompiled functions: %s", reason)
            self._made = self._first
        except Exception as error:  # noqa: BLE001 - the next call raises it
            self._error = error
        finally:
            self._maker = None  # also after Ctrl-C
            if self._made is not None or self._error is not None:
                self._ended.set()


def _ask_for(wanted: Replaceable) -> None:
    """Have the thread make it when its turn has come."""
    global _thread  # noqa: PLW0603 - one for the process
    with _turns.lock:
        if not any(other() is wanted for other in _waiting):
            _waiting.append(ref(wanted))
        if not _is_at_work() and main_thread().is_alive():
            _thread = _Maker(name="autograd-background", daemon=False)
            try:
                _thread.start()
            except RuntimeError:  # the process has too many
                _thread = None


def _is_at_work() -> bool:
    thread = _thread
    return thread is not None and thread.is_alive()


class _Maker(Thread):
    """The thread; its class tells `nn.fit` that no code of the user's runs in it."""

    def run(self) -> None:
        """Make what is waited for, one after the other."""
        global _thread  # noqa: PLW0603 - one for the process
        while True:
            with _turns.lock:
                if not _waiting or not main_thread().is_alive():
                    _thread = None
                    return
                wanted = _waiting.popleft()()
            if wanted is not None and wanted.begin():
                wanted.work()
            del wanted  # else it would live until the next one
