"""The scripts of a page without the page."""

import pytest

from tests.visualize.page_graphs import open_scripts

__all__ = ["scripts"]


@pytest.fixture(scope="module")
def scripts(browser):
    page = open_scripts(browser)
    yield page
    page.close()
