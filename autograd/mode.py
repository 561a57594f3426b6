"""What an operation must know of its surroundings: recording, scope, derivatives under way.

All of it is one immutable `Mode` in one context variable, read once per operation. Each thread and
each asyncio task has its own, and leaving a `with` block restores it, exceptions included.
"""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CURRENT", "Mode", "Tracing", "entered", "scope", "sections"]


MOST_SCOPES = 4096  # kept at one mode: more than a network has neurons in a layer


class Tracing:
    """A trace under way: what it must know of the function that runs in it."""

    __slots__ = ("made",)

    def __init__(self) -> None:
        self.made: set[Any] = set()  # the leaves that the function made itself


class Mode:
    """The settings under which operations run; never changed, only replaced.

    A mode keeps the modes derived from it, for they are entered over and over. No cache outside
    may: `differentiated` holds Values, whose graphs must go when the derivative is done.
    """

    __slots__ = (
        "_inside", "_quieted", "differentiated", "quiet", "record", "scope", "tracing", "variant"
    )  # fmt: skip

    def __init__(
        self,
        record: bool = True,
        scope: str = "",
        quiet: bool = False,
        differentiated: frozenset[Any] = frozenset(),
        tracing: Tracing | None = None,
        variant: frozenset[Any] = frozenset(),
    ) -> None:
        self.record = record  # operations on Values make nodes
        self.scope = scope  # where new nodes belong
        self.quiet = quiet  # no NumericWarning: a backward pass is under way
        self.differentiated = differentiated  # the variables of the derivatives being taken
        self.tracing = tracing  # the trace under way: no number may be frozen; None outside
        self.variant = variant  # marks that code may read, such as nn's for evaluation
        self._quieted: Mode | None = None
        self._inside: dict[str, Mode] = {}

    def replaced(self, **changes: Any) -> Mode:
        """Return a copy with some settings changed."""
        return Mode(**{**self.settings(), **changes})

    def settings(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {name: getattr(self, name) for name in Mode.__slots__ if name[0] != "_"}

    def quieted(self) -> Mode:
        """Return the mode for a sweep: recording, and without warnings."""
        if self._quieted is None:
            self._quieted = self.replaced(quiet=True, record=True)
        return self._quieted

    def inside(self, name: str) -> Mode:
        """Return the mode of a scope inside this one; TypeError for a name that is no str."""
        mode = self._inside.get(name)
        if mode is None:
            if not isinstance(name, str):
                raise TypeError(f"a scope is named by a str, not {name!r}")
            if len(self._inside) >= MOST_SCOPES:
                self._inside.clear()
            mode = self.replaced(scope=f"{self.scope}/{name}" if self.scope else name)
            self._inside[name] = mode
        return mode


CURRENT: ContextVar[Mode] = ContextVar("autograd_mode", default=Mode())  # noqa: B039 - a Mode is immutable


class entered:
    """Context manager: run a block under the given mode."""

    __slots__ = ("_mode", "_token")

    def __init__(self, mode: Mode) -> None:
        self._mode = mode

    def __enter__(self) -> None:
        self._token: Token[Mode] = CURRENT.set(self._mode)

    def __exit__(self, *exception: object) -> None:
        CURRENT.reset(self._token)


class scope:
    """Context manager: nodes made in the block belong to `name`, inside the enclosing scope.

    Names nest with `/` between them, and pictures draw each as a cluster.

    >>> from autograd import Value, scope
    >>> with scope("model"), scope("layers.0"):
    ...     y = Value(1.0) + 2.0
    >>> y.scope
    'model/layers.0'
    """

    __slots__ = ("_name", "_tokens")

    def __init__(self, name: str) -> None:
        self._name = name
        self._tokens: list[Token[Mode]] = []  # a scope may be entered again inside itself

    def __enter__(self) -> None:
        self._tokens.append(CURRENT.set(CURRENT.get().inside(self._name)))

    def __exit__(self, *exception: object) -> None:
        CURRENT.reset(self._tokens.pop())


class sections:
    """Context manager for scopes one after the other, at half the cost of a block for each.

    It gives a function: what is made after `section(name)` belongs to `name`, until the next call
    or the end of the block.

    >>> from autograd import Value, sections
    >>> with sections() as section:
    ...     for name in ("neurons.0", "neurons.1"):
    ...         section(name)
    ...         print((Value(1.0) + 2.0).scope)
    neurons.0
    neurons.1
    """

    __slots__ = ("_mode", "_token")

    def __enter__(self) -> Callable[[str], None]:
        self._mode = CURRENT.get()
        self._token: Token[Mode] = CURRENT.set(self._mode)
        return self._begin

    def _begin(self, name: str) -> None:
        CURRENT.set(self._mode.inside(name))

    def __exit__(self, *exception: object) -> None:
        CURRENT.reset(self._token)
