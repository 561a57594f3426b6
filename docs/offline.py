"""A built page needs nothing from the network: only links that a reader follows may lead there."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

__all__ = ["network_references"]

ATTRIBUTES = {"src", "href", "srcset", "poster", "data", "action", "xlink:href"}
REMOTE = re.compile(r"\s*(?:https?:)?//")
STYLE = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])((?:https?:)?//[^'")\s]+)""")
# What documents say about one another, which no browser loads.
TOLD = {"canonical", "license"}


class _Page(HTMLParser):
    """Collects what a page would load from the network."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = tag == "link" and dict(attrs).get("rel") in TOLD
        for name, text in attrs:
            if name == "style":
                self.found += STYLE.findall(text or "")
            elif name in ATTRIBUTES and tag != "a" and not told and REMOTE.match(text or ""):
                self.found.append(f"<{tag} {name}={text}>")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "style":
            self.found += STYLE.findall(data)


def network_references(site: Path) -> list[str]:
    """Return what the pages and style sheets below a folder load from the network, by file.

    Also what they load or link to on this machine and is missing there.
    """
    found = []
    for path in sorted(site.rglob("*")):
        name = path.relative_to(site).as_posix()
        if path.suffix == ".html":
            page = _Page()
            page.feed(path.read_text(encoding="utf-8"))
            found += [f"{name}: {reference}" for reference in page.found]
        elif path.suffix == ".css":
            text = path.read_text(encoding="utf-8")
            found += [f"{name}: {reference}" for reference in STYLE.findall(text)]
    return found
