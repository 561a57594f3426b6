"""Drawings in a notebook: never an exception, always something to read."""

from __future__ import annotations

from typing import Protocol

from visualize.escape import xml

__all__ = ["Pictured", "mime_bundle"]


class Pictured(Protocol):
    """A drawing, as far as a notebook needs it."""

    @property
    def svg(self) -> str:
        """The picture by the chosen engine."""

    @property
    def builtin_svg(self) -> str:
        """The picture by the built-in engine."""

    @property
    def text(self) -> str:
        """The listing."""


def mime_bundle(drawing: Pictured) -> dict[str, str]:
    """Return the drawing as text/html, image/svg+xml and text/plain.

    Inline SVG in text/html has tooltips; image/svg+xml is an <img> in JupyterLab and what other
    tools take. An engine that fails is named, and the built-in one stands in for it.
    """
    picture, failure = _attempted(drawing, "svg")
    if failure:
        picture, _ = _attempted(drawing, "builtin_svg")
    listing, no_listing = _attempted(drawing, "text")
    bundle = {"text/plain": "\n".join(filter(None, (failure, listing or no_listing)))}
    if picture:
        said = f"<p>{xml(failure)}</p>" if failure else ""
        bundle["text/html"] = f'{said}<div style="overflow:auto">{picture}</div>'
        bundle["image/svg+xml"] = picture
    return bundle


def _attempted(drawing: Pictured, attribute: str) -> tuple[str, str]:
    """Return an attribute, or why there is none."""
    try:
        return getattr(drawing, attribute), ""
    except Exception as error:  # noqa: BLE001 - a traceback in a notebook hides the cell's work
        return "", f"{type(error).__name__}: {error}"
