"""Run `python -m visualize "tanh(a*b + c)" a=2 b=-3 c=10`: an expression becomes a picture."""

from __future__ import annotations

import contextlib
import os
import sys

from visualize.command import main


def run() -> int:
    """Run the program on the arguments of the process; return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that somebody put in its place
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # of a real stream
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:  # the reader, head perhaps, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for the flush at exit
        code = 0
    return code


if __name__ == "__main__":
    sys.exit(run())
