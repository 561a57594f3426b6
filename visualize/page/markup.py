"""The elements of a page that do not depend on the view: toolbar, stage, panel, player, help."""

from __future__ import annotations

from collections.abc import Sequence

from visualize.draw.palette import Key
from visualize.text import xml

# In a square of 16 by 16, drawn with a line.
ICONS = {
    "plus": "M8 3v10M3 8h10",
    "minus": "M3 8h10",
    "fit": "M2 6V2h4M10 2h4v4M14 10v4h-4M6 14H2v-4",
    "less": "M5 3l3 3 3-3M5 13l3-3 3 3",
    "more": "M5 6l3-3 3 3M5 10l3 3 3-3",
    "everything": "M2 2h5v5H2zM9 2h5v5H9zM2 9h5v5H2zM9 9h5v5H9z",
    "turn": "M3 9V4h8M8 1l3 3-3 3M13 7v7M10 11l3 3 3-3",
    "theme": "M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12",
    "help": "M5.5 6a2.5 2.5 0 1 1 3.6 2.2C8.3 8.7 8 9.2 8 10M8 12.5v.5",
    "close": "M4 4l8 8M12 4l-8 8",
    "previous": "M3 10l5-5 5 5",
    "next": "M3 6l5 5 5-5",
    "start": "M4 3v10M13 3l-7 5 7 5z",
    "back": "M10 3L4 8l6 5z",
    "on": "M6 3l6 5-6 5z",
    "end": "M12 3v10M3 3l7 5-7 5z",
    "play": "M5 3l8 5-8 5z",
    "pause": "M5 3v10M11 3v10",
}

SPEEDS = {"0.5": "½×", "1": "1×", "2": "2×", "4": "4×", "10": "10×", "50": "50×"}

KEYS = (
    ("←  →  ↑  ↓", "walk along the lines: to operands, to consumers, to neighbours"),
    ("Enter", "highlight the paths of a value; open a closed module"),
    ("o", "open or close the box"),
    ("c", "close the module around the box"),
    ("Space", "play or pause"),
    (",  .", "one step back or on"),
    ("/", "search; ↓ and ↑ go through the results"),
    ("+  -  0", "zoom in, zoom out, show all"),
    ("d", "the other direction: left to right, or top to bottom"),
    ("Escape", "clear the selection; leave the player"),
    ("?", "this help"),
)


def body(title: str, summary: str, notes: Sequence[str], keys: Sequence[Key]) -> str:
    """Return the body of a page, without its data and scripts.

    `title`, `summary` and `notes` are plain text; `keys` explain the colours.
    """
    said = "".join(f"<p>{xml(note)}</p>" for note in notes)
    return f"""\
<a class="skip" href="#stage">Skip to the graph</a>
<header>
<div class="about"><h1>{xml(title)}</h1><p title="{xml(summary)}">{xml(summary)}</p>{said}</div>
{_search()}
{_toolbar()}
</header>
<main>
<svg id="stage" role="application" tabindex="-1" aria-label="Graph: {xml(title)}. \
Arrow keys walk along its lines; ? shows all keys." aria-describedby="caption">
<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" \
markerUnits="userSpaceOnUse" orient="auto"><path class="arrow" d="M0,0.5L8,4L0,7.5z"/></marker>\
</defs>
<g id="world"><g id="frames"></g><g id="lines" aria-hidden="true"></g>\
<g id="lit" aria-hidden="true"></g>\
<g id="marks" aria-hidden="true"></g><g id="boxes"></g><g id="titles"></g>\
<g id="flow" aria-hidden="true"></g></g>
</svg>
<p id="partly" hidden>The graph is larger than this window: you see its end, at the output. \
<button id="show-all" type="button">Show all of it</button></p>
</main>
<aside id="panel" aria-label="About a value" data-empty="true">
{_button("close-panel", "Close", "close")}
<div id="panel-content"><p class="hint">Point at a box, or tap it: its numbers, its rule and every \
contribution to its gradient appear here. Click it to highlight its paths to the output.</p></div>
{_legend(keys)}
</aside>
{_player()}
{_help()}
<noscript><p>This page draws the graph with a script, and scripts are switched off.</p></noscript>
"""


def _icon(name: str) -> str:
    """Return the SVG of a sign, hidden from screen readers: the button has a name of its own.

    >>> _icon("plus")[:48]
    '<svg class="icon plus" viewBox="0 0 16 16" aria-'
    """
    return (
        f'<svg class="icon {name}" viewBox="0 0 16 16" aria-hidden="true">'
        f'<path d="{ICONS[name]}"/></svg>'
    )


def _button(identity: str, name: str, sign: str, *, more: str = "") -> str:
    return (
        f'<button id="{identity}" type="button" aria-label="{name}" title="{name}"{more}>'
        f"{_icon(sign)}</button>"
    )


def _search() -> str:
    return f"""\
<form id="search-form" role="search">
<input id="search" type="search" placeholder="Search label or operation  /" \
autocomplete="off" spellcheck="false" role="combobox" aria-label="Search by label, operation, name \
or module" aria-controls="results" aria-expanded="false" aria-autocomplete="list">
<output id="found" aria-live="polite"></output>
{_button("previous", "Previous result", "previous", more=" disabled")}
{_button("next", "Next result", "next", more=" disabled")}
<ul id="results" role="listbox" aria-label="Results" hidden></ul>
</form>"""


def _toolbar() -> str:
    return f"""\
<div class="tools" role="toolbar" aria-label="View">
<span class="group">{_button("less", "Close one level of modules", "less")}\
<span id="showing" aria-live="polite"></span>\
{_button("more", "Open one level of modules", "more")}\
{_button("everything", "Open everything", "everything")}</span>
<span class="group">{_button("zoom-out", "Zoom out", "minus")}<span id="scale">100%</span>\
{_button("zoom-in", "Zoom in", "plus")}{_button("fit", "Show all", "fit")}</span>
<span class="group"><button id="derivatives" type="button" aria-pressed="true" \
aria-label="Local derivatives at lines" title="Local derivatives at lines">∂</button>\
{_button("turn", "Left to right, or top to bottom", "turn")}\
{_button("theme", "Light or dark", "theme")}{_button("show-help", "Keys and help", "help")}</span>
</div>"""


def _legend(keys: Sequence[Key]) -> str:
    rows = "".join(
        "<li>"
        + "".join(
            f'<svg class="swatch" viewBox="0 0 16 12" aria-hidden="true"><g class="{look}">'
            '<rect x="1.5" y="1.5" width="13" height="9" rx="2"/></g></svg>'
            for look in key.looks
        )
        + f'<span class="unseen">{key.words}: </span>{xml(key.meaning)}</li>'
        for key in keys
    )
    if not rows:
        return ""
    return f'<details id="legend" open><summary>Key</summary><ul>{rows}</ul></details>'


def _player() -> str:
    speeds = "".join(
        f'<option value="{value}"{" selected" if value == "1" else ""}>{shown}</option>'
        for value, shown in SPEEDS.items()
    )
    return f"""\
<footer id="player" data-state="recorded" aria-label="Backpropagation, step by step">
<p id="caption-line" aria-live="polite"><b id="caption-head"></b> <span id="caption"></span></p>
<div class="controls">
{_button("to-start", "To the start", "start")}
{_button("step-back", "One step back", "back")}
<button id="play" type="button" aria-label="Play">{_icon("play")}{_icon("pause")}</button>
{_button("step-on", "One step on", "on")}
{_button("to-end", "To the end", "end")}
<span class="track"><input id="slider" type="range" min="0" max="1" value="1" aria-label="Step">\
<span class="phases" aria-hidden="true"><span>forward: values</span>\
<span>backward: gradients</span></span></span>
<output id="counter" aria-hidden="true"></output>
<label class="speed"><span class="unseen">Speed</span><select id="speed">{speeds}</select></label>
{_button("leave", "Back to the recorded numbers", "close", more=" hidden")}
</div>
</footer>"""


def _help() -> str:
    rows = "".join(f"<tr><th>{keys}</th><td>{meaning}</td></tr>" for keys, meaning in KEYS)
    return f"""\
<dialog id="help" aria-labelledby="help-title">
<h2 id="help-title">How to read and to use this page</h2>
<p>A box is a value: its label or operation, its <b>data</b>, and its <b>grad</b>, the derivative \
of the output with respect to it. Colour is the gradient: blue positive, orange and dashed \
negative, darker where larger. A line goes from an operand to the operation that uses it; \
<b>∂</b> at a line is the local derivative, of the operation with respect to that operand.</p>
<p>Drag to move, turn the wheel or pinch to zoom. Point at a box to read about it; click it to \
highlight its paths to the output; click a module to open it, its title to close it.</p>
<table>{rows}</table>
<form method="dialog"><button id="close-help" type="submit">Close</button></form>
</dialog>"""
