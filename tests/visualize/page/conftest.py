"""Pages in a browser, and the scripts of a page without the page."""

from __future__ import annotations

import json

import pytest

from tests.visualize.page_graphs import SEEN, open_scripts
from visualize.page.page import page

__all__ = ["opened", "scripts", "tab"]


@pytest.fixture(scope="module")
def scripts(browser):
    page = open_scripts(browser)
    yield page
    page.close()


class Opened:
    """A page in the browser, with all that must not happen there."""

    def __init__(self, tab, address, requests, faults):
        self.tab = tab
        self.address = address
        self.requests = requests
        self.faults = faults

    def __getattr__(self, name):
        return getattr(self.tab, name)

    @property
    def state(self):
        return self.evaluate("graphPage.state()")

    def settle(self):
        """Wait until the camera rests and numbers at lines are drawn."""
        # The page hears of another size of the window after the frame that has it. Its own policy
        # forbids wait_for_function.
        self.evaluate(
            """({ width, height }) => new Promise((done) => {
          const isSized = () => innerWidth === width && innerHeight === height;
          const look = () =>
            graphPage.state().isResting ? done() : requestAnimationFrame(look);
          const sized = () =>
            requestAnimationFrame(isSized() ? () => requestAnimationFrame(look) : sized);
          sized(); })""",
            self.viewport_size,
        )

    def box(self, value):
        """The element of the box that shows a value."""
        return self.locator(
            f'[data-box="{self.evaluate("value => graphPage.boxOf(value)", value)}"]'
        )

    def middle(self):
        """The point of the picture that is in the middle of the stage, and the scale."""
        stage, camera = self.locator("#stage").bounding_box(), self.state["camera"]
        scale = camera["scale"]
        return [
            (stage["width"] / 2 - camera["x"]) / scale,
            (stage["height"] / 2 - camera["y"]) / scale,
            scale,
        ]

    def is_in_the_middle(self, value):
        """Whether the box of a value is in the middle of the stage, to a pixel."""
        box, stage = self.box(value).bounding_box(), self.locator("#stage").bounding_box()
        return all(
            abs(box[side] + box[length] / 2 - stage[side] - stage[length] / 2) < 1.5
            for side, length in (("x", "width"), ("y", "height"))
        )

    def is_seen(self, value):
        """Whether the box of a value is on the stage, to a pixel."""
        place = self.evaluate("value => graphPage.boxOf(value)", value)
        return self.evaluate(SEEN, f'[data-box="{place}"]')

    def is_whole(self):
        """Whether all boxes are on the stage."""
        return self.evaluate(SEEN, "[data-box]")

    def text(self, selector):
        return self.locator(selector).text_content()

    def played(self, graph):
        """The gradients at the end of the player."""
        self.click("#to-end")
        return self.gradients(graph)

    def gradients(self, graph):
        shown = self.evaluate(  # one text comes over faster than thousands of them
            "size => JSON.stringify(Array.from({length: size}, (_, value) => {"
            "  const { state, value: number } = graphPage.gradientShown(value);"
            "  return ['pending', 'unreached'].includes(state) ? state : String(number); }))",
            len(graph),
        )
        return json.loads(shown)

    def classes(self, graph):
        """The classes of the box of every value."""
        return self.evaluate(
            "size => Array.from({length: size}, (_, value) => ["
            '  ...document.querySelector(`[data-box="${graphPage.boxOf(value)}"]`).classList])',
            len(graph),
        )


@pytest.fixture(scope="module")
def tab(browser):
    """The one window in which all pages open, so that a test costs a load and no more.

    It has no tabs and no row of buttons, which would take a fifth of the time of a load.
    """
    context = browser.new_context()
    first = context.new_page()
    with first.expect_popup() as popup:
        first.evaluate("void open('about:blank', '', 'popup,noopener')")
    first.close()
    yield popup.value
    context.close()


@pytest.fixture
def opened(browser, tab, tmp_path):
    """Open a page of some outputs; at the end, nothing may have gone wrong or out.

    The camera jumps, because a glide takes three times as long; `motion` lets it glide.
    """
    made = []

    def opener(
        *outputs,
        size=(1280, 800),
        scheme="light",
        touch=False,
        motion="reduce",
        whole=True,
        **options,
    ):
        path = tmp_path / f"graph{len(made)}.html"
        path.write_text(page(outputs, **options), encoding="utf-8")
        here = browser.new_context(has_touch=True).new_page() if touch else tab
        area = {"width": size[0], "height": size[1]}
        if here.viewport_size != area:
            here.set_viewport_size(area)
        here.emulate_media(media="screen", color_scheme=scheme, reduced_motion=motion)
        requests, faults = [], []
        listeners = {
            "request": lambda request: requests.append(request.url),
            "console": lambda message: faults.append(f"{message.type}: {message.text}"),
            "pageerror": lambda error: faults.append(str(error)),
            "dialog": lambda dialog: (faults.append(dialog.message), dialog.dismiss()),
        }
        for event, listener in listeners.items():
            here.on(event, listener)
        here.goto(path.as_uri())
        made.append((Opened(here, path.as_uri(), requests, faults), listeners))
        if whole:  # a picture that is too large for the window begins closed, or at its output
            here.evaluate("graphPage.showFirstView()")
        made[-1][0].settle()
        return made[-1][0]

    yield opener
    for one, listeners in made:
        for event, listener in listeners.items():
            one.tab.remove_listener(event, listener)
        if one.tab is not tab:
            one.tab.context.close()
        assert one.faults == []
        assert one.requests[0] == one.address
    assert {address for one, _ in made for address in one.requests} <= {
        one.address for one, _ in made
    }
