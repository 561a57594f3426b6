"""The steps of a backward pass: in the engine's order, with numbers that add up, in words."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from autograd import NumericWarning, StaleGraphError, Value, relu, sqrt, where
from tests.visualize.printed import evaluated
from visualize import draw, explain, kinks, step_through, why
from visualize.text import significant

ZERO = re.compile(r"-0(?![.\d])|-0\.0\b")  # with a sign
SVG = "{http://www.w3.org/2000/svg}"
GOLDEN = Path(__file__).parents[1] / "golden"


def neuron():
    """The neuron of micrograd's lecture, rounded to numbers that are exact in binary."""
    x1, x2 = Value(2.0, label="x1"), Value(0.0, label="x2")
    w1, w2 = Value(-3.0, label="w1"), Value(1.0, label="w2")
    n = x1 * w1 + x2 * w2 + 6.5
    n.label = "n"
    o = relu(n)
    o.label = "o"
    return o


@pytest.mark.parametrize("name", ["readme", "network", "states"])
def test_totals_end_at_the_gradients(graphs, name):
    root = graphs[name]()
    steps = step_through(root)
    if name == "readme":
        last = {step.operand: step.total for step in steps}
        assert {value: value.grad for value in last} == last
        assert len(last) == 26  # all but the root
    for number, step in enumerate(steps, 1):
        assert step.number == number
        if step.incoming and step.local is not None:
            product = step.incoming * step.local
            assert step.outgoing == pytest.approx(product, rel=1e-14, nan_ok=True)


def test_nothing_is_touched():
    root = neuron()
    step_through(root).text  # noqa: B018 - made when asked for
    assert not root.has_grad


def test_a_gradient_is_complete_before_it_is_handed_on(graphs):
    received, handed_on = {}, {}
    for step in step_through(graphs["readme"]()):
        received[step.operand] = step.number
        handed_on.setdefault(step.node, step.number)
    for value, number in handed_on.items():
        assert received.get(value, 0) < number


def test_walked_by_hand_and_by_for():
    steps = step_through(neuron())
    first = next(steps)
    assert first is steps[0]
    assert next(steps) is steps[1]
    assert list(steps) == list(steps[:])  # a for loop starts at the front
    for _ in range(len(steps) - 2):
        next(steps)
    with pytest.raises(StopIteration):
        next(steps)


def test_a_step_is_a_line():
    x = Value(3.0, label="x")
    root = x**2
    root.label = "y"
    (step,) = step_through(root, 0.5)
    assert str(step) == ("1. y = x ^ 2: ∂y/∂x = 2 * x = 2 * 3 = 6, 0.5 × 6 = 3 to x, total 3")
    assert repr(step) == str(step)
    assert (step.node, step.operand, step.position) == (root, x, 0)
    assert (step.incoming, step.local, step.outgoing, step.total) == (0.5, 6.0, 3.0, 3.0)


def test_a_square_has_two_steps_that_add_up():
    x = Value(3.0, label="x")
    assert [(step.position, step.total) for step in step_through(x * x)] == [(0, 3.0), (1, 6.0)]


def test_what_passes_nothing_says_so():
    x = Value(2.0, label="x")
    (blocked,) = [step for step in step_through(x.detach() + x) if step.local is None]
    assert "no derivative by x, nothing passes" in str(blocked)
    assert (blocked.outgoing, blocked.total) == (None, 2.0 - 1.0)


def test_a_zero_gradient_hides_an_infinite_derivative():
    x = Value(0.0, label="x")
    last = step_through(0.0 * sqrt(x))[-1]
    assert (last.local, last.outgoing) == (float("inf"), 0.0)
    assert "0, whatever the derivative, to x" in str(last)


def test_rounded_numbers_do_not_contradict_the_result():
    x = Value(6.0, label="x")
    text = str(step_through(x.tanh())[0])
    *_, numbers, slope = text.partition(",")[0].split(" = ")
    assert slope == "2.458e-05"
    assert evaluated(numbers) == pytest.approx(float(slope), rel=1e-3)


def test_the_whole_text():
    steps = step_through(neuron())
    stored = (GOLDEN / "steps_neuron.txt").read_text(encoding="utf-8")
    assert f"{steps}\n" == f"{steps.text}\n" == f"{steps!r}\n" == stored


def test_a_leaf_has_no_steps():
    steps = step_through(Value(2.0, label="x"))
    assert (len(steps), steps.text) == (0, "# Backward from x = 2, whose gradient is 1")
    assert "x" in steps.svg


def test_errors():
    with pytest.raises(TypeError, match="step_through takes a Value, not float"):
        step_through(2.0)
    x = Value(2.0, label="x")
    y = x * x
    x.data = 1.0
    with pytest.raises(StaleGraphError, match="'x' was changed"):
        step_through(y)


def test_saved_by_suffix(tmp_path):
    steps = step_through(neuron())
    assert steps.save(tmp_path / "a.txt").read_text(encoding="utf-8") == f"{steps.text}\n"
    assert steps.save(tmp_path / "a.SVG").read_text(encoding="utf-8") == steps.svg
    with pytest.raises(ValueError, match=r"cannot save Steps as 'a\.png'; use one of \.txt, \.svg"):
        steps.save(tmp_path / "a.png")
    with pytest.raises(FileNotFoundError, match="no folder"):
        steps.save(tmp_path / "nowhere" / "a.svg")


def test_a_film_of_a_large_graph_is_refused_and_its_text_is_not():
    x = Value(1.0, label="x")
    y = x
    for _ in range(60):
        y = y + 1.0
    with pytest.raises(ValueError, match=r"plays up to 60 values, this graph has 61; draw\(root\)"):
        step_through(y).svg  # noqa: B018
    assert step_through(y).text.count("\n") == 60


def delays(element):
    style = element.get("style", "")
    return [float(number) for number in re.findall(r"([\d.]+)s", style)]


def test_the_film_shows_every_total_in_its_box_one_after_the_other(graphs):
    root = graphs["readme"]()
    steps = step_through(root)
    tree = ET.fromstring(steps.svg)
    shown = [group for group in tree.iter(f"{SVG}g") if group.get("class") == "now"]
    lines = [group for group in shown if group[0].tag == f"{SVG}text"]
    boxes = [group for group in shown if group[0].tag == f"{SVG}g"]
    assert len(lines) == 25 + 1 + len(steps)  # operations, the seed, contributions
    said = [line[0].text for line in lines]
    assert said[0].startswith("forward: ")
    assert said[25] == "backward: the gradient of g is 1, where it all starts"
    for step, words in zip(steps, said[26:], strict=True):
        assert words.startswith(f"{step.number}. ")
    starts = [delays(line)[0] for line in lines]
    assert starts == sorted(starts)
    assert all(group.get("visibility") == "hidden" for group in shown)
    # boxes: "grad …" until the first contribution, then each total but the last
    partial = [box[0][-1].text for box in boxes if "again" not in "".join(box.itertext())]
    last = {step.operand: step.number for step in steps}
    totals = [step for step in steps if step.number < last[step.operand]]
    assert sorted(set(partial) - {"grad …"}) == sorted(
        {f"grad {significant(step.total)} …" if step.total else "grad 0 …" for step in totals}
    )
    assert partial.count("grad …") == 27
    assert len(partial) == 27 + len(totals)
    taken = [path for path in tree.iter(f"{SVG}path") if path.get("class") == "now"]
    assert len(taken) == len(steps)


def test_the_film_without_motion_is_the_finished_picture():
    root = neuron()
    film = step_through(root).svg
    root.backward()
    tree = ET.fromstring(film)
    still = [g for g in tree.iter(f"{SVG}g") if g.get("role") == "graphics-symbol"]
    labels = [box.get("aria-label") for box in still]
    assert "o relu, data 0.5, grad 1" in labels
    assert "x1, data 2, grad -3" in labels
    assert "<script" not in film
    assert "prefers-reduced-motion:no-preference" in film


def test_the_film_has_room_for_every_state():
    x = Value(1.0, label="x")
    y = x * 0.0123456 + x * 123456.0 - x * 123456.0  # totals have more digits than their sum
    tree = ET.fromstring(step_through(y).svg)
    for group in tree.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        if rect is not None and group.find(f"{SVG}text") is not None:
            width = float(rect.get("width")) + float(rect.get("x"))
            for text in group.findall(f"{SVG}text"):
                if text.get("text-anchor") != "end":
                    assert len(text.text) * 6.62 <= width


def test_gradients_of_the_film_are_those_of_its_own_pass():
    x = Value(3.0, label="x")
    y = x * x
    y.backward()
    y.backward()  # x.grad is 12 now
    assert "x, data 3, grad 3" in step_through(y, 0.5).svg


def test_hostile_labels_are_shown_not_run():
    x = Value(1.0, label='</svg><script>alert("1")</script>')
    film = step_through(where(x > 0.0, x * 2.0, 0.0)).svg
    ET.fromstring(film)
    assert "<script" not in film


def test_a_zero_has_a_sign_only_where_the_result_depends_on_it():
    x, w = Value(0.0, label="x"), Value(-4.0, label="w")
    product = w * x  # -0.0
    loss = (product + 2.0) * -1.0
    loss.backward()
    words = (step_through(loss), explain(loss, [w, x]), why(loss, w), kinks(loss), draw(loss).text)
    assert [said for said in map(str, words) if ZERO.search(said)] == []
    assert ">data 0<" in draw(loss).svg
    assert "data -0.0" in draw(loss).svg  # every digit, in the tooltip
    with pytest.warns(NumericWarning):
        infinite = 1.0 / product
    assert "1 / (-0) = -inf" in str(explain(infinite, w))


@pytest.mark.parametrize("gradient", [Value(1.0), "1", None, [1.0]])
def test_the_gradient_of_the_start_is_a_number(gradient):
    with pytest.raises(TypeError, match=r"^step_through\(root, gradient\): gradient is the number"):
        step_through(Value(1.0) * 2.0, gradient)
