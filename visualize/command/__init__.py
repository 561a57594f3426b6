"""The command line: an expression and the numbers of its variables become a picture."""

from visualize.command.program import main

__all__ = ["main"]
