"""Plots of training, with matplotlib (the extra `plots`): the functions, side by side."""

from visualize.plots.boundary import plot_decision_boundary
from visualize.plots.figures import save_figure
from visualize.plots.history import plot_history
from visualize.plots.network import draw_network

__all__ = ["draw_network", "plot_decision_boundary", "plot_history", "save_figure"]
