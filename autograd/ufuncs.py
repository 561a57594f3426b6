"""NumPy's ufuncs on Values: np.exp(v), np.float64(2) * v, array * v."""

from __future__ import annotations

from typing import Any

from autograd.primitive import TABLE

__all__ = ["apply_ufunc"]


def apply_ufunc(ufunc: Any, method: str, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Apply a ufunc to inputs of which one at least is a Value.

    The row whose `ufunc` it is does the work. Comparisons are rows too; equality stays identity, as
    == on Values. A ufunc without a row (np.square) runs NumPy's loop for objects, which uses the
    operators and methods of Value.
    """
    import numpy as np

    if method == "__call__" and not options:
        for row in TABLE.values():
            if row.ufunc == ufunc.__name__:
                return row(*inputs)
    # A NumPy scalar left as it is would call the ufunc again, without end
    plain = (x.item() if isinstance(x, np.generic) else x for x in inputs)
    result = getattr(ufunc, method)(*(np.asarray(x, dtype=object) for x in plain), **options)
    return result.item() if isinstance(result, np.ndarray) and result.ndim == 0 else result
