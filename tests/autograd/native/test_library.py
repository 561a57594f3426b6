"""Which engine runs, and the reason: a library that is missing, foreign, broken or out of date."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
from autograd.native import library

PACKAGE = Path(autograd.__file__).parent
BUILT = [path for path in PACKAGE.glob("native/_engine.*") if path.suffix in (".so", ".pyd")]
LOST = "autograd runs without its engine in C, so that eager programs take 9 to 15 times as long"

needs_library = pytest.mark.skipif(not BUILT, reason="the engine in C was not built")


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """Return a copy of the package that tests may change, and change back."""
    return shutil.copytree(PACKAGE, tmp_path_factory.mktemp("copy") / "autograd")


@pytest.fixture
def built(package):
    """Return the library in the copy, alone and as it was built."""
    for path in package.glob("native/_engine.*"):
        path.unlink()
    return Path(shutil.copy2(BUILT[0], package / "native"))


def told(package, *options, **environment):
    """Return what `python -m autograd.native` prints, and what it warns of."""
    run = subprocess.run(
        [sys.executable, *options, "-m", "autograd.native"],
        cwd=package.parent,
        env={
            **{name: text for name, text in os.environ.items() if not name.startswith("AUTOGRAD_")},
            "PYTHONPATH": str(package.parent),
            **environment,
        },
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return run.stdout, run.stderr


@needs_library
def test_the_engine_is_told_with_its_file(package, built):
    assert told(package, "-W", "error") == (f"autograd runs on its engine in C: {built}\n", "")


@needs_library
@pytest.mark.parametrize("switch", ["0", ""])
def test_a_switch_that_is_off_changes_nothing(package, built, switch):
    assert str(built) in told(package, AUTOGRAD_PURE=switch)[0]


@pytest.mark.parametrize("switch", ["1", "yes"])
def test_the_environment_turns_it_off(package, switch):
    assert told(package, "-W", "error", AUTOGRAD_PURE=switch) == (
        f"{LOST}: the environment has AUTOGRAD_PURE=1\n",
        "",
    )


def test_an_engine_that_was_not_built_is_told_with_the_way_to_build_it(package):
    for path in package.glob("native/_engine.*"):
        path.unlink()
    said, warned = told(package, "-W", "error")
    assert said.startswith(f"{LOST}: it was not built, for which a C compiler")
    assert said.endswith(f'-m pip install --no-deps --editable "{package.parent}"\n')
    assert warned == ""


@needs_library
def test_an_engine_for_another_python_is_told(package, built):
    built.rename(built.with_name("_engine.cpython-36m-x86_64-linux-gnu.so"))
    said, warned = told(package, "-W", "error")
    assert "built for another Python, as _engine.cpython-36m-x86_64-linux-gnu.so" in said
    assert warned == ""


@needs_library
@pytest.mark.parametrize("name", ["native/sweep.c", "native/rows.h", "primitives.py"])
def test_an_engine_of_other_sources_is_not_used_and_warned_of(package, built, name):
    source = package / name
    text = source.read_text(encoding="utf-8")
    mark = "#" if source.suffix == ".py" else "//"
    source.write_text(f"{text}{mark} changed\n", encoding="utf-8")
    said, warned = told(package)
    source.write_text(text, encoding="utf-8")
    assert said.startswith(f"{LOST}: {built} was built from other sources; build it again: ")
    assert f"RuntimeWarning: {said.strip()}" in warned
    assert str(built) in told(package)[0]


@needs_library
def test_an_engine_that_cannot_be_loaded_is_warned_of(package, built):
    built.write_bytes(b"no library")
    said, warned = told(package)
    assert said.startswith(f"{LOST}: its library cannot be loaded: {built}: ")
    assert f"RuntimeWarning: {said.strip()}" in warned


@needs_library
def test_an_installed_engine_has_no_sources_to_compare_with(package, built):
    hidden = [*package.glob("native/*.c"), *package.glob("native/*.h")]
    for path in hidden:
        path.rename(path.with_suffix(".hidden"))
    said = told(package, "-W", "error")
    for path in hidden:
        path.with_suffix(".hidden").rename(path)
    assert said == (f"autograd runs on its engine in C: {built}\n", "")


def test_the_digest_is_of_every_file_that_the_engine_is_made_of(tmp_path):
    names = {Path(path).name for path in library.sources()}
    assert names >= {path.name for path in PACKAGE.glob("native/*.[ch]")}
    assert names >= {"primitives.py", "rules.py"}
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("a")
    other.write_text("b")
    numbers = [library.digest([*map(str, files)]) for files in ([one], [other], [one, other])]
    assert len({*numbers}) == 3
    assert all(0 <= number < 2**31 for number in numbers)
