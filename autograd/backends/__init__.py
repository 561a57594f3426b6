"""What runs a program: each backend lowers it onto one kind of machine or text."""

__all__ = ()
