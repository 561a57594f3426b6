"""MLPEstimator: the training that both estimators share, and what is known after it."""

# ruff: noqa: N803, N806 - X is the field's name for the inputs

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from math import nan
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from nn.counts import as_count
from nn.estimators.parameters import Parameters
from nn.layers.dense import MLP
from nn.training.history import History
from nn.training.loop import fit
from nn.training.restoring import noted

__all__ = ["MLPEstimator"]


class MLPEstimator(Parameters):
    """Base of the estimators: a subclass says what a target is and which loss fits it."""

    loss_curve_: list[float]
    model_: MLP

    def _continues(self) -> bool:
        """Tell whether `fit` goes on with the model there is."""
        return bool(self.warm_start) and hasattr(self, "model_")

    @contextmanager
    def _unless_it_fails(self) -> Iterator[None]:
        """Put every attribute back, and the numbers of the model, if the block raises."""
        before = dict(vars(self))
        put_back = noted(before["model_"].parameters() if "model_" in before else ())
        try:
            yield
        except BaseException:  # Ctrl-C and a warning that is an error among them
            self.__dict__ = before
            put_back()
            raise

    def _train(
        self, X: Any, y: Any, *, outputs: int, loss: str, pull: float, strata: Any = None
    ) -> None:
        """Train a model of so many outputs on checked data, and keep what is known of it.

        `pull` is the strength of the penalty for an alpha of 1 and a batch of one row; `strata`
        are the classes of which rows are held out in proportion.
        """
        self._check_numbers()
        source = check_random_state(self.random_state)
        rng = random.Random(int(source.randint(2**31 - 1)))  # noqa: S311 - not for secrets
        model = self._prepared_model(X.shape[1], outputs, rng)
        held_out = None
        if self.early_stopping:
            X, X_held_out, y, y_held_out = train_test_split(
                X, y, test_size=self.validation_fraction, random_state=source, stratify=strata
            )
            held_out = X_held_out, y_held_out
        batch = self._batch_rows(len(X))
        history = fit(
            model,
            X,
            y,
            loss=loss,
            penalty=self._penalty(pull / batch),
            optimizer=self._optimizer(),
            epochs=as_count(self.max_iter, "max_iter"),
            batch_size=batch,
            validation=held_out,
            callbacks=[self._stopping()],
            shuffle=bool(self.shuffle),
            rng=rng,
            progress=bool(self.verbose),
        )
        earlier = self.loss_curve_ if self._continues() else []
        self.model_ = model
        self.n_outputs_ = outputs
        self.n_iter_ = history.epochs
        self.loss_curve_ = [*earlier, *history.get("loss", [])]
        self.loss_ = self.loss_curve_[-1] if self.loss_curve_ else nan
        self.best_loss_ = min(self.loss_curve_, default=nan)
        self.validation_loss_curve_ = history.get("validation_loss")
        self._warn(history)

    def _prepared_model(self, inputs: int, outputs: int, rng: random.Random) -> MLP:
        model = self._new_model(inputs, outputs, rng)
        if not self._continues():
            return model
        if repr(model) != repr(self.model_):
            raise ValueError(
                f"warm_start: the model is {self.model_!r}, and {model!r} is asked for; set "
                "warm_start=False to begin anew"
            )
        return self.model_

    def _warn(self, history: History) -> None:
        name = type(self).__name__
        if history.interrupted:
            message = f"{name}: Ctrl-C ended the training after {self.n_iter_} epochs"
            warnings.warn(message, UserWarning, stacklevel=5)
        elif not history.stopped:
            message = (
                f"{name}: the loss has not settled in max_iter={self.max_iter} epochs; allow more "
                "of them, standardise the inputs, or try another learning_rate_init"
            )
            warnings.warn(message, ConvergenceWarning, stacklevel=5)

    def _outputs(self, X: Any) -> Any:
        """Return the outputs of the model for the rows of X."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, dtype="float64", reset=False)
        return self.model_.predict(X)
