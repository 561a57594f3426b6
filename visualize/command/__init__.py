"""The command line: an expression and the numbers of its variables become a picture."""

__all__ = []
