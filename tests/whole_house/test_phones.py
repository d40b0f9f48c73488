"""Every page as people with a small screen, weak eyes, no mouse or a slow network meet it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page

from tests.browser import NewPage, axe, too_wide
from tests.pages import MOST_KIB, MOST_SHIFT, ON_PHONES, Scale, reached
from tests.whole_house.test_pages import READERS

pytestmark = pytest.mark.thorough

# What a page is put together from: the tags and classes between two of its parts.
_PARTS = re.compile(
    r"(?=<(?:li|tr|option|dt|section|article|form|details|fieldset|nav|label|template|a|p|h2|div)\b)"
)
# A screen of 1280 pixels at 200 %.
HALVED = 640
# So many readers meet a kind of page before it is known.
KNOWN = 3


def shape_of(text: str) -> set[str]:
    """The parts of a page without their words, and without what differs from one thing to the next."""
    bare = re.sub(r'\s(?!class|role|type|aria-)[\w:-]+="[^"]*"', "", text)
    return {re.sub(r">[^<]*", ">", part) for part in _PARTS.split(bare)}


def test_no_page_of_a_phone_is_heavy_or_moves_while_it_comes(new_page: NewPage) -> None:
    met: set[str] = set()
    faults = []
    for reader in ON_PHONES:
        page = new_page(signed_in_as=reader, width=390, service_workers="block")
        pages = reached(page.request)
        scale = Scale(page)
        for kind in sorted(pages.keys() - met):
            look = scale.weigh(pages[kind][0])
            if look.kib > MOST_KIB or look.moved >= MOST_SHIFT:
                told = ", ".join(f"{kib:.0f} {url}" for kib, url in look.heaviest)
                faults.append(f"{reader} {kind}: {look.kib:.0f} KiB, {look.moved:.3f}: {told}")
        met |= pages.keys()
    assert len(met) > 200
    assert not faults, "\n".join(faults)


def test_every_page_of_every_role_is_within_reach_of_everybody(new_page: NewPage) -> None:
    """axe finds nothing, nothing sticks out at 200 %, and neither does in large type on a phone.

    A page that is put together from parts that were looked at before is not looked at again.
    """
    looked: set[str] = set()
    readers: dict[str, int] = {}
    faults: list[str] = []
    seen = 0
    for reader in READERS:
        page = new_page(signed_in_as=reader, width=390)
        pages = reached(page.request, lambda kind: readers.get(kind, 0) < KNOWN)
        for kind, (address, text) in pages.items():
            readers[kind] = readers.get(kind, 0) + 1
            shape = shape_of(text)
            if shape <= looked:
                continue
            looked |= shape
            seen += 1
            page.set_viewport_size({"width": 390, "height": 844})
            page.goto(address)
            faults += [f"{reader} {address}: {each}" for each in axe(page)]
            faults += _stuck_out(page, f"{reader} {address}")
    assert seen > 100
    assert not faults, "\n".join(faults)


def _stuck_out(page: Page, where: str) -> list[str]:
    found = []
    root = "document.documentElement.classList"
    for how, width, large in (
        ("390", 390, False),
        ("large type", 390, True),
        ("200 %", HALVED, False),
    ):
        page.set_viewport_size({"width": width, "height": 844 if width < HALVED else 450})
        page.evaluate(f"{root}.toggle('large', {str(large).lower()})")
        if (more := too_wide(page)) > 0:
            found.append(f"{where}: {more} pixels stick out at {how}")
    page.evaluate(f"{root}.remove('large')")
    return found
