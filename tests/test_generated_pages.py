"""docs/operations.md is up to date, and each convention on it is what the engine does."""

from __future__ import annotations

import math
import warnings
from pathlib import Path

import pytest

import autograd
from autograd import NumericWarning, Value, value
from autograd.primitive import RESERVED
from conventions import CONVENTIONS, REFUSALS
from generate import operations_page
from signatures import methods_stub
from tests.in_one_test import in_one_test

DOCS = Path(__file__).parents[1] / "docs"
PUBLIC = {name: getattr(autograd, name) for name in autograd.__all__} | {"math": math}


def same(got, expected):
    return math.isnan(got) if math.isnan(expected) else got == expected


def test_the_page_is_what_the_table_says():
    page = (DOCS / "operations.md").read_text(encoding="utf-8")
    assert page == operations_page(), "run `make docs` and commit docs/operations.md"


def test_the_stub_is_what_the_table_says():
    stub = Path(value.__file__).with_name("methods.pyi").read_text(encoding="utf-8")
    assert stub == methods_stub(), "run `make docs` and commit autograd/methods.pyi"


def test_the_page_shows_every_operation():
    page = operations_page()
    for name in RESERVED:
        assert f"| {name} |" in page


@in_one_test("convention", CONVENTIONS, ids=lambda c: f"{c.expression} at {c.point}")
def test_convention(convention):
    variables = {name: Value(number) for name, number in convention.point.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        result = eval(convention.expression, PUBLIC | variables)
    if isinstance(result, Value):
        result.backward()
        result = result.data
    assert same(result, convention.value)
    for name, derivative in convention.derivatives.items():
        assert same(variables[name].grad, derivative), f"by {name}: {variables[name].grad}"


@in_one_test(
    "convention",
    [convention for convention in CONVENTIONS if convention.point],
    ids=lambda c: f"{c.expression} at {c.point}",
)
def test_convention_holds_where_gradients_are_graphs(convention):
    names = list(convention.derivatives)
    variables = {name: Value(number) for name, number in convention.point.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NumericWarning)
        result = eval(convention.expression, PUBLIC | variables)
    drawn = autograd.gradients(result, [variables[name] for name in names], create_graph=True)
    for name, derivative in zip(names, drawn):
        assert same(derivative.data, convention.derivatives[name]), f"by {name}: {derivative}"


@in_one_test("expression, error, said", REFUSALS)
def test_refusal(expression, error, said):
    with pytest.raises(error) as raised:
        eval(expression, dict(PUBLIC))
    assert said in str(raised.value)
