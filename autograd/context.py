"""Blocks that change how operations in them are recorded: not, under a name, with lines, marked."""

from __future__ import annotations

from autograd.errors import user_line
from autograd.mode import CURRENT, Block, Mode, Place
from autograd.native import engine
from autograd.threads import loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any, TypeVar

    Function = TypeVar("Function", bound="Callable[..., Any]")
    Result = TypeVar("Result")

__all__ = [
    "called_in", "current_variant", "no_grad", "scope", "sections", "source_lines", "variant",
]  # fmt: skip


# Flags of code objects; the module `inspect`, which names them, takes 5 ms to import.
CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR = 0x20, 0x80, 0x200


class no_grad(Block):  # noqa: N801 - called like a function
    """Compute without recording: results are plain leaves, with no operation and no operands.

    A context manager and, called, a decorator. Nothing is recorded in the current thread until
    the block is left. `grad` and its kin record what they differentiate all the same; `backward()`
    and `gradients` of what was computed in the block, asked there, raise RuntimeError. A generator
    that waits inside of the block takes its caller with it: decorate the generator function.

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

        def without_recording(*args: Any, **kwargs: Any) -> Any:
            with no_grad():
                return function(*args, **kwargs)

        async def awaited(*args: Any, **kwargs: Any) -> Any:
            with no_grad():
                return await function(*args, **kwargs)

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
        return loaded("functools").update_wrapper(wrapper, function)  # type: ignore[no-any-return]


class scope(Block):  # noqa: N801 - called like a function
    """Context manager: nodes made in the block belong to `name`, inside the enclosing scope.

    Names nest with `/` between them, and pictures draw each as a cluster.

    >>> from autograd import Value, scope
    >>> with scope("model"), scope("layers.0"):
    ...     y = Value(1.0) + 2.0
    >>> y.scope
    'model/layers.0'
    """

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def under(self, mode: Mode) -> Mode:
        """Return the mode of the scope."""
        return mode.inside(self._name, scope)

    def is_same(self, other: Block) -> bool:
        """Tell whether another block is a scope of this name."""
        return isinstance(other, scope) and other._name == self._name


def called_in(
    name: str, function: Callable[..., Result], args: tuple[Any, ...], named: dict[str, Any]
) -> Result:
    """Return the result of a call inside a scope; C needs an eighth of the time of the block."""
    with scope(name):
        return function(*args, **named)


if engine is not None and not TYPE_CHECKING:
    called_in = engine.called_in


class sections(Block):  # noqa: N801 - called like a function
    """Context manager for scopes that follow one another; they cost half of a block for each.

    Its target is a function. Nodes that are made after `section(name)` belong to `name`, until the
    next call or the end of the block.

    >>> from autograd import Value
    >>> from autograd.context import sections
    >>> with sections() as section:
    ...     for name in ("neurons.0", "neurons.1"):
    ...         section(name)
    ...         print((Value(1.0) + 2.0).scope)
    neurons.0
    neurons.1
    """

    __slots__ = ("_around", "_section")

    def __enter__(self) -> Callable[[str], None]:
        self._around = self._section = CURRENT.get()
        return self._begin

    def _begin(self, name: str) -> None:
        mode = CURRENT.get()
        if mode is not self._section:  # something that was entered before has ended since
            self._around = self._without(mode)
        self._section = self._around.inside(name, scope)
        CURRENT.set(self._section)

    def _without(self, mode: Mode) -> Mode:
        """Return a mode without the section that has begun last."""
        section = self._section.blocks[len(self._around.blocks) :]
        return mode.without(section[0]) if section else mode

    def leave(self, before: Mode | None) -> None:  # noqa: ARG002 - it knows
        """End the last section."""
        mode, around = CURRENT.get(), self._around
        more = mode.blocks[len(around.blocks) :]
        if mode is self._section or (len(more) == 1 and isinstance(more[0], scope)):
            CURRENT.set(around)  # the second: an interrupt came while a section began
        else:
            CURRENT.set(self._without(mode))


class _LocatingMode(Mode):
    """A mode that tells every node the user's line, at no cost to operations under any other."""

    __slots__ = ("_place",)

    @property
    def place(self) -> Place:
        """The place of the next node."""
        return self._place.at(user_line())

    @place.setter
    def place(self, place: Place) -> None:
        self._place = place


class source_lines(Block):  # noqa: N801 - called like a function
    """Context manager: nodes made in the block know the line of your program that made them.

    `Value.line` is that line as "file:line"; pictures show it and `visualize.why` names it. An
    operation takes four to five times as long inside the block, and no longer outside.

    >>> from autograd import Value, source_lines
    >>> with source_lines():
    ...     y = Value(1.0) + 2.0
    >>> y.line != "", (y + 1).line
    (True, '')
    """

    __slots__ = ()

    def changed(self, mode: Mode) -> Mode:
        """Return a mode that tells lines.

        While a function is traced its nodes are the program's: `compile(check=True)` has lines.
        """
        return mode.replaced() if mode.tracing else _LocatingMode(**mode.settings())


class variant(Block):  # noqa: N801 - called like a function
    """Context manager: the block runs with the given marks, in addition to those around it.

    Raises TypeError for a mark that cannot be hashed.

    >>> from autograd import compile
    >>> from autograd.context import current_variant, variant
    >>> c = compile(lambda x: x if "evaluation" in current_variant() else 0.5 * x)
    >>> c(3.0)
    1.5
    >>> with variant("evaluation"):
    ...     c(3.0)
    3.0
    >>> c(3.0)
    1.5
    """

    __slots__ = ("_marks",)

    def __init__(self, *marks: Hashable) -> None:
        try:
            self._marks = frozenset(marks)
        except TypeError:
            raise TypeError(
                f"variant takes marks that can be hashed, such as names, not {marks!r}"
            ) from None

    def changed(self, mode: Mode) -> Mode:
        """Return a mode with the marks."""
        return mode.replaced(variant=mode.variant | self._marks)


def current_variant() -> frozenset[Hashable]:
    """Return the marks that are set here, by `variant`."""
    return CURRENT.get().variant
