"""Numbers, attributes and generators of random numbers, noted and put back; Ctrl-C held back."""

from __future__ import annotations

import pickle
import random
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, starmap
from types import FrameType, MethodType, ModuleType
from typing import Any
from weakref import ref

from autograd import Value
from autograd.graph import set_data, set_gradients
from autograd.program.verification import structure_changed
from autograd.vector import Vector
from nn.members import NO_STRUCTURE
from nn.module import Module
from nn.training.task import CompilationError, Task

__all__ = ["Keeping", "held_interrupts", "kept_draws", "noted"]


class _Block:
    """A block that is running: it lives as long as the frame of its context manager."""

    __slots__ = ("__weakref__",)


@contextmanager
def held_interrupts() -> Iterator[None]:
    """Let the block finish before a Ctrl-C that arrives meanwhile takes effect.

    Python delivers signals to the main thread only; in other threads there is nothing to hold back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held: list[tuple[int, FrameType | None]] = []
    handler = signal.getsignal(signal.SIGINT)
    if not callable(handler):  # ignored, or not Python's to handle
        yield
        return
    block = _Block()
    under_way = ref(block)

    def hold(number: int, frame: FrameType | None) -> None:
        if under_way() is not None:
            held.append((number, frame))
        else:  # another exception ended the block before it could put the handler back
            signal.signal(signal.SIGINT, handler)
            handler(number, frame)

    signal.signal(signal.SIGINT, hold)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if held:
            handler(*held[-1])


def noted(parameters: Iterable[Value]) -> Callable[[], None]:
    """Return a function that puts back the numbers and gradients that the parameters have now.

    >>> p = Value(1.0)
    >>> put_back = noted([p])
    >>> (p * p).backward()
    >>> p.data = 5.0
    >>> put_back()
    >>> p, p.has_grad
    (Value(data=1.0, grad=0.0), False)
    """
    values = [*dict.fromkeys(parameters)]
    numbers = [value.data for value in values]
    gradients = [value.grad if value.has_grad else None for value in values]

    def put_back() -> None:
        with held_interrupts():
            set_data(values, numbers)
            set_gradients(values, gradients)

    return put_back


# The contents of these are noted too, at any depth: counts, sums, the input seen last.
CONTAINERS = (list, dict, set, deque, bytearray)

NOTES = NO_STRUCTURE - {"training"}  # attributes in which a Module notes something about itself


class Keeping:
    """The attributes that a training may change, noted so that they can be compared and put back.

    They are those of the model, its modules and the functions, and of the objects in them.

    >>> class Counting(Module):
    ...     calls = 0
    ...     def forward(self, x):
    ...         self.calls += 1
    ...         return x
    >>> model = Counting()
    >>> before = Keeping(model)
    >>> _ = model(1.0)
    >>> before.changed()
    ['calls of Counting']
    >>> before.put_back()
    >>> model.calls
    0
    """

    def __init__(self, model: Module, *functions: object) -> None:
        outer = [module for _, module in model.named_modules()] + [*map(_owner, functions)]
        owners = {id(item): item for item in outer if _has_attributes(item)}
        for owner in [*owners.values()]:
            owners |= {id(item): item for item in vars(owner).values() if _has_attributes(item)}
        self._noted = [(type(owner).__name__, vars(owner)) for owner in owners.values()]
        self._before = [attributes.copy() for _, attributes in self._noted]
        self._contents = {
            (place, name): [(item, item.copy()) for item in _containers(attribute)]
            for place, (_, attributes) in enumerate(self._noted)
            for name, attribute in attributes.items()
            if type(attribute) not in (Value, Vector)  # most attributes are these
        }

    @classmethod
    def of(cls, task: Task) -> Keeping:
        """Note the attributes of the model, the loss and the penalty."""
        return cls(task.model, task.loss, task.penalty)

    def changed(self) -> list[str]:
        """Return the names of the attributes that have been set or changed since then."""
        found = []
        for place, ((owner, now), before) in enumerate(zip(self._noted, self._before, strict=True)):
            for name in dict.fromkeys([*before, *now]):
                there = name in now and name in before and _equal(now[name], before[name])
                contents = self._contents.get((place, name), [])
                if name not in NOTES and not (there and all(starmap(_same, contents))):
                    found.append(f"{name} of {owner}")
        return found

    def put_back(self) -> None:
        """Set all attributes back."""
        if self.changed():
            structure_changed()
        for (_, now), before in zip(self._noted, self._before, strict=True):
            now.update(before)  # without a moment in which other threads would find it empty
            for name in now.keys() - before.keys():
                del now[name]
        for item, before in chain.from_iterable(self._contents.values()):
            if not _same(item, before):
                _fill(item, before)


@contextmanager
def kept_draws(task: Task, allowed: bool = True) -> Iterator[None]:
    """Put the generators of random numbers back after the block, as if it had not drawn from them.

    They are those of the modules `random` and `numpy.random`, and those in attributes of the model,
    the loss and the penalty. Raises CompilationError if the block has drawn although that is not
    `allowed`, as in a trace.
    """
    sources = _sources(task)
    before = [state() for state, _ in sources]
    try:
        yield
        drawn = pickle.dumps(before) != pickle.dumps([state() for state, _ in sources])
    finally:
        for (_, put_back), state in zip(sources, before, strict=True):
            put_back(state)
    if not allowed and drawn:
        raise CompilationError(
            "the model or the loss draws random numbers; a program would repeat the first ones"
        )


def _sources(task: Task) -> list[tuple[Callable[[], Any], Callable[[Any], Any]]]:
    """Return, for each generator, the function that reads its state and the one that sets it."""
    import numpy as np

    owners = [*(module for _, module in task.model.named_modules()), task.loss, task.penalty]
    found: list[Any] = [
        (random.getstate, random.setstate),
        (np.random.get_state, np.random.set_state),
    ]
    for item in (item for owner in owners for item in getattr(owner, "__dict__", {}).values()):
        if isinstance(item, random.Random):
            found.append((item.getstate, item.setstate))
        elif isinstance(item, np.random.RandomState):
            found.append((item.get_state, item.set_state))
        elif isinstance(item, np.random.Generator):
            bits = item.bit_generator
            found.append((partial(getattr, bits, "state"), partial(setattr, bits, "state")))
    return found


def _owner(function: object) -> object:
    while isinstance(function, partial):
        function = function.func
    return function.__self__ if isinstance(function, MethodType) else function


def _has_attributes(item: object) -> bool:
    return hasattr(item, "__dict__") and not isinstance(item, type | ModuleType)


def _containers(attribute: Any) -> list[Any]:
    """Return the containers in an attribute that can be changed in place, the outer ones first."""
    found: dict[int, Any] = {}
    stack = [attribute]
    while stack:
        item = stack.pop()
        if type(item) is tuple:
            stack += item
        elif (type(item) in CONTAINERS or _is_array(item)) and id(item) not in found:
            found[id(item)] = item
            if type(item) in (list, deque):
                stack += item
            elif type(item) is dict:
                stack += item.values()
    return [*found.values()]


def _is_array(item: object) -> bool:
    return type(item).__name__ == "ndarray"  # NumPy need not be loaded


def _fill(item: Any, before: Any) -> None:
    if _is_array(item):
        item[...] = before
    else:
        item.clear()
        item.update(before) if type(item) in (dict, set) else item.extend(before)


def _same(item: Any, before: Any) -> bool:
    if _is_array(item):
        return bool(item.tobytes() == before.tobytes())  # an array of objects holds addresses
    if type(item) is dict:
        return _same([*item, *item.values()], [*before, *before.values()])
    return len(item) == len(before) and all(map(_equal, item, before))


def _equal(one: object, other: object) -> bool:
    plain = type(one) is type(other) and type(one) in (int, float, str)
    return one is other or (plain and one == other)
