"""Schedules: rates against torch, and continuing from a state dict."""

import math

import pytest

from autograd import Value
from nn import SGD, CosineLR, LinearLR, StepLR


def rates(schedule, epochs):
    result = []
    for _ in range(epochs):
        result.append(schedule.optimizer.lr)
        schedule.step()
    return result


def optimizer():
    return SGD([Value(0.0)], lr=0.4)


@pytest.mark.parametrize(
    ("kind", "settings", "name", "theirs"),
    [
        (StepLR, {"step_size": 3, "gamma": 0.5}, "StepLR", {"step_size": 3, "gamma": 0.5}),
        (CosineLR, {"total_iters": 8, "eta_min": 0.1}, "CosineAnnealingLR",
         {"T_max": 8, "eta_min": 0.1}),
        (LinearLR, {}, "LinearLR", {}),
        (LinearLR, {"start_factor": 1.0, "end_factor": 0.2, "total_iters": 4}, "LinearLR",
         {"start_factor": 1.0, "end_factor": 0.2, "total_iters": 4}),
    ],
)  # fmt: skip
def test_rates_are_those_of_torch(kind, settings, name, theirs):
    torch = pytest.importorskip("torch", reason="torch is no dependency: its install is gigabytes")
    other = torch.optim.SGD([torch.zeros(1)], lr=0.4)
    scheduler = getattr(torch.optim.lr_scheduler, name)(other, **theirs)
    expected = []
    for _ in range(9):
        expected.append(other.param_groups[0]["lr"])
        other.step()
        scheduler.step()
    assert rates(kind(optimizer(), **settings), 9) == pytest.approx(expected, rel=1e-12)


def test_rates_by_hand():
    assert rates(StepLR(optimizer(), 2), 3) == pytest.approx([0.4, 0.4, 0.04])
    cosine = rates(CosineLR(optimizer(), 2), 5)
    assert cosine == pytest.approx([0.4, 0.2, 0.0, 0.0, 0.0], abs=1e-16)
    linear = rates(LinearLR(optimizer(), 0.5, 1.0, total_iters=2), 4)
    assert linear == pytest.approx([0.2, 0.3, 0.4, 0.4])


def test_a_state_continues_the_schedule():
    first = CosineLR(optimizer(), 10)
    expected = rates(first, 6)[4:]
    again = CosineLR(optimizer(), 10)
    rates(again, 4)
    second = CosineLR(SGD([Value(0.0)], lr=9.0), 10)
    second.load_state_dict(again.state_dict())
    assert rates(second, 2) == expected
    with pytest.raises(ValueError, match=r"this CosineLR.*missing 'base_lr'"):
        second.load_state_dict({"epochs": 1.0})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda o: StepLR(o, 0), ValueError, "StepLR: step_size must be at least 1"),
        (lambda o: StepLR(o, 1, gamma=-1.0), ValueError, "StepLR: gamma must be at least 0"),
        (lambda o: CosineLR(o, 1.5), TypeError, "CosineLR: total_iters must be an int"),
        (lambda o: CosineLR(o, 5, eta_min=math.inf), ValueError, "eta_min must be .* finite"),
        (
            lambda o: LinearLR(o, total_iters=0),
            ValueError,
            "LinearLR: total_iters must be at least",
        ),
        (lambda o: LinearLR(o, math.nan), ValueError, "LinearLR: start_factor"),
    ],
)
def test_mistakes_are_named_and_leave_the_rate(call, error, message):
    target = optimizer()
    with pytest.raises(error, match=message):
        call(target)
    assert target.lr == 0.4
