"""Properties that are computed once, and blocks without the cyclic collector."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload
from weakref import ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["computed", "paused_collector"]


Result = TypeVar("Result")


class computed(Generic[Result]):  # noqa: N801 - used like a function
    """A property that is computed once for each instance: `functools.cached_property`, lock-free.

    Before Python 3.12 that one has a lock for all instances, and a child that is forked while
    another thread computes a property inherits the lock as held, for ever. Here two threads may
    compute a property at once; they find the same.

    >>> class Square:
    ...     def __init__(self, side):
    ...         self.side = side
    ...     @computed
    ...     def area(self):
    ...         return self.side * self.side
    >>> Square(3.0).area
    9.0
    """

    def __init__(self, compute: Callable[[Any], Result]) -> None:
        if not hasattr(compute, "__name__"):
            raise TypeError(f"computed stands before a method, which has a name, not {compute!r}")
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> computed[Result]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> Result: ...

    def __get__(self, instance: object, owner: type) -> Any:
        if instance is None:
            return self
        found = instance.__dict__[self._name] = self._compute(instance)
        return found


@contextmanager
def paused_collector() -> Iterator[None]:
    """Run the block without the cyclic collector, and leave the collector as it was.

    Graphs have no cycles: reference counts free them. The collector would only walk over the nodes
    that are alive, again and again. That takes a tenth of the time of a training step, and half of
    the time in which a program of 100,000 operations is compiled.

    >>> from autograd import Value
    >>> with paused_collector():
    ...     total = sum(Value(1.0) for _ in range(1000))
    """
    enabled = gc.isenabled()
    block = _Block()
    # Should Ctrl-C come before gc.enable() below, the end of the frame enables it
    watched = ref(block, lambda _: gc.enable()) if enabled else None
    try:
        gc.disable()
        yield
    finally:
        if enabled:
            gc.enable()
        watched = None  # noqa: F841 - nothing is left for it to do


class _Block:
    """A block under way: it lives as long as the frame of its manager."""

    __slots__ = ("__weakref__",)
