"""The page of each guide as its role sees it, and the guide itself on a phone; the pictures are taken here.

`SHOWN` names a folder for the pictures: `static/guides` renews them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.browser import NewPage, axe, picture, too_wide
from webapp.operation.help import GUIDES

pytestmark = [pytest.mark.thorough, pytest.mark.walk]

SHOWN = os.environ.get("SHOWN")

# Whom of the demo the guide is for, and the page on which the work is done.
PICTURED = {
    "worker": ("worker", "/phone"),
    "leader": ("leader", "/phone"),
    "desk": ("dispatcher", "/desk"),
    "shift": ("shift", "/alarms"),
    "handler": ("handler", "/desk"),
    "window": ("station", "/applications/station"),
    "agent": ("agent", "/applications/desk"),
    "street": ("street", "/figures"),
    "safety": ("safety", "/safety/dangers"),
    "project": ("project", "/projects"),
    "port": ("port", "/ports"),
    "resident": (None, "/"),
    "employer": ("employer", "/jobs"),
    "admin": ("admin", "/people/accounts"),
}
# In the home grid of the demo.
HERE = (121.0566, 37.664)
# A picture of the desk is taken so much wider than it is shown.
FINER = 1.5


@pytest.mark.parametrize("locale", ["zh_CN", "en"] if SHOWN else ["zh_CN"])
@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_shows_the_page_of_its_role(new_page: NewPage, name: str, locale: str) -> None:
    username, address = PICTURED[name]
    wide, high = GUIDES[name].size
    phone = wide < 700
    scale = 1 if phone else FINER
    page = new_page(
        signed_in_as=username,
        width=round(wide * scale),
        height=round(high * scale),
        locale=locale,
        at=HERE,
    )
    page.goto(address)
    assert page.url.endswith(address)
    assert axe(page) == []
    if SHOWN:
        page.wait_for_load_state("networkidle" if username is None else "load")
        made = Path(SHOWN) / f"{name}.{locale}.png"
        picture(page, made)
        with Image.open(made) as drawn:
            small = drawn.convert("RGB").resize((wide, high), Image.Resampling.LANCZOS)
        small.save(made.with_suffix(".webp"), quality=82, method=6)
        made.unlink()
    guide = new_page(signed_in_as=username, width=390, locale=locale)
    guide.goto("/help/guide")
    assert guide.url.endswith(f"/help/guides/{name}")
    assert guide.locator(".guide-picture").evaluate("image => image.decode().then(() => true)")
    assert axe(guide) == []
    assert too_wide(guide) <= 0
