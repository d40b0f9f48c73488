"""Pages as a browser meets them: which of them somebody reaches, what each weighs, whether it moves while it comes."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from playwright.sync_api import APIRequestContext, Error, Page

# Who opens the house on a phone: each meets pages that those before do not.
ON_PHONES = (
    *(None, "worker", "leader", "agent", "window"),
    *("resident1", "employer", "seeker", "skipper"),
)
# A phone page weighs no more (KiB, all it asks for, packed) and moves no further by itself (layout shift).
MOST_KIB, MOST_SHIFT = 300, 0.01

_LINK = re.compile(r'<a\b[^>]*?\shref="([^"]+)"', re.DOTALL)
# One case is like another, one figure, one grid.
_ALIKE = re.compile(r"(?<=/figures/)(?!appeals|contest|export)[a-z_]+|\d+|DJJ-\w-\d+|[0-9A-Z]{15}")
NO_PAGE = re.compile(r"\.(pdf|docx|xlsx|csv|ics|xml|json|zip|geojson)$|^/static/|^/live$|/atlas")

# Loaded before anything of the page: what moves by itself is added up.
_MOVED = """
    window.moved = 0;
    new PerformanceObserver((list) => {
        for (const each of list.getEntries()) if (!each.hadRecentInput) window.moved += each.value;
    }).observe({ type: "layout-shift", buffered: true });
"""
_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
_PACKABLE = ("text/", "json", "svg", "javascript", "manifest")

# 1.6 Mbit/s down, 750 kbit/s up, 150 ms to and fro: a slow 4G.
SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1.6e6 / 8,
    "uploadThroughput": 750e3 / 8,
}


def kind_of(address: str) -> str:
    """The path without what tells one thing from another of its kind."""
    return _ALIKE.sub("#", urlsplit(address).path)


def reached(
    request: APIRequestContext, wanted: Callable[[str], bool] = lambda _kind: True
) -> dict[str, tuple[str, str]]:
    """Every kind of page that links lead to from the first one: kind -> (address, text).

    A kind that is not `wanted` is neither read nor followed, but for the page on which one begins.
    """
    found: dict[str, tuple[str, str]] = {}
    waiting, seen, first = ["/"], set(), {"/"}
    while waiting:
        address = waiting.pop(0)
        parts, kind = urlsplit(address), kind_of(address)
        if parts.scheme or parts.netloc or kind in seen or NO_PAGE.search(parts.path):
            continue
        seen.add(kind)
        if kind not in first and not wanted(kind):
            continue
        answer = request.get(
            address, headers={"Accept": "text/html"}, max_redirects=0, max_retries=1
        )
        if answer.status in (301, 302, 303):
            there = urlsplit(urljoin(address, answer.headers["location"]))
            waiting.append(there._replace(scheme="", netloc="").geturl())
            if kind in first:
                first.add(kind_of(waiting[-1]))
            continue
        if answer.status != 200 or "text/html" not in answer.headers.get("content-type", ""):
            continue
        text = answer.text()
        if "<!doctype" in text[:200].lower():
            found[kind] = address, text
        waiting += [urldefrag(urljoin(address, unescape(each)))[0] for each in _LINK.findall(text)]
    return found


@dataclass
class Look:
    """What one opening of a page cost: KiB of all bodies packed, answers, layout shift, first paint in ms.

    Photos that people took are as large as they are, and counted apart.
    """

    kib: float
    photos_kib: float
    answers: int
    moved: float
    painted_ms: float
    heaviest: list[tuple[float, str]] = field(default_factory=list)


class Scale:
    """Weighs pages in a browser that keeps nothing: each is opened as if for the first time."""

    def __init__(self, page: Page, *, network: dict[str, Any] | None = None) -> None:
        self.page = page
        page.add_init_script(_MOVED)
        self.tools = page.context.new_cdp_session(page)
        self.tools.send("Network.enable")
        self.tools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        self.tools.send("Network.setBypassServiceWorker", {"bypass": True})
        if network:
            self.tools.send("Network.emulateNetworkConditions", network)
        self.came: dict[str, dict[str, Any]] = {}
        self.tools.on("Network.responseReceived", self._came)
        self.tools.on("Network.dataReceived", self._more)

    def weigh(self, address: str) -> Look:
        """The page is there, with all that it asks for by itself."""
        self.came.clear()
        self.page.goto(address)
        self.page.wait_for_load_state("load")
        # A live page keeps a line open: what comes after half a second of quiet is no part of its coming.
        self.page.evaluate(
            "() => new Promise((done) => { let last = 0, quiet = 0;"
            " const look = () => { const now = performance.getEntriesByType('resource').length;"
            " quiet = now === last ? quiet + 1 : 0; last = now;"
            " if (quiet >= 5) done(); else setTimeout(look, 100); }; look(); })"
        )
        # A browser that keeps things fetches what is drawn in several places once.
        bodies: dict[str, float] = {}
        photos: dict[str, float] = {}
        for key, each in [*self.came.items()]:
            into = photos if each["kind"] == "image/jpeg" else bodies
            into[each["url"]] = max(into.get(each["url"], 0), self._packed(key, each))
        weights = sorted(((size / 1024, url) for url, size in bodies.items()), reverse=True)
        moved, painted = self.page.evaluate(f"[window.moved, {_PAINTED}]")
        return Look(
            kib=sum(kib for kib, _url in weights),
            photos_kib=sum(photos.values()) / 1024,
            answers=len(self.came),
            moved=moved,
            painted_ms=painted,
            heaviest=weights[:5],
        )

    def _came(self, said: dict[str, Any]) -> None:
        answer = said["response"]
        names = {name.lower() for name in answer["headers"]}
        self.came[said["requestId"]] = {
            "url": answer["url"],
            "kind": answer["mimeType"],
            "packed": "content-encoding" in names,
            "bytes": 0,
        }

    def _more(self, said: dict[str, Any]) -> None:
        if said["requestId"] in self.came:
            self.came[said["requestId"]]["bytes"] += said["encodedDataLength"]

    def _packed(self, key: str, each: dict[str, Any]) -> float:
        """Bytes of the body as nginx sends it: what the house leaves as it is nginx packs."""
        if each["packed"] or not any(word in each["kind"] for word in _PACKABLE):
            return float(each["bytes"])
        try:
            body = self.tools.send("Network.getResponseBody", {"requestId": key})
        except Error:  # a line that is still open, or one that was given up
            return float(each["bytes"])
        return float(len(gzip.compress(body["body"].encode(), 6)))
