"""Answers in words are alike: a text without a newline at its end, which they print as and save."""

from __future__ import annotations

import random

import pytest

from autograd import Value
from nn import MLP, mse_loss
from tests.in_one_test import in_one_test
from visualize import diff, explain, formula, health, kinks, snapshot, step_through, why
from visualize.question import MOST_LINES, Result


def graph():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    return (a * b + abs(a - 2.0)).tanh(), a


def answers():
    root, leaf = graph()
    before = snapshot(root)
    root.backward()
    return {
        "explain": explain(root, leaf),
        "why": why(root, leaf),
        "kinks": kinks(root),
        "formula": formula(root),
        "step_through": step_through(root),
        "diff": diff(before, root),
        "health": health(MLP(1, [1], rng=random.Random(0)), [[1.0]], [1.0], loss=mse_loss),
    }


ANSWERS = answers()


@in_one_test("name", ANSWERS)
def test_an_answer_is_its_text(name):
    answer = ANSWERS[name]
    assert isinstance(answer, Result)
    assert str(answer) == repr(answer) == answer.text
    assert answer.text
    assert answer.text == answer.text.rstrip()


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_saves_itself(name, tmp_path):
    answer = ANSWERS[name]
    saved = answer.save(tmp_path / "answer.TXT")
    assert saved == tmp_path / "answer.TXT"
    assert saved.read_text(encoding="utf-8") == f"{answer.text}\n"
    with pytest.raises(ValueError, match=r"^cannot save .*answer\.doc"):
        answer.save(str(tmp_path / "answer.doc"))
    with pytest.raises(FileNotFoundError, match="no folder"):
        answer.save(tmp_path / "nowhere" / "answer.txt")
    assert list(tmp_path.iterdir()) == [saved]


@pytest.mark.parametrize(
    ("name", "suffix", "begins"),
    [
        ("explain", ".md", "**How"), ("explain", ".tex", r"\medskip"), ("why", ".svg", "<svg"),
        ("step_through", ".svg", "<svg"), ("diff", ".svg", "<svg"), ("why", ".dot", "digraph"),
        ("health", ".svg", "<?xml"),
    ],
)  # fmt: skip
def test_an_answer_saves_its_other_forms(name, suffix, begins, tmp_path):
    if name == "health":
        pytest.importorskip("matplotlib")
    text = ANSWERS[name].save(tmp_path / f"answer{suffix}").read_text(encoding="utf-8")
    assert text.startswith(begins)
    assert text.endswith("\n")


def test_a_prompt_shows_the_beginning_of_a_long_text():
    x = y = Value(1.0, label="x")
    for _ in range(2 * MOST_LINES):
        y = y + 1.0
    steps = step_through(y)
    shown = repr(steps).splitlines()
    assert shown[:-1] == steps.text.splitlines()[:MOST_LINES]
    assert shown[-1] == f"... and {MOST_LINES + 1} more lines; print() shows all"
    assert str(steps) == steps.text
    assert x.grad == 0.0


def test_a_prompt_shows_a_text_of_exactly_as_many_lines_whole():
    class Lines(Result):
        text = "\n".join(["line"] * MOST_LINES)

    assert repr(Lines()) == Lines.text
