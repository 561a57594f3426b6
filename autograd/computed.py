"""computed: a property that is computed once for each instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["computed"]

Result = TypeVar("Result")


class computed(Generic[Result]):  # noqa: N801 - used like a function
    """`functools.cached_property` without a lock.

    Before Python 3.12 that has one for all instances, which a forked child inherits as it is: held
    for ever if another thread computed the property at the fork. Here two threads may compute it
    at once; they find the same.
    """

    def __init__(self, compute: Callable[[Any], Result]) -> None:
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
