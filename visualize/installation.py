"""A check, imported first, that `import autograd` finds the engine, and `import nn` its networks.

`nn` has the same function, as a test makes sure: the packages share nothing but the engine, and
that may be missing.
"""

from __future__ import annotations

import warnings
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

BESIDE = Path(__file__).parents[1]  # where the packages of this distribution are


def _check_engine() -> None:
    """Raise ImportError, naming the file, if another file or package comes first.

    A single file is refused before it runs, because it may be the program that imports us.
    """
    found = find_spec("autograd")
    alone = found is not None and found.submodule_search_locations is None
    if found is None or alone or not hasattr(import_module("autograd"), "Primitive"):
        # Where two packages were installed and one was removed, a folder without code is left
        folders = [] if found is None else found.submodule_search_locations or []
        place = (found and found.origin) or next(iter(folders), "nothing")
        raise ImportError(
            f"{__package__} needs the engine of scalar-autograd, but `import autograd` finds "
            f"{place}"
            + (
                ", which shadows it: give that file another name"
                if alone
                else ", which is not beside this package and comes first: give that folder another "
                "name, or another environment if it is PyPI's package autograd"
                if found is not None and found.origin and Path(place).parents[1] != BESIDE
                else ": PyPI's package autograd is another project. Keep the two in different "
                "environments; here: pip uninstall autograd, then "
                "pip install --force-reinstall scalar-autograd"
            ),
            name="autograd",
            path=place,
        )


def _check_networks() -> None:
    """Warn if a file or folder of the user hides the package `nn`, which is not needed here."""
    found = find_spec("nn")
    if found is not None and found.origin and Path(found.origin).parent != BESIDE / "nn":
        kind = "file" if found.submodule_search_locations is None else "folder"
        warnings.warn(
            f"`import nn` finds {found.origin}, which shadows the package nn of scalar-autograd; "
            f"to use that package, give the {kind} another name",
            stacklevel=2,
        )


_check_engine()
_check_networks()
