"""This engine, compiled: a convolutional network of `nn` at the loss that `nn.fit` compiles."""

from __future__ import annotations

import nn
from autograd.program.steps import Steps
from networks import DigitsConvolution
from nn.training.task import Task
from peers.ours import Training, forget_machine_code, set_parameters
from problems import Made

__all__ = ["convolution_compile", "convolution_epoch"]


def model_of(problem: DigitsConvolution) -> nn.Sequential:
    model = nn.Sequential(
        nn.Conv2d(1, problem.kernels, 3, "relu", padding=1),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Dropout(problem.dropout),
        nn.Layer(problem.kernels * 16, 10, "linear"),
    )
    set_parameters(model, problem)
    return model


def training_of(backend: str, problem: DigitsConvolution, model: nn.Sequential) -> Training:
    adam = nn.Adam(
        model.parameters(),
        lr=problem.rate,
        betas=(problem.beta1, problem.beta2),
        eps=problem.epsilon,
    )
    data = nn.Dataset(problem.images, problem.labels)
    task = Task(model=model, loss=nn.cross_entropy, optimizer=adam, train=data, batch_size=1)
    columns = problem.images, problem.labels, problem.masks
    return Training(backend, model, task.example_loss, adam, columns)


def convolution_epoch(backend: str, problem: DigitsConvolution) -> Made:
    """Call a plan of all batches."""
    training = training_of(backend, problem, model_of(problem))
    epoch = training.plan(problem.order)
    return training.made(lambda: [epoch()])


def convolution_compile(backend: str, problem: DigitsConvolution) -> Made:
    """Trace, differentiate, compile and take the steps, from a loss that was not seen before."""
    model = model_of(problem)

    def run() -> tuple[Training, Steps]:
        forget_machine_code(backend)
        set_parameters(model, problem)
        training = training_of(backend, problem, model)
        return training, training.plan(problem.order)()

    return run, lambda result: result[0].numbers([result[1]])
