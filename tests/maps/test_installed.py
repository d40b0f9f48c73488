"""The house is an app on the first screen of a phone, and begins without a network too."""

from __future__ import annotations

from io import BytesIO

import pytest
from flask.testing import FlaskClient
from PIL import Image
from playwright.sync_api import expect

from tests.browser import NewPage
from tests.cases.test_browser import GONE, UNTIL_KEPT

pytestmark = pytest.mark.offline


def test_a_browser_can_install_it(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert '<link rel="manifest" href="/manifest.webmanifest"' in page
    answer = client.get("/manifest.webmanifest")
    told = answer.get_json(force=True)
    assert answer.mimetype == "application/manifest+json"
    assert (told["display"], told["start_url"], told["scope"]) == ("standalone", "/", "/")
    assert told["name"]
    for icon in told["icons"]:
        width, height = Image.open(BytesIO(client.get(icon["src"]).data)).size
        assert icon["sizes"] == f"{width}x{height}"
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in told["icons"]}
    assert "maskable" in {icon.get("purpose") for icon in told["icons"]}


def test_every_part_that_a_phone_keeps_is_there(client: FlaskClient) -> None:
    worker = client.get("/service-worker.js")
    assert worker.headers["Cache-Control"] == "no-cache"
    (line,) = (each for each in worker.text.splitlines() if each.startswith("const PARTS = "))
    parts = line.removeprefix("const PARTS = ").rstrip(";").strip("[]").split(", ")
    assert len(parts) > 40
    for part in parts:
        assert client.get(part.strip('"')).status_code == 200, part


@pytest.mark.parametrize(
    "address",
    [
        "/phone",
        *(
            pytest.param(each, marks=pytest.mark.thorough)
            for each in ("/", "/cases/new", "/cases/unsent")
        ),
    ],
)
def test_it_begins_and_reports_without_a_network(new_page: NewPage, address: str) -> None:
    page = new_page(signed_in_as="worker", width=390, forgive=GONE)
    page.goto("/phone")
    page.evaluate(UNTIL_KEPT, ["/phone", "/cases/new", "/cases/unsent"])
    page.context.set_offline(True)
    page.goto(address)
    assert page.url.endswith("/phone" if address == "/" else address)
    expect(page.locator("main")).to_be_visible()
    assert not page.evaluate("navigator.onLine")
