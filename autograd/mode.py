"""What an operation must know of its surroundings: recording, scope, derivatives under way.

All of it is one immutable `Mode` in one context variable, read once per operation. Each thread and
each asyncio task has its own, and leaving a `with` block restores it, exceptions included.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CURRENT", "Mode", "entered", "no_grad", "quieted", "scope"]

Function = TypeVar("Function", bound="Callable[..., Any]")

# Flags of code objects; the module `inspect`, which names them, takes 5 ms to import.
CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200


class Mode:
    """The settings under which operations run; never changed, only replaced."""

    __slots__ = ("differentiated", "quiet", "record", "scope")

    def __init__(
        self,
        record: bool = True,
        scope: str = "",
        quiet: bool = False,
        differentiated: frozenset[Any] = frozenset(),
    ) -> None:
        self.record = record  # operations on Values make nodes
        self.scope = scope  # where new nodes belong
        self.quiet = quiet  # no NumericWarning: a backward pass is under way
        self.differentiated = differentiated  # the variables of the derivatives being taken

    def replaced(self, **changes: Any) -> Mode:
        """Return a copy with some settings changed."""
        settings = {name: getattr(self, name) for name in self.__slots__}
        return Mode(**{**settings, **changes})


CURRENT: ContextVar[Mode] = ContextVar("autograd_mode", default=Mode())  # noqa: B039 - a Mode is immutable


@lru_cache(maxsize=64)
def quieted(mode: Mode) -> Mode:
    """Return the mode for a sweep: recording, and without warnings."""
    return mode.replaced(quiet=True, record=True)


class entered:
    """Context manager: run a block under the given mode."""

    __slots__ = ("_mode", "_token")

    def __init__(self, mode: Mode) -> None:
        self._mode = mode

    def __enter__(self) -> None:
        self._token: Token[Mode] = CURRENT.set(self._mode)

    def __exit__(self, *exception: object) -> None:
        CURRENT.reset(self._token)


class no_grad:
    """Compute without recording: results are plain leaves, with no operation and no operands.

    A context manager and, called, a decorator. Nothing is recorded in the current thread until
    the block is left.

    >>> from autograd import Value, no_grad
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y.op is None
    True
    """

    __slots__ = ("_tokens",)

    def __init__(self) -> None:
        self._tokens: list[Token[Mode]] = []

    def __enter__(self) -> None:
        self._tokens.append(CURRENT.set(CURRENT.get().replaced(record=False)))

    def __exit__(self, *exception: object) -> None:
        CURRENT.reset(self._tokens.pop())

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
        wrapped = (
            awaited
            if flags & CO_COROUTINE
            else stepped
            if flags & CO_GENERATOR
            else without_recording
        )
        return wrapped  # type: ignore[return-value]  # the same signature, by wraps


# A neuron enters the same scope for every example: the cached child makes entering 3x cheaper.
@lru_cache(maxsize=4096)
def _inside(mode: Mode, name: str) -> Mode:
    return mode.replaced(scope=f"{mode.scope}/{name}" if mode.scope else name)


class scope:
    """Context manager: nodes made in the block belong to `name`, inside the enclosing scope.

    Names nest with `/` between them, and pictures draw each as a cluster.

    >>> from autograd import Value, scope
    >>> with scope("model"), scope("layers.0"):
    ...     y = Value(1.0) + 2.0
    >>> y.scope
    'model/layers.0'
    """

    __slots__ = ("_name", "_token")

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._token: Token[Mode] = CURRENT.set(_inside(CURRENT.get(), self._name))

    def __exit__(self, *exception: object) -> None:
        CURRENT.reset(self._token)
