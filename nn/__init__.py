"""Neural networks of scalars: layers, losses, optimizers and the training loop.

>>> import random
>>> from nn import MLP, SGD, mse_loss
>>> model = MLP(1, [1], rng=random.Random(0))
>>> optimizer = SGD(model.parameters(), lr=0.1)
>>> for _ in range(100):
...     loss = mse_loss([model([x]) for x in (0.0, 1.0, 2.0)], [1.0, 3.0, 5.0])
...     optimizer.zero_grad()
...     loss.backward()
...     optimizer.step()
>>> round(model([3.0]).data, 1)
7.0
"""

from nn import installation  # noqa: F401 - before any import of autograd

# isort: split
from nn.checkpoint import CheckpointError, load_state, save_state
from nn.data.dataset import Dataset, batches, split
from nn.data.digits import read_digit
from nn.data.mnist import load_mnist
from nn.data.preprocessing import Standardizer, one_hot
from nn.layers.activations import ACTIVATIONS
from nn.layers.convolution import Conv2d
from nn.layers.dense import MLP, Layer, Neuron, Sequential
from nn.layers.dropout import Dropout
from nn.layers.initializers import INITIALIZERS
from nn.layers.perceptron import Perceptron
from nn.layers.pooling import AvgPool2d, Flatten, MaxPool2d
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    hinge_loss,
    huber_loss,
    l1_loss,
    mse_loss,
)  # fmt: skip
from nn.metrics import (
    accuracy,
    confusion_matrix,
    f1_score,
    mean_absolute_error,
    mean_squared_error,
    precision,
    r2_score,
    recall,
)
from nn.module import Module
from nn.optim.clipping import clip_grad_norm
from nn.optim.optimizers import SGD, Adam, AdamW, Optimizer, RMSprop
from nn.optim.penalties import L1, L2
from nn.optim.schedules import CosineLR, LinearLR, Schedule, StepLR
from nn.training.callbacks import Callback, EarlyStopping, TrainingState
from nn.training.eager import NonFiniteError
from nn.training.history import History
from nn.training.loop import fit
from nn.training.task import CompilationError

__all__ = [
    "ACTIVATIONS", "INITIALIZERS", "L1", "L2", "MLP", "SGD", "Adam", "AdamW", "AvgPool2d",
    "Callback", "CheckpointError", "CompilationError", "Conv2d", "CosineLR", "Dataset", "Dropout",
    "EarlyStopping", "Flatten", "History", "Layer", "LinearLR", "MaxPool2d", "Module", "Neuron",
    "NonFiniteError", "Optimizer", "Perceptron", "RMSprop", "Schedule", "Sequential",
    "Standardizer", "StepLR", "TrainingState", "accuracy", "batches", "binary_cross_entropy",
    "binary_cross_entropy_with_logits", "clip_grad_norm", "confusion_matrix", "cross_entropy",
    "f1_score", "fit", "hinge_loss", "huber_loss", "l1_loss", "load_mnist", "load_state",
    "mean_absolute_error", "mean_squared_error", "mse_loss", "one_hot", "precision", "r2_score",
    "read_digit", "recall", "save_state", "split",
]  # fmt: skip
