"""A headless Chromium for the tests of pages."""

from __future__ import annotations

import os
import shutil

import pytest

__all__ = ["browser"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="module")
def browser():
    """Playwright's browser. Without one a test is skipped; with REQUIRE_BROWSER set it fails.

    It goes with its module: while it is open, asyncio.run() would find its event loop running.
    """
    absent = pytest.fail if os.environ.get("REQUIRE_BROWSER") else pytest.skip
    try:
        from playwright.sync_api import sync_playwright  # not everybody's machine has it
    except ImportError:
        absent("tests of pages need the package playwright: pip install playwright")
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        absent("tests of pages need the program chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()
