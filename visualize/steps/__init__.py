"""The steps of a backward pass, one after the other, and its paths."""

__all__ = []
