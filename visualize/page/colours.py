"""The colours of a page, from the palette: variables for light and dark, looks of gradients."""

from __future__ import annotations

from collections.abc import Iterator

from visualize.draw.palette import DARK, LIGHT, SHADES, Theme, theme

__all__ = ["LOOKS", "colours_css"]

LOOKS = (*(f"{sign}{shade}" for sign in "pn" for shade in range(1, SHADES + 1)), *LIGHT.special)


def colours_css() -> str:
    """Return the style sheet of all looks, with the same colours and dashes as every picture.

    Dark is chosen by the system, or by `data-theme` on the root element, which also chooses light.
    """
    dark = "".join(_variables(DARK))
    return "\n".join((
        f":root{{{''.join(_variables(LIGHT))}}}",
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{{dark}}}}}",
        f":root[data-theme=dark]{{{dark}}}",
        *map(_look, LOOKS),
    ))  # fmt: skip


def _variables(colours: Theme) -> Iterator[str]:
    for name in ("page", "text", "muted", "alarm", "edge", "cluster"):
        yield f"--{name}:{getattr(colours, name)};"
    yield f"--cluster-line:{colours.cluster_stroke};"
    yield f"--positive:{colours.positive_stroke};--negative:{colours.negative_stroke};"
    for look in LOOKS:
        style = theme(look, colours)
        yield f"--{look}:{style.fill};--{look}-line:{style.stroke};"


def _look(look: str) -> str:
    style = theme(look, LIGHT)
    dashes = f"stroke-dasharray:{style.dashes};" if style.dashes else ""
    return (
        f".{look}>rect{{fill:var(--{look});stroke:var(--{look}-line);"
        f"{dashes}stroke-width:{style.width:g}}}"
    )
