"""MLPClassifier: a network that learns classes, as an estimator of scikit-learn."""

# ruff: noqa: N803, N806 - X is the field's name for the inputs

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import column_or_1d, validate_data

from nn.data.rows import Array
from nn.estimators.base import MLPEstimator

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["MLPClassifier"]


class MLPClassifier(ClassifierMixin, MLPEstimator):  # type: ignore[misc]  # as the base
    """A multilayer perceptron that learns classes, or several labels for each row.

    The last layer gives logits: one for two classes, one per class for more, and one per label for
    an indicator matrix of zeros and ones. The loss is their cross-entropy. After `fit`, `classes_`
    holds the labels and `model_` the nn.MLP. `loss_curve_` holds the loss of each epoch, including
    the penalty, `loss_` its last and `best_loss_` its least number, `n_iter_` the number of epochs,
    and `validation_loss_curve_` the losses of `early_stopping`, or None.

    >>> from sklearn.datasets import load_iris
    >>> from sklearn.preprocessing import StandardScaler
    >>> X, y = load_iris(return_X_y=True)
    >>> X = StandardScaler().fit_transform(X)
    >>> classifier = MLPClassifier(3, alpha=0.01, tol=0.001, max_iter=500, random_state=0).fit(X, y)
    >>> classifier.score(X, y) > 0.95
    True

    A prediction is made of Values, so it can be drawn:

    >>> from autograd import Value, softmax
    >>> from visualize import draw
    >>> names = ["sepal length", "sepal width", "petal length", "petal width"]
    >>> flower = [Value(x, label=name) for x, name in zip(X[0], names)]
    >>> probabilities = softmax(classifier.model_(flower))
    >>> "petal width" in draw(probabilities[0], title="Is it a setosa?").svg
    True
    """

    classes_: Any

    def fit(self, X: ArrayLike, y: ArrayLike) -> MLPClassifier:
        """Train on rows X of shape (rows, features) and labels y, and return the estimator.

        y has the shape (rows,), of numbers or text, or (rows, labels), of zeros and ones. Raises
        ValueError for data that scikit-learn refuses and for fewer than two classes, and
        nn.NonFiniteError if the loss becomes infinite. After any error the estimator is as it was.
        """
        with self._unless_it_fails():
            self._learn(X, y)
        return self

    def _learn(self, X: Any, y: Any) -> None:
        continues = self._continues()
        X, y = validate_data(self, X, y, multi_output=True, dtype=np.float64, reset=not continues)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        kind = type_of_target(y)
        if kind == "multiclass-multioutput":
            raise ValueError(
                "y has several columns of more than zeros and ones; for several questions "
                "with classes of their own use sklearn.multioutput.MultiOutputClassifier"
            )
        labels = kind == "multilabel-indicator"
        if labels:
            targets = y.toarray() if hasattr(y, "toarray") else y
            classes = np.arange(y.shape[1])
        else:
            classes, targets = np.unique(y, return_inverse=True)
        if len(classes) < 2:
            raise ValueError(
                f"y holds one class only, {classes.tolist()[0]!r}; there must be at least two"
            )
        if continues and classes.tolist() != self.classes_.tolist():
            raise ValueError(
                f"warm_start: the classes were {self.classes_.tolist()} and are now "
                f"{classes.tolist()}; set warm_start=False to begin anew"
            )
        several = kind == "multiclass"
        self._train(
            X,
            targets,
            outputs=len(classes) if labels or several else 1,
            loss="cross_entropy" if several else "binary_cross_entropy_with_logits",
            pull=0.5 / len(classes) if labels else 0.5,  # the loss is a mean over the labels
            strata=None if labels else targets,
        )
        self.classes_ = classes
        self._labels = labels

    def decision_function(self, X: ArrayLike) -> Array:
        """Return the logits: (rows,) for two classes, else (rows, classes or labels)."""
        return self._outputs(X)

    def predict(self, X: ArrayLike) -> Array:
        """Return the likeliest label of each row, or for several labels zeros and ones."""
        logits = self._outputs(X)
        if self._labels:
            return (logits > 0.0).astype(int)
        chosen = (logits > 0.0).astype(int) if logits.ndim == 1 else logits.argmax(axis=1)
        labels: Array = self.classes_[chosen]
        return labels

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the probabilities of the classes, or of each label, in the order of `classes_`."""
        return np.exp(self.predict_log_proba(X))

    def predict_log_proba(self, X: ArrayLike) -> Array:
        """Return the logarithms of the probabilities, finite for logits of any size."""
        logits = self._outputs(X)
        if self._labels:
            return -np.logaddexp(0.0, -logits)
        if logits.ndim == 1:
            logits = np.column_stack([np.zeros_like(logits), logits])
        return logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks about estimators."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
