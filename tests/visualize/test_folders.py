"""A folder and the function it is named after are both to be had."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib import import_module
from types import FunctionType, ModuleType

import pytest

import visualize

FUNCTIONS = ("explain", "formula", "health", "why")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_package_holds_the_function_whatever_was_imported(name):
    folder = import_module(f"visualize.{name}")
    assert type(folder) is ModuleType
    function = getattr(visualize, name)
    assert type(function) is FunctionType
    assert function.__name__ == name
    assert function.__module__.startswith(f"visualize.{name}.")
    assert pickle.loads(pickle.dumps(function)) is function  # noqa: S301 - its own


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_folder_that_is_imported_first_hides_no_function(name):
    program = (
        f"import visualize.{name}; from visualize.{name} import __all__; import visualize; "
        f"from visualize import {name}; import pickle; "
        f"assert pickle.loads(pickle.dumps({name})) is visualize.{name}; "
        f"print(type(visualize.{name}).__name__)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert run.stdout == "function\n"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_folder_that_is_bound_later_hides_no_function(name):
    """As by pytest, which loads the files of the package by their paths."""
    folder = import_module(f"visualize.{name}")
    function = getattr(visualize, name)
    setattr(visualize, name, folder)
    assert getattr(visualize, name) is function
