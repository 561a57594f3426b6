"""Optimizers: many steps against torch, first steps by hand, their rules, and steps that fail."""

import math
import random

import pytest

from autograd import NumericWarning, StaleGraphError, Value, no_grad
from autograd.graph import set_gradients
from nn import SGD, Adam, AdamW, Optimizer, RMSprop, load_state, save_state
from tests.in_one_test import in_one_test

SETTINGS = [
    (SGD, {"lr": 0.02}),
    (SGD, {"lr": 0.02, "momentum": 0.9}),
    (SGD, {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.05}),
    (RMSprop, {}),
    (RMSprop, {"lr": 0.02, "alpha": 0.9, "momentum": 0.8, "weight_decay": 0.1}),
    (Adam, {}),
    (Adam, {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-6, "weight_decay": 0.2}),
    (AdamW, {}),
    (AdamW, {"lr": 0.1, "betas": (0.8, 0.95), "weight_decay": 0.3}),
]
START = [1.5, -0.7]


def bowl(x, y):
    """A curved valley, for numbers, Values and tensors."""
    return (x - 0.5) ** 2 + 3.0 * (y + x * y) ** 2


def train(optimizer, parameters, loss, steps):
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss(*parameters).backward()
        optimizer.step()
        path.append([float(getattr(parameter, "data", parameter)) for parameter in parameters])
    return path


@in_one_test("kind, settings", SETTINGS)
def test_forty_steps_agree_with_torch(kind, settings):
    torch = pytest.importorskip("torch", reason="torch is no dependency: its install is gigabytes")
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    expected = train(getattr(torch.optim, kind.__name__)(tensors, **settings), tensors, bowl, 40)
    values = [Value(x) for x in START]
    path = train(kind(values, **settings), values, bowl, 40)
    assert [x for point in path for x in point] == pytest.approx(
        [x for point in expected for x in point], rel=1e-9
    )


@pytest.mark.parametrize(
    ("kind", "settings", "steps"),
    [
        # gradients 2, 2, 2 from p = 1; by hand from the formulas of the classes
        (SGD, {"lr": 0.5, "momentum": 0.5}, [0.0, -1.5, -3.25]),
        (SGD, {"lr": 0.5, "momentum": 0.5, "nesterov": True}, [-0.5, -2.25, -4.125]),
        (SGD, {"lr": 0.5, "weight_decay": 1.0}, [-0.5, -1.25, -1.625]),
        (Adam, {"lr": 0.5, "eps": 1e-300}, [0.5, 0.0, -0.5]),
        (AdamW, {"lr": 0.5, "eps": 1e-300, "weight_decay": 1.0}, [0.0, -0.5, -0.75]),
        (RMSprop, {"lr": 0.5, "alpha": 0.75, "eps": 1e-300}, [0.0, -0.5 / math.sqrt(0.4375)]),
    ],
)
def test_steps_under_a_constant_gradient_by_hand(kind, settings, steps):
    p = Value(1.0)
    path = train(kind([p], **settings), [p], lambda x: x * 2.0, len(steps))
    assert [x for (x,) in path] == pytest.approx(steps, abs=1e-12)


def test_defaults_are_those_of_torch():
    torch = pytest.importorskip("torch", reason="torch is no dependency: its install is gigabytes")
    for kind in (SGD, RMSprop, Adam, AdamW):
        theirs = getattr(torch.optim, kind.__name__)([torch.zeros(1)]).defaults
        ours = kind([Value(0.0)]).state_dict()
        for name, number in ours.items():
            if name.startswith("beta"):
                assert number == theirs["betas"][int(name[-1]) - 1]
            elif "." not in name:
                assert number == theirs[name], (kind, name)


def bits(numbers):
    return [number.hex() for number in numbers]


def by_a_loop(kind):
    """Return an optimizer of the same rule, which is not known to do the same for all numbers."""

    class Other(kind):
        @staticmethod
        def rule(*numbers, **settings):
            return kind.rule(*numbers, **settings)

    return Other


RULES = [
    (SGD, {}),
    (SGD, {"momentum": 0.9, "weight_decay": 0.1}),
    (SGD, {"momentum": 0.5, "nesterov": True}),
    (RMSprop, {}),
    (RMSprop, {"momentum": 0.9, "weight_decay": 0.01}),
    (Adam, {"weight_decay": 0.1}),
    (Adam, {"betas": (0.0, 0.5)}),
    (AdamW, {"lr": 0.1}),
]


@in_one_test("kind, settings", RULES)
def test_steps_for_all_parameters_are_those_of_the_rule_to_the_last_bit(kind, settings):
    draw = random.Random(3)
    numbers = [draw.gauss(0.0, 10.0 ** draw.randrange(-3, 4)) for _ in range(40)]
    paths = []
    for optimizer_kind in (kind, by_a_loop(kind)):
        leaves = [Value(number) for number in numbers]
        optimizer = optimizer_kind(leaves, **settings)
        noise, path = random.Random(4), []
        for step in range(6):
            gradients = [noise.gauss(0.0, 10.0 ** noise.randrange(-6, 3)) for _ in leaves]
            gradients[3] = None  # never reached
            gradients[7] = math.inf if step == 4 else -0.0
            set_gradients(leaves, gradients)
            with no_grad():
                optimizer.step()
            path.append((bits(leaf.data for leaf in leaves), [*map(bits, optimizer.state)]))
        paths.append(path)
    assert paths[0] == paths[1]


def test_what_a_rule_raises_and_warns_of_is_the_same_for_all_parameters():
    for kind in (Adam, by_a_loop(Adam)):
        optimizer = kind([Value(1.0), Value(2.0)])
        set_gradients(optimizer.parameters, [1.0, 1.0])
        optimizer.state = [(0.0, 0.0, 0.0), (-1.0, 0.0, 0.0)]  # the bias correction divides by 0
        with pytest.raises(ZeroDivisionError):
            optimizer.step()
        assert [p.data for p in optimizer.parameters] == [1.0, 2.0]
        optimizer.state = [(0.0, 0.0, 0.0), (0.0, 0.0, -1.0)]
        with pytest.warns(NumericWarning, match="sqrt"):
            optimizer.step()


def test_a_step_makes_graphs_of_the_old_numbers_stale():
    p = Value(1.0)
    loss = p * p
    loss.backward()
    SGD([p], lr=0.1).step()
    with pytest.raises(StaleGraphError):
        loss.backward()
    assert (p.data, loss.forward().data) == (0.8, 0.8 * 0.8)


def test_a_parameter_without_gradient_is_left_alone():
    reached, other = Value(1.0), Value(1.0)
    optimizer = AdamW([reached, other], lr=0.1)
    (reached * 2.0).backward()
    optimizer.step()
    assert (reached.data < 1.0, other.data) == (True, 1.0)
    assert optimizer.state_dict()["1.steps"] == 0.0


def test_the_rate_may_change_between_steps():
    p = Value(1.0)
    optimizer = SGD([p], lr=0.1)
    optimizer.lr = 1
    (p * 3.0).backward()
    optimizer.step()
    assert (p.data, optimizer.lr) == (-2.0, 1.0)


@pytest.mark.parametrize(("kind", "settings"), SETTINGS)
def test_a_saved_state_continues_the_same_path(kind, settings, tmp_path):
    whole = [Value(x) for x in START]
    expected = train(kind(whole, **settings), whole, bowl, 8)
    values = [Value(x) for x in START]
    first = kind(values, **settings)
    train(first, values, bowl, 4)
    save_state(first.state_dict(), tmp_path / "optimizer.npz")
    second = kind(values, lr=99.0)
    if settings.get("nesterov"):
        second = kind(values, lr=99.0, momentum=0.1, nesterov=True)
    second.load_state_dict(load_state(tmp_path / "optimizer.npz"))
    assert train(second, values, bowl, 4) == expected[4:]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda state: state.pop("0.velocity"), "this SGD.*missing '0.velocity'"),
        (lambda state: state.update({"1.velocity": 0.0}), "unexpected '1.velocity'"),
        (lambda state: state.update(lr=-1.0), "lr must be at least 0"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, message):
    optimizer = SGD([Value(1.0)], lr=0.1, momentum=0.9)
    before = optimizer.state_dict()
    state = {**before, "momentum": 0.5, "0.velocity": 3.0}
    change(state)
    with pytest.raises(ValueError, match=message):
        optimizer.load_state_dict(state)
    assert optimizer.state_dict() == before


class Failing(Optimizer):
    """Fails on the second parameter it is given."""

    state_names = ("steps",)

    @staticmethod
    def rule(parameter, gradient, state, *, lr, kind):
        if parameter == 2.0 and kind == "rule":
            raise KeyboardInterrupt
        new = "no number" if parameter == 2.0 else parameter - lr * gradient
        return new, (state[0] + 1.0,)


@pytest.mark.parametrize(("kind", "error"), [("rule", KeyboardInterrupt), ("write", TypeError)])
def test_a_step_is_taken_whole_or_not_at_all(kind, error):
    parameters = [Value(1.0), Value(2.0)]
    optimizer = Failing(parameters, lr=0.1, kind=kind)
    for parameter in parameters:
        parameter.grad = 1.0
    with pytest.raises(error):
        optimizer.step()
    assert [parameter.data for parameter in parameters] == [1.0, 2.0]
    assert optimizer.state == ((0.0,), (0.0,))


@in_one_test(
    "call, error, message",
    [
        (
            lambda p: SGD(p, lr=-0.1),
            ValueError,
            "SGD: lr must be at least 0.0 and finite, not -0.1",
        ),
        (lambda p: SGD(p, lr=math.nan), ValueError, "lr must be at least 0.0 and finite, not nan"),
        (lambda p: SGD(p, lr="fast"), TypeError, "'fast'"),
        (lambda p: SGD(p, momentum=-1.0), ValueError, "momentum must be at least 0"),
        (lambda p: SGD(p, nesterov=True), ValueError, "nesterov needs a momentum"),
        (lambda p: SGD(p, weight_decay=-1.0), ValueError, "weight_decay must be at least 0"),
        (
            lambda p: Adam(p, betas=(0.9, 1.0)),
            ValueError,
            "beta2 must be .* less than 1.0, not 1.0",
        ),
        (lambda p: AdamW(p, eps=0.0), ValueError, "AdamW: eps must be greater than 0.0"),
        (
            lambda p: RMSprop(p, alpha=1.5),
            ValueError,
            "alpha must be at least 0.0 and less than 1.0",
        ),
        (lambda p: SGD([]), ValueError, "there are no parameters"),
        (lambda p: SGD([p[0], 1.0]), TypeError, "parameter 1 is 1.0, not a Value"),
        (lambda p: SGD([p[0] * 2]), ValueError, "parameter 0 is the result of mul"),
        (lambda p: SGD([*p, *p]), ValueError, "parameters 0 and 1 are one Value"),
        (lambda p: SGD(p[0]), TypeError, "SGD takes a list of Values"),
    ],
)
def test_mistakes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call([Value(1.0)])


def test_a_wrong_rate_leaves_the_old_one():
    optimizer = SGD([Value(1.0)], lr=0.1)
    with pytest.raises(ValueError, match="lr must be"):
        optimizer.lr = math.inf
    assert optimizer.lr == 0.1
    assert repr(optimizer).startswith("SGD(1 parameters, lr=0.1, momentum=0.0")


def test_settings_and_state_can_be_read_and_the_state_set():
    p = Value(1.0)
    optimizer = SGD([p], lr=0.1, momentum=0.5)
    assert optimizer.settings == {
        "lr": 0.1, "momentum": 0.5, "nesterov": False, "weight_decay": 0.0,
    }  # fmt: skip
    optimizer.state = [(3.0,)]
    p.grad = 1.0
    optimizer.step()
    assert (optimizer.state, p.data) == (((2.5,),), 0.75)
    with pytest.raises(ValueError, match=r"state of this SGD has 1 lines.*of 1 numbers each"):
        optimizer.state = [(1.0, 2.0)]


def test_a_change_of_a_copy_is_refused():
    """Instead of changing nothing in silence."""
    optimizer = SGD([Value(1.0)], lr=0.1)
    with pytest.raises(TypeError, match="does not support item assignment"):
        optimizer.settings["lr"] = 9.0
    with pytest.raises(TypeError, match="does not support item assignment"):
        optimizer.state[0] = (9.0,)
    assert (optimizer.lr, optimizer.state) == (0.1, ((0.0,),))


@pytest.mark.parametrize("kind", [SGD, Adam])
@pytest.mark.parametrize("count", [1, 3, 4])
def test_a_list_of_parameters_that_has_changed_needs_a_new_state(kind, count):
    parameters = [Value(1.0) for _ in range(4)]
    optimizer = kind(parameters[:2])
    del parameters[count:]
    optimizer.parameters[:] = parameters
    for parameter in parameters:
        parameter.grad = 1.0
    with pytest.raises(ValueError, match=rf"there are {count} parameters now.*set `state`"):
        optimizer.step()
    assert {parameter.data for parameter in parameters} == {1.0}
    optimizer.state = [(0.0,) * len(optimizer.state_names)] * count
    optimizer.step()
    assert len({parameter.data for parameter in parameters} - {1.0}) == 1


def test_a_result_that_came_among_the_parameters_is_not_moved():
    x = Value(1.0)
    optimizer = SGD([x], lr=0.1)
    optimizer.parameters[0] = y = x * 2.0
    y.grad = 1.0
    with pytest.raises(AttributeError, match="is the result of mul, whose data cannot be set"):
        optimizer.step()
    assert y.data == 2.0


@pytest.mark.parametrize(
    ("kind", "state", "settings"),
    [
        (SGD, (0.2,), {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
        (RMSprop, (0.3, 0.1), {"alpha": 0.9, "eps": 1e-8, "momentum": 0.9, "weight_decay": 0.1}),
        (Adam, (3.0, 0.2, 0.3), {"beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "weight_decay": 0.1}),
        (AdamW, (3.0, 0.2, 0.3), {"beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "weight_decay": 0.1}),
    ],
)
def test_rules_are_generic_arithmetic_and_draw_the_graph_of_the_update(kind, state, settings):
    number, new_state = kind.rule(1.5, 0.4, state, lr=0.01, **settings)
    leaves = [Value(x) for x in (1.5, 0.4, 0.01)]
    parameter, gradient, lr = leaves
    drawn, drawn_state = kind.rule(parameter, gradient, tuple(map(Value, state)), lr=lr, **settings)
    assert (drawn.data, tuple(v.data for v in drawn_state)) == (number, new_state)
    drawn.backward()
    assert all(leaf.grad != 0.0 for leaf in leaves)
