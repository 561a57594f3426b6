"""The style sheet that sets parts of an SVG in motion, without script."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

__all__ = ["head_id", "moving", "piece_id"]

ID = "moving-id-"  # stands for the prefix of ids until the picture that it is made from is known


def piece_id(moment: int, path: int, part: int) -> str:
    """Return the id of a part of what a path gains at a moment."""
    return f"{ID}piece{moment}-{path}-{part}"


def head_id(path: int) -> str:
    """Return the id of the mark that moves along a path."""
    return f"{ID}head{path}-"


def moving(picture: str, shifts: Sequence[Sequence[tuple[float, float]]], seconds: float) -> str:
    """Return an SVG whose pieces appear and whose heads move within `seconds`, once.

    `shifts` holds, for each head, how far it is from its place in the picture at each moment, in
    units of the SVG. Heads show only while the picture moves: a program that knows no motion, and
    a reader who asks for less of it, see the picture with all pieces. Pressing the picture starts
    it again. Ids carry a hash of the content, so that two pictures in one page stay apart.
    """
    body, _, _ = picture.rpartition("</svg>")
    sheet = "\n".join(_style_sheet(shifts, seconds))
    text = f"{body}<style>{sheet}</style>\n</svg>\n"
    return text.replace(ID, f"m{hashlib.sha256(text.encode()).hexdigest()[:10]}-")


def _style_sheet(shifts: Sequence[Sequence[tuple[float, float]]], seconds: float) -> Iterator[str]:
    moments = len(shifts[0])
    steps = max(moments - 1, 1)
    yield f'[id^="{ID}head"]{{visibility:hidden}}'
    yield "@media (prefers-reduced-motion:no-preference){"
    yield f'[id^="{ID}head"]{{visibility:visible}}'
    # A piece appears while the head moves along it.
    yield f'[id^="{ID}piece"]{{animation:{ID}show {seconds / steps:.4g}s backwards}}'
    yield f"@keyframes {ID}show{{from{{opacity:0}}}}"
    for moment in range(1, moments):
        delay = seconds * (moment - 1) / steps
        yield f'[id^="{ID}piece{moment}-"]{{animation-delay:{delay:.4g}s}}'
    for path, places in enumerate(shifts):
        yield f'[id="{head_id(path)}"] use{{animation:{head_id(path)} {seconds:g}s linear both}}'
        frames = "".join(
            f"{100 * moment / steps:.4g}%{{transform:translate({x:.2f}px,{y:.2f}px)}}"
            for moment, (x, y) in enumerate(places)
        )
        yield f"@keyframes {head_id(path)}{{{frames}}}"
    # While the picture is pressed it is the last one; when it is let go, all begins anew.
    yield f'svg:active [id^="{ID}"],svg:active [id^="{ID}"] use{{animation:none}}'
    yield f'svg:active [id^="{ID}head"]{{visibility:hidden}}'
    yield "}"
