"""Foreign code: what is not the library's, and may change whatever a compiled program was made of.

A program holds all that the loss, the model and the rule of the optimizer read at their trace.
Nothing of it can change while only the library's code runs; after any other code has run, a
callback, a metric, a schedule, they are traced again before the next step.
"""

from __future__ import annotations

import random
import threading
from functools import partial
from types import FunctionType, MethodType
from typing import Any

__all__ = ["is_foreign", "other_threads"]

PACKAGES = ("autograd", "nn", "visualize")


def is_foreign(item: Any, *methods: str) -> bool:
    """Tell whether the code of a function is someone else's, or of an object or these methods.

    >>> from nn import EarlyStopping, accuracy
    >>> is_foreign(EarlyStopping(), "on_epoch_end"), is_foreign(accuracy), is_foreign(print)
    (False, False, True)
    """
    if item is None or type(item) is random.Random:
        return False
    while isinstance(item, partial):
        item = item.func
    if isinstance(item, MethodType):
        return is_foreign(item.__func__) or is_foreign(item.__self__)
    if isinstance(item, FunctionType):  # one that is wrapped says the module of the other
        module = item.__globals__.get("__name__")
    else:
        module = (item if isinstance(item, type) else type(item)).__module__
    return str(module).partition(".")[0] not in PACKAGES or any(
        is_foreign(getattr(item, method)) for method in methods
    )


def other_threads() -> bool:
    """Tell whether there are threads in which foreign code may run at any time."""
    here = threading.current_thread()
    return any(
        thread is not here and not type(thread).__module__.startswith("tqdm")  # its monitor
        for thread in threading.enumerate()
    )
