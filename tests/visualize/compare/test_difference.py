"""diff() and snapshot(): what is matched, in which order changes stand, and how they are told."""

from __future__ import annotations

import math
import pickle
import random
from xml.etree import ElementTree as ET

import pytest

import autograd
from autograd import Value, relu, scope, tanh
from autograd.primitive import TABLE
from tests.in_one_test import in_one_test
from visualize import diff, snapshot
from visualize.compare.change import arrow, percent
from visualize.compare.matching import matched

UNARY = ("tanh", "atan", "sin", "sigmoid", "softplus")
BINARY = ("add", "mul", "sub", "maximum")


class Recipe:
    """A graph that can be built any number of times; each node has a key for life."""

    def __init__(self, rng, size, labelled=True):
        self.rng = rng
        self.labelled = labelled
        self.nodes = dict.fromkeys(range(4), (None, ()))  # key: operation, operands
        for _ in range(size):
            self.append()
        loose = self.unused()
        while len(loose) > 1:  # one output
            self.nodes[len(self.nodes)] = ("add", (loose.pop(), loose.pop()))
            loose = self.unused()

    def unused(self):
        used = {operand for _, operands in self.nodes.values() for operand in operands}
        return [key for key in self.nodes if key not in used]

    def append(self):
        keys = list(self.nodes)
        if self.rng.random() < 0.5:
            made = self.rng.choice(UNARY), (self.rng.choice(keys[-6:]),)
        else:
            made = self.rng.choice(BINARY), tuple(self.rng.sample(keys[-6:], 2))
        if made not in self.nodes.values():  # of twins nobody can say which is which
            self.nodes[len(self.nodes)] = made

    def ordered(self):
        done = {}
        while len(done) < len(self.nodes):
            for key, (operation, operands) in self.nodes.items():
                if key not in done and all(operand in done for operand in operands):
                    done[key] = operation, operands
        return done

    def build(self, shift=0.0):
        """Return the output, and the key of each Value."""
        values = {}
        for key, (operation, operands) in self.ordered().items():
            if operation is None:
                values[key] = Value(0.3 * key + shift, label=f"x{key}" if self.labelled else "")
            else:
                values[key] = TABLE[operation](*(values[o] for o in operands))
        (root,) = self.unused()
        return values[root], {value: key for key, value in values.items()}

    def insert(self):
        """Put an operation between a node and one that uses it; return its key."""
        users = [key for key, (_, operands) in self.nodes.items() if operands]
        user = self.rng.choice(users)
        operation, operands = self.nodes[user]
        place = self.rng.randrange(len(operands))
        new = max(self.nodes) + 1
        self.nodes[new] = ("erf", (operands[place],))
        self.nodes[user] = operation, (*operands[:place], new, *operands[place + 1 :])
        return new


def matches(before, after):
    """Return the pairs of keys that were matched, for graphs from `Recipe.build`."""
    (root_before, keys_before), (root_after, keys_after) = before, after
    a, b = snapshot(root_before), snapshot(root_after)
    pairs = matched(a, b)
    return {
        keys_after[b.values[y]]: keys_before[a.values[x]]
        for y, x in enumerate(pairs.before_of)
        if x >= 0
    }


# What is matched


@in_one_test("seed", range(30))
@in_one_test("labelled", [True, False])
def test_a_graph_built_again_has_the_same_nodes(seed, labelled):
    recipe = Recipe(random.Random(seed), 40, labelled)
    difference = diff(recipe.build()[0], recipe.build()[0])
    assert (difference.added, difference.removed, difference.changed) == ((), (), ())
    assert len(difference.same) == len(recipe.nodes)


@in_one_test("seed", range(40))
def test_a_node_put_in_between_is_all_that_is_added(seed):
    recipe = Recipe(random.Random(seed), 40)
    before = recipe.build()
    new = recipe.insert()
    after = recipe.build()
    everything = {key: key for key in recipe.nodes if key != new}
    assert matches(before, after) == everything
    assert {y: x for x, y in matches(after, before).items()} == everything  # and taken out again


@in_one_test("seed", range(20))
def test_three_nodes_put_in_between_are_all_that_is_added(seed):
    recipe = Recipe(random.Random(seed), 60)
    before = recipe.build()
    new = {recipe.insert() for _ in range(3)}
    found = matches(before, recipe.build())
    assert found == {key: key for key in recipe.nodes if key not in new}


@in_one_test("seed", range(20))
def test_without_labels_most_is_found_by_use_alone(seed):
    recipe = Recipe(random.Random(seed), 40, labelled=False)
    before = recipe.build()
    new = recipe.insert()
    after = recipe.build()
    for found, newcomer in ((matches(before, after), new), (matches(after, before), None)):
        right = sum(key == partner for key, partner in found.items())
        assert newcomer not in found
        assert right >= 0.9 * (len(recipe.nodes) - 1)


@pytest.mark.parametrize("seed", range(30))
def test_graphs_that_have_nothing_to_do_with_each_other_make_no_loop(seed):
    rng = random.Random(seed)
    first, second = (Recipe(rng, 60, labelled=False).build()[0] for _ in range(2))
    difference = diff(first, second)
    before, after = snapshot(first), snapshot(second)
    common = len(difference.changed) + len(difference.same)
    assert len(difference.added) + common == len(after.nodes)
    assert len(difference.removed) + common == len(before.nodes)
    assert difference.drawing.scene.values == len(after.nodes) + len(difference.removed)


def test_pairs_that_cross_are_taken_apart():
    x = Value(1.0, label="x")
    first = x.tanh()
    first.label = "p"
    first = first.exp()
    first.label = "q"
    second = x.exp()
    second.label = "q"
    second = second.tanh()
    second.label = "p"
    difference = diff(first, second)  # p under q, and q under p: not both can be the same
    assert {node.label for node in (*difference.added, *difference.removed)} == {"p", "q"}
    assert [node.name for node in difference.same] == ["x"]
    assert len(difference.drawing.scene.nodes) == 5


def test_of_pairs_that_cross_the_surer_one_stays():
    x = Value(1.0, label="x")

    def labelled(value, label):
        value.label = label
        return value

    first = labelled(labelled(x.tanh(), "p").exp(), "q")
    second = labelled(labelled(x.exp(), "q").sin(), "p")  # p by its label alone, q by operation too
    difference = diff(first, second)
    assert [node.label for node in difference.removed] == ["p"]
    assert [node.label for node in difference.added] == ["p"]
    assert [change.name for change in difference.changed] == ["q"]


def test_a_number_is_no_node_of_that_number():
    x, y = Value(1.0, label="x"), Value(2.0, label="y")  # y is node 1
    difference = diff([x * y, x * 1.0], [x * 1.0])
    assert [node.label or node.operands for node in difference.removed] == ["y", (0, 1)]
    assert difference.changed == ()


def test_a_label_in_a_module_is_enough_to_know_a_node_again():
    def graph(order, bend):
        made = []
        for module in order:
            with scope(module):
                made.append(bend(Value(1.0)) * len(made))
                made[-1].label = "h"
        return made

    difference = diff(graph("ab", tanh), graph("bac", relu))
    again = [(change.before.label, change.before.scope) for change in difference.changed]
    assert again == [(change.after.label, change.after.scope) for change in difference.changed]
    assert ("h", ("a",)) in again
    assert ("h", ("b",)) in again


def test_the_same_object_is_the_same_node_whatever_its_label_says():
    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    before = snapshot(x - y)
    x.label, y.label = "y", "x"
    difference = diff(before, x - y)
    assert [(c.before.label, c.after.label) for c in difference.changed] == [("x", "y"), ("y", "x")]
    assert "was y" in difference.text


def test_a_replaced_operation_is_removed_and_added_and_all_around_it_stays():
    x, w = Value(2.0), Value(3.0)

    def graph(bend):
        return bend(Value(2.0) * Value(3.0) + 1) * 5

    difference = diff(graph(tanh), graph(relu))
    assert [node.operation for node in difference.removed] == ["tanh"]
    assert [node.operation for node in difference.added] == ["relu"]
    assert [change.after.operation for change in difference.changed] == ["mul"]
    assert len(difference.same) == 4
    assert x.data == w.data - 1


def test_a_number_in_an_operation_is_a_change_of_it():
    x = Value(2.0, label="x")
    (change,) = diff(x * 3, x * 4).changed
    assert (change.made_before, change.made_after) == ("x × 3", "x × 4")
    (change,) = diff(x * 0.1234567, x * 0.1234568).changed  # equal in four digits
    assert change.size > 0


def test_a_longer_sum_keeps_its_terms():
    terms = [Value(float(k)).exp() for k in range(5)]
    fresh = [Value(float(k)).exp() for k in range(6)]
    difference = diff(autograd.sum(terms), autograd.sum(fresh))
    assert [node.operation for node in difference.added] == ["", "exp"]
    assert difference.removed == ()


def test_a_label_that_moved_to_another_operation_is_one_change():
    a, b = Value(2.0, label="a"), Value(3.0, label="b")
    product, total = a * b, a + b
    product.label = total.label = "c"
    difference = diff(product, total)
    (change,) = difference.changed
    assert (change.made_before, change.made_after) == ("a × b", "a + b")
    assert difference.added == difference.removed == ()


def test_equal_labels_in_different_modules_are_told_apart():
    def graph(order):
        values = {}
        for module in order:
            with scope(module):
                values[module] = Value(1.0 if module == "a" else 2.0, label="w") * 3
        return values["a"] + values["b"]

    assert diff(graph("ab"), graph("ba")).changed == ()


# Two steps of a training


def test_a_snapshot_keeps_what_a_step_overwrites():
    w = Value(2.0, label="w")
    loss = (w * w).tanh()
    loss.backward()
    before = snapshot(loss)
    numbers = [(node.data, node.gradient.value) for node in before.nodes]
    w.data = 0.5
    w.zero_grad()
    loss.forward().backward()
    assert [(node.data, node.gradient.value) for node in before.nodes] == numbers
    difference = diff(before, loss)
    assert difference.added == difference.removed == difference.same == ()
    by_name = {change.name: change for change in difference.changed}
    assert by_name["w"].data_before == 2.0
    assert by_name["w"].data_after == 0.5
    assert by_name["w"].gradient_after == w.grad != by_name["w"].gradient_before


def test_a_graph_that_was_not_touched_says_how_to_compare_steps():
    y = Value(2.0) * 3
    assert "keep snapshot(root) before a step" in str(diff(y, y))
    assert "snapshot" not in str(diff(Value(2.0), Value(2.0)))
    w = Value(1.0)
    y = w * 3
    before = snapshot(y)
    w.data = 2.0
    y.forward()
    assert "keep snapshot" not in str(diff(before, y))


def test_the_largest_change_stands_first_and_alarms_before_all():
    values = [Value(1.0, label=label) for label in "abcd"]
    total = autograd.sum(values)
    before = snapshot(total)
    for value, step in zip(values, (0.25, -4.0, float("nan"), 0.0), strict=True):
        value.data += step
    difference = diff(before, [*values, total])
    assert [change.name for change in difference.changed] == ["c", "b", "a"]
    assert difference.changed[0].size == math.inf
    # 4 and 0.25 by the largest number in both: 4, the sum before
    assert [change.size for change in difference.changed[1:]] == [1.0, 0.0625]


def test_sizes_of_numbers_near_the_end_of_the_range_do_not_overflow():
    x = Value(1.7e308, label="x")
    before = snapshot(x)
    x.data = -1.7e308
    (change,) = diff(before, x).changed
    assert change.size == 2.0
    assert "-200%" in change.data_text


def test_a_gradient_that_came_or_died_is_a_change():
    x = Value(-1.0, label="x")
    y = relu(x)
    before = snapshot(y)
    y.backward()
    changes = {change.name: change for change in diff(before, y).changed}
    assert changes["x"].gradient_text == "no gradient yet → grad 0 (relu off)"
    assert (changes["x"].gradient_before, changes["x"].gradient_after) == (None, 0.0)
    before = snapshot(y)
    x.data = 1.0
    y.forward().backward()
    changes = {change.name: change for change in diff(before, y).changed}
    assert changes["x"].gradient_text == "grad 0 (relu off) → 1"


def test_nan_that_stays_nan_is_no_change():
    x = Value(float("nan"), label="x")
    assert diff(x * 1.0, x * 1.0).changed == ()
    assert diff(x * float("nan"), x * float("nan")).changed == ()


# How it is told


GOLDEN = """\
# 9 values, then 10: 2 added, 1 removed, 5 changed, 3 the same
# output loss: 1 → 2.25 (+125%)
# after: Leaves hold more than one pass from here gives: gradients add up until zero_grad().
+ v5   = relu(v4)  data 0                 grad 6
+ v6   = exp(v5)   data 1                 grad 6
- v5'  = abs(v4)   data 0.75              grad 4
~ loss = v8 ^ 2    data 1 → 2.25 (+125%)  grad 1
~ v2   = x × w     data -1                grad -4 → 0 (relu off)
~ v4   = v2 + b    data -0.75             grad -4 → 0 (relu off)
~ v7   = v6 × 2    data 1.5 → 2 (+33.3%)  grad 2 → 3 (+50%)  was v5' × 2
~ v8   = v7 - 0.5  data 1 → 1.5 (+50%)    grad 2 → 3 (+50%)
"""


def test_the_listing_of_a_small_difference():
    x, w, b = Value(2.0, label="x"), Value(-0.5, label="w"), Value(0.25, label="b")

    def graph(bend):
        loss = (bend(x * w + b) * 2 - 0.5) ** 2
        loss.label = "loss"
        loss.backward()
        return loss

    before = snapshot(graph(abs))
    assert diff(before, graph(lambda hidden: hidden.relu().exp())).text == GOLDEN.strip()


def test_a_big_difference_is_cut_and_says_by_how_much():
    leaves = [Value(float(k), label=f"x{k}") for k in range(5000)]
    total = autograd.sum(leaves)
    before = snapshot(total)
    for leaf in leaves:
        leaf.data += 1.0
    total.forward()
    text = diff(before, total).text
    assert text.splitlines()[-1] == "... and 4,981 more changed"
    assert len(text) < 10_000
    text = diff(leaves, leaves[:100]).text
    assert "... and 4,880 more removed" in text
    assert len(text) < 10_000


def test_outputs_are_told_unless_their_number_differs():
    leaves = [Value(float(k), label=f"x{k}") for k in range(5)]
    text = diff(leaves, leaves).text
    assert "# output x2: 2\n# ... and 2 more outputs" in text
    assert "# output" not in diff(leaves, leaves[:2]).text
    a, b = Value(1.0, label="a"), Value(2.0, label="b")
    assert "# output a = 1, then b = 2" in diff(a, b).text


def test_a_removed_node_has_a_name_of_its_own():
    x = Value(1.0, label="x")
    difference = diff(x.tanh() * 2, x.relu() * 2)
    names = [node.name for node in (*difference.added, *difference.removed, *difference.same)]
    assert names == ["v1", "v1'", "x"]
    assert "- v1' = tanh(x)" in difference.text
    assert "was v1' × 2" in difference.text


def test_labels_cannot_break_the_listing_or_the_picture():
    evil = "</title><script>alert(1)</script>\n\x1b[31m\u202e"
    x = Value(1.0, label=evil)
    y = Value(1.0, label=evil + "2")
    with scope("a\nb<"):
        difference = diff(x * 2, y * 2)
    assert len(difference.text.splitlines()) == 5
    assert not set("\x1b\u202e") & set(difference.text)
    assert "<script>" not in difference.svg
    ET.fromstring(difference.svg)


def test_percent_says_nothing_where_there_is_nothing_to_say():
    assert [percent(0.0, 1.0), percent(math.inf, 1.0), percent(1.0, math.nan)] == ["", "", ""]
    assert percent(-1.0, -0.5) == "+50%"  # it rose
    assert percent(5e-324, 1e308) == ""
    assert arrow("", 0.0, 3.0) == "0 → 3"


# The picture


def test_the_picture_shows_both_graphs_and_marks_what_differs():
    x = Value(1.0, label="x")
    difference = diff(x.tanh() * 2, x.relu() * 2)
    scene = difference.drawing.scene
    assert [node.short.own for node in scene.nodes] == ["x", "+ v1", "− v1'", "~ v2"]
    lines = {
        (scene.nodes[edge.source].name, scene.nodes[edge.target].name, edge.operand)
        for edge in scene.edges
    }
    assert lines == {("x", "v1", 0), ("x", "v1'", 0), ("v1", "v2", 0), ("v1'", "v2", None)}
    assert [node.name for node in scene.nodes if node.is_output] == ["v2"]
    targets = [edge.target for edge in scene.edges]
    assert targets == sorted(targets)  # as every scene has them
    assert difference.svg.startswith("<svg")


def test_a_removed_output_is_in_the_picture():
    x = Value(1.0, label="x")
    scene = diff([x.tanh(), x.exp()], [x.tanh()]).drawing.scene
    assert [(node.operation, node.is_output) for node in scene.nodes] == [
        ("", False),
        ("tanh", True),
        ("exp", True),
    ]


def test_a_picture_of_many_counts_in_its_boxes(graphs):
    before, after = graphs["network"]((6, 16, 16, 1)), graphs["network"]((6, 16, 17, 1))
    scene = diff(before, after).drawing.scene
    # a neuron more: 16 weights, a bias, dot, + and relu; and a weight of what uses it
    titles = [node.group.title for node in scene.nodes if node.group]
    assert titles == ["layers.0", "layers.1 +20", "layers.2 +1 ~1"]
    assert diff(after, before).drawing.text.count("layers.1 −20 ") >= 1


def test_a_notebook_shows_listing_and_picture():
    bundle = diff(Value(1.0), Value(2.0))._repr_mimebundle_()
    assert bundle["text/plain"].startswith("# 1 value, then 1")
    assert "<svg" in bundle["text/html"]


# What is refused


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (2.0, TypeError, "diff: b must be a Value, a list of Values or a Snapshot, not of type fl"),
        ("loss", TypeError, "not of type str"),
        ([Value(1.0), [Value(2.0)]], TypeError, "item 1 is of type list"),
        ([], ValueError, "diff: b is an empty list"),
    ],
)
def test_what_is_no_graph_is_refused(given, error, said):
    with pytest.raises(error, match=said):
        diff(Value(1.0), given)


def test_snapshot_names_its_argument():
    with pytest.raises(TypeError, match="snapshot: root must be a Value"):
        snapshot(None)


def test_a_snapshot_says_what_it_is_of_and_can_be_pickled():
    before = snapshot(Value(2.0, label="a") * 3)
    assert repr(before) == "<Snapshot of 2 values, 1 edge; output v1 = 6; no gradient yet>"
    again = pickle.loads(pickle.dumps(before))  # noqa: S301 - our own
    assert diff(again, before).changed == ()


def test_a_chain_of_5_000_is_compared():
    def chain(first):
        value = Value(first, label="x")
        for _ in range(5_000):
            value = value + 1.0
        return value

    difference = diff(chain(0.0), chain(1.0))
    assert len(difference.changed) == 5_001
    assert "... and 4,981 more changed" in difference.text
