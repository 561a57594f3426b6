"""Networks as scikit-learn's estimators, trained by `nn.fit` on compiled programs.

They need scikit-learn, so that `import nn` leaves them out: import this package by its name.
"""

try:
    from nn.estimators.classifier import MLPClassifier
    from nn.estimators.regressor import MLPRegressor
except ImportError as error:
    if (error.name or "").partition(".")[0] != "sklearn":
        raise
    raise ImportError(
        'nn.estimators needs scikit-learn 1.6 or later: pip install "scalar-autograd[sklearn]"',
        name=error.name,
    ) from error

__all__ = ["MLPClassifier", "MLPRegressor"]
