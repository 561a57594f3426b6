"""Drawings of graphs as SVG, DOT and text: the words of boxes, and their looks."""

__all__ = []
