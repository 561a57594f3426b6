"""Pictures of graphs: every value with its data and its gradient, in any format, without Graphviz.

>>> from autograd import Value
>>> from visualize import draw
>>> a = Value(2.0, label="a")
>>> draw(a * a + 1)
<Drawing of 3 values, 3 edges; output v2 = 5; no gradient yet; in 3 boxes. Show: ...>
"""

import sys
from types import FunctionType, ModuleType

from visualize import installation  # noqa: F401 - before any import of autograd

# isort: split
from visualize.compare import diff, snapshot
from visualize.draw.dot import draw_dot
from visualize.draw.drawing import Drawing, draw, show
from visualize.draw.render import RenderError
from visualize.explain import explain
from visualize.formula import formula
from visualize.health import HealthMonitor, health
from visualize.plots import (
    BoundaryRecorder,
    ParameterPath,
    animate_boundary,
    animate_descent,
    draw_network,
    plot_confusion_matrix,
    plot_curves,
    plot_decision_boundary,
    plot_descent,
    plot_feature_maps,
    plot_history,
    plot_images,
    plot_landscape,
    plot_vectors,
    plot_weights,
    save_figure,
)
from visualize.steps import step_through
from visualize.why import kinks, why


class _Package(ModuleType):
    """A package whose functions stay when a folder of the same name, as visualize.why, is loaded.

    Whatever loads a module binds its name in the package. Python itself does so while this file
    runs, before the functions are bound; pytest loads files by their paths, and does so later.
    """

    def __setattr__(self, name: str, value: object) -> None:
        is_folder = isinstance(value, ModuleType)
        if not (is_folder and isinstance(self.__dict__.get(name), FunctionType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package

__all__ = [
    "BoundaryRecorder",
    "Drawing",
    "HealthMonitor",
    "ParameterPath",
    "RenderError",
    "animate_boundary",
    "animate_descent",
    "diff",
    "draw",
    "draw_dot",
    "draw_network",
    "explain",
    "formula",
    "health",
    "kinks",
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
    "show",
    "snapshot",
    "step_through",
    "why",
]
