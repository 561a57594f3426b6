"""Recorded graphs as formulas in Python, LaTeX and SymPy, and the rules of their derivatives."""

from visualize.formula.formula import Formula, formula

__all__ = ["Formula", "formula"]
