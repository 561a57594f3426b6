"""What a notebook shows of a drawing: never an exception, always something to read."""

from __future__ import annotations

from typing import Protocol

from visualize.escape import xml

__all__ = ["Pictured", "mime_bundle"]


class Pictured(Protocol):
    """What a notebook needs of a drawing."""

    @property
    def svg(self) -> str: ...
    @property
    def builtin_svg(self) -> str: ...
    @property
    def text(self) -> str: ...


def mime_bundle(drawing: Pictured) -> dict[str, str]:
    """Return the drawing as text/html, image/svg+xml and text/plain.

    Inline SVG in text/html has tooltips; image/svg+xml is an <img> in JupyterLab and what other
    tools take. An engine that fails is named, and the built-in one stands in for it.
    """
    bundle = {}
    reason = ""
    for attribute in ("svg", "builtin_svg"):
        try:
            picture = getattr(drawing, attribute)
        except Exception as error:
            reason = reason or f"{type(error).__name__}: {error}"
        else:
            said = f"<p>{xml(reason)}</p>" if reason else ""
            bundle["text/html"] = f'{said}<div style="overflow:auto">{picture}</div>'
            bundle["image/svg+xml"] = picture
            break
    try:
        listing = drawing.text
    except Exception as error:
        listing = f"{type(error).__name__}: {error}\n"
    bundle["text/plain"] = f"{reason}\n{listing}" if reason else listing
    return bundle
