"""Updates: the rule of an optimizer as a program over parameters."""

from __future__ import annotations

import pytest

from autograd.program.interpreter import variables
from autograd.program.training import traced_rule, updated
from nn import SGD, Adam, AdamW, RMSprop


def made(kind, state, clip_norm=None, scheduled=("lr",), **settings):
    settings = {**DEFAULTS[kind], **settings}
    return updated(traced_rule(kind.rule, len(state[0]), settings, scheduled, clip_norm), [state])


DEFAULTS = {
    SGD: {"lr": 0.1, "momentum": 0.0, "nesterov": False, "weight_decay": 0.0},
    RMSprop: {"lr": 0.1, "alpha": 0.9, "eps": 1e-8, "momentum": 0.0, "weight_decay": 0.0},
    Adam: {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "weight_decay": 0.0},
    AdamW: {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "weight_decay": 0.01},
}


@pytest.mark.parametrize("kind", [Adam, AdamW])
def test_the_count_of_updates_is_common_and_the_means_are_not(kind):
    """Even where all means are equal: the gradients will tell them apart."""
    update = made(kind, [(0.0, 0.0, 0.0)] * 3)
    assert (update.own, update.common) == ((1, 2), (0,))
    apart = made(kind, [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0)])
    assert (apart.own, apart.common) == ((0, 1, 2), ())


def test_the_count_of_updates_is_common_to_a_kind_of_parameters():
    rule = traced_rule(Adam.rule, 3, DEFAULTS[Adam], ("lr",), None)
    kinds = [[(2.0, 0.0, 0.0)] * 2, [(1.0, 0.0, 0.0)]]
    assert updated(rule, kinds).common == (0,)
    assert updated(rule, [[*kinds[0], *kinds[1]]]).common == ()


def test_what_the_rule_leaves_alone_is_common_if_it_is_the_same():
    assert made(SGD, [(0.0,)] * 3).common == (0,)
    assert made(SGD, [(0.0,), (1.0,)]).own == (0,)
    assert made(SGD, [(0.0,)] * 3, momentum=0.9).own == (0,)
    assert made(RMSprop, [(0.0, 0.0)] * 3)[1:3] == ((0,), (1,))
    assert made(SGD, [(0.0,)]).common == (0,)  # a single parameter


def test_elements_that_depend_on_others_are_told_apart_one_by_one():
    """One that takes over what differs is not common, and neither is the next in line."""

    def rule(parameter, gradient, state, lr):
        first, second, _, count = state
        return parameter, (gradient, first, second, count + 1.0)

    update = updated(traced_rule(rule, 4, {"lr": 0.1}, (), None), [[(0.0,) * 4] * 2])
    assert (update.own, update.common) == ((0, 1, 2), (3,))


def test_what_no_parameter_changes_is_computed_once():
    """Adam's powers of beta: none of them for each parameter."""
    update = made(Adam, [(0.0, 0.0, 0.0)] * 2)
    program = update.program
    names = [op.name for op, _ in program.instructions]
    powers = [k for k, name in enumerate(names, program.first) if name in {"pow", "exp"}]
    assert powers
    assert not any(program.varies[power] for power in powers)


@pytest.mark.parametrize("clip_norm", [None, 2.0])
@pytest.mark.parametrize("norm", [1.0, 8.0])
def test_the_program_is_the_rule(clip_norm, norm):
    """Inputs and outputs in the order that the steppers rely on."""
    update = made(Adam, [(0.0, 0.0, 0.0)] * 2, clip_norm)
    assert update.uses_norm is (clip_norm is not None)
    parameter, total, scale, lr, steps, mean, square = 0.7, 3.0, 0.25, 0.05, 4.0, 0.2, 0.3
    numbers = variables(
        update.program, [parameter, total, mean, square], [scale, norm, lr, steps], []
    )
    found = [numbers[output] for output in update.program.outputs]
    gradient = total * scale
    if clip_norm is not None and norm > clip_norm:
        gradient *= clip_norm / (norm + 1e-6)
    moved, (steps, mean, square) = Adam.rule(
        parameter, gradient, (steps, mean, square), **{**DEFAULTS[Adam], "lr": lr}
    )
    assert found == pytest.approx([moved, mean, square, steps], rel=1e-14)


def test_settings_that_are_not_scheduled_become_constants():
    assert made(SGD, [(0.0,)] * 2).program.shared == 4  # scale, norm, lr and the velocity
    assert made(SGD, [(0.0,)] * 2, scheduled=()).program.shared == 3
    both = made(RMSprop, [(0.0, 0.0)] * 2, scheduled=("eps", "lr"))
    numbers = variables(both.program, [2.0, 4.0, 0.0], [0.5, 0.0, 0.01, 0.1, 0.0], [])
    wanted = 2.0 - 0.1 * 2.0 / ((0.1 * 2.0 * 2.0) ** 0.5 + 0.01)
    assert numbers[both.program.outputs[0]] == pytest.approx(wanted)
