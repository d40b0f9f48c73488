"""In a real browser, without the policy of the house: whatever somebody wrote is words on maps, in popups and dialogs, too."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page

from tests import databases
from tests.browser import NewPage
from tests.pages import reached
from tests.servers import Served, running
from tests.whole_house.test_written import MARKUP, _write_everywhere
from webapp.app import create_app
from webapp.base.config import Settings
from webapp.base.db import db

pytestmark = [pytest.mark.thorough, pytest.mark.walk]

# Who together meets every kind of map, and those who have dialogs.
READERS = (None, "worker", "shift", "station", "port", "project", "safety", "street")
WITH_MAP = re.compile(r"vendor/leaflet/leaflet\.js|<dialog")
# So many readers meet a kind of page before it is known.
KNOWN = 2
# Of a page so many things on its maps are opened, of each kind of them.
MOST = 25

# Before anything of the page: whoever makes a map is remembered; a script that was written would be heard.
_HEARD = """
    window.maps = [];
    let leaflet;
    Object.defineProperty(window, "L", {
        configurable: true,
        get: () => leaflet,
        set: (made) => {
            leaflet = made;
            made.Map?.addInitHook(function () { window.maps.push(this); });
        },
    });
"""
_UNFOLDED = """() => {
    for (const each of document.querySelectorAll("details")) each.open = true;
    for (const each of document.querySelectorAll("dialog")) if (!each.open) each.show();
    for (const each of document.querySelectorAll(".legend-layers input[type=checkbox], .leaflet-control-layers input[type=checkbox]"))
        if (!each.checked) each.click();
}"""
# Every tooltip and popup is opened, one after the other; answers how many were, how many of them say the
# markup, and where it has become an element.
_OPENED = """async (most) => {
    const found = { opened: 0, said: 0, raw: [], maps: window.maps.length };
    const look = (where) => {
        const raw = document.querySelector('img[src="x"]');
        if (raw) found.raw.push(`${where}: ${raw.parentElement.outerHTML.slice(0, 300)}`);
        raw?.remove();
    };
    const before = () => document.querySelector(".leaflet-tooltip-pane, .leaflet-popup-pane");
    look("page");
    for (const map of window.maps) {
        const layers = [];
        map.eachLayer((layer) => layers.push(layer));
        for (const layer of [...layers]) layers.push(...(layer.getAllChildMarkers?.() ?? []));
        const counts = {};
        for (const layer of layers) {
            const kind = `${layer.getTooltip?.()?.options.className} ${layer.getPopup?.()?.options.className}`;
            counts[kind] = (counts[kind] ?? 0) + 1;
            if (counts[kind] > most || !(layer.getTooltip?.() || layer.getPopup?.())) continue;
            // One that is counted in a cluster stands on the map by itself for a moment.
            const apart = !map.hasLayer(layer);
            if (apart) layer.addTo(map);
            for (const which of ["Tooltip", "Popup"]) {
                if (!layer[`get${which}`]?.()) continue;
                layer[`open${which}`]();
                await new Promise((done) => requestAnimationFrame(done));
                const text = layer[`get${which}`]().getElement?.()?.textContent ?? "";
                found.opened += 1;
                if (text.includes("onerror=alert(1)")) found.said += 1;
                look(which);
            }
            if (apart) layer.remove();
        }
    }
    return found;
}"""


@pytest.fixture(scope="module")
def served(cluster_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A house of its own in which every text of people holds markup."""
    name = f"defaced_{uuid.uuid4().hex[:10]}"
    instance = tmp_path_factory.mktemp("defaced")
    url = databases.clone_with_demo(cluster_url, name, instance)
    values = {"WANGGE_ENV": "test", "DATABASE_URL": url, "SECRET_KEY": databases.SECRET_KEY}
    app = create_app(Settings.from_environment({**values, "INSTANCE": str(instance)}))
    with app.test_request_context("/"):
        assert len(_write_everywhere()) > 100
        db.engine.dispose()
    try:
        with running(url, instance) as house:
            yield house
    finally:
        databases.drop(cluster_url, name)


# What a page brings to its maps and dialogs: two that bring the same are alike.
_BROUGHT = re.compile(
    r'<script\b[^>]*\ssrc="([^"?]+)|&#34;show&#34;: (\[[^\]]*\])|<dialog\b([^>]*)|\sdata-([\w-]+)="[{\[]'
)


def _brought(text: str) -> frozenset[str]:
    return frozenset("".join(found) for found in _BROUGHT.findall(text))


def _opened(page: Page, address: str) -> dict[str, Any]:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.evaluate(_UNFOLDED)
    page.wait_for_load_state("networkidle")
    found: dict[str, Any] = page.evaluate(_OPENED, MOST)
    return found


def test_no_map_popup_or_dialog_takes_what_was_written_for_markup(new_page: NewPage) -> None:
    met: set[str] = set()
    known: set[frozenset[str]] = set()
    count: Counter[str] = Counter()
    read: Counter[str] = Counter()
    faults = []
    for reader in READERS:
        # What the page does after its stream was left is nobody's fault here.
        page = new_page(
            signed_in_as=reader, bypass_csp=True, service_workers="block", forgive=("",)
        )
        ran: list[str] = []

        def heard(dialog: Dialog, ran: list[str] = ran) -> None:
            ran.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", heard)
        page.on(
            "request",
            lambda asked, ran=ran: ran.append(asked.url) if asked.url.endswith("/x") else None,
        )
        page.add_init_script(_HEARD)
        pages = reached(page.request, lambda kind: read[kind] < KNOWN)
        read.update(pages.keys())
        for kind, (address, text) in pages.items():
            if kind in met or not WITH_MAP.search(text):
                continue
            met.add(kind)
            if (brought := _brought(text)) in known:
                continue
            known.add(brought)
            found = _opened(page, address)
            count.update({name: found[name] for name in ("maps", "opened", "said")})
            faults += [f"{reader} {address}: {each}" for each in found["raw"]]
        briefings = set(
            re.findall(r"/maps/briefings/\w+\.html", page.request.get("/maps/briefings").text())
        )
        for address in sorted(briefings - met):
            met.add(address)
            found = _opened(page, address)
            count.update({name: found[name] for name in ("maps", "opened", "said")})
            faults += [f"{reader} {address}: {each}" for each in found["raw"]]
        faults += [f"{reader}: ran {each}" for each in ran]
    assert "onerror=alert(1)" in MARKUP
    assert not faults, "\n".join(faults[:20])
    assert len(met) > 20, sorted(met)
    assert count["opened"] > 100, count
    assert count["said"] > 30, count
