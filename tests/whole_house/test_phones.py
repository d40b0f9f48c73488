"""Every page as people with a small screen, weak eyes, no mouse or a slow network meet it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser import NewPage, axe, too_wide
from tests.keys import by_tab
from tests.pages import MOST_KIB, MOST_SHIFT, ON_PHONES, Scale, reached

pytestmark = [pytest.mark.thorough, pytest.mark.walk]

# What a page is put together from: the tags and classes between two of its parts.
_PARTS = re.compile(
    r"(?=<(?:li|tr|option|dt|section|article|form|details|fieldset|nav|label|template|a|p|h2|div)\b)"
)
# A screen of 1280 pixels at 200 %.
HALVED = 640
# Who has nothing but a phone, and who sits at a desk: those first who meet most.
ON_FOOT = (None, "worker", "resident1", "seeker")
AT_DESKS = (
    "shift",
    "admin",
    "safety",
    "leader",
    "window",
    "station",
    "project",
    "port",
    "employer",
)
# So many readers meet a kind of page before it is known; of those at desks one tells what all meet.
KNOWN = {ON_FOOT: 3, AT_DESKS: 1}
# Drawn for paper, for a wall, or by another program, and looked at by tests of their own.
APART = re.compile(r"/paper$|/pack$|^/wall|^/maps/briefings/")


# Names and the things that name another are there or not; what they say differs from page to page.
_SAYS = re.compile(r'(\saria-(?:label|labelledby|describedby|controls|owns)=)"[^"]+"')


def shape_of(text: str) -> frozenset[str]:
    """The parts of a page without their words, and without what differs from one thing to the next."""
    bare = re.sub(r'\s(?!class|role|type|aria-)[\w:-]+="[^"]*"', "", text)
    bare = _SAYS.sub(r'\1"…"', bare)
    return frozenset(re.sub(r">[^<]*", ">", part) for part in _PARTS.split(bare))


@dataclass(frozen=True)
class Met:
    """A page that a reader met: where, and what it is put together from."""

    reader: str | None
    address: str
    shape: frozenset[str]


def fewest(met: Sequence[Met], looked: set[str]) -> Iterator[Met]:
    """Pages that have among them every part not looked at: always the one next that has most of those."""
    while met:
        best = max(met, key=lambda each: len(each.shape - looked))
        if best.shape <= looked:
            return
        looked |= best.shape
        yield best


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


@pytest.fixture(scope="module")
def looked() -> set[str]:
    """The parts of pages that were looked at."""
    return set()


@pytest.mark.parametrize("those", [ON_FOOT, AT_DESKS], ids=["on foot", "at desks"])
def test_every_page_is_within_reach_of_everybody(
    new_page: NewPage, looked: set[str], those: tuple[str | None, ...]
) -> None:
    """axe finds nothing, nothing sticks out at 200 %, and neither does in large type on a phone.

    A page that is put together from parts that were looked at before is not looked at again.
    """
    readers: Counter[str] = Counter()
    pages: dict[str | None, Page] = {}
    met: list[Met] = []
    for reader in those:
        pages[reader] = new_page(signed_in_as=reader, width=390)
        found = reached(pages[reader].request, lambda kind: readers[kind] < KNOWN[those])
        readers.update(found.keys())
        met += [
            Met(reader, address, shape_of(text))
            for address, text in found.values()
            if not APART.search(address)
        ]
    faults: list[str] = []
    chosen = [*fewest(met, looked)]
    for each in chosen:
        page, where = pages[each.reader], f"{each.reader} {each.address}"
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(each.address)
        faults += [f"{where}: {fault}" for fault in axe(page)]
        faults += _stuck_out(page, where)
    assert len(chosen) > 100
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


# Who does what by the keyboard: where they begin, the control that opens the job, and where it leads.
JOBS = {
    "worker": ("/phone", 'a[href="/cases/new"]', "/cases/new"),
    "leader": ("/opinions", 'a[href="/opinions/new"]', "/opinions/new"),
    "shift": ("/desk", 'nav a[href="/alarms"]', "/alarms"),
    "handler": ("/desk", 'nav a[href="/appeals"]', "/appeals"),
    "window": ("/phone", 'nav a[href="/counter"]', "/counter"),
    "agent": ("/applications/desk", 'main a[href="/applications"]', "/applications"),
    "street": ("/figures", 'a[href="/figures/appeals"]', "/figures/appeals"),
    "safety": ("/safety/dangers", 'a[href="/safety/dangers/new"]', "/safety/dangers/new"),
    "project": ("/projects", 'a[href="/projects/new"]', "/projects/new"),
    "port": ("/ports", 'a[href^="/ports/"]', "/ports/"),
    "admin": ("/people/accounts", 'a[href="/people/accounts/new"]', "/people/accounts/new"),
    "employer": ("/jobs", 'a[href="/jobs/firms"]', "/jobs/firms"),
    None: ("/", 'a[href="/report"]', "/report"),
}


@pytest.mark.parametrize("reader", JOBS)
def test_the_main_job_is_opened_by_the_keyboard_alone(
    new_page: NewPage, reader: str | None
) -> None:
    begin, control, there = JOBS[reader]
    page = new_page(signed_in_as=reader, width=1280)
    page.goto(begin)
    page.wait_for_load_state("load")
    by_tab(page, control)
    page.keyboard.press("Enter")
    ending = re.escape(there) + (r"[^/?]+" if there.endswith("/") else "")
    page.wait_for_url(re.compile(rf"{ending}(\?.*)?$"))
    page.wait_for_load_state("load")
    by_tab(page, None)


@pytest.mark.parametrize("reader", ["worker", "dispatcher"])
def test_what_was_opened_closes_with_escape(new_page: NewPage, reader: str) -> None:
    page = new_page(signed_in_as=reader, width=1280)
    page.goto("/cases")
    menu = page.locator(".top-side details.menu > summary")
    menu.focus()
    page.keyboard.press("Enter")
    expect(page.locator("details.menu[open]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("details.menu[open]")).to_have_count(0)
    expect(menu).to_be_focused()
