"""The rules are generic arithmetic: on Values they draw the graph of the update."""

import pytest

from autograd import Value
from nn.optim import rules

RULES = [
    (rules.sgd, (0.2,), {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    (rules.rmsprop, (0.3, 0.1),
     {"alpha": 0.9, "eps": 1e-8, "momentum": 0.9, "weight_decay": 0.1}),
    (rules.adam, (3.0, 0.2, 0.3),
     {"beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "weight_decay": 0.1}),
    (rules.adamw, (3.0, 0.2, 0.3),
     {"beta1": 0.9, "beta2": 0.99, "eps": 1e-8, "weight_decay": 0.1}),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "state", "settings"), RULES)
def test_values_give_the_same_numbers_as_floats(rule, state, settings):
    number, new_state = rule(1.5, 0.4, state, lr=0.01, **settings)
    leaves = [Value(x) for x in (1.5, 0.4, 0.01)]
    parameter, gradient, lr = leaves
    drawn, drawn_state = rule(parameter, gradient, tuple(map(Value, state)), lr=lr, **settings)
    assert (drawn.data, tuple(v.data for v in drawn_state)) == (number, new_state)
    drawn.backward()
    assert all(leaf.grad != 0.0 for leaf in leaves)
