"""Public notices: what everybody may read of an application, for so long, and not a letter more."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from tests.services.conftest import ANSWERS, Office, brought_to
from tests.whole_house.test_pages import _asked, html_faults
from webapp.base import clock
from webapp.services.applications import actions, queries
from webapp.services.applications.rules import State

# A benefit that is on public notice for seven days before it is granted.
BENEFIT = "JY04"


def test_a_notice_names_the_matter_and_of_the_person_one_letter(app: Flask, office: Office) -> None:
    made = brought_to(office, State.PUBLICITY, BENEFIT)
    said = app.test_client().get("/services/notices").get_data(as_text=True)
    assert made.number is not None
    assert made.station is not None
    for words in (made.number, made.item.name, made.station.name, made.shown_name):
        assert str(words) in said
    assert "提出异议" in said
    whole = [str(each) for name, each in ANSWERS.items() if name != "field.name" and each]
    assert not any(each in said for each in whole if len(each) > 3)
    assert str(ANSWERS["field.name"]) not in said
    assert made.grid is not None
    assert made.grid.display_code not in said
    assert html_faults(said) == []


def test_only_what_is_on_notice_now_is_read_and_only_in_the_list(
    app: Flask, office: Office
) -> None:
    made = brought_to(office, State.PUBLICITY, BENEFIT)
    brought_to(office, State.STREET_REVIEW, BENEFIT)
    stranger = office.world.stranger
    assert [each.id for each in queries.on_notice(stranger).rows] == [made.id]
    assert app.test_client().get(f"/applications/{made.id}").status_code == 302
    until = made.publicity_until
    assert until is not None
    with clock.at(until - timedelta(seconds=1)):
        assert len(queries.on_notice(stranger).rows) == 1
    with clock.at(until):
        assert queries.on_notice(stranger).rows == []


def test_a_matter_that_is_withdrawn_is_on_notice_no_more(app: Flask, office: Office) -> None:
    made = brought_to(office, State.PUBLICITY, BENEFIT)
    actions.withdraw(made, by=office.resident)
    assert "没有公示中的办件" in app.test_client().get("/services/notices").get_data(as_text=True)


def test_many_notices_cost_no_more_than_one_and_go_on_over_the_page(
    app: Flask, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = brought_to(office, State.PUBLICITY, BENEFIT)
    alone = _asked(app, app.test_client(), "/services/notices")
    rest = [brought_to(office, State.PUBLICITY, BENEFIT) for _each in range(2)]
    assert _asked(app, app.test_client(), "/services/notices") <= alone
    monkeypatch.setattr(queries, "PAGE", 2)
    page = queries.on_notice(office.world.stranger)
    assert page.after == rest[0].id
    more = queries.on_notice(office.world.stranger, after=page.after)
    assert [each.id for each in (*page.rows, *more.rows)] == [first.id, *(each.id for each in rest)]
    assert more.after is None


def test_the_ways_to_the_notices_are_on_the_pages_of_the_services(
    app: Flask, office: Office
) -> None:
    for address in ("/jisuban", "/services"):
        assert 'href="/services/notices"' in app.test_client().get(address).get_data(as_text=True)
