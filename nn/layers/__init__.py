"""Layers, a kind a file, with the functions and first weights that they are given by name."""

__all__ = []
