"""MLPRegressor: a network that learns numbers, as an estimator of scikit-learn."""

# ruff: noqa: N803, N806 - X is the field's name for the inputs

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.validation import column_or_1d, validate_data

from nn.data.rows import Array
from nn.estimators.base import MLPEstimator

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["MLPRegressor"]


class MLPRegressor(RegressorMixin, MLPEstimator):  # type: ignore[misc]  # as the base
    """A multilayer perceptron that learns one number or several for each row.

    The loss is the mean squared error over rows and outputs. It is twice scikit-learn's, so with
    `solver="sgd"` half the learning rate gives the same steps. After `fit`, `model_` holds the
    nn.MLP. `loss_curve_` holds the loss of each epoch, including the penalty, `loss_` its last and
    `best_loss_` its least number, `n_iter_` the number of epochs, and `validation_loss_curve_` the
    losses of `early_stopping`, or None. Scale targets that are far from 0 or far apart, as
    `sklearn.compose.TransformedTargetRegressor` does.

    >>> import numpy as np
    >>> X = np.linspace(-2.0, 2.0, 50).reshape(-1, 1)
    >>> y = np.sin(2.0 * X.ravel())
    >>> regressor = MLPRegressor(12, "tanh", max_iter=2000, random_state=0).fit(X, y)
    >>> regressor.score(X, y) > 0.95
    True

    A prediction can be drawn, neuron by neuron; `draw(...).save("sine.svg")` writes it to a file:

    >>> from visualize import draw
    >>> "tanh" in draw(regressor.model_([0.5]), title="The sine of 1").svg
    True
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> MLPRegressor:
        """Train on rows X of shape (rows, features) and targets y, and return the estimator.

        y has the shape (rows,) or (rows, outputs). Raises ValueError for data that scikit-learn
        refuses, and nn.NonFiniteError if the loss becomes infinite. After any error the estimator
        is as it was.
        """
        with self._unless_it_fails():
            self._learn(X, y)
        return self

    def _learn(self, X: Any, y: Any) -> None:
        X, y = validate_data(
            self,
            X,
            y,
            multi_output=True,
            y_numeric=True,
            dtype=np.float64,
            reset=not self._continues(),
        )
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        outputs = 1 if y.ndim == 1 else y.shape[1]
        # Half the squared errors would need half of alpha; the loss is a mean over the outputs
        self._train(X, y, outputs=outputs, loss="mse_loss", pull=1.0 / outputs)

    def predict(self, X: ArrayLike) -> Array:
        """Return the outputs of the model, of shape (rows,) or (rows, outputs)."""
        return self._outputs(X)

    def __sklearn_tags__(self) -> Any:
        """Return what scikit-learn asks about estimators."""
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
