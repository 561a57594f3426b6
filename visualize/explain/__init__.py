"""The chain rule told with the numbers of a graph, in text, Markdown and LaTeX."""

__all__ = []
