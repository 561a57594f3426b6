"""Long programs answer before LLVM has compiled them, with the bits that they have afterwards."""

from __future__ import annotations

import copy
import random
import threading

import pytest

import autograd
import nn
from autograd import Value, compile
from autograd.backends.executable import BackendLimit

executable = pytest.importorskip("autograd.backends.llvm.executable", reason="needs llvmlite")
from autograd.backends import background  # noqa: E402
from autograd.backends.llvm import engine  # noqa: E402

LONG = 60  # seconds that nothing here takes
STEPS, WIDTH = 5, 4


class Recurrent:
    """A recurrent network in plain Python, which counts as a long program here."""

    def __init__(self, seed=0):
        rng = random.Random(seed)
        self.weights = [[Value(rng.gauss(0.0, 0.5)) for _ in range(WIDTH)] for _ in range(WIDTH)]
        self.parameters = [w for line in self.weights for w in line]

    def loss(self, xs):
        state = [0.1] * WIDTH
        for x in xs:
            state = [
                autograd.tanh(sum(w * s for w, s in zip(line, state)) + x) for line in self.weights
            ]
        return autograd.log(sum(s * s for s in state)) ** 2

    def gradient(self):
        found = [parameter.grad for parameter in self.parameters]
        for parameter in self.parameters:
            parameter.zero_grad()
        return found


def wait_for_code():
    thread = background._thread
    if thread is not None:
        thread.join(LONG)


XS = [0.1 * k - 0.5 for k in range(STEPS)]


@pytest.fixture(autouse=True)
def few_stages(monkeypatch):
    monkeypatch.setattr(executable, "MOST_STAGES", 8)


@pytest.fixture
def held(monkeypatch):
    """Hold back the code of whole programs until the event is set."""
    gate = threading.Event()
    build = executable.build

    def wait(schedule):
        assert gate.wait(LONG)
        return build(schedule)

    monkeypatch.setattr(executable, "build", wait)
    yield gate
    gate.set()
    wait_for_code()


@pytest.fixture
def failing(monkeypatch):
    """Return a function that has the compilation of whole programs fail."""

    def fails(error):
        def fail(schedule):
            raise error

        monkeypatch.setattr(executable, "build", fail)

    return fails


@pytest.mark.parametrize("backend", ["llvm", "auto"])
def test_results_before_and_after_are_the_same_bits(held, backend):
    model = Recurrent()
    loss = compile(model.loss, backend=backend)
    before = loss.backward(XS), model.gradient()
    again = [loss(XS), loss.value_and_grad(XS), loss.jacobian(XS)]
    held.set()
    loss.prepare("backward", XS)
    assert (loss.backward(XS), model.gradient()) == before
    for kind in ("value", "value_and_grad", "jacobian"):
        loss.prepare(kind, XS)
    assert [loss(XS), loss.value_and_grad(XS), loss.jacobian(XS)] == again
    assert before[0] == pytest.approx(model.loss(XS).data, rel=1e-13)


def test_training_is_the_same_whenever_the_code_comes(held):
    def trained(loss, model, prepared):
        for step in range(6):
            if step == prepared:
                held.set()
                loss.prepare("backward", XS)
            loss.backward(XS)
            for parameter in model.parameters:
                parameter.data -= 0.05 * parameter.grad
                parameter.zero_grad()
        return [parameter.data for parameter in model.parameters]

    results = []
    for prepared in (6, 3, 0):  # never, so late, at once
        model = Recurrent()
        results.append(trained(compile(model.loss, backend="llvm"), model, prepared))
    assert results[0] == results[1] == results[2]


def test_calls_in_c_begin_when_the_code_is_there(held):
    loss = compile(Recurrent().loss, backend="llvm", verify="never")
    wanted = loss.value_and_grad(XS)
    (runner,) = [runner for _, _, runner in loss._programs]
    assert runner.ready(None) is None
    held.set()
    loss.prepare("value_and_grad", XS)
    assert type(runner.executable) is executable.NativeProgram
    for _ in range(3):
        assert loss.value_and_grad(XS) == wanted
    engine = autograd.native.engine
    assert bool(runner._ready) == (engine is not None)


def test_each_of_many_lengths_answers_at_once(held):
    """Their code is made one after the other, and nothing waits for it."""
    model = Recurrent()
    loss = compile(model.loss, backend="llvm")
    lengths = [XS[:count] for count in (5, 4, 3)]
    found = [loss(xs) for xs in lengths]
    assert not any(
        type(runner.executable) is executable.NativeProgram for *_, runner in loss._programs
    )
    held.set()
    for xs in lengths:
        loss.prepare("value", xs)
    assert [loss(xs) for xs in lengths] == found


def test_short_programs_and_batches_have_their_own_code_at_once(held):
    held.set()
    short = compile(lambda x: x * x, backend="llvm")
    assert short(3.0) == 9.0
    batch = compile(Recurrent().loss, in_axes=0, backend="llvm")
    assert batch([XS]).shape == (1,)
    for compiled in (short, batch):
        ((_, _, runner),) = compiled._programs
        assert type(runner.executable) is executable.NativeProgram


def test_a_failure_reaches_the_user(failing):
    failing(MemoryError("no room for code"))
    loss = compile(Recurrent().loss, backend="llvm")
    loss(XS)
    with pytest.raises(MemoryError, match="no room for code"):
        loss.prepare("value", XS)
    with pytest.raises(MemoryError, match="no room for code"):
        loss(XS)


@pytest.mark.parametrize("backend", ["llvm", "auto"])
def test_programs_beyond_the_limits_of_llvm_keep_what_they_have(failing, backend):
    failing(BackendLimit("too long"))
    loss = compile(Recurrent().loss, backend=backend)
    before = loss(XS)
    loss.prepare("value", XS)
    assert loss(XS) == before


def test_copies_and_other_threads_give_the_same(held):
    model = Recurrent()
    loss = compile(model.loss, backend="llvm")
    wanted = loss(XS)
    results = [copy.deepcopy(loss)(XS)]

    def call():
        results.extend([loss(XS) for _ in range(20)])

    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    held.set()
    for thread in threads:
        thread.join()
    assert {*results} == {wanted}


def test_checks_name_the_operation_meanwhile(held):
    held.set()
    model = Recurrent()
    loss = compile(model.loss, backend="llvm", check=True)
    for parameter in model.parameters:
        parameter.data = 0.0
    with pytest.raises(FloatingPointError, match=r"log\(0\.0\) gave -inf"):
        loss([0.0] * STEPS)


def test_nothing_waits_for_llvm(held):
    """It makes one module at a time, and another thread is inside of it."""
    loss = compile(Recurrent().loss, backend="llvm", verify="never")
    loss.value_and_grad(XS)
    held.set()
    loss.prepare("value_and_grad", XS)
    held.clear()
    inside, done = threading.Event(), threading.Event()

    def hold():
        with engine._inside_llvm:
            inside.set()
            assert done.wait(LONG)

    other = threading.Thread(target=hold)
    other.start()
    assert inside.wait(LONG)
    loss.value_and_grad(XS[:4])  # by shared functions
    for _ in range(3):
        loss.value_and_grad(XS)  # by its own code, and then by C
    assert other.is_alive()
    done.set()
    other.join()


@pytest.mark.parametrize("opened", [0, 1, 4])  # the number of calls before the code may come
def test_steps_over_many_lengths_begin_at_once(held, monkeypatch, opened):
    """Each length has a program; their code is called by that of the steps."""
    rng = random.Random(7)
    texts = [[rng.gauss(0.0, 0.5) for _ in range(length)] for length in (5, 2, 4, 5, 3, 2, 4)]

    def trained(calls):
        model = Recurrent()
        adam = nn.Adam(model.parameters, 0.02)
        descent = autograd.Descent(
            model.loss, (texts,), parameters=adam.parameters, rule=type(adam).rule,
            state=adam.state, settings=adam.settings, backend="llvm",
        )  # fmt: skip
        losses = []
        for call in range(4):
            if call == calls:
                held.set()
                wait_for_code()
            losses += descent.run((texts,), range(len(texts)), [1] * 5 + [2]).losses.tolist()
            assert held.is_set() or background._thread is not None  # which waits
        descent.write_back()
        return losses, [parameter.data for parameter in model.parameters]

    found = trained(opened)
    held.set()
    monkeypatch.setattr(executable, "MOST_STAGES", 1000)
    assert found == trained(4)
    wait_for_code()
