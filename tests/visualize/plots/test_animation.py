"""Animated descents: who moves when and where, in SVG and GIF."""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from visualize import animate_descent, plot_descent

pytest.importorskip("matplotlib", reason="plots need matplotlib, of the extra plots")
Image = pytest.importorskip("PIL.Image", reason="comes with matplotlib")

SVG = "{http://www.w3.org/2000/svg}"


def square(x):
    return x * x


PATHS = {"quick": [2.0, -1.0, 0.5], "slow": [2.5, 2.0, 1.5, 1.0, 0.5]}


def animation(paths=PATHS, function=square, **options):
    return animate_descent(function, paths, low=-3, high=3, **{"resolution": 10, **options})


def parts(svg):
    """The elements that move or appear, by id without its prefix; and the style sheet."""
    root = ET.fromstring(svg)
    found = {}
    for element in root.iter(f"{SVG}g"):
        match = re.fullmatch(r"g[0-9a-f]{10}-((?:piece|head).*)", element.get("id", ""))
        if match:
            assert match[1] not in found
            found[match[1]] = element
    return found, list(root.iter(f"{SVG}style"))[-1].text


def places(element):
    """Where the marks of a part stand, in units of the SVG."""
    return [(float(use.get("x")), float(use.get("y"))) for use in element.iter(f"{SVG}use")]


def walk(sheet, head):
    """Percents of the time, and shifts, of a head."""
    (body,) = re.findall(rf"@keyframes g[0-9a-f]+-{head} ?{{(.*)}}", sheet)
    frames = re.findall(r"([\d.e-]+)%{transform:translate\((.+?)px,(.+?)px\)}", body)
    return [(float(percent), float(x), float(y)) for percent, x, y in frames]


def test_pieces_appear_step_by_step_and_all_paths_walk_by_one_clock():
    found, sheet = parts(animation(seconds=2.0).svg)
    assert set(found) == {
        "piece1-0-0", "piece2-0-0", "piece2-0-1",  # the last one is the mark of the end
        "piece1-1-0", "piece2-1-0", "piece3-1-0", "piece4-1-0", "piece4-1-1",
        "head0-", "head1-",
    }  # fmt: skip
    delays = dict(re.findall(r'-piece(\d+)-"\]{animation-delay:([\d.]+)s}', sheet))
    assert delays == {"1": "0", "2": "0.5", "3": "1", "4": "1.5"}
    assert 'piece"]{animation:' in sheet
    assert "0.5s backwards" in sheet


def test_a_head_moves_along_the_dots_of_its_path():
    picture = animation().svg
    found, sheet = parts(picture)
    for path, last in ((0, 2), (1, 4)):
        ((middle_x, middle_y),) = places(found[f"head{path}-"])
        frames = walk(sheet, f"head{path}-")
        assert [percent for percent, _, _ in frames] == [0, 25, 50, 75, 100]
        for moment in range(1, 5):
            _, x, y = frames[moment]
            (dot, *_) = places(found[f"piece{min(moment, last)}-{path}-0"])
            assert (middle_x + x, middle_y + y) == pytest.approx(dot, abs=0.02)


def test_motion_is_left_to_those_who_want_it_ends_and_can_be_started_again():
    _, sheet = parts(animation().svg)
    still, moving = sheet.split("@media (prefers-reduced-motion:no-preference){")
    assert re.fullmatch(r'\[id\^="g[0-9a-f]+-head"\]{visibility:hidden}\n', still)
    assert moving.count("{") == moving.count("}") - 1  # all else stands in the media query
    assert "infinite" not in sheet
    assert "svg:active" in moving
    picture = animation().svg
    assert "<script" not in picture
    assert not re.search(r"(?:href|src)=\"(?!#)", picture)  # nothing is loaded from elsewhere


def test_the_last_picture_is_that_of_plot_descent():
    found, _ = parts(animation().svg)
    figure = plot_descent(square, PATHS, low=-3, high=3, resolution=10)
    trails = [line for line in figure.axes[0].lines if line.get_linestyle() == "-"][1:]
    for path, trail in enumerate(trails):
        pieces = [
            element
            for name, element in sorted(found.items())
            if re.fullmatch(rf"piece\d-{path}-\d", name)
        ]
        ends = [piece for piece in pieces if piece.find(f"{SVG}path") is None]  # no line
        dots = [place for piece in pieces if piece not in ends for place in places(piece)]
        assert len(dots) == len(trail.get_xydata()) - 1
        assert len(ends) == 1
        assert places(ends[0]) == dots[-1:]


@pytest.mark.parametrize(
    ("steps", "frames", "moments"), [(5, 40, 5), (400, 40, 40), (2, 2, 2), (1, 40, 1)]
)
def test_it_has_no_more_moments_than_asked_for_and_than_there_are_steps(steps, frames, moments):
    moved = animation({"a": np.linspace(2, 1, steps)}, frames=frames)
    assert len(moved.pictures()) == moments
    assert len(walk(parts(moved.svg)[1], "head0-")) == moments


def test_a_path_that_ends_between_two_moments_is_drawn_to_its_end():
    found, sheet = parts(animation({"a": [2.0, 1.5, 1.0, 0.5], "b": [2, 1, 1, 1, 1]}, frames=3).svg)
    assert [percent for percent, _, _ in walk(sheet, "head0-")] == [0, 50, 100]
    assert {"piece1-0-0", "piece2-0-0", "piece2-0-1"} <= set(found)  # with the mark of the end


def test_paths_without_a_finite_point_stand_in_the_legend_only():
    found, _ = parts(animation({"lost": [np.nan, 1.0], "a": [2.0, 1.0]}).svg)
    assert "head0-" in found
    assert "head1-" not in found


def test_pictures_of_a_gif_grow_and_end_as_plot_descent():
    moved = animation({"a": [2.0, -1.0, 0.5]})
    pictures = moved.pictures()
    blue = (0x00, 0x72, 0xB2)
    counts = [int((picture[..., :3] == blue).all(axis=-1).sum()) for picture in pictures]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    figure = plot_descent(square, {"a": [2.0, -1.0, 0.5]}, low=-3, high=3, resolution=10)
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=figure.dpi)
    expected = np.asarray(Image.open(content)).astype(int)
    different = (np.abs(expected - pictures[-1]).max(axis=-1) > 8).mean()
    assert different < 2e-4  # edges of marks that are drawn twice


def test_a_gif_plays_a_few_times_and_rests_on_the_last_picture(tmp_path):
    animation(seconds=2.0).save(tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as image:
        assert image.n_frames == 5
        assert image.info["loop"] == 2
        durations = []
        for frame in range(image.n_frames):
            image.seek(frame)
            durations.append(image.info["duration"])
            assert image.convert("RGB").getpixel((1, 1)) == (255, 255, 255)
    assert durations == [500, 500, 500, 500, 1500]


def test_saving_one_format_does_not_change_the_other(tmp_path):
    first, second = animation(), animation()
    first.save(tmp_path / "a.gif")
    first.save(tmp_path / "a.svg")
    second.save(tmp_path / "b.SVG")
    second.save(tmp_path / "b.gif")
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.SVG").read_bytes()
    assert (tmp_path / "a.gif").read_bytes() == (tmp_path / "b.gif").read_bytes()


def test_two_pictures_in_one_page_have_ids_of_their_own():
    first, second = (
        set(re.findall(r"g[0-9a-f]{10}-", animation(seconds=s).svg)) for s in (1.0, 2.0)
    )
    assert len(first) == len(second) == 1
    assert first != second


def test_saving_returns_the_path_and_refuses_other_suffixes(tmp_path):
    moved = animation()
    assert moved.save(str(tmp_path / "a.svg")) == tmp_path / "a.svg"
    with pytest.raises(ValueError, match=r"an animation as 'a\.mp4'; use one of \.svg, \.gif"):
        moved.save(tmp_path / "a.mp4")
    with pytest.raises(FileNotFoundError, match="make it first"):
        moved.save(tmp_path / "missing" / "a.svg")
    assert [path.name for path in tmp_path.iterdir()] == ["a.svg"]


@pytest.mark.parametrize(
    ("paths", "options", "said"),
    [
        ({}, {}, "no path has a finite point"),
        ({"a": [np.nan]}, {}, "no path has a finite point"),
        (PATHS, {"seconds": 0.0}, "seconds is 0.0; use a time above 0"),
        (PATHS, {"seconds": np.nan}, "seconds is nan; use a time above 0"),
        (PATHS, {"frames": 1}, "frames must be at least 2, not 1"),
    ],
)
def test_what_cannot_move_is_refused(paths, options, said):
    with pytest.raises(ValueError, match=said):
        animation(paths, **options)
