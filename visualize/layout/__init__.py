"""From sizes and edges to places: a layered layout that knows nothing of graphs of Values."""

from visualize.layout.layered import RANKDIRS, Placed, layout

__all__ = ["RANKDIRS", "Placed", "layout"]
