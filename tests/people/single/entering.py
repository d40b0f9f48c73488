"""People of the world in a served house, and a browser in which one of them signs in by hand."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from tests.browser import NewPage
from tests.servers import Served
from tests.world import PASSWORD, peopled
from webapp.app import create_app
from webapp.base.config import Settings
from webapp.base.db import db


def committed(house: Served) -> None:
    """The people of the world are there for good. To be called before a browser is."""
    app = create_app(Settings.from_environment(house.environment))
    with app.app_context():
        peopled()
        db.session.commit()


def entered(new_page: NewPage, username: str, **options: Any) -> Page:
    """A page in which somebody of the world has signed in by the form."""
    page = new_page(**options)
    page.goto("/sign-in")
    page.locator("[name=username]").fill(username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("form[action$='/sign-in'] button").first.click()
    page.wait_for_url(lambda address: not address.endswith("/sign-in"))
    return page
