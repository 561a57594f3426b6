"""Executables that are replaced by faster ones, which a thread makes."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import threading

import pytest

pytest.importorskip("numpy")

from autograd.backends import background
from autograd.backends.background import Replaceable
from autograd.backends.executable import BackendLimit
from nn.training import loop

LONG = 60  # seconds that nothing here takes


class Named:
    """An executable whose outputs are its name."""

    def __init__(self, name):
        self.name = name

    def run(self, examples, shared, parameters):
        return self.name, ()


def answer(executable):
    return executable.run((), (), ())[0]


@pytest.fixture
def gate():
    """Return an event that the thread waits for, and let the thread end after the test."""
    opened = threading.Event()
    yield opened
    opened.set()
    thread = background._thread
    if thread is not None:
        thread.join(LONG)
    assert not background._waiting


def waiting(gate, name="fast"):
    def make():
        assert gate.wait(LONG)
        return Named(name)

    return make


def test_the_first_one_answers_until_the_other_is_there(gate):
    executable = Replaceable(Named("first"), waiting(gate))
    assert answer(executable) == "first"
    assert executable.latest() is executable
    gate.set()
    fast = executable.settled()
    assert answer(fast) == answer(executable) == "fast"
    assert executable.latest() is fast


def test_it_is_made_in_another_thread_which_ends(gate):
    threads = []

    def make():
        threads.append(threading.current_thread())
        return Named("fast")

    gate.set()
    executable = Replaceable(Named("first"), make)
    thread = background._thread
    if thread is not None:
        thread.join(LONG)
    assert answer(executable) == "fast"
    assert threads[0] is not threading.main_thread()
    assert not threads[0].daemon
    assert background._thread is None


def test_fit_knows_that_no_code_of_the_user_runs_in_the_thread(gate, monkeypatch):
    """While other threads run, it traces the model again and again."""
    executable = Replaceable(Named("first"), waiting(gate))
    alive = [threading.current_thread(), background._thread]
    monkeypatch.setattr(threading, "enumerate", lambda: alive)
    assert not loop._other_threads()
    alive.append(threading.Thread())
    assert loop._other_threads()
    gate.set()
    assert answer(executable.settled()) == "fast"


def at_work(gate):
    """Return an executable that the thread has begun to make, and cannot end before the gate."""
    begun = threading.Event()

    def slow():
        begun.set()
        return waiting(gate)()

    executable = Replaceable(Named("first"), slow)
    assert begun.wait(LONG)
    return executable


def test_those_who_wait_make_what_is_not_begun(gate):
    """The thread is at work on another one, and this one need not wait for its turn."""
    before = at_work(gate)
    threads = []

    def make():
        threads.append(threading.current_thread())
        return Named("fast")

    executable = Replaceable(Named("first"), make)
    assert answer(executable.settled()) == "fast"
    gate.set()
    assert answer(before.settled()) == "fast"
    assert threads == [threading.current_thread()]


def test_they_are_made_in_turn_and_those_that_nobody_has_are_not(gate):
    made = []

    def noting(name):
        def make():
            assert gate.wait(LONG)
            made.append(name)
            return Named(name)

        return make

    kept = [Replaceable(Named("first"), noting(0))]
    kept += [Replaceable(Named("first"), noting(number)) for number in (1, 2)]
    dropped = Replaceable(Named("first"), noting(3))
    kept.append(Replaceable(Named("first"), noting(4)))
    del dropped
    gc.collect()
    gate.set()
    thread = background._thread
    if thread is not None:
        thread.join(LONG)
    assert made == [0, 1, 2, 4]
    assert [answer(each) for each in kept] == made


def test_an_exception_reaches_the_next_call(gate):
    def fail():
        assert gate.wait(LONG)
        raise RuntimeError("no room")

    executable = Replaceable(Named("first"), fail)
    assert answer(executable) == "first"
    gate.set()
    with pytest.raises(RuntimeError, match="no room"):
        executable.settled()
    with pytest.raises(RuntimeError, match="no room"):
        answer(executable)


def test_beyond_a_limit_the_first_one_stays(gate, caplog):
    caplog.set_level(logging.INFO, "autograd")

    def fail():
        raise BackendLimit("too long")

    gate.set()
    executable = Replaceable(Named("first"), fail)
    assert answer(executable.settled()) == "first"
    assert [record.getMessage() for record in caplog.records] == [
        "running on precompiled functions: too long"
    ]


def test_an_interrupt_leaves_it_to_be_made_again(gate):
    before = at_work(gate)
    interrupts = iter([KeyboardInterrupt])

    def make():
        for interrupt in interrupts:
            raise interrupt
        return Named("fast")

    executable = Replaceable(Named("first"), make)
    with pytest.raises(KeyboardInterrupt):
        executable.settled()
    assert answer(executable.settled()) == "fast"
    gate.set()
    before.settled()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="fork of POSIX")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:os.fork.. was called:RuntimeWarning")
def test_a_child_makes_what_its_parent_was_making(gate):
    begun = threading.Event()
    parent = os.getpid()

    def make():
        begun.set()
        if os.getpid() == parent:
            assert gate.wait(LONG)
        return Named("fast")

    def last():
        return Named("fast")

    executables = [Replaceable(Named("first"), each) for each in (make, last)]
    assert begun.wait(LONG)
    child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(LONG)
        code = 1
        try:
            assert answer(executables[0]) in {"first", "fast"}
            assert background._thread is None or background._thread.join(LONG) is None
            assert [answer(each) for each in executables] == ["fast", "fast"]
            code = 0
        finally:
            os._exit(code)
    assert os.waitpid(child, 0)[1] == 0


AT_EXIT = """
import threading
from autograd.backends.background import Replaceable

begun = threading.Event()

def last():
    begun.set()
    threading.main_thread().join()
    print("last")

def never():
    print("never")

under_way = Replaceable(None, last)
dropped = Replaceable(None, never)
assert begun.wait(60)
print("exit")
"""


def test_at_the_exit_of_python_only_what_is_under_way_is_finished():
    run = subprocess.run(
        [sys.executable, "-c", AT_EXIT], capture_output=True, text=True, check=True
    )
    assert run.stdout.split() == ["exit", "last"]
    assert run.stderr == ""
