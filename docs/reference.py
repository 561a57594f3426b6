"""The API reference: for each package a page of directives by topic, which Sphinx fills."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import autograd
from autograd import Primitive, Value
from autograd.primitive import TABLE
from docstrings import as_markup
from signatures import arguments

__all__ = ["PACKAGES", "TOPICS", "reference_page", "topics_of"]

PACKAGES = ("autograd", "nn", "visualize")

# What belongs together, in reading order. Public names that are not here follow by module.
TOPICS: dict[str, dict[str, tuple[str, ...]]] = {
    "autograd": {
        "Values and graphs": ("Value", "topological_order"),
        "Derivatives": (
            "gradients", "grad", "value_and_grad", "jvp", "vjp", "jacobian", "hessian", "hvp",
        ),
        "Exponentials, logarithms and roots": (
            "exp", "expm1", "log", "log1p", "sqrt", "abs", "hypot",
            "erf", "erfc",
        ),
        "Trigonometric and hyperbolic functions": (
            "sin", "cos", "tan", "asin", "acos", "atan", "atan2",
            "sinh", "cosh", "tanh", "asinh", "acosh", "atanh",
        ),
        "Activations": (
            "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "softplus",
        ),
        "Choices": ("where", "take", "maximum", "minimum", "clip", "detach"),
        "Sums and what is made of them": (
            "sum", "dot", "mean", "norm", "softmax", "log_softmax", "logsumexp", "logaddexp",
        ),
        "Compiling": ("compile", "compile_graph", "Compiled", "Descent"),
        "How graphs are recorded": ("no_grad", "scope", "source_lines", "is_tracing"),
        "Operations of your own": ("primitive", "Primitive", "Words", "check_gradients"),
        "Warnings and errors": (
            "NumericWarning", "GradientError", "StaleGraphError", "StaleProgramError",
            "TracingError",
        ),
    },
    "nn": {
        "Modules": (
            "Module", "Neuron", "Layer", "MLP", "Sequential", "Conv2d", "MaxPool2d", "AvgPool2d",
            "Flatten", "Dropout", "Perceptron", "ACTIVATIONS", "INITIALIZERS",
        ),
        "Losses": (
            "mse_loss", "l1_loss", "huber_loss", "hinge_loss", "binary_cross_entropy",
            "binary_cross_entropy_with_logits", "cross_entropy", "L1", "L2",
        ),
        "Optimizers": (
            "Optimizer", "SGD", "RMSprop", "Adam", "AdamW", "clip_grad_norm",
        ),
        "Learning rates over time": ("Schedule", "StepLR", "CosineLR", "LinearLR"),
        "Training": ("fit", "History", "Callback", "EarlyStopping", "TrainingState"),
        "Data": (
            "split", "batches", "one_hot", "Standardizer", "Dataset", "load_mnist", "read_digit",
        ),
        "Metrics": (
            "accuracy", "precision", "recall", "f1_score", "confusion_matrix",
            "mean_squared_error", "mean_absolute_error", "r2_score",
        ),
        "Checkpoints": ("save_state", "load_state"),
        "Errors": ("CheckpointError", "CompilationError", "NonFiniteError"),
    },
    "visualize": {
        "Graphs": ("draw", "Drawing", "show", "draw_dot"),
        "Backpropagation, told": (
            "step_through", "explain", "formula",
        ),
        "What is wrong with a gradient": (
            "why", "kinks",
        ),
        "Two graphs, or two steps of a training": (
            "diff", "snapshot",
        ),
        "The health of a network": ("health", "HealthMonitor"),
        "Plots": (
            "plot_history", "plot_curves", "plot_decision_boundary", "plot_confusion_matrix",
            "plot_images", "plot_vectors", "plot_descent", "draw_network", "plot_weights",
            "plot_feature_maps", "plot_landscape", "ParameterPath", "save_figure",
        ),
        "Animations": (
            "animate_descent", "animate_boundary", "BoundaryRecorder",
        ),
        "Errors": ("RenderError",),
    },
}  # fmt: skip
# Modules with public names that the package above them does not repeat; shown where they exist.
PARTS = {
    "autograd": tuple(
        f"autograd.{name}" for name in ("graph", "leaves", "reverse", "vector", "primitive",
        "context", "program.verification", "arguments", "files", "runtime")
    ),
    "nn": ("nn.estimators",),
    "visualize": tuple(
        f"visualize.{name}"
        for name in ("steps", "explain", "formula", "why", "compare", "health", "plots")
    ),
}  # fmt: skip


def reference_page(package: str) -> str:
    """Return the page of a package as reStructuredText: each public name once, by topic."""
    parts = [title(package, "=")]
    for name in (package, *filter(find_spec, PARTS.get(package, ()))):
        module = import_module(name)
        # autograd.primitive is a function too, which has the name in the index
        hidden = name.partition(".")[2] in import_module(package).__all__
        parts.append(f".. automodule:: {name}\n   :no-members:" + "\n   :no-index:" * hidden)
        for topic, public in topics_of(name).items():
            parts.append(title(topic, "-"))
            for thing in public:
                parts += entry(name, thing, getattr(module, thing))
    return "\n\n".join(parts) + "\n"


def topics_of(package: str) -> dict[str, list[str]]:
    """Return the public names of a package by topic.

    A name that TOPICS does not have comes last, below the first line of its module.
    """
    module, above = import_module(package), import_module(package.partition(".")[0])
    public = module.__all__ if module is above else set(module.__all__) - set(above.__all__)
    topics = {
        topic: [name for name in names if name in public]
        for topic, names in TOPICS.get(package, {}).items()
    }
    placed = {name for names in topics.values() for name in names}
    for name in sorted(public):
        if name not in placed:
            topics.setdefault(topic_of_module(getattr(module, name), module), []).append(name)
    return {topic: names for topic, names in topics.items() if names}


def topic_of_module(thing: Any, package: ModuleType) -> str:
    """Return the subject that the first line of a thing's module names."""
    module = sys.modules.get(getattr(thing, "__module__", ""), package)
    line = (inspect.getdoc(module) or "").partition("\n")[0]
    return line.partition(":")[0].rstrip(".") or module.__name__


def entry(package: str, name: str, thing: Any) -> Iterator[str]:
    """Yield the directives that show one public name."""
    full = f"{package}.{name}"
    if isinstance(thing, Primitive):
        yield operation(full, thing)
    elif thing is Value:
        yield f".. autoclass:: {full}\n   :exclude-members: {', '.join(row_names())}"
        yield methods_of_values()
    elif inspect.isclass(thing):
        bases = "" if thing.__bases__ == (object,) else "\n   :show-inheritance:"
        yield f".. autoclass:: {full}{bases}"
    elif callable(thing):
        yield f".. autofunction:: {full}"
    else:
        yield data(full, thing)


def operation(full: str, row: Primitive) -> str:
    """Return the description of a function that is a row of the table."""
    lines = [*as_markup([row.doc]), f"In pictures: ``{row.symbol}``."]
    if row.arity == 1:
        lines.append(f"Also a method: ``x.{row.name}()``.")
    lines.append("An operation of the :doc:`table </operations>`, which has its conventions.")
    return described(f".. py:function:: {full}({arguments(row)})", lines)


def data(full: str, thing: Any) -> str:
    """Return the description of a public table: its names, and what each stands for."""
    head = f".. py:data:: {full}"
    if full == "autograd.primitive.TABLE":
        return described(
            head, ["Every operation by name, those of your own included: :doc:`/operations`."]
        )
    lines = [f"By name: {', '.join(f'``{name!r}``' for name in thing)}."]
    return described(head, lines)


def methods_of_values() -> str:
    """Return the list of the public operations that are methods of Value, too."""
    items = []
    for row in TABLE.values():
        if getattr(autograd, row.name, None) is row and hasattr(Value, row.name):
            first, _, others = arguments(row).partition(", ")
            call = f"x.{row.name}({first})" if row.variadic else f"{first}.{row.name}({others})"
            items.append(f"   * - ``{call}``\n     - {as_markup([row.doc])[0]}")
    head = (
        "Methods from the table of operations, each the function of the same name "
        "(NumPy's names, such as ``x.arcsin()``, work as well):\n\n"
        ".. list-table::\n   :widths: 35 65\n\n"
    )
    return head + "\n".join(items)


def row_names() -> list[str]:
    """Return the names of all operations, NumPy's included: those of methods made from rows."""
    names = {name for row in TABLE.values() for name in (row.name, row.ufunc)}
    return sorted(name for name in names if name.isidentifier())


def described(directive: str, paragraphs: Iterable[str]) -> str:
    """Return a directive with paragraphs as its content."""
    return "\n\n   ".join([directive, *paragraphs])


def title(text: str, mark: str) -> str:
    """Return a heading."""
    return f"{text}\n{mark * len(text)}"
