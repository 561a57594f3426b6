"""One HTML file in which a graph is explored and backpropagation played."""

__all__ = []
