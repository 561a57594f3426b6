"""Plots of training, with matplotlib (the extra `plots`): the functions, side by side."""

from visualize.plots.animation import Animation
from visualize.plots.boundary import plot_decision_boundary
from visualize.plots.boundary_animation import BoundaryRecorder, animate_boundary
from visualize.plots.confusion import plot_confusion_matrix
from visualize.plots.curves import plot_curves, plot_history
from visualize.plots.descent import animate_descent, plot_descent
from visualize.plots.feature_maps import plot_feature_maps
from visualize.plots.figures import save_figure
from visualize.plots.images import plot_images
from visualize.plots.loss_landscape import ParameterPath, plot_landscape
from visualize.plots.network import draw_network
from visualize.plots.vectors import plot_vectors
from visualize.plots.weights import plot_weights

__all__ = [
    "Animation",
    "BoundaryRecorder",
    "ParameterPath",
    "animate_boundary",
    "animate_descent",
    "draw_network",
    "plot_confusion_matrix",
    "plot_curves",
    "plot_decision_boundary",
    "plot_descent",
    "plot_feature_maps",
    "plot_history",
    "plot_images",
    "plot_landscape",
    "plot_vectors",
    "plot_weights",
    "save_figure",
]
