"""Plots of training, with matplotlib (the extra `plots`): the functions, side by side."""

from visualize.boundary_plot import plot_decision_boundary
from visualize.figures import save_figure
from visualize.history_plot import plot_history
from visualize.network_plot import draw_network

__all__ = ["draw_network", "plot_decision_boundary", "plot_history", "save_figure"]
