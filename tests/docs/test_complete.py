"""A site that needs the network, or leads nowhere, is found out."""

from __future__ import annotations

import pytest

from complete import faults

GOOD = """\
<html><head><link rel="stylesheet" href="look.css"><style>a { color: red }</style></head><body>
<a href="https://example.org">out</a> <a href="#here">here</a> <a id="here"></a>
<a href="sub/other.html?q=1#there">there</a> <img src="data:image/gif;base64,R0lGOD">
<a href="mailto:someone@example.org">mail</a> <img src="a%20b.svg"><script src="sub/x.js"></script>
</body></html>
"""


@pytest.fixture
def site(tmp_path):
    (tmp_path / "sub").mkdir()
    (tmp_path / "index.html").write_text(GOOD)
    (tmp_path / "sub" / "other.html").write_text('<p id="there"><a href="../index.html">up</a></p>')
    (tmp_path / "sub" / "x.js").write_text("// https://example.org")
    (tmp_path / "a b.svg").write_text("<svg/>")
    (tmp_path / "look.css").write_text("a { background: url(data:image/png;base64,AAAA) }")
    return tmp_path


def test_a_good_site_has_no_faults(site):
    assert faults(site) == []


@pytest.mark.parametrize(
    ("element", "fault"),
    [
        ('<img src="https://example.org/a.svg">', "loads https://example.org/a.svg from the"),
        ('<script src="//example.org/x.js"></script>', "loads //example.org/x.js from the"),
        ('<link rel="preconnect" href="https://example.org">', "loads https://example.org from"),
        ('<p style="background: url(http://example.org/b.png)">', "loads http://example.org/b.png"),
        ("<style>@import 'https://example.org/c.css'</style>", "loads https://example.org/c.css"),
        ('<a href="missing.html">', "links to missing.html"),
        ('<a href="sub/other.html#nowhere">', "links to sub/other.html#nowhere"),
        ('<a href="#nowhere">', "links to #nowhere"),
        ('<img src="missing.svg">', "links to missing.svg"),
    ],
)
def test_each_fault_is_named_with_its_page(element, fault, site):
    (site / "sub" / "page.html").write_text(element)
    if "other.html" in element:
        (site / "sub" / "page.html").rename(site / "page.html")
    (found,) = faults(site)
    assert found.startswith(("sub/page.html ", "page.html "))
    assert fault in found


def test_style_sheets_load_nothing_from_the_network(site):
    (site / "look.css").write_text('@font-face { src: url("https://example.org/f.woff2") }')
    assert faults(site) == ["look.css loads https://example.org/f.woff2 from the network"]
