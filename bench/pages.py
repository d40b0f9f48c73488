"""The pages of a phone over a slow 4G: what each weighs, whether it moves, and when it first shows something."""

from __future__ import annotations

import re
import statistics
import sys
from collections.abc import Iterator

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from bench.figures import Figure
from bench.ground import Ground
from bench.load import served
from tests.browser import CHROMIUM, FLAGS
from tests.pages import MOST_KIB, MOST_SHIFT, ON_PHONES, SLOW_4G, Look, Scale, kind_of, reached

MOST_MS = 1500
# Of each reader the pages in the bar, and the heaviest ones, are opened over the slow network too.
HEAVIEST = 4
IN_THE_BAR = re.compile(r'<nav aria-label="[^"]*">(.*?)</nav>', re.DOTALL)


def figures(ground: Ground) -> Iterator[Figure]:
    """A line for each reader: every kind of page that those before did not meet, on a phone of 390 pixels."""
    met: set[str] = set()
    with served("wsgi:app", ground.environment) as house, sync_playwright() as playwright:
        base = f"http://127.0.0.1:{house.port}"
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for reader in ON_PHONES:
            pages = reached(_phone(browser, base, ground, reader).request)
            fresh = {kind: address for kind, (address, _t) in pages.items() if kind not in met}
            met |= fresh.keys()
            scale = Scale(_phone(browser, base, ground, reader).new_page())
            looks = {kind: scale.weigh(address) for kind, address in fresh.items()}
            bar = IN_THE_BAR.search(pages["/phone" if "/phone" in pages else "/"][1])
            first = set(re.findall(r'href="([^"]+)"', bar[1])) if bar else {"/"}
            heaviest = sorted(fresh, key=lambda kind: looks[kind].kib)[-HEAVIEST:]
            slow = Scale(_phone(browser, base, ground, reader).new_page(), network=SLOW_4G)
            painted = {
                address: slow.weigh(address)
                for address in sorted(first | {fresh[kind] for kind in heaviest})
                if kind_of(address) in pages
            }
            yield from _told(reader or "nobody", looks, painted)
            for context in browser.contexts:
                context.close()
        browser.close()


def _phone(browser: Browser, base: str, ground: Ground, reader: str | None) -> BrowserContext:
    context = browser.new_context(
        base_url=base,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
        device_scale_factor=2,
        locale="zh-CN",
        reduced_motion="reduce",
        # What it fetches is for later, without a network, and comes after the page.
        service_workers="block",
    )
    if reader is not None:
        name, _equals, value = ground.cookie_of(reader).partition("=")
        context.add_cookies([{"name": name, "value": value, "url": base}])
    return context


def _told(who: str, looks: dict[str, Look], painted: dict[str, Look]) -> Iterator[Figure]:
    if looks:
        heaviest = max(looks, key=lambda kind: looks[kind].kib)
        moved = max(each.moved for each in looks.values())
        middle = statistics.median(each.kib for each in looks.values())
        yield Figure(
            what=f"phone pages of {who}, all that each asks for, packed",
            rows=len(looks),
            measured=f"at most {looks[heaviest].kib:.0f} KiB ({heaviest}), shift {moved:.3f}",
            baseline="the one in the middle",
            beside=f"{middle:.0f} KiB",
            ratio=looks[heaviest].kib / middle,
            wanted=f"<= {MOST_KIB} KiB, shift < {MOST_SHIFT}",
            met=looks[heaviest].kib <= MOST_KIB and moved < MOST_SHIFT,
        )
    for address, look in painted.items():
        print(f"  {who} {address}: {look.painted_ms:.0f} ms, {look.kib:.0f} KiB", file=sys.stderr)
    slowest = max(painted, key=lambda address: painted[address].painted_ms)
    middle = statistics.median(each.painted_ms for each in painted.values())
    yield Figure(
        what=f"first paint over a slow 4G: {who}, the bar and the heaviest",
        rows=len(painted),
        measured=f"at most {painted[slowest].painted_ms:.0f} ms ({slowest})",
        baseline="the one in the middle",
        beside=f"{middle:.0f} ms",
        wanted=f"< {MOST_MS} ms",
        met=painted[slowest].painted_ms < MOST_MS,
    )
