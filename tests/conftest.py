"""Settings that hold for every test."""

from __future__ import annotations

import gc
import os
import random
import signal
import sys
from itertools import count, groupby
from pathlib import Path

import pytest
from _pytest.doctest import DoctestModule
from _pytest.runner import runtestprotocol
from hypothesis import settings

from autograd.mode import CURRENT

__all__ = [
    "broken_off",
    "by_itself",
    "pytest_collect_file",
    "pytest_collection_finish",
    "pytest_configure",
    "pytest_runtest_protocol",
    "pytest_sessionstart",
]

os.environ["MPLBACKEND"] = "Agg"  # no test opens a window
# Before NumPy comes in: as many processes as cores run the tests, and where each starts as many
# threads again, they wait for each other. A logistic regression took 60 times as long.
os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"

# Examples are the same on every run, and a slow machine is no failure.
settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.load_profile("reproducible")

# A job in the background, as some machines run tests, starts with Ctrl-C ignored, and so would all
# programs that the tests start.
if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.default_int_handler)

TESTS = Path(__file__).parent
OUTSIDE = CURRENT.get()


class FromTheEnd:
    """Collects the last file of tests first, and puts the files back in order.

    pytest writes the asserts of a file anew when it first imports it, and keeps the result: of two
    processes that begin at both ends, each does so for half of the files. Packages are collected
    as always: a module imported before the package that imports it would be made twice.
    """

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(self, collector):
        report = yield
        if isinstance(collector, pytest.Directory) and collector.path.is_relative_to(TESTS):
            report.result.reverse()
        return report

    def pytest_collection_modifyitems(self, items):
        files = [list(tests) for _, tests in groupby(items, key=lambda item: item.path)]
        own = [file for file in files if file[0].path.is_relative_to(TESTS)]
        others = [file for file in files if not file[0].path.is_relative_to(TESTS)]
        items[:] = [item for file in (*reversed(own), *others) for item in file]


def pytest_configure(config):
    """Let every second process collect from the end, where files are not chosen one by one."""
    is_second = os.environ.get("PYTEST_XDIST_WORKER", "gw0")[-1] in "13579"
    if is_second and config.args_source is config.ArgsSource.TESTPATHS:
        config.pluginmanager.register(FromTheEnd())


def pytest_sessionstart():
    """Collect the tests without the cyclic collector, which would walk all of them many times."""
    gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    """Look for no doctests in files of tests.

    They would be imported for doctests first, and one that cannot be imported would be skipped,
    with all of its tests, instead of an error.
    """
    collectors = yield
    return [each for each in collectors if not isinstance(each, DoctestModule)]


def pytest_collection_finish():
    """Keep modules and tests out of the way of the collector, which takes a second for them.

    It comes less often, too: at the usual times it takes 6 % of the time of all tests.
    """
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(7_000, 10, 20)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Send one report of a test that passed, not three, where processes share the tests.

    A report costs 0.7 ms at both ends, and as much to say that a test begins and ends. Setups and
    teardowns that took 5 ms or failed are sent too.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ or item.config.getoption("xmlpath", None):
        return None  # a report for JUnit is made of all three
    for report in runtestprotocol(item, nextitem=nextitem, log=False):
        if report.when == "call" or not report.passed or report.duration > 0.005:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


@pytest.fixture(autouse=True)
def by_itself():
    """Draw the same random numbers whichever tests ran before, and fail a test that leaves a mode.

    Modes are `no_grad`, a scope and a derivative.
    """
    random.seed(0)
    yield
    left = CURRENT.get()
    CURRENT.set(OUTSIDE)
    assert left is OUTSIDE, "the test left a mode switched on"


PACKAGES = tuple(
    str(Path(__file__).parents[1] / name) + os.sep for name in ("autograd", "nn", "visualize")
)


@pytest.fixture
def broken_off():
    """Return a generator that breaks an action off by Ctrl-C at every line of the packages in turn.

    For n = 1, 2, ... it prepares what the action works on, lets it run to the n-th line that it
    reaches, gives the exception to `notice`, and yields what is left, until the action comes to
    its end.
    """

    def at_each_line(prepare, act, notice=lambda error: None):
        for moment in count(1):
            subject = prepare()
            left = moment

            def trace(frame, event, argument):
                nonlocal left
                if not frame.f_code.co_filename.startswith(PACKAGES):
                    return None
                if event == "line":
                    left -= 1
                    if not left:
                        raise KeyboardInterrupt
                return trace

            before = sys.gettrace()
            sys.settrace(trace)
            try:
                act(subject)
            except KeyboardInterrupt as error:
                notice(error)
            finally:
                sys.settrace(before)
            if left > 0:
                assert moment > 1, "the action reaches no line of the packages"
                return
            yield subject

    return at_each_line
