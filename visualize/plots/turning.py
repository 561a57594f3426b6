"""The style sheet that shows parts of an SVG in turn, without script."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

__all__ = ["frame_id", "turning"]

ID = "turning-id-"  # stands for the prefix of ids until the picture that it is made from is known


def frame_id(frame: int, part: int) -> str:
    """Return the id of a part of a frame."""
    return f"{ID}frame{frame}-{part}"


def turning(picture: str, frames: int, *, seconds: float, rest: float, loop: bool) -> str:
    """Return an SVG whose frames are shown one after the other, the last one within `seconds`.

    It stays for `rest` seconds, and all begins anew, if `loop`, or for ever. A program that knows
    no motion, and a reader who asks for less of it, see the last frame. Pressing the picture shows
    it too, and starts again from the first. Ids carry a hash of the content, so that two pictures
    in one page stay apart.
    """
    last = frames - 1
    body, _, _ = picture.rpartition("</svg>")
    body = re.sub(
        rf'<g id="{ID}frame(?!{last}-)', lambda found: f'<g visibility="hidden"{found[0][2:]}', body
    )
    sheet = "\n".join(_style_sheet(last, seconds, rest, loop)) if last else ""
    text = f"{body}<style>{sheet}</style>\n</svg>\n"
    return text.replace(ID, f"t{hashlib.sha256(text.encode()).hexdigest()[:10]}-")


def _style_sheet(last: int, seconds: float, rest: float, loop: bool) -> Iterator[str]:
    cycle = seconds + rest
    plays = "infinite" if loop else "1"
    yield "@media (prefers-reduced-motion:no-preference){"
    shown = f"{100 * seconds / last / cycle:.4f}%"
    yield f"@keyframes {ID}turn{{0%{{visibility:visible}}{shown},to{{visibility:hidden}}}}"
    yield f'[id^="{ID}frame"]{{animation:{ID}turn {cycle:g}s step-end {plays}}}'
    for frame in range(1, last):
        yield f'[id^="{ID}frame{frame}-"]{{animation-delay:{seconds * frame / last:.4f}s}}'
    # The last one is hidden until its time has come.
    until = f"{100 * seconds / cycle:.4f}%"
    yield f"@keyframes {ID}last{{0%{{visibility:hidden}}{until},to{{visibility:visible}}}}"
    yield f'[id^="{ID}frame{last}-"]{{animation-name:{ID}last}}'
    # While the picture is pressed it is the last one; when it is let go, all begins anew.
    yield f'svg:active [id^="{ID}frame"]{{animation:none}}'
    yield "}"
