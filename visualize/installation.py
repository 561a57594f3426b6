"""Imported first: that `import autograd` finds the engine which this package is built on.

`nn` has the same check of its own: the packages share nothing but the engine, and it is the one
that may be missing.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from importlib.util import find_spec

__all__ = ()


def _check_engine() -> None:
    """Raise ImportError, naming the file, where another file or package comes first.

    A single file is refused before it is run: it may well be the program that imports us.
    """
    found = find_spec("autograd")
    alone = found is not None and found.submodule_search_locations is None
    if found is None or alone or not hasattr(import_module("autograd"), "Primitive"):
        # Two packages were installed and one was removed: a folder without a program is left
        folders = [] if found is None else found.submodule_search_locations or []
        place = (found and found.origin) or next(iter(folders), "nothing")
        raise ImportError(
            f"visualize needs the engine of scalar-autograd, but `import autograd` finds {place}"
            + (
                ", which shadows it: give that file another name"
                if alone
                else ": PyPI's package autograd is another project. Keep the two in different "
                "environments; here: pip uninstall autograd, then "
                "pip install --force-reinstall scalar-autograd"
            ),
            name="autograd",
            path=place,
        )


def _check_networks() -> None:
    """Warn where a file of the user hides the package `nn`: this one does without it."""
    found = find_spec("nn")
    if found is not None and found.submodule_search_locations is None:
        warnings.warn(
            f"`import nn` finds {found.origin}, which shadows the package nn of scalar-autograd; "
            "to use that package, give the file another name",
            stacklevel=2,
        )


_check_engine()
_check_networks()
