"""A child that is forked while other threads are inside of autograd can use it."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

import pytest

import autograd as ag
from autograd import Value, primitive
from autograd.program.program import Program
from autograd.threads import Turns, loaded

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="fork of POSIX"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
    # JAX's own, where another test has loaded it
    pytest.mark.filterwarnings("ignore:os.fork.. was called:RuntimeWarning"),
]


def child_ends(work):
    """Tell whether a forked child comes to the end of the work, within some seconds."""
    child = os.fork()
    if not child:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(20)
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0


@pytest.fixture
def other_thread():
    """Let another thread run until it waits inside of what it does; then let it go on."""
    inside, go_on = threading.Event(), threading.Event()
    threads = []

    def wait(*_):
        inside.set()
        assert go_on.wait(60)

    def start(work):
        threads.append(threading.Thread(target=work, args=(wait,)))
        threads[-1].start()
        assert inside.wait(60)

    yield start
    go_on.set()
    for thread in threads:
        thread.join()


def check_backward():
    x = Value(3.0)
    (x * x).backward()
    assert x.grad == 6.0


def test_backward_in_the_child_of_a_process_in_backward(other_thread):
    def work(wait):
        def rule(g, out, x):
            wait()
            return g

        primitive("waits", lambda x: x, rule)(Value(2.0)).backward()

    other_thread(work)
    assert child_ends(check_backward)


@pytest.mark.parametrize("backend", ["numpy", "llvm", "interpreter"])
def test_a_function_that_another_thread_compiles_is_compiled_by_the_child(backend, other_thread):
    if backend == "llvm":
        pytest.importorskip("llvmlite")
    slow = threading.local()

    def f(x):
        if hasattr(slow, "wait"):
            slow.wait()
        return x * x

    compiled = ag.compile(f, backend=backend)

    def work(wait):
        slow.wait = wait
        compiled(1.0)

    def check():
        assert compiled(3.0) == 9.0
        assert ag.compile(lambda x: x + 1.0, backend=backend).value_and_grad(2.0) == (3.0, 1.0)

    other_thread(work)
    assert child_ends(check)


def test_machine_code_in_the_child_of_a_process_inside_llvm():
    llvm = pytest.importorskip("llvmlite.binding")
    ag.compile(lambda x: x, backend="llvm")(1.0)
    stop = threading.Event()

    def work():
        while not stop.is_set():
            with llvm.ffi.lib._lock:
                time.sleep(0.001)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(3):
            assert child_ends(lambda: ag.compile(lambda x: x * 7.0, backend="llvm")(1.0))
    finally:
        stop.set()
        thread.join()


def test_a_property_of_a_program_has_no_lock(other_thread):
    def work(wait):
        class Slow(tuple):
            def __len__(self):
                wait()
                return 0

        _ = Program(0, 0, 0, Slow(), (), (), ()).first

    other_thread(work)
    assert child_ends(lambda: ag.compile(lambda x: x * x, backend="interpreter")(1.0))


def test_a_module_that_another_thread_loads_can_be_loaded_by_the_child(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(0.3)\n")
    monkeypatch.syspath_prepend(tmp_path)
    thread = threading.Thread(target=loaded, args=("slow_to_import",))
    thread.start()
    while "slow_to_import" not in sys.modules:
        time.sleep(0.001)
    assert child_ends(lambda: loaded("slow_to_import"))
    thread.join()
    del sys.modules["slow_to_import"]


def test_turns_are_free_in_a_child_and_kept_in_the_parent(other_thread):
    turns = Turns()

    def work(wait):
        with turns.lock:
            wait()

    def check():
        assert turns.lock.acquire(timeout=5)

    other_thread(work)
    assert child_ends(check)
    assert not turns.lock.acquire(blocking=False)
