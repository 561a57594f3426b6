"""The estimators keep scikit-learn's contract, and train as its own networks do."""

import copy
import math
import pickle
import random
import signal
import sys
import warnings
from importlib import import_module

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="the estimators need scikit-learn, of the extra sklearn")

from scipy.special import expit, log_softmax, softmax
from sklearn import neural_network as theirs
from sklearn.base import clone
from sklearn.datasets import (
    load_breast_cancer,
    load_digits,
    load_iris,
    make_friedman1,
    make_multilabel_classification,
    make_regression,
)
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits

from nn import NonFiniteError
from nn.estimators import MLPClassifier, MLPRegressor

pytestmark = [
    # Most of these trainings are shorter than would be good, and scikit-learn's warn of it too.
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.usefixtures("on_numpy"),
]

IRIS = load_iris(return_X_y=True)
IRIS = StandardScaler().fit_transform(IRIS[0]), IRIS[1]
QUICK = {"learning_rate_init": 0.05, "max_iter": 25}  # enough for what the checks ask for
SINE = np.linspace(-2.0, 2.0, 40).reshape(-1, 1), np.sin(np.linspace(-4.0, 4.0, 40))


def multilabel():
    X, Y = make_multilabel_classification(80, 4, n_classes=3, n_labels=2, random_state=0)
    return StandardScaler().fit_transform(X), Y


# As a list: pytest warns of the generator that scikit-learn gave up to 1.7
CHECKS = parametrize_with_checks([MLPClassifier(3, **QUICK), MLPRegressor(6, **QUICK)])
NAMES, CASES = CHECKS.args


def checked(estimator, check):
    """Return a case of both; what is asked of every estimator, the base class answers for both."""
    name = getattr(check, "func", check).__name__
    again = isinstance(estimator, MLPRegressor) and "regressor" not in name
    return pytest.param(estimator, check, marks=[pytest.mark.slow] if again else [])


@pytest.mark.parametrize(NAMES, [checked(*case) for case in CASES], **CHECKS.kwargs)
def test_sklearns_own_checks(estimator, check):
    check(estimator)


def problems():
    """Return cases of (class of ours, class of theirs, X, y, our loss in units of theirs)."""
    X, y = IRIS
    X_numbers, y_numbers = make_regression(40, 3, noise=1.0, random_state=0)
    classifiers = MLPClassifier, theirs.MLPClassifier
    return [
        pytest.param(*classifiers, X, y, 1.0, id="classes"),
        pytest.param(*classifiers, X[:100], y[:100], 1.0, id="two classes"),
        pytest.param(*classifiers, *multilabel(), 1 / 3, id="labels"),
        pytest.param(
            MLPRegressor, theirs.MLPRegressor, X_numbers, y_numbers / 100.0, 2.0, id="numbers"
        ),
    ]


def weights(model):
    matrices = [
        np.array([[w.data for w in neuron.weights] for neuron in layer.neurons]).T
        for layer in model.layers
    ]
    return matrices, [np.array([n.bias.data for n in layer.neurons]) for layer in model.layers]


@pytest.mark.parametrize(("solver", "activation"), [("sgd", "tanh"), ("adam", "logistic")])
@pytest.mark.parametrize(("kind", "their_kind", "X", "y", "scale"), problems())
def test_steps_are_those_of_sklearn(kind, their_kind, X, y, scale, activation, solver):
    rate = 0.05 if solver == "sgd" else 0.01
    settings = {
        "hidden_layer_sizes": [3, 2], "activation": activation, "solver": solver, "alpha": 0.3,
        "batch_size": 10, "shuffle": False, "max_iter": 1, "warm_start": True, "random_state": 0,
    }  # fmt: skip
    ours = kind(**settings, learning_rate_init=rate / scale if solver == "sgd" else rate).fit(X, y)
    other = their_kind(**settings, learning_rate_init=rate).fit(X, y)
    other.coefs_, other.intercepts_ = weights(ours.model_)
    for estimator in (ours, other):
        estimator.set_params(max_iter=6).fit(X, y)
    found, expected = weights(ours.model_), (other.coefs_, other.intercepts_)
    # Adam's epsilon is added to another term there; the rows divide into whole batches
    tolerance = 1e-10 if solver == "sgd" else 1e-5
    for our_arrays, their_arrays in zip(found, expected):
        for our_array, their_array in zip(our_arrays, their_arrays):
            np.testing.assert_allclose(our_array, their_array, rtol=tolerance, atol=tolerance)
    np.testing.assert_allclose(
        ours.loss_curve_[1:], scale * np.array(other.loss_curve_[1:]), rtol=tolerance
    )
    np.testing.assert_array_equal(ours.predict(X).shape, other.predict(X).shape)


def held_out(X, y, stratify):
    X, X_test, y, y_test = train_test_split(X, y, random_state=0, stratify=stratify)
    scaler = StandardScaler().fit(X)
    return scaler.transform(X), scaler.transform(X_test), y, y_test


@pytest.mark.parametrize(
    ("load", "settings"),
    [
        (load_iris, {}),
        pytest.param(load_breast_cancer, {}, marks=pytest.mark.slow),
        pytest.param(load_digits, {"hidden_layer_sizes": 32}, marks=pytest.mark.slow),
    ],
)
def test_classes_are_learned_as_well_as_by_sklearn(load, settings):
    X, y = load(return_X_y=True)
    X, X_test, y, y_test = held_out(X[:600], y[:600], y[:600])
    ours = MLPClassifier(**settings, random_state=0).fit(X, y)
    with threadpool_limits(1):
        other = theirs.MLPClassifier(random_state=0).fit(X, y)
    assert ours.score(X_test, y_test) >= max(0.85, other.score(X_test, y_test) - 0.05)
    assert np.mean(ours.predict(X_test) == y_test) == ours.score(X_test, y_test)


def test_numbers_are_learned_as_well_as_by_sklearn():
    X, y = make_friedman1(300, noise=0.5, random_state=0)
    X, X_test, y, y_test = held_out(X, (y - y.mean()) / y.std(), None)
    other = theirs.MLPRegressor(random_state=0).fit(X, y)
    score = MLPRegressor(random_state=0).fit(X, y).score(X_test, y_test)
    assert score >= max(0.7, other.score(X_test, y_test) - 0.1)


def test_search_over_a_pipeline_and_cross_validation():
    pipeline = make_pipeline(
        StandardScaler(), MLPClassifier(learning_rate_init=0.05, max_iter=30, random_state=0)
    )
    grid = {"mlpclassifier__alpha": [1e-4, 1e4], "mlpclassifier__hidden_layer_sizes": [(), 4]}
    X, y = load_iris(return_X_y=True)
    search = GridSearchCV(pipeline, grid, cv=2, error_score="raise").fit(X, y)
    assert search.best_params_["mlpclassifier__alpha"] == 1e-4
    assert search.best_score_ > 0.9
    scores = dict(zip(search.cv_results_["rank_test_score"], search.cv_results_["params"]))
    assert scores[max(scores)]["mlpclassifier__alpha"] == 1e4  # nothing but the biases is left
    assert repr(search.best_estimator_[-1].model_).startswith("MLP(4, [")
    assert cross_val_score(search.best_estimator_, X, y, cv=3).mean() > 0.9


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_copies_predict_the_same_and_clones_train_the_same(kind):
    X, y = IRIS
    first = kind(4, max_iter=5, random_state=1).fit(X, y)
    unpickled = pickle.loads(pickle.dumps(first))  # noqa: S301 - it was written here
    for same in (unpickled, copy.deepcopy(first), clone(first).fit(X, y)):
        np.testing.assert_array_equal(same.predict(X), first.predict(X))
        assert same.loss_curve_ == first.loss_curve_
    assert not hasattr(clone(first), "model_")
    other = kind(4, max_iter=5, random_state=2).fit(X, y)
    assert other.loss_curve_ != first.loss_curve_
    drawn = kind(4, max_iter=5, random_state=np.random.RandomState(1))
    assert drawn.fit(X, y).loss_curve_ == first.loss_curve_ != drawn.fit(X, y).loss_curve_


def test_global_random_numbers_are_left_alone():
    before = random.getstate()
    MLPClassifier(4, max_iter=2, random_state=1, early_stopping=True).fit(*IRIS)
    assert random.getstate() == before


def test_text_labels_come_back_and_probabilities_are_those_of_the_logits():
    X, y = IRIS
    names = np.array(["setosa", "versicolor", "virginica"])
    three = MLPClassifier(4, max_iter=100, random_state=0).fit(X, names[y])
    assert three.classes_.tolist() == names.tolist()
    assert np.mean(three.predict(X) == names[y]) > 0.9
    logits = np.array([[output.data for output in three.model_(row)] for row in X])
    np.testing.assert_allclose(three.decision_function(X), logits, rtol=1e-12)
    np.testing.assert_allclose(three.predict_proba(X), softmax(logits, axis=1), rtol=1e-12)
    np.testing.assert_allclose(three.predict_log_proba(X), log_softmax(logits, axis=1), rtol=1e-9)

    two = MLPClassifier(4, max_iter=100, random_state=0).fit(X[:100], names[y[:100]])
    logits = two.decision_function(X[:100])
    assert two.n_outputs_ == 1
    assert two.predict(X[:100]).tolist() == names[y[:100]].tolist()
    np.testing.assert_allclose(
        two.predict_proba(X[:100]), np.column_stack([expit(-logits), expit(logits)]), rtol=1e-12
    )


def test_logarithms_of_probabilities_are_finite_where_probabilities_are_not():
    X, y = IRIS
    two = MLPClassifier((), max_iter=1, random_state=0).fit(X[:100], y[:100])
    for weight in two.model_.layers[0].neurons[0].weights:
        weight.data = 1e4
    logits = two.decision_function(X[:100])
    assert two.predict_proba(X[:100]).min() == 0.0
    rarest = two.predict_log_proba(X[:100]).min(axis=1)
    np.testing.assert_allclose(rarest, -np.abs(logits), rtol=1e-12)


def test_several_labels_at_once():
    X, Y = multilabel()
    several = MLPClassifier(8, random_state=0).fit(X, Y)
    other = theirs.MLPClassifier(random_state=0).fit(X, Y)
    assert several.score(X, Y) >= other.score(X, Y) - 0.05
    np.testing.assert_allclose(several.predict_proba(X), expit(several.decision_function(X)))
    np.testing.assert_array_equal(several.predict(X), several.predict_proba(X) > 0.5)
    assert several.classes_.tolist() == [0, 1, 2]


def test_several_numbers_at_once():
    X, y = SINE
    Y = np.column_stack([y, -2.0 * y, np.ones_like(y)])
    several = MLPRegressor(8, "tanh", max_iter=1500, random_state=0).fit(X, Y)
    assert several.n_outputs_ == 3
    assert several.predict(X).shape == Y.shape
    np.testing.assert_allclose(several.predict(X), Y, atol=0.2)


def test_the_loss_falls_and_is_told():
    X, y = IRIS
    slow = MLPClassifier(
        4, solver="sgd", learning_rate_init=0.01, max_iter=30, random_state=0, alpha=0.0
    ).fit(X, y)
    assert slow.n_iter_ == len(slow.loss_curve_) == 30
    assert np.all(np.diff(slow.loss_curve_) < 0.0)
    assert slow.loss_ == slow.best_loss_ == slow.loss_curve_[-1]
    assert slow.validation_loss_curve_ is None
    expected = -log_softmax(slow.decision_function(X), axis=1)[np.arange(len(y)), y].mean()
    assert expected < slow.loss_ < expected + 0.05  # the loss is of before the last step
    wild = MLPClassifier(4, learning_rate_init=1.0, max_iter=20, random_state=0).fit(X, y)
    assert wild.best_loss_ == min(wild.loss_curve_) < wild.loss_


def test_training_ends_where_the_loss_settles_and_warns_where_it_does_not():
    X, y = IRIS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        settled = MLPClassifier(4, tol=0.05, n_iter_no_change=5, random_state=0).fit(X, y)
    assert 5 < settled.n_iter_ < 200
    best = min(settled.loss_curve_[:-5])
    assert all(loss >= best - 0.05 for loss in settled.loss_curve_[-5:])
    with pytest.warns(ConvergenceWarning, match="has not settled in max_iter=3 epochs") as caught:
        MLPClassifier(4, max_iter=3).fit(X, y)
    assert caught[0].filename == __file__


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_early_stopping_ends_with_the_best_model_on_rows_held_out(kind):
    X, y = IRIS
    noise = random.Random(0)
    y = np.array([noise.choice([label, 0, 1, 2]) for label in y])
    early = kind(
        32, learning_rate_init=0.05, early_stopping=True, validation_fraction=0.3, random_state=0,
        batch_size=20,
    )  # fmt: skip
    early.fit(X, y)
    curve = early.validation_loss_curve_
    assert len(curve) == early.n_iter_ < 200
    best = 1 + int(np.argmin(curve))
    assert best < early.n_iter_
    shorter = clone(early).set_params(max_iter=best).fit(X, y)
    np.testing.assert_array_equal(shorter.predict(X), early.predict(X))
    assert shorter.validation_loss_curve_ == curve[:best]
    whole = clone(early).set_params(early_stopping=False, max_iter=1).fit(X, y)
    assert whole.loss_curve_[0] != early.loss_curve_[0]


def test_rows_held_out_are_of_every_class():
    X, y = IRIS
    y = (np.arange(150) < 10).astype(int)
    with pytest.raises(ValueError, match="test_size = 1"):  # as many rows as classes are needed
        MLPClassifier(2, early_stopping=True, validation_fraction=0.005).fit(X, y)


def test_a_warm_start_goes_on():
    X, y = IRIS
    warm = MLPClassifier(4, max_iter=20, warm_start=True, random_state=0).fit(X, y)
    model, first = warm.model_, list(warm.loss_curve_)
    warm.fit(X, y)
    assert warm.model_ is model
    assert warm.n_iter_ == 20
    assert warm.loss_curve_[:20] == first
    assert warm.loss_curve_[20] < first[-1] + 0.01
    with pytest.raises(
        ValueError, match=r"classes were \[0, 1, 2\] and are now \[0, 1\]; set warm"
    ):
        warm.fit(X[:100], y[:100])
    with pytest.raises(ValueError, match="has 3 features, but MLPClassifier is expecting 4"):
        warm.fit(X[:, :3], y)
    with pytest.raises(ValueError, match=r"model is MLP\(4, \[4, 3\], .*MLP\(4, \[5, 3\], .*anew"):
        warm.set_params(hidden_layer_sizes=5).fit(X, y)
    cold = warm.set_params(warm_start=False).fit(X[:100], y[:100])
    assert cold.model_ is not model
    assert len(cold.loss_curve_) == 20


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"solver": "lbfgs"}, ValueError, "solver must be one of 'adam', 'sgd', not 'lbfgs'"),
        ({"alpha": -1.0}, ValueError, "MLPClassifier: alpha must be at least 0 and finite, not -1"),
        ({"tol": math.nan}, ValueError, "tol must be at least 0 and finite, not nan"),
        ({"learning_rate_init": 0.0}, ValueError, "learning_rate_init must be greater than 0"),
        ({"momentum": -0.1, "solver": "sgd"}, ValueError, "momentum must be at least 0"),
        ({"hidden_layer_sizes": [3, 0]}, ValueError, r"hidden_layer_sizes\[1\] must be at least 1"),
        (
            {"hidden_layer_sizes": 2.5},
            TypeError,
            "hidden_layer_sizes must be a list of widths, not 2.5",
        ),
        ({"activation": "step"}, ValueError, "unknown activation 'step'; the activation is"),
        ({"batch_size": "all"}, TypeError, "batch_size must be an int, not 'all'"),
        ({"max_iter": 0}, ValueError, "max_iter must be at least 1, not 0"),
        ({"n_iter_no_change": 0}, ValueError, "n_iter_no_change must be at least 1, not 0"),
    ],
    ids=lambda case: next(iter(case)) if isinstance(case, dict) else "",
)
def test_wrong_parameters_are_refused_by_fit(settings, error, message):
    with pytest.raises(error, match=message):
        MLPClassifier(**settings).fit(*IRIS)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (["a"] * 4, "y holds one class only, 'a'; there must be at least two"),
        ([[0, 1], [2, 1], [1, 1], [0, 2]], r"several columns .*\.MultiOutputClassifier"),
        ([[-1, 1], [1, 1], [1, 1], [1, -1]], "row 0: .*-1.* allowed are 0, 1"),
        ([0.5, 1.5, 2.5, 1.0], "Unknown label type: continuous"),
    ],
)
def test_wrong_targets_are_refused_by_fit(y, message):
    with pytest.raises(ValueError, match=message):
        MLPClassifier().fit(np.eye(4), y)


def test_a_prediction_before_fit_and_a_loss_without_bounds_are_errors():
    with pytest.raises(NotFittedError, match="This MLPRegressor instance is not fitted yet"):
        MLPRegressor().predict(SINE[0])
    X, y = SINE
    with pytest.raises(NonFiniteError, match="try a smaller learning rate"):
        MLPRegressor(4, solver="sgd", learning_rate_init=1e9).fit(X, y)


def test_an_interrupted_training_warns_and_keeps_the_model():
    calls = iter(range(10_000))

    def interrupting(x):
        if next(calls) == 2:  # past the look at the arguments, before the first step
            raise KeyboardInterrupt
        return x.tanh()

    X, y = SINE
    with pytest.warns(UserWarning, match="Ctrl-C ended the training after 0 epochs"):
        ended = MLPRegressor(2, interrupting).fit(X, y)
    assert ended.n_iter_ == 0
    assert math.isnan(ended.loss_)
    assert ended.predict(X).shape == y.shape


def test_progress_is_shown_where_asked_for(capsys):
    MLPRegressor(2, max_iter=2).fit(*SINE)
    assert capsys.readouterr().err == ""
    MLPRegressor(2, max_iter=2, verbose=True).fit(*SINE)
    assert capsys.readouterr().err != ""


def test_without_sklearn_the_error_says_what_to_install(monkeypatch):
    def forgotten():
        for name in [name for name in sys.modules if name.startswith("nn.estimators")]:
            monkeypatch.delitem(sys.modules, name)

    forgotten()
    monkeypatch.setitem(sys.modules, "sklearn.base", None)
    with pytest.raises(
        ImportError, match=r'1.6 or later: pip install "scalar-autograd\[sklearn\]"'
    ):
        import_module("nn.estimators")
    monkeypatch.undo()
    forgotten()
    monkeypatch.setitem(sys.modules, "nn.layers.dense", None)
    with pytest.raises(ImportError, match=r"nn\.layers"):
        import_module("nn.estimators")


def known(estimator):
    """Return all that an estimator holds, and what its model computes with."""
    model = getattr(estimator, "model_", None)
    numbers = model and [(p.data, p.grad, p.has_grad) for p in model.parameters()]
    return {name: repr(item) for name, item in vars(estimator).items()}, numbers


BAD_CHANGES = {
    "a warning that is an error": lambda X, y: (X, y, {}),
    "other classes": lambda X, y: (X, [f"class {label}" for label in y], {}),
    "another width": lambda X, y: (X[:, :1], y, {}),
    "nan": lambda X, y: (np.full_like(X, np.nan), y, {}),
    "one class": lambda X, y: (X, np.zeros(len(X)), {}),
    "lengths that differ": lambda X, y: (X, y[:-1], {}),
    "a number out of range": lambda X, y: (X, y, {"learning_rate_init": -1.0}),
    "a loss that becomes infinite": lambda X, y: (
        X, y, {"solver": "sgd", "learning_rate_init": 1e200}
    ),
    "Ctrl-C at its end": lambda X, y: (X, y, {"max_iter": 2}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "state"), [(MLPClassifier, "warm"), (MLPRegressor, "fitted"), (MLPClassifier, "new")]
)
@pytest.mark.parametrize("change", BAD_CHANGES)
def test_a_fit_that_raises_leaves_the_estimator_as_it_was(change, kind, state, monkeypatch):
    X = np.random.default_rng(0).normal(size=(20, 2))
    y = (X[:, 0] > 0).astype(float)
    estimator = kind(3, max_iter=2, random_state=0, warm_start=state == "warm")
    if state != "new":
        estimator.fit(X, y)
        for parameter in estimator.model_.parameters():
            parameter.grad = 3.0
    X, y, settings = BAD_CHANGES[change](X, y)
    estimator.set_params(**settings)
    if change == "Ctrl-C at its end":
        monkeypatch.setattr(kind, "_warn", lambda *_: signal.raise_signal(signal.SIGINT))
    before = known(estimator)
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        with pytest.raises((Exception, KeyboardInterrupt)):
            estimator.fit(X, y)
    assert known(estimator) == before
