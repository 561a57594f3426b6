"""MLPEstimator: the parameters and the training that both estimators share."""

# ruff: noqa: N803, N806 - X is the field's name for the inputs

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from math import inf, nan
from numbers import Integral
from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from autograd import Value
from autograd.arguments import as_choice, as_count, as_dtype, as_float, as_items, as_switch
from nn.data.rows import Array, FloatArray
from nn.layers.activations import Activation
from nn.layers.dense import MLP
from nn.optim.optimizers import SGD, Adam, Optimizer
from nn.optim.penalties import L2
from nn.training.callbacks import EarlyStopping
from nn.training.history import History
from nn.training.loop import fit
from nn.training.restoring import noted

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["MLPEstimator"]

LARGEST_BATCH = 200  # of batch_size="auto"
SOLVERS = ("adam", "sgd")
SWITCHES = ("shuffle", "warm_start", "nesterovs_momentum", "early_stopping")

# The parameters that are numbers but no counts, and whether they may be 0.
NUMBERS = {"alpha": True, "tol": True, "momentum": True, "learning_rate_init": False}


class MLPEstimator(BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Base of the estimators: a subclass defines the targets and the loss."""

    loss_curve_: list[float]
    model_: MLP

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (16,),
        activation: str | Activation = "relu",
        *,
        solver: str = "adam",
        alpha: float = 0.0001,
        batch_size: int | str = "auto",
        learning_rate_init: float = 0.01,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: Any = None,
        tol: float = 0.0001,
        verbose: bool = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        n_iter_no_change: int = 10,
        dtype: Any = "float64",
    ) -> None:
        """Keep the parameters, named like those of scikit-learn's networks; `fit` checks them.

        - `hidden_layer_sizes`: the widths of the layers before the last one, whose width follows
          from the targets. `activation`: that of these layers, a name of `nn.ACTIVATIONS`,
          "logistic" for "sigmoid", or a function of a Value.
        - `solver`: "adam", or "sgd" with `momentum` and `nesterovs_momentum`. `learning_rate_init`:
          its learning rate, by default ten times scikit-learn's, because networks here are smaller.
        - `alpha`: the penalty, alpha / 2 times the sum of squared weights, is added to the sum of
          the losses of a batch (in regression, of half the squared errors).
        - `max_iter`: the largest number of epochs. `batch_size`: the rows of a step, "auto" for 200
          or all. `shuffle`: whether each epoch visits the rows in a new order.
        - `tol`, `n_iter_no_change`: training ends when the loss has not improved by more than `tol`
          for this number of epochs. With `early_stopping` that is the loss on the rows held out,
          `validation_fraction` of all, and the model is that of the best epoch.
        - `warm_start`: whether another `fit` goes on with the model of the last one.
        - `dtype`: "float32" trains in single precision, in half the time.
        - `random_state`: an int for the same results every time. `verbose`: whether to show
          progress on stderr.
        """
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.dtype = dtype

    def _check_settings(self) -> None:
        for name in SWITCHES:
            as_switch(getattr(self, name), f"{type(self).__name__}: {name}")
        if type(self.verbose) is not int:  # scikit-learn counts how much to tell
            as_switch(self.verbose, f"{type(self).__name__}: verbose")
        for name, may_be_zero in NUMBERS.items():
            number = as_float(getattr(self, name), f"{type(self).__name__}: {name}")
            if not 0.0 <= number < inf or (number == 0.0 and not may_be_zero):
                allowed = "at least 0" if may_be_zero else "greater than 0"
                raise ValueError(
                    f"{type(self).__name__}: {name} must be {allowed} and finite, not {number!r}"
                )

    def _new_model(self, inputs: int, outputs: int, rng: random.Random) -> MLP:
        sizes = self.hidden_layer_sizes
        single = isinstance(sizes, Integral)
        several = [sizes] if single else as_items(sizes, "hidden_layer_sizes", "widths")
        widths = [as_count(n, f"hidden_layer_sizes[{index}]") for index, n in enumerate(several)]
        activation = self.activation
        if isinstance(activation, str) and activation == "logistic":
            activation = "sigmoid"
        return MLP(inputs, [*widths, outputs], activation, rng=rng)

    def _batch_rows(self, rows: int) -> int:
        is_auto = isinstance(self.batch_size, str) and self.batch_size == "auto"
        size = LARGEST_BATCH if is_auto else self.batch_size
        return min(as_count(size, "batch_size"), rows)

    def _penalty(self, strength: float) -> L2 | None:
        alpha = as_float(self.alpha, "alpha")
        return L2(strength * alpha) if alpha else None

    def _optimizer(self) -> Callable[[list[Value]], Optimizer]:
        as_choice(self.solver, "solver", SOLVERS)
        if self.solver == "adam":
            return partial(Adam, lr=self.learning_rate_init)
        return partial(
            SGD,
            lr=self.learning_rate_init,
            momentum=self.momentum,
            nesterov=bool(self.nesterovs_momentum and self.momentum),
        )

    def _stopping(self) -> EarlyStopping:
        return EarlyStopping(
            as_count(self.n_iter_no_change, "n_iter_no_change"),
            monitor="validation_loss" if self.early_stopping else "loss",
            min_delta=self.tol,
            restore_best=bool(self.early_stopping),
        )

    def _continues(self) -> bool:
        """Tell whether `fit` goes on with an existing model."""
        warm = as_switch(self.warm_start, f"{type(self).__name__}: warm_start")
        return warm and hasattr(self, "model_")

    @contextmanager
    def _unless_it_fails(self) -> Iterator[None]:
        """Put back every attribute and the numbers of the model if the block raises."""
        before = dict(vars(self))
        put_back = noted(before["model_"].parameters() if "model_" in before else ())
        try:
            yield
        except BaseException:  # Ctrl-C and a warning that is an error among them
            self.__dict__ = before
            put_back()
            raise

    def _train(
        self,
        X: FloatArray,
        y: Array,
        *,
        outputs: int,
        loss: str,
        pull: float,
        strata: Array | None = None,
    ) -> None:
        """Train a model with this number of outputs on checked data, and keep the results.

        `pull` is the strength of the penalty for an alpha of 1 and a batch of one row. Rows are
        held out in proportion to the classes in `strata`.
        """
        self._check_settings()
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
            shuffle=self.shuffle,
            rng=rng,
            progress=bool(self.verbose),
            dtype=as_dtype(self.dtype, f"{type(self).__name__}: dtype"),
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

    def _outputs(self, X: ArrayLike) -> FloatArray:
        """Return the outputs of the model for the rows of X."""
        check_is_fitted(self, "model_")
        X = validate_data(self, X, dtype="float64", reset=False)
        return self.model_.predict(X)
