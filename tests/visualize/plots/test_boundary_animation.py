"""The boundary of a model in training: what is recorded, when it is seen, in SVG and GIF."""

from __future__ import annotations

import copy
import math
import pickle
import random
import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import numpy as np
import pytest

import autograd
from autograd import Value
from nn import MLP, SGD, Dropout, Layer, Module, Sequential, fit
from tests.in_one_test import in_one_test
from visualize import BoundaryRecorder, animate_boundary

pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")
Image = pytest.importorskip("PIL.Image", reason="comes with matplotlib")

SVG = "{http://www.w3.org/2000/svg}"
X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]
Y = [0, 0, 1, 1]
LOGITS = "binary_cross_entropy_with_logits"


def scores_by_numpy(model, plane):
    """What MLP(2, [3, outputs], "tanh") says of the plane, (up, across, outputs)."""
    hidden, last = (
        np.array([[p.data for p in [*neuron.weights, neuron.bias]] for neuron in layer.neurons])
        for layer in model.layers
    )
    across, up = np.meshgrid(plane.across, plane.up)
    inputs = np.stack([across, up], axis=-1)
    activations = np.tanh(inputs @ hidden[:, :2].T + hidden[:, 2])
    return activations @ last[:, :-1].T + last[:, -1]


def network(outputs=1):
    return MLP(2, [3, outputs], activation="tanh", rng=random.Random(4))


def moving_line(steps=5, *, losses=True, resolution=3):
    """A recorder of a boundary that moves from left to right."""
    recorder = BoundaryRecorder(X, Y, resolution=resolution)
    for epoch in range(steps):
        place = epoch / max(steps - 1, 1)
        loss = 2.0 - place if losses else None
        recorder.record(lambda row, place=place: row[0] - place, epoch=epoch, loss=loss)
    return recorder


def parts(svg):
    """The groups of each frame, what hides them, and the style sheet."""
    root = ET.fromstring(svg)
    found = {}
    for element in root.iter(f"{SVG}g"):
        match = re.fullmatch(r"g[0-9a-f]{10}-frame(\d+)-(\d+)", element.get("id", ""))
        if match:
            found.setdefault(int(match[1]), []).append(element)
    return found, list(root.iter(f"{SVG}style"))[-1].text


def words(elements):
    return [
        "".join(element.itertext()).strip()
        for element in elements
        if element.find(f"{SVG}text") is not None
    ]


@pytest.mark.parametrize("outputs", [1, 2])
def test_the_recorder_keeps_what_the_model_says_after_each_epoch(outputs):
    model = network(outputs)
    seen = []
    recorder = BoundaryRecorder(X, Y, model=model, resolution=6)
    seen.append(scores_by_numpy(model, recorder.plane))
    loss = LOGITS if outputs == 1 else "cross_entropy"
    history = fit(
        model, X, Y, loss=loss, epochs=4, optimizer=SGD(model.parameters(), lr=0.5),
        callbacks=[recorder, lambda _: seen.append(scores_by_numpy(model, recorder.plane))],
    )  # fmt: skip
    assert history.epochs == 4
    assert [frame.epoch for frame in recorder.frames] == [0, 1, 2, 3, 4]
    assert [frame.loss for frame in recorder.frames] == [None, *history["loss"]]
    for frame, expected in zip(recorder.frames, seen, strict=True):
        assert frame.scores == pytest.approx(expected, rel=1e-12, abs=1e-14)
    assert np.ptp([frame.scores[0, 0, 0] for frame in recorder.frames]) > 1e-3


def test_some_epochs_and_the_last_are_kept():
    recorder = BoundaryRecorder(X, Y, every=3, resolution=3)
    fit(network(), X, Y, loss=LOGITS, epochs=7, callbacks=[recorder])
    assert [frame.epoch for frame in recorder.frames] == [3, 6, 7]
    assert repr(recorder) == "BoundaryRecorder(3 frames)"


def test_a_recorder_is_copied_and_pickled_with_its_frames():
    model = MLP(2, [1])
    recorder = BoundaryRecorder([[0.0, 0.0], [1.0, 1.0]], [0, 1], model=model)
    for twin in (copy.deepcopy(recorder), pickle.loads(pickle.dumps(recorder))):  # noqa: S301 - our own
        twin.record(model)
        assert (len(twin.frames), len(recorder.frames)) == (2, 1)


def test_the_plane_reaches_around_the_examples():
    plane = BoundaryRecorder([[0.0, 5.0], [10.0, 5.0]], [0, 1], resolution=4).plane
    assert plane.across == pytest.approx([-1.5, 2.8333333333, 7.1666666667, 11.5])
    assert plane.up == pytest.approx([4.0, 4.6666666667, 5.3333333333, 6.0])
    assert plane.rows()[:2].tolist() == [[plane.across[0], 4.0], [plane.across[1], 4.0]]


def test_a_recorded_model_rests_its_dropout_and_is_compiled_once(monkeypatch):
    compiled = []
    compile = autograd.compile
    monkeypatch.setattr(autograd, "compile", lambda *a, **k: compiled.append(a) or compile(*a, **k))
    model = Sequential(Layer(2, 1, "linear", rng=random.Random(0)), Dropout(0.9))
    recorder = BoundaryRecorder(X, Y, resolution=3)
    for _ in range(3):
        recorder.record(model)
    assert len(compiled) == 1
    assert model.training
    weights = [parameter.data for parameter in model.parameters()]
    expected = recorder.plane.rows() @ weights[:2] + weights[2]
    for frame in recorder.frames:
        assert frame.scores.ravel() == pytest.approx(expected)
    model.parameters()[2].data += 1.0
    recorder.record(model)
    assert recorder.frames[-1].scores.ravel() == pytest.approx(expected + 1.0)


@pytest.mark.parametrize(
    "model",
    [
        lambda row: 1.0 if row[0] > 0.5 else -1.0,
        lambda row: Value(1.0) if row[0] > 0.5 else Value(-1.0),
        lambda row: [np.sign(float(getattr(row[0], "data", row[0])) - 0.5)],
    ],
)
def test_what_cannot_be_compiled_is_asked_row_by_row(model):
    recorder = BoundaryRecorder(X, Y, resolution=5)
    recorder.record(model)
    recorder.record(model)
    for frame in recorder.frames:
        expected = np.where(recorder.plane.across > 0.5, 1.0, -1.0)
        assert frame.scores[..., 0] == pytest.approx(np.tile(expected, (5, 1)))


def test_a_recorder_sees_what_has_changed_since_the_last_epoch():
    class Gain(Module):
        gain, branch = 1.0, False

        def __init__(self):
            self.w = Value(2.0)

        def forward(self, x):
            if self.branch and x[0] > 0.0:
                return self.w * -1.0
            return self.w * x[0] * self.gain

    model = Gain()
    recorder = BoundaryRecorder([[0.0, 0.0], [1.0, 1.0]], [0, 1], resolution=3)
    across = recorder.plane.rows()[:, 0].reshape(3, 3, 1)
    recorder.record(model)
    Gain.gain = 3.0
    recorder.record(model)
    Gain.branch = True  # cannot be compiled any more
    recorder.record(model)
    first, second, third = [frame.scores for frame in recorder.frames]
    assert first == pytest.approx(2.0 * across)
    assert second == pytest.approx(6.0 * across)
    assert third == pytest.approx(np.where(across > 0.0, -2.0, 6.0 * across))


@pytest.fixture(scope="module")
def five():
    """Five frames in four seconds."""
    return animate_boundary(moving_line(), seconds=4.0, title="A title")


@pytest.fixture(scope="module")
def three():
    """Three frames without losses."""
    return animate_boundary(moving_line(3, losses=False))


def test_frames_are_there_each_with_its_words_and_only_the_last_one_is_seen_at_rest(five, three):
    found, _ = parts(five.svg)
    assert sorted(found) == [0, 1, 2, 3, 4]
    for frame, elements in found.items():
        hidden = {element.get("visibility") for element in elements}
        assert hidden == ({None} if frame == 4 else {"hidden"})
    captions = [words(found[frame])[0] for frame in range(5)]
    assert captions == [
        "epoch 0, loss 2", "epoch 1, loss 1.75", "epoch 2, loss 1.5", "epoch 3, loss 1.25",
        "epoch 4, loss 1",
    ]  # fmt: skip
    assert captions_of(three) == ["epoch 0", "epoch 1", "epoch 2"]


def captions_of(moved):
    """What is written on each frame, by the artists that the SVG is made of."""
    texts = [[part for part in frame if hasattr(part, "get_fontsize")] for frame in moved.parts]
    return [text.get_text() for (text,) in texts]


def windows(sheet, last):
    """When each frame is seen in the first round, in seconds."""
    cycle = float(re.search(r"turn ([\d.]+)s step-end", sheet)[1])
    shown = float(
        re.search(r"turn{0%{visibility:visible}([\d.]+)%,to{visibility:hidden}}", sheet)[1]
    )
    until = float(
        re.search(r"last{0%{visibility:hidden}([\d.]+)%,to{visibility:visible}}", sheet)[1]
    )
    delays = {0: 0.0} | {
        int(frame): float(delay)
        for frame, delay in re.findall(r'frame(\d+)-"\]{animation-delay:([\d.]+)s}', sheet)
    }
    assert sorted(delays) == list(range(last))
    spans = [(delays[frame], delays[frame] + shown * cycle / 100) for frame in range(last)]
    return [*spans, (until * cycle / 100, cycle)]


def test_frames_follow_each_other_without_a_gap_and_the_last_one_rests(five):
    sheet = parts(five.svg)[1]
    expected = [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0), (3.0, 4.0), (4.0, 5.5)]
    for span, seen in zip(windows(sheet, 4), expected, strict=True):
        assert span == pytest.approx(seen, abs=1e-3)


@pytest.mark.parametrize(("loop", "plays", "rounds"), [(False, "1", 2), (True, "infinite", 0)])
def test_it_plays_once_or_for_ever(loop, plays, rounds, tmp_path):
    moved = animate_boundary(moving_line(2), loop=loop)
    sheet = parts(moved.svg)[1]
    assert re.findall(r"step-end (\w+)}", sheet) == [plays]
    moved.save(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 2
        assert image.info["loop"] == rounds


def test_motion_is_left_to_those_who_want_it_and_nothing_runs_or_loads(five):
    svg = animate_boundary(moving_line(2), title="<b> & c").svg
    _, sheet = parts(svg)
    assert sheet.startswith("@media (prefers-reduced-motion:no-preference){")
    assert sheet.count("{") == sheet.count("}")
    assert "svg:active" in sheet
    assert "<script" not in svg
    assert "<image" not in svg
    assert not re.search(r"(?:href|src)=\"(?!#)", svg)
    assert "&lt;b&gt; &amp; c" in svg
    identifiers = re.findall(r'\bid="([^"]+)"', svg)
    assert len(identifiers) == len({*identifiers})
    ids, others = (set(re.findall(r"g[0-9a-f]{10}-", text)) for text in (svg, five.svg))
    assert len(ids) == len(others) == len(ids ^ others) / 2


@pytest.mark.parametrize(
    ("steps", "frames", "epochs"),
    [(4, 24, range(4)), (5, 3, [0, 2, 4]), (13, 4, [0, 4, 8, 12]), (5, 2, [0, 4])],
)
def test_there_are_no_more_frames_than_asked_for_the_first_and_the_last_among_them(
    steps, frames, epochs
):
    moved = animate_boundary(moving_line(steps, losses=False), frames=frames)
    assert captions_of(moved) == [f"epoch {epoch}" for epoch in epochs]


def test_the_line_of_each_frame_lies_where_its_model_says(five):
    figure = five.figure
    lines = [
        collection.get_paths()[0].vertices[:, 0]
        for collection in figure.axes[0].collections
        if collection.get_edgecolor().tolist() == [[0.0, 0.0, 0.0, 1.0]]
    ]
    assert [line.mean() for line in lines] == pytest.approx([0.0, 0.25, 0.5, 0.75, 1.0])


def test_colours_are_on_one_scale_and_a_dot_moves_along_the_losses(three):
    recorder = BoundaryRecorder(X, Y, resolution=3)
    for epoch, size in enumerate((1.0, 4.0, 2.0), start=1):
        recorder.record(lambda row, size=size: size * (row[0] - 0.5), epoch=epoch, loss=size)
    figure = animate_boundary(recorder, title="A title", x_label="length").figure
    plane, below, bar = figure.axes
    assert bar.get_ylim() == pytest.approx((-4 * 0.65, 4 * 0.65))
    assert (plane.get_title(), plane.get_xlabel(), plane.get_ylabel()) == (
        "A title", "length", "input 1",
    )  # fmt: skip
    curve, *dots = below.lines
    assert curve.get_xydata().tolist() == [[1.0, 1.0], [2.0, 4.0], [3.0, 2.0]]
    assert [dot.get_xydata().tolist() for dot in dots] == [[[1, 1]], [[2, 4]], [[3, 2]]]
    assert [axes.get_ylabel() for axes in three.figure.axes] == ["input 1", "output"]


def test_several_classes_are_painted_without_gaps():
    recorder = BoundaryRecorder(X, [0, 1, 2, 1], resolution=9)
    recorder.record(lambda row: [0.0 * row[0], row[0] - row[1], 0.3 - row[0]])
    recorder.record(lambda row: [0.0 * row[0], row[0] - row[1], 0.2 - row[0]])
    pictures = animate_boundary(recorder, frames=2).pictures()
    for picture in pictures:
        inside = picture[100:300, 100:400, :3].reshape(-1, 3)
        white = (inside == 255).all(axis=1).mean()
        assert white < 0.01  # the edges of marks at most
    assert (pictures[0] != pictures[1]).any()


def test_a_frame_of_nothing_finite_says_so_and_the_others_keep_their_scale():
    recorder = BoundaryRecorder(X, Y, resolution=3)
    for factor in (1.0, math.nan, 2.0):
        recorder.record(lambda row, factor=factor: factor * (row[0] - 0.5))
    moved = animate_boundary(recorder)
    found, _ = parts(moved.svg)
    assert words(found[1]) == ["nan or inf everywhere", "epoch 1"]
    assert moved.figure.axes[1].get_ylim() == pytest.approx((-1.3, 1.3))


def test_pictures_show_one_frame_each():
    moved = animate_boundary(moving_line(3, resolution=9))
    pictures = moved.pictures()
    # The black line moves to the right.
    rows = [picture[150, :, :3].astype(int).sum(axis=1) for picture in pictures]
    frame = [np.flatnonzero(row < 150) for row in rows]
    places = [
        [*{*columns.tolist()} - {*frame[place - 1].tolist()}] for place, columns in enumerate(frame)
    ]
    assert np.mean(places[0]) < np.mean(places[1]) < np.mean(places[2])
    again = moved.pictures()
    assert all(np.array_equal(a, b) for a, b in zip(pictures, again, strict=True))


def test_words_lie_apart_and_in_the_figure(five):
    figure = five.figure
    figure.draw_without_rendering()
    plane, below, bar = figure.axes
    boxes = [
        plane.title.get_window_extent(),
        plane.texts[-1].get_window_extent(),
        plane.get_window_extent(),
        plane.xaxis.label.get_window_extent(),
        plane.get_legend().get_window_extent(),
        below.get_window_extent(),
        below.xaxis.label.get_window_extent(),
    ]
    for upper, lower in pairwise(boxes):
        assert upper.y0 >= lower.y1 - 1
    for box in (*boxes, bar.yaxis.label.get_window_extent()):
        assert box.x0 >= 0
        assert box.y0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1


def test_the_size_is_bounded():
    recorder = BoundaryRecorder(X, Y)
    for epoch in range(10):
        turn = 0.1 * epoch
        recorder.record(
            lambda row, turn=turn: autograd.sin(9 * row[0] + turn) + autograd.sin(9 * row[1] - turn)
        )
    assert len(animate_boundary(recorder, frames=6).svg) < 400_000


def test_saving_one_format_does_not_change_the_other(tmp_path):
    first, second = animate_boundary(moving_line(2)), animate_boundary(moving_line(2))
    first.save(tmp_path / "a.gif")
    assert first.save(str(tmp_path / "a.svg")) == tmp_path / "a.svg"
    assert (tmp_path / "a.svg").read_text(encoding="utf-8") == second.svg
    with pytest.raises(ValueError, match=r"an animation as 'a\.mp4'; use one of \.svg, \.gif"):
        first.save(tmp_path / "a.mp4")


def recorder_of(*models, y=Y):
    recorder = BoundaryRecorder(X, y, resolution=3)
    for model in models:
        recorder.record(model)
    return recorder


def score(row):
    return row[0]


@in_one_test(
    "make, said",
    [
        (lambda: BoundaryRecorder([[1.0]], [0]), r"BoundaryRecorder: X has shape \(1, 1\)"),
        (lambda: BoundaryRecorder(X, [0]), r"X has 4 rows but y has shape \(1,\)"),
        (lambda: BoundaryRecorder(X, Y, every=0), "every must be at least 1, not 0"),
        (lambda: BoundaryRecorder(X, Y, resolution=1), "resolution must be at least 2, not 1"),
        (lambda: recorder_of(score, lambda row: row), "the model has 2 outputs, but had 1 before"),
        (lambda: animate_boundary(recorder_of()), "0 frames recorded, and a motion needs 2"),
        (lambda: animate_boundary(recorder_of(score)), "1 frame recorded"),
        (lambda: animate_boundary(moving_line(2), seconds=0.0), "seconds is 0.0; use a time above"),
        (lambda: animate_boundary(moving_line(2), seconds=math.nan), "seconds is nan"),
        (lambda: animate_boundary(moving_line(2), frames=1), "frames must be at least 2, not 1"),
        (lambda: animate_boundary(recorder_of(*[score] * 2, y=[0, 1, 2, 0])), "y holds 3: 0, 1, 2"),
        (
            lambda: animate_boundary(recorder_of(*[lambda row: math.nan] * 2)),
            "nan or inf at every point",
        ),
    ],
)
def test_what_cannot_be_recorded_or_moved_is_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()
