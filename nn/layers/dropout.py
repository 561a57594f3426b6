"""Dropout, and the random numbers of layers in training: newly drawn, or inputs of a program."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar, overload

from autograd import TracingError, Value
from autograd.arguments import as_float
from nn.arguments import generator
from nn.data.rows import FloatArray
from nn.layers.inputs import Item, flat
from nn.module import Module

if TYPE_CHECKING:
    from numpy.typing import NDArray

    OneValue = TypeVar("OneValue", bound=Value)

__all__ = ["Dropout", "NoiseLayer", "NoisePlan", "given_noise", "noise_layers", "recorded_noise"]


class NoiseLayer(Module):
    """Base of layers that take random numbers for every example while they train.

    A subclass asks for them by `noise(count, x)` in `forward`, and defines their distribution in
    `shaped`. `rng`, by default the module `random`, draws them.
    """

    def __init__(self, rng: random.Random | None = None) -> None:
        generator(rng)  # refuses a wrong one here rather than at the first call
        self.rng = rng

    def shaped(self, uniform: FloatArray) -> FloatArray:
        """Return this layer's noise, made of an array of uniform numbers from [0, 1)."""
        raise NotImplementedError(f"{type(self).__name__} does not say what its noise is")

    def noise(self, count: int, x: Sequence[Any]) -> list[Any]:
        """Return `count` numbers for the example x: newly drawn, or the inputs of a program.

        Raises TracingError if a program would repeat the numbers drawn while it was traced.
        """
        source = _SOURCE.get()
        if source is not None:
            return source.take(self, count)
        _refuse_traced(self, x)
        numbers: list[Any] = self.shaped(_uniform(self.rng, 1, count))[0].tolist()
        return numbers


class Dropout(NoiseLayer):
    """Zeroes each element with probability `p`, and multiplies the others by 1 / (1 - p).

    This keeps the mean, so the layer passes everything on after `eval()` (Srivastava et al. 2014,
    in torch's form). Every example gets its own mask, drawn by `rng`, by default the module
    `random`. A compiled training takes the masks as inputs; they are those of the eager loop. The
    layer takes a vector or nested lists of any depth.

    Raises ValueError unless 0 <= p <= 1.

    >>> layer = Dropout(0.5, rng=random.Random(1))
    >>> layer([1.0, 1.0, 1.0, 1.0])
    [2.0, 2.0, 0.0, 0.0]
    >>> layer.eval()([1.0, 1.0, 1.0, 1.0])
    [1.0, 1.0, 1.0, 1.0]
    """

    def __init__(self, p: float = 0.5, *, rng: random.Random | None = None) -> None:
        super().__init__(rng)
        p = as_float(p, "Dropout: p")
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"Dropout: p must be a probability from 0 to 1, not {p}")
        self.p = p

    if TYPE_CHECKING:

        @overload
        def __call__(self, x: OneValue) -> OneValue: ...
        @overload
        def __call__(self, x: float) -> float: ...
        @overload
        def __call__(self, x: list[Item]) -> list[Item]: ...
        @overload
        def __call__(self, x: tuple[Item, ...]) -> Sequence[Item]: ...
        @overload
        def __call__(self, x: NDArray[Any]) -> Any: ...
        def __call__(self, x: Any) -> Any:
            """Return what `forward` does."""

    def forward(self, x: Any) -> Any:
        """Return an example with elements dropped, in its own structure."""
        if not self.training or self.p == 0.0:
            return x
        items = flat(x, self)
        return _multiplied(x, iter(self.noise(len(items), items)))

    def shaped(self, uniform: FloatArray) -> FloatArray:
        """Return what the elements are multiplied by: 0 with probability p, else 1 / (1 - p)."""
        return (uniform >= self.p) / (1.0 - self.p or 1.0)

    def __repr__(self) -> str:
        return f"Dropout({self.p:g})"


def _multiplied(x: Any, mask: Iterator[Any]) -> Any:
    if isinstance(x, Value | float | int):
        return x * next(mask)
    if hasattr(x, "__iter__"):
        return [_multiplied(item, mask) for item in x]
    return as_float(x, "Dropout") * next(mask)


def noise_layers(model: Module) -> list[NoiseLayer]:
    """Return the layers of a model that take noise."""
    return [module for _, module in model.named_modules() if isinstance(module, NoiseLayer)]


class _Request(NamedTuple):
    """A layer's request for `size` numbers."""

    layer: NoiseLayer
    size: int


class NoisePlan:
    """The noise that a model takes for one example: how much for which layer, in order of use."""

    def __init__(self, requests: Sequence[_Request]) -> None:
        self._requests = tuple(requests)
        self.count = sum(request.size for request in requests)

    def drawn(self, rows: int) -> FloatArray:
        """Return the noise of `rows` examples, an array of shape (rows, count).

        The generators draw the same numbers as if the model had been called row by row.
        """
        import numpy as np

        columns: list[Any] = [None] * len(self._requests)
        for rng in {id(r.layer.rng): r.layer.rng for r in self._requests}.values():
            places = [i for i, r in enumerate(self._requests) if r.layer.rng is rng]
            counts = [self._requests[place].size for place in places]
            parts = np.split(_uniform(rng, rows, sum(counts)), np.cumsum(counts)[:-1], axis=1)
            for place, part in zip(places, parts, strict=True):
                columns[place] = self._requests[place].layer.shaped(part)
        return np.hstack(columns)

    def __bool__(self) -> bool:
        return bool(self._requests)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NoisePlan) and self._requests == other._requests

    __hash__ = None  # type: ignore[assignment]  # compared, never looked up


class _Recorder:
    """A source that notes the requests and answers them with ones."""

    def __init__(self) -> None:
        self.requests: list[_Request] = []

    def take(self, layer: NoiseLayer, count: int) -> list[Any]:
        self.requests.append(_Request(layer, count))
        return [1.0] * count


class _Given:
    """A source that hands out given numbers in order."""

    def __init__(self, numbers: Sequence[Any]) -> None:
        self._numbers = numbers
        self._taken = 0

    def take(self, layer: NoiseLayer, count: int) -> list[Any]:
        start, self._taken = self._taken, self._taken + count
        if self._taken > len(self._numbers):
            raise ValueError(
                f"{layer!r} asks for {count} random numbers where {len(self._numbers) - start} of "
                f"{len(self._numbers)} are left: the model now takes another number of them"
            )
        return list(self._numbers[start : self._taken])


_SOURCE: ContextVar[_Recorder | _Given | None] = ContextVar("nn_noise", default=None)


@contextmanager
def recorded_noise() -> Iterator[_Recorder]:
    """Note in `requests` the noise that the block takes; it gets ones, and nothing is drawn."""
    recorder = _Recorder()
    before = _SOURCE.get()
    try:  # around the setting as well: Ctrl-C may come right after it
        _SOURCE.set(recorder)
        yield recorder
    finally:
        _SOURCE.set(before)


@contextmanager
def given_noise(numbers: Sequence[Any] | None) -> Iterator[None]:
    """Give these numbers or Values to the layers called in the block; None: draw as usual."""
    before = _SOURCE.get()
    try:  # around the setting as well: Ctrl-C may come right after it
        _SOURCE.set(None if numbers is None else _Given(numbers))
        yield
    finally:
        _SOURCE.set(before)


def _uniform(rng: random.Random | None, rows: int, count: int) -> FloatArray:
    """Return numbers from [0, 1) with 53 random bits each, of shape (rows, count)."""
    import numpy as np

    bits = np.frombuffer(generator(rng).randbytes(8 * rows * count), "<u8")
    numbers: FloatArray = (bits >> np.uint64(11)).reshape(rows, count) * 2.0**-53
    return numbers


def _refuse_traced(layer: NoiseLayer, x: Sequence[Any]) -> None:
    for item in x:
        if isinstance(item, Value):
            try:
                round(item)  # a trace refuses it, at the line of the user
            except TracingError as error:
                place = str(error).partition(": ")[0]
                raise TracingError(
                    f"{place}: {layer!r} draws random numbers at every call, and a program would "
                    "repeat those of the trace. Call model.eval() before compiling, or train with "
                    "nn.fit, which gives them to the program as inputs"
                ) from None
            return
