"""The reference has every public name once, in the form that its kind needs."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

import autograd
from autograd import Primitive
from docstrings import as_markup
from reference import PACKAGES, TOPICS, reference_page, topics_of

DIRECTIVE = re.compile(
    r"^\.\. (?:auto|py:)(?:class|function|data):: ([\w.]+)\.(\w+)\b", re.MULTILINE
)


@pytest.fixture(scope="module")
def pages():
    pytest.importorskip("sklearn", reason="nn.estimators needs scikit-learn, of the extra demos")
    return {package: reference_page(package) for package in PACKAGES}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_is_there_once(package, pages):
    shown = [name for module, name in DIRECTIVE.findall(pages[package]) if module == package]
    public = import_module(package).__all__
    assert sorted(shown) == sorted(public)


@pytest.mark.parametrize("package", PACKAGES)
def test_topics_hold_public_names_only(package):
    public = set(import_module(package).__all__)
    listed = [name for names in TOPICS[package].values() for name in names]
    assert set(listed) <= public
    assert len(listed) == len(set(listed))


def test_a_name_without_a_topic_follows_below_the_subject_of_its_module(monkeypatch):
    monkeypatch.setitem(TOPICS, "visualize", {"Graphs": ("draw", "Drawing")})
    topics = topics_of("visualize")
    assert next(iter(topics)) == "Graphs"
    assert "RenderError" in [name for names in list(topics.values())[1:] for name in names]


def test_rows_of_the_table_are_functions_with_their_words(pages):
    page = pages["autograd"]
    for name in autograd.__all__:
        row = getattr(autograd, name)
        if isinstance(row, Primitive):
            part = page.partition(f".. py:function:: autograd.{name}(")[2].partition("\n.. ")[0]
            assert as_markup([row.doc])[0] in part
            assert ":doc:`table </operations>`" in part
    assert ".. py:function:: autograd.leaky_relu(x, slope=0.01)\n" in page
    assert ".. py:function:: autograd.hypot(*values)\n" in page
    assert ".. py:function:: autograd.detach(x)\n" in page
    assert "Also a method: ``x.tanh()``." in page


def test_values_list_the_methods_that_rows_gave_them(pages):
    page = pages["autograd"]
    for call in ("x.tanh()", "y.atan2(x)", "condition.where(x, y)", "x.clip(low, high)"):
        assert f"* - ``{call}``\n" in page
    hidden = page.partition(":exclude-members: ")[2].partition("\n")[0].split(", ")
    assert {"tanh", "arcsin", "add", "guarded_mul"} <= set(hidden)
    assert not {"backward", "data", "grad", "zero_grad", "forward"} & set(hidden)


def test_tables_by_name_list_their_names(pages):
    names = pages["nn"].partition(".. py:data:: nn.ACTIVATIONS\n")[2].partition("\n.. ")[0]
    for name in import_module("nn").ACTIVATIONS:
        assert f"``'{name}'``" in names


def test_docstrings_hold_no_markup_but_names_and_doctests():
    lines = [
        "f(*args), |x| and validation_...: `a * b`, `Value`s",
        "",
        ">>> f(*args)",
        "|x|",
        "",
        "|y|",
    ]
    assert as_markup(lines) == [
        r"f(\*args), \|x\| and validation\_...: `a * b`, `Value`\ s",
        "",
        ">>> f(*args)",
        "|x|",
        "",
        r"\|y\|",
    ]
    assert as_markup(["its `.text`, and `text`"]) == ["its ``.text``, and `text`"]
    assert as_markup(["begins `here and", "ends` there|"]) == ["begins `here and", r"ends` there\|"]
