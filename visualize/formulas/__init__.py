"""Recorded graphs as formulas in Python, LaTeX and SymPy, and the rules of their derivatives."""

__all__ = []
