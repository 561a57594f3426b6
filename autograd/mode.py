"""The mode under which operations run: recording, scope, derivatives and traces under way.

It is one immutable object in one context variable, read once per operation. Each thread and each
asyncio task has its own. However a block ends, it takes back its own change of the mode and no
other: see `Block`.
"""

from __future__ import annotations

from _weakref import ref  # weakref and functools would be an eighth of `import autograd`
from contextvars import ContextVar, copy_context

from autograd.threads import loaded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Function = TypeVar("Function", bound="Callable[..., Any]")

__all__ = ["is_tracing"]


MOST_NAMES = 4096  # kept at one mode: more than a network has neurons in a layer


class Place:
    """Label, scope and line of a node: all but its arithmetic, in one slot.

    Nodes of the same label that are made under one mode share a place.
    """

    __slots__ = ("label", "line", "scope")

    home = member = ""  # see Parameter

    def __init__(self, scope: str = "", line: str = "", label: str = "") -> None:
        self.scope = scope
        self.line = line  # of the user's program that made the node, as "file:line", where known
        self.label = label

    @property
    def name(self) -> str:
        """The name of the node in texts; "" if it has none."""
        return self.label

    def at(self, line: str) -> Place:
        """Return the same place with a line."""
        return Place(self.scope, line, self.label)

    def called(self, label: str) -> Place:
        """Return the same place with a label."""
        return Place(self.scope, self.line, label)

    def __reduce__(self) -> tuple[Any, ...]:
        return Place, (self.scope, self.line, self.label)


class Parameter(Place):
    """The place of a parameter, and where it lives in a model, which is its name in texts.

    `home` is the module that holds it, such as "layers.0.neurons.3", and "" is the model itself.
    `member` is the rest of its name, such as "weights.2".
    """

    __slots__ = ("home", "member")

    def __init__(self, scope: str, line: str, label: str, home: str, member: str) -> None:
        self.scope = scope  # not by the base: a model has many
        self.line = line
        self.label = label
        self.home = home
        self.member = member

    @property
    def name(self) -> str:
        """The name of the parameter in the model."""
        return f"{self.home}.{self.member}" if self.home else self.member

    def called(self, label: str) -> Place:
        """Return a place with a label, by which texts call the parameter from now on."""
        if label:
            return super().called(label)
        return Parameter(self.scope, self.line, "", self.home, self.member)

    def __reduce__(self) -> tuple[Any, ...]:
        return Parameter, (self.scope, self.line, self.label, self.home, self.member)


class Tracing:
    """A trace under way, and the facts that it needs of the function that runs in it."""

    __slots__ = ("data", "decide", "indices", "made")

    def __init__(self, data: Callable[[Any], Any], decide: Callable[[Any], bool]) -> None:
        self.data = data  # gives `.data` of a Value
        self.decide = decide  # tells whether a Value is true, or refuses to
        self.made: set[Any] = set()  # the leaves that the function made itself
        self.indices: dict[Any, int] = {}  # the nodes that choose, and among how many items


class Mode:
    """The settings under which operations run; never changed, only replaced.

    A mode keeps the modes derived from it, because they are entered over and over. No cache outside
    may keep modes: `differentiated` holds Values, whose graphs must be freed when the derivative is
    done.
    """

    __slots__ = (
        "_inside", "_quieted", "blocks", "computing", "differentiated", "labelled", "place",
        "quiet", "record", "scope", "tracing", "variant",
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
        self.place = Place(scope)  # given to each of them that has no label,
        self.labelled: dict[str, Place] = {}  # and to those that have: see `place_of`
        self.quiet = quiet  # no NumericWarning: a backward pass is under way
        self.differentiated = differentiated  # the variables of the derivatives being taken
        self.tracing = tracing  # the trace under way: no number may be frozen; None outside
        self.variant = variant  # marks that code may read, such as nn's for evaluation
        # The variant where compiled functions compute, None where they draw: one thing to compare
        self.computing = variant if tracing is None else None
        self.blocks: tuple[
            Block, ...
        ] = ()  # the blocks that the mode comes from, the innermost last
        self._quieted: Mode | None = None
        self._inside: dict[str, Mode] = {}

    def replaced(self, **changes: Any) -> Mode:
        """Return a mode of the same kind with some settings changed."""
        return type(self)(**{**self.settings(), **changes})

    def settings(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {name: getattr(self, name) for name in SETTINGS}

    def quieted(self) -> Mode:
        """Return the mode for a sweep: recording, and without warnings."""
        if self._quieted is None:
            mode = self.replaced(quiet=True, record=True)
            mode.blocks = self.blocks
            self._quieted = mode
        return self._quieted

    def place_of(self, label: str) -> Place:
        """Return the place of a node with a label, which is kept: a place takes as long as a leaf.

        Who is in a hurry looks into `labelled` first.
        """
        place = self.place
        found = Place(place.scope, place.line, label)
        if not place.line:
            if len(self.labelled) >= MOST_NAMES:
                self.labelled.clear()
            self.labelled[label] = found
        return found

    def inside(self, name: object, block: Callable[[str], Block]) -> Mode:
        """Return the mode of a scope inside this one, which is entered by `block(name)`.

        Raises TypeError for a name that is no str.
        """
        if not isinstance(name, str):
            raise TypeError(f"a scope is named by a str, not {name!r}")
        mode = self._inside.get(name)
        if mode is None:
            if len(self._inside) >= MOST_NAMES:
                self._inside.clear()
            mode = self.replaced(scope=f"{self.scope}/{name}" if self.scope else name)
            mode.blocks = (*self.blocks, block(name))
            self._inside[name] = mode
        return mode

    def without(self, block: Block) -> Mode:
        """Return the mode as if the innermost entry of a block had never been."""
        places = [place for place, other in enumerate(self.blocks) if block.is_same(other)]
        if not places:
            return self
        mode = OUTERMOST
        for place, other in enumerate(self.blocks):
            if place != places[-1]:
                mode = other.under(mode)
        return mode


SETTINGS = ("differentiated", "quiet", "record", "scope", "tracing", "variant")
OUTERMOST = Mode()
CURRENT: ContextVar[Mode] = ContextVar("autograd_mode", default=OUTERMOST)

# The traces under way in all threads. While there are none, which takes 5 ns to find out, nobody
# looks up the mode. `.data` and `.grad` ask the list themselves: a call would take longer.
TRACES: list[object] = []


def is_tracing() -> bool:
    """Tell whether a function is being traced, so that Values stand for many numbers.

    >>> from autograd import compile, is_tracing
    >>> compile(lambda x: x if is_tracing() else -x)(1.0), is_tracing()
    (1.0, False)
    """
    return bool(TRACES) and CURRENT.get().tracing is not None


class _Exit:
    """The `__exit__` of a block, made anew for each entry and held by the `with` statement alone.

    Python may raise KeyboardInterrupt at the first bytecode of any function: neither `__enter__`
    nor what is called on leaving is sure to run to its end. But a statement that ends in any way
    drops its `__exit__`, and if the block has not been left by then, a weak reference notices. No
    frame holds the object, which is no function but what calls one: a traceback that is kept, as
    the REPL does, does not keep it.
    """

    def __get__(self, block: Block | None, kind: type[Block]) -> Callable[..., None]:
        """Return the function; a statement asks for it before it calls `__enter__`."""
        if block is None:  # contextlib.ExitStack asks the class
            return _leave
        before = CURRENT.get()
        watched: list[Any] = []
        # Bound to its first argument, as a method is to its object
        leave: Callable[..., None] = _left.__get__((block, before, watched))
        watched.append(ref(leave, _dropped.__get__((block, before))))
        return leave


def _left(entry: tuple[Block, Mode, list[Any]], *exception: object) -> None:  # noqa: ARG001
    block, before, watched = entry
    block.leave(before)
    watched.clear()


def _dropped(entry: tuple[Block, Mode], reference: object) -> None:  # noqa: ARG001
    block, before = entry
    if CURRENT.get() is not before:
        block.leave(before)


def _leave(block: Block, *exception: object) -> None:  # noqa: ARG001
    block.leave(None)


class Block:
    """Base of context managers that change the mode: each takes back its own change.

    Overlapping blocks, in generators, may end in any order: the others stay in force. No interrupt
    leaves a block in force, see `_Exit`.
    """

    __slots__ = ()

    def under(self, mode: Mode) -> Mode:
        """Return the mode inside of the block where `mode` is the one around it."""
        inner = self.changed(mode)
        inner.blocks = (*mode.blocks, self)
        return inner

    def changed(self, mode: Mode) -> Mode:
        """Return a new mode, with the settings of the block."""
        raise NotImplementedError

    def is_same(self, other: Block) -> bool:
        """Tell whether another block does the same as this one."""
        return other is self

    def leave(self, before: Mode | None) -> None:
        """Take the innermost entry of the block from the mode, which was `before` around it."""
        mode = CURRENT.get()
        if (
            before is not None
            and len(mode.blocks) == len(before.blocks) + 1
            and self.is_same(mode.blocks[-1])
        ):
            CURRENT.set(before)
        else:  # something that was entered before has ended since, or something after has not
            CURRENT.set(mode.without(self))

    def __enter__(self) -> Any:
        CURRENT.set(self.under(CURRENT.get()))

    __exit__ = _Exit()


class entered(Block):
    """Context manager: run a block under a mode that was made for it."""

    __slots__ = ("_mode",)

    def __init__(self, mode: Mode) -> None:
        self._mode = mode

    def under(self, mode: Mode) -> Mode:
        """Return a copy of the mode: it knows the block, which must not know it in a cycle."""
        inner = self._mode.replaced()
        inner.blocks = (*mode.blocks, self)
        return inner


def quietly(function: Function) -> Function:
    """Return the function so that it runs recording and without warnings.

    It runs in a copy of the context, with which its mode goes, whatever ends it.
    """

    def run(*args: Any, **kwargs: Any) -> Any:
        context = copy_context()
        context.run(CURRENT.set, CURRENT.get().quieted())
        return context.run(function, *args, **kwargs)

    return loaded("functools").update_wrapper(run, function)  # type: ignore[no-any-return]
