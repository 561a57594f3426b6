"""The chain rule told with the numbers of a graph, in text, Markdown and LaTeX."""

from visualize.explain.explain import Explanation, explain

__all__ = ["Explanation", "explain"]
