"""SVG pictures with ids of their own, and style sheets that set them in motion without script."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

__all__ = ["ID", "in_motion", "with_ids"]

ID = "\x00"  # stands for the prefix of all ids until the content that it is made from is known


def with_ids(picture: str, placeholder: str = ID) -> str:
    """Return a picture with a name made of its content's hash in place of each placeholder.

    Two pictures in one page then share no id, and style sheets touch their own picture alone.

    >>> with_ids("<svg id='-'><a href='#-'/></svg>", "-")
    "<svg id='g885b9b20da'><a href='#g885b9b20da'/></svg>"
    """
    name = "g" + hashlib.sha256(picture.encode()).hexdigest()[:10]
    return picture.replace(placeholder, name)


def in_motion(rules: Iterable[str], pressed: Iterable[str]) -> Iterator[str]:
    """Yield rules that move parts of a picture, for readers who have not asked for less motion.

    While the picture is pressed, the rules `pressed` show it finished; when it is let go, all that
    moves starts again.

    >>> list(in_motion(["#a{animation:run 1s}"], ["svg:active #a{animation:none}"]))[0]
    '@media (prefers-reduced-motion:no-preference){'
    """
    yield "@media (prefers-reduced-motion:no-preference){"
    yield from rules
    yield from pressed
    yield "}"
