"""Ctrl-C waits for the end of a protected block, and only there."""

import signal
import threading

import pytest

from nn.training.interrupts import held_interrupts


def test_an_interrupt_takes_effect_at_the_end_of_the_block():
    done = []

    def write():
        with held_interrupts():
            signal.raise_signal(signal.SIGINT)
            done.append("all of it")
        done.append("not reached")

    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        write()
    assert done == ["all of it"]
    assert signal.getsignal(signal.SIGINT) is handler


def test_the_handler_of_the_user_is_called_and_put_back():
    calls = []

    def own(number, frame):
        calls.append(number)

    before = signal.signal(signal.SIGINT, own)
    try:
        with held_interrupts():
            signal.raise_signal(signal.SIGINT)
            assert calls == []
        assert calls == [signal.SIGINT]
        assert signal.getsignal(signal.SIGINT) is own
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with held_interrupts():
            signal.raise_signal(signal.SIGINT)
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_need_no_handler():
    done = []

    def work():
        with held_interrupts():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
