"""A built site is complete: it loads nothing from the network, and its own links lead somewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

__all__ = ["faults"]

LOADING = {"src", "href", "srcset", "poster", "data", "xlink:href"}
REMOTE = re.compile(r"\s*(?:\w+:)?//")
STYLE = re.compile(r"""(?:url\(\s*['"]?|@import\s+['"])((?:\w+:)?//[^'")\s]+)""")


class Page(HTMLParser):
    """Collects the places of a page, where its links lead, and what it loads from the network."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.places: set[str] = set()
        self.links: list[str] = []
        self.remote: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of an element; a reader, not the page, follows the links of <a>."""
        for name, given in attrs:
            text = given or ""
            if name == "id":
                self.places.add(text)
            elif name == "style":
                self.remote += STYLE.findall(text)
            elif name in LOADING and not REMOTE.match(text):
                self.links.append(text)
            elif name in LOADING and tag != "a":
                self.remote.append(text)

    def handle_data(self, data: str) -> None:
        """Look into style sheets that stand in the page."""
        if self.lasttag == "style":
            self.remote += STYLE.findall(data)


def faults(site: Path) -> list[str]:
    """Return what is wrong below a folder, by file.

    That is what pages and style sheets load from the network, and links to files, or to places in
    pages, that do not exist.
    """
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        found += [f"{name} loads {reference} from the network" for reference in page.remote]
        found += [f"{name} links to {link}" for link in page.links if not leads(link, path, pages)]
    for path in sorted(site.rglob("*.css")):
        for reference in STYLE.findall(path.read_text(encoding="utf-8")):
            found.append(f"{path.relative_to(site).as_posix()} loads {reference} from the network")
    return found


def leads(link: str, path: Path, pages: dict[Path, Page]) -> bool:
    """Return whether a link of a page leads to a file, and to a place in it if it names one."""
    parts = urlsplit(link)
    if parts.scheme:  # data: and mailto:
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if not parts.fragment or target not in pages:
        return target.exists()
    return unquote(parts.fragment) in pages[target].places
