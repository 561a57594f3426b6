"""Ctrl-C: it waits for the end of a protected block; elsewhere all is as before or as after."""

import random
import signal
import threading

import pytest

from nn import MLP, SGD, Adam, clip_grad_norm, load_state, mse_loss, save_state
from nn.data.dataset import Dataset
from nn.training.eager import update
from nn.training.restoring import held_interrupts
from nn.training.task import Task

# What is broken off in a `with open(...)` line is closed by the collector of references.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)


@pytest.fixture(autouse=True)
def same_handler():
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_a_block_that_is_broken_off_holds_no_interrupt_after_it(broken_off):
    def block(_):
        with held_interrupts():
            pass

    for _ in broken_off(lambda: None, block):
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


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


def network(seed=1):
    return MLP(1, [1], rng=random.Random(seed))  # two parameters: one could be left behind


def with_gradients():
    """Return a model that has gradients and an optimizer that has a state."""
    model = network()
    optimizer = Adam(model.parameters(), lr=0.1)
    for _ in range(2):
        mse_loss(model([0.5]), 1.0).backward()
        optimizer.step()
    return model, optimizer


def everything(model, optimizer):
    gradients = [(p.grad, p.has_grad) for p in model.parameters()]
    return model.state_dict(), optimizer.state_dict(), gradients


OTHER = network(2).state_dict()
OTHER_STATE = {**with_gradients()[1].state_dict(), "lr": 0.5, "0.mean": 3.0}

CHANGES = {
    "step": lambda model, optimizer: optimizer.step(),
    "zero_grad of a model": lambda model, optimizer: model.zero_grad(),
    "zero_grad of an optimizer": lambda model, optimizer: optimizer.zero_grad(),
    "clipping": lambda model, optimizer: clip_grad_norm(model.parameters(), 1e-3),
    "parameters": lambda model, optimizer: model.load_state_dict(OTHER),
    "state of an optimizer": lambda model, optimizer: optimizer.load_state_dict(OTHER_STATE),
}


@pytest.mark.parametrize("name", CHANGES)
def test_everything_is_as_before_or_as_after(name, broken_off):
    change = CHANGES[name]
    before, after = everything(*with_gradients()), with_gradients()
    change(*after)
    states = [before, everything(*after)]
    assert states[0] != states[1]
    for model, optimizer in broken_off(with_gradients, lambda made: change(*made)):
        assert everything(model, optimizer) in states


def test_an_update_is_whole_and_the_next_one_right(broken_off):
    def task():
        model = MLP(1, [1], rng=random.Random(1))
        optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
        data = Dataset([[0.5]], [1.0])
        return Task(
            model=model, loss=mse_loss, optimizer=optimizer, train=data, batch_size=1, clip_norm=0.1
        )

    def step(task):
        update(task, [[0.5]], [1.0])

    def numbers(task):
        return task.model.state_dict(), task.optimizer.state_dict()

    trained, states = task(), []
    for _ in range(3):
        states.append(numbers(trained))
        step(trained)
    for broken in broken_off(task, step):
        done = states.index(numbers(broken))
        assert done < 2
        step(broken)
        assert numbers(broken) == states[done + 1]


@pytest.mark.parametrize("suffix", [".json", ".npz"])
def test_a_file_is_the_old_one_or_the_new_one(suffix, tmp_path, broken_off):
    old, new, file = {"a": 1.0}, {"a": 2.0}, tmp_path / f"state{suffix}"

    def saved():
        save_state(old, file)
        return file

    for path in broken_off(saved, lambda path: save_state(new, path)):
        assert [*tmp_path.iterdir()] == [path]
        assert load_state(path) in (old, new)


def test_a_model_that_is_loaded_is_the_old_one_or_the_new_one(tmp_path, broken_off):
    file = tmp_path / "state.json"
    save_state(OTHER, file)
    old = network().state_dict()
    for model in broken_off(network, lambda model: model.load(file)):
        assert model.state_dict() in (old, OTHER)
