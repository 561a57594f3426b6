"""Where the user is: the nearest line of the call stack outside this project."""

from __future__ import annotations

import sys
from types import FrameType

__all__ = ["asked_by_user", "user_frame", "user_line"]

# Frames of these packages are not the user's line.
INTERNAL = ("autograd", "nn", "visualize", "numpy", "copy")


def user_frame() -> FrameType:
    """Return the innermost frame outside this project, NumPy and copy."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in INTERNAL:
        frame = frame.f_back
    return frame


def asked_by_user() -> bool:
    """Tell whether code outside this project, NumPy and copy has called the caller."""
    module = sys._getframe(2).f_globals.get("__name__", "")
    return module.partition(".")[0] not in INTERNAL


def user_line() -> str:
    """Return the line of `user_frame` as "file:line"."""
    frame = user_frame()
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"
