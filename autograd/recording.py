"""no_grad: computing without recording, in a block or in all of a function."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from autograd.mode import Block

if TYPE_CHECKING:
    from collections.abc import Callable

    from autograd.mode import Mode

__all__ = ["no_grad"]

Function = TypeVar("Function", bound="Callable[..., Any]")

# Flags of code objects; the module `inspect`, which names them, takes 5 ms to import.
CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200


class no_grad(Block):  # noqa: N801 - called like a function
    """Compute without recording: results are plain leaves, with no operation and no operands.

    A context manager and, called, a decorator. Nothing is recorded in the current thread until
    the block is left. A generator that waits inside of the block takes its caller with it: decorate
    the generator function instead.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.op is None
    True
    """

    __slots__ = ()

    def changed(self, mode: Mode) -> Mode:
        """Return a mode that does not record."""
        return mode.replaced(record=False)

    def __call__(self, function: Function) -> Function:
        """Return `function` wrapped so that each call of it records nothing.

        A generator function records nothing while it runs; between its steps its caller does.
        """
        flags = getattr(getattr(function, "__code__", None), "co_flags", 0)

        @wraps(function)
        def without_recording(*args: Any, **kwargs: Any) -> Any:
            with no_grad():
                return function(*args, **kwargs)

        @wraps(function)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            with no_grad():
                return await function(*args, **kwargs)

        @wraps(function)
        def stepped(*args: Any, **kwargs: Any) -> Any:
            generator = function(*args, **kwargs)
            resume, sent = generator.send, None
            while True:
                try:
                    with no_grad():
                        item = resume(sent)
                except StopIteration as stop:
                    return stop.value
                try:
                    resume, sent = generator.send, (yield item)
                except BaseException as error:  # noqa: BLE001 - the generator's own to handle
                    resume, sent = generator.throw, error

        if flags & CO_ASYNC_GENERATOR:
            raise TypeError(
                "no_grad cannot wrap an async generator; enter it inside, between yields"
            )
        wrapper: Callable[..., Any] = without_recording
        if flags & CO_COROUTINE:
            wrapper = awaited
        elif flags & CO_GENERATOR:
            wrapper = stepped
        return wrapper  # type: ignore[return-value]  # the same signature, by wraps
