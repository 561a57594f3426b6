"""Settings of Sphinx, which makes the site from the sources that docs/website.py assembles."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.ext.napoleon.docstring import GoogleDocstring

from docstrings import as_markup
from reference import PACKAGES

project = "scalar-autograd"
author = "The scalar-autograd contributors"
extensions = ["myst_parser", "sphinx.ext.autodoc"]

# Words in `backquotes` are names: they link where the reference has them, and are code elsewhere.
default_role = "py:obj"
smartquotes = False  # "" is an empty string, and ... stands in code
add_module_names = False
autodoc_default_options = {"members": True}
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
maximum_signature_line_length = 88
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

myst_heading_anchors = 3

html_theme = "furo"
html_title = "scalar-autograd"
html_static_path = [str(Path(__file__).parent / "style")]
html_css_files = ["site.css"]
html_copy_source = False
html_show_copyright = False
pygments_style = "friendly"
pygments_dark_style = "github-dark"


def convert(_: Sphinx, what: Any, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Make a docstring reStructuredText, sections in Google's style included."""
    lines[:] = as_markup(lines)
    if what not in {"attribute", "property"}:  # there "words: more words" would be read as a type
        found = GoogleDocstring(lines, what=what, name=name, obj=thing, options=options)
        lines[:] = found.lines()


def is_foreign(_: Sphinx, _what: str, _name: str, thing: Any, *_more: Any) -> bool | None:
    """Leave out what another package put into a class of ours; None lets Sphinx decide."""
    package = (getattr(thing, "__module__", None) or "").partition(".")[0]
    return True if inspect.isroutine(thing) and package not in {"", *PACKAGES} else None


def setup(app: Sphinx) -> None:
    """Connect what docs/ adds to Sphinx."""
    app.connect("autodoc-process-docstring", convert)
    app.connect("autodoc-skip-member", is_foreign)
