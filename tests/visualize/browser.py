"""A headless Chromium for the tests of pages."""

from __future__ import annotations

import asyncio
import os
import shutil

import pytest

__all__ = ["browser", "chromium"]

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


@pytest.fixture(scope="session")
def chromium():
    """Playwright's browser and its event loop, started once: this takes two seconds of a processor.

    Without a browser a test is skipped; with REQUIRE_BROWSER set it fails.
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
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield launched, loop
        asyncio._set_running_loop(loop)
        launched.close()


@pytest.fixture(scope="module")
def browser(chromium):
    """The browser. Outside of its modules asyncio.run() must not find Playwright's loop running."""
    launched, loop = chromium
    asyncio._set_running_loop(loop)
    yield launched
    asyncio._set_running_loop(None)
