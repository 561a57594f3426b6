"""The work that compiled programs are timed at, who does it, and how fast our engine should be."""

from __future__ import annotations

from functools import partial

from entries import CASADI, HAND, JAX, OURS, OURS_ON_NUMPY, TORCH, C, Entry, Work, by_us, in_float32
from goals import aim, must
from networks import Digits, DigitsConvolution, Moons
from peers import (
    c_by_hand,
    casadi_sx,
    jax_convolution,
    jax_jit,
    numpy_by_hand,
    numpy_convolution,
    numpy_transformer,
    our_convolution,
    our_transformer,
    ours,
    python_by_hand,
    torch_eager,
)
from problems import Chain, Readme, Rosenbrock
from texts import Texts

__all__ = ["WORKS"]


def moons_works(activation: str) -> tuple[Work, Work]:
    problem = partial(Moons.make, activation)
    each = Work(
        f"moons step, {activation}: a call per step",
        problem,
        (
            Entry(HAND, "NumPy", numpy_by_hand.moons_steps),
            *by_us("", ours.moons_steps),
            *by_us("backward, and SGD in Python", ours.moons_backward),
            Entry(C, "", c_by_hand.moons_steps, ("gcc",)),
            Entry(JAX, "jit", jax_jit.moons_steps, ("jax",)),
            Entry(CASADI, "map, gcc -O3", casadi_sx.moons_steps, ("casadi", "gcc")),
            Entry(TORCH, "", torch_eager.moons_steps, ("torch",)),
        ),
        (
            must(OURS, 1.0, f"{JAX}, jit"),
            must(OURS, 1.0, f"{CASADI}, map, gcc -O3"),
            aim(OURS, 2.0, C),
            must(OURS_ON_NUMPY, 1.0, TORCH),
            aim(OURS_ON_NUMPY, 1.3, f"{HAND}, NumPy"),
            must(f"{OURS}, backward, and SGD in Python", 1.0, TORCH),
            aim(f"{OURS}, backward, and SGD in Python", 60e-6),
        ),
        count=100,
    )
    together = Work(
        f"moons step, {activation}: 100 steps a call",
        problem,
        (
            Entry(HAND, "NumPy", numpy_by_hand.moons_steps),
            *by_us("", ours.moons_loop),
            in_float32(ours.moons_loop),
            Entry(C, "", c_by_hand.moons_loop, ("gcc",)),
            Entry(JAX, "scan", jax_jit.moons_loop, ("jax",)),
        ),
        (must(OURS, 1.0, f"{JAX}, scan"), aim(OURS, 1.3, C)),
        count=100,
    )
    return each, together


def hessian_work(size: int) -> Work:
    return Work(
        f"Hessian of Rosenbrock, n = {size}",
        partial(Rosenbrock.make, size),
        (
            Entry(HAND, "NumPy, formula", numpy_by_hand.hessian),
            *by_us("", ours.hessian),
            *by_us("in place", ours.hessian_buffers, ["llvm"]),
            Entry(JAX, "jit of hessian", jax_jit.hessian, ("jax",)),
            Entry(CASADI, "gcc -O3, plain call", casadi_sx.hessian_plain, ("casadi", "gcc")),
            Entry(CASADI, "gcc -O3, in place", casadi_sx.hessian_buffers, ("casadi", "gcc")),
        ),
        # "In place" makes no array. CasADi's crosses from Python without arguments.
        (
            must(OURS, 1.0, f"{JAX}, jit of hessian"),
            aim(OURS, 1.0, f"{CASADI}, gcc -O3, plain call"),
            *((aim(OURS, 0.25e-6), aim(f"{OURS}, in place", 0.1e-6)) if size == 10 else ()),
        ),
    )


def transformer_work(
    name: str, problem: partial[Texts], task: str, ours: str, limit: float, *others: Entry
) -> Work:
    return Work(
        f"plain transformer, {name}",
        problem,
        (
            Entry(HAND, "NumPy", getattr(numpy_transformer, task)),
            *by_us("", getattr(our_transformer, ours), ["llvm"]),
            *others,
            Entry(C, "", getattr(c_by_hand, task), ("gcc",)),
        ),
        (must(OURS, 1.0, f"{HAND}, NumPy"), aim(OURS, limit, C)),
        count=problem.args[0],
    )


GRADIENTS, ADAM, STEPS = "transformer_gradients", "transformer_adam", "transformer_steps"
CHAIN = 100_000

WORKS = (
    *moons_works("relu"),
    *moons_works("tanh"),
    Work(
        "moons step, relu: from function to first result",
        partial(Moons.make, "relu", 1),
        (
            Entry(HAND, "NumPy, nothing to compile", numpy_by_hand.moons_steps),
            *by_us("", ours.moons_compile),
            Entry(JAX, "jit", jax_jit.moons_compile, ("jax",)),
            Entry(CASADI, "map, gcc -O3", casadi_sx.moons_compile, ("casadi", "gcc")),
        ),
        (must(OURS, 0.3), aim(OURS, 0.1)),
        unit="ms",
        wall=True,
    ),
    Work(
        "digits, Adam: an epoch of 56 batches",
        Digits.make,
        (
            Entry(HAND, "NumPy", numpy_by_hand.digits_epoch, ("sklearn",)),
            *by_us("", ours.digits_epoch, needs=("sklearn",)),
            in_float32(ours.digits_epoch, ("sklearn",)),
            Entry(C, "", c_by_hand.digits_epoch, ("sklearn", "gcc")),
            Entry(JAX, "scan", jax_jit.digits_epoch, ("sklearn", "jax")),
            Entry(TORCH, "fused Adam", torch_eager.digits_epoch, ("sklearn", "torch")),
        ),
        (
            must(OURS, 1.0, f"{JAX}, scan"),
            aim(OURS, 2.0, C),
            aim(OURS_ON_NUMPY, 1.3, f"{HAND}, NumPy"),
        ),
    ),
    Work(
        "digits CNN, Adam: an epoch of 56 batches",
        DigitsConvolution.make,
        (
            Entry(HAND, "NumPy", numpy_convolution.convolution_epoch, ("sklearn",)),
            *by_us("", our_convolution.convolution_epoch, needs=("sklearn",)),
            Entry(JAX, "scan", jax_convolution.convolution_epoch, ("sklearn", "jax")),
            Entry(TORCH, "fused Adam", torch_eager.convolution_epoch, ("sklearn", "torch")),
        ),
        (must(OURS, 1.0, f"{TORCH}, fused Adam"), aim(OURS, 1.0, f"{JAX}, scan")),
        unit="ms",
    ),
    Work(
        "digits CNN: from function to first result",
        partial(DigitsConvolution.make, 1),
        (
            Entry(
                HAND, "NumPy, nothing to compile", numpy_convolution.convolution_epoch, ("sklearn",)
            ),
            *by_us("", our_convolution.convolution_compile, needs=("sklearn",)),
            Entry(JAX, "scan", jax_convolution.convolution_compile, ("sklearn", "jax")),
        ),
        (must(OURS, 2.0),),
        unit="ms",
        wall=True,
    ),
    transformer_work("names: gradient", partial(Texts.make, 100), GRADIENTS, GRADIENTS, 2.0),
    transformer_work(
        "names: Adam",
        partial(Texts.make, 100, 1e-2),
        ADAM,
        STEPS,
        2.0,
        *by_us("backward, and Adam in Python", our_transformer.transformer_backward, ["llvm"]),
    ),
    transformer_work(
        "names: Adam, batches of 16", partial(Texts.make, 320, 1e-2, 16), ADAM, STEPS, 1.8
    ),
    transformer_work(
        "8 letters: Adam, batches of 16",
        partial(Texts.make, 1024, 1e-2, 16, 8),
        ADAM,
        STEPS,
        1.8,
        # The gradients differ by 1e-7 of the largest, parameters by 7e-7 after 4 steps. 64 steps at
        # a rate of 0.01 make 0.05 of that.
        in_float32(our_transformer.transformer_steps, tolerance=0.2),
    ),
    Work(
        "README expression: value and gradient",
        Readme,
        (
            Entry(HAND, "floats", python_by_hand.readme),
            *by_us("", ours.readme),
            Entry(JAX, "jit", jax_jit.readme, ("jax",)),
            Entry(CASADI, "virtual machine, plain call", casadi_sx.readme_plain, ("casadi",)),
            Entry(CASADI, "gcc -O3, in place", casadi_sx.readme_buffers, ("casadi", "gcc")),
        ),
        (
            must(OURS, 0.2, f"{CASADI}, virtual machine, plain call"),
            aim(OURS, 0.15e-6),
            aim(OURS, 0.3, f"{HAND}, floats"),
        ),
    ),
    hessian_work(10),
    hessian_work(100),
    Work(
        f"chain of {CHAIN:,} operations: value and gradient, per operation",
        partial(Chain, CHAIN),
        (
            Entry(HAND, "floats", python_by_hand.chain),
            *by_us("", ours.chain, ["llvm"]),
            Entry(CASADI, "virtual machine, in place", casadi_sx.chain, ("casadi",)),
        ),
        (aim(OURS, 1.0, f"{CASADI}, virtual machine, in place"),),
        unit="ns",
        count=CHAIN,
    ),
    Work(
        f"chain of {CHAIN:,} operations: from function to first result",
        partial(Chain, CHAIN),
        (
            Entry(HAND, "floats, nothing to compile", python_by_hand.chain),
            *by_us("", ours.chain_compile, ["llvm"]),
            Entry(CASADI, "virtual machine", casadi_sx.chain_compile, ("casadi",)),
        ),
        (must(OURS, 10.0),),
        unit="ms",
        wall=True,
    ),
)
