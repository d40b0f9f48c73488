"""Somebody without a mouse: what they reach by the tab key, see, and press."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import FileChooser, Locator, Page

from tests.brokers import soon

MOST_STOPS = 400
MOST_CHOICES = 600
# A date is written in several places: year, month, day, hour, minute, and a calendar.
STOPS_OF_A_DATE = 6

# Where the keyboard stands: what it is, and whether that can be seen.
_STANDS = """() => {
    const here = document.activeElement;
    const shown = (each) => { const s = getComputedStyle(each); return s.outlineStyle !== "none" || s.boxShadow !== "none"; };
    window.stops ??= new Map();
    if (!window.stops.has(here)) window.stops.set(here, window.stops.size);
    return {
        number: window.stops.get(here),
        body: here === document.body,
        what: here.outerHTML.slice(0, 160),
        seen: shown(here) || (here.parentElement && shown(here.parentElement)) || !!here.closest("label"),
        dated: /date|time|month/.test(here.type ?? ""),
    };
}"""
_HERE = "each => each === document.activeElement"


def by_tab(page: Page, wanted: str | Locator | None) -> None:
    """The tab key leads to what is named, or once through the page; each stop is seen, none holds it."""
    thing = page.locator(wanted) if isinstance(wanted, str) else wanted
    # Whoever stands in the middle comes round once.
    before, held, unseen, rounds = -1, 0, [], 0 if thing is None else 1
    for _stop in range(MOST_STOPS):
        page.keyboard.press("Tab")
        # Asked each time: a part of the page may have been drawn anew meanwhile.
        if thing is not None and any(each.evaluate(_HERE) for each in thing.all()):
            break
        here = page.evaluate(_STANDS)
        if (here["body"] or here["number"] < before) and rounds:
            rounds, before, held = rounds - 1, -1, 0
            continue
        if here["body"] or here["number"] < before:
            assert thing is None, f"{wanted} is not reached; the last was {here['what']}"
            break
        held = held + 1 if here["number"] == before else 0
        assert held <= (STOPS_OF_A_DATE if here["dated"] else 0), f"held by {here['what']}"
        if not here["seen"]:
            unseen.append(here["what"])
        before = here["number"]
    else:
        raise AssertionError(f"more than {MOST_STOPS} stops")
    assert not unseen, "\n".join(unseen)


class Keys:
    """The keys of one page. What is to be reached is named by a locator."""

    def __init__(self, page: Page) -> None:
        self.page = page
        # Whoever waits for it only when it opens may be too late: the browser is told first to hand it on.
        self._choosers: list[FileChooser] = []
        page.on("filechooser", self._opened)

    def _opened(self, chooser: FileChooser) -> None:
        self._choosers.append(chooser)

    def to(self, thing: Locator) -> None:
        """The tab key leads from here to the thing."""
        if not thing.first.evaluate(_HERE):
            by_tab(self.page, thing.first)

    def press(self, thing: Locator, key: str = "Enter") -> None:
        """It is reached, and pressed."""
        self.to(thing)
        self.page.keyboard.press(key)

    def write(self, thing: Locator, words: str) -> None:
        """It is reached, and the words stand in it."""
        self.to(thing)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(words)
        assert thing.first.input_value() == words

    def choose(self, thing: Locator, value: str) -> None:
        """It is reached, and the value chosen with the arrows: of a list, or among radio buttons."""
        self.to(thing)
        self.page.keyboard.press("Home")
        for _choice in range(MOST_CHOICES):
            if self.page.evaluate("() => document.activeElement.value") == value:
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{value} cannot be chosen")

    def give(self, thing: Locator, file: Path) -> None:
        """It is reached, opened with Enter, and the file chosen in what the browser shows."""
        self.press(thing)
        soon(lambda: self.page.evaluate("1") and self._choosers, "no file can be chosen")
        self._choosers.pop().set_files(file)
