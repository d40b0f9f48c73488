"""Pages of relocation: for team, leader and street alone, masked until a purpose is said, asked for in few statements."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.projects.yard import yard
from tests.relocation.estate import Estate, corners, estate, picture
from tests.residents.test_pages import counted
from tests.world import as_user
from webapp.base import audit
from webapp.people import days
from webapp.relocation import queries
from webapp.relocation.rules import RELOCATION_FLOW, RelocationState

__all__ = ["estate", "yard"]


def test_a_household_is_listed_drawn_or_by_its_size(
    app: Flask, estate: Estate, session: Session
) -> None:
    session.commit()
    member = as_user(app, estate.member)
    board = f"/projects/{estate.project.id}/relocation"
    form = {"name": "示例户主·乙", "provenance": "摸底表", "corners": corners(estate)}
    wrong = member.post(board, data={**form, "corners": "hier"})
    assert wrong.status_code == 422
    assert "示例户主·乙" in wrong.get_data(as_text=True)
    where = member.post(board, data=form).headers["Location"]
    page = member.get(where).get_data(as_text=True)
    assert "示例户主·乙" not in page
    assert "示****乙" in page
    lon, lat = estate.yard.world.spot(estate.yard.world.home)
    sketch = {"name": "丙", "provenance": "摸底表", "lon": lon, "lat": lat, "size_m2": "3000000"}
    for wrong in ({}, {"lon": "-170", "size_m2": "100"}, {"lon": "", "size_m2": "100"}):
        assert member.post(board, data={**sketch, **wrong}).status_code == 422


def test_a_household_is_surveyed_and_valued_on_its_page(
    app: Flask, estate: Estate, session: Session
) -> None:
    household = estate.listed()
    session.commit()
    member = as_user(app, estate.member)
    here = f"/relocation/households/{household.id}"
    missing = member.post(f"{here}/survey", data={"house_m2": "80"})
    assert missing.status_code == 422
    assert 'value="80"' in missing.get_data(as_text=True)
    survey = {"house_m2": "80", "greenhouse_m2": "70", "land_m2": "100"}
    assert member.post(f"{here}/survey", data=survey).status_code == 303
    file = (io.BytesIO(picture()), "report.png")
    value = {"amount": "256000.50", "file": file}
    answer = member.post(f"{here}/value", data=value, content_type="multipart/form-data")
    assert answer.status_code == 303
    session.expire_all()
    assert household.state == RelocationState.VALUED
    text = {"amount": "1", "file": (io.BytesIO(b"no picture"), "a.txt")}
    more = {**text, "kind": "valuation"}
    refused = member.post(f"{here}/papers", data=more, content_type="multipart/form-data")
    assert refused.status_code == 422


def test_amounts_names_and_papers_are_shown_for_a_purpose_that_is_logged(
    app: Flask, estate: Estate, session: Session
) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.SIGNED)
    session.commit()
    member = as_user(app, estate.member)
    here = f"/relocation/households/{household.id}"
    masked = member.get(here).get_data(as_text=True)
    assert "310,000" not in masked
    assert household.name not in masked
    assert member.post(f"{here}/reveal", data={}).status_code == 422
    shown = member.post(f"{here}/reveal", data={"purpose": "协商补偿"})
    assert shown.headers["Cache-Control"] == "no-store"
    whole = shown.get_data(as_text=True)
    assert "310,000" in whole
    assert household.name in whole
    address = re.search(rf'action="({here}/papers/\d+)"', whole)
    assert address is not None
    paper = member.post(address[1], data={"purpose": "协商补偿"})
    assert "data:image/jpeg;base64," in paper.get_data(as_text=True)
    assert paper.headers["Cache-Control"] == "no-store"
    moves = [event.move for event in audit.history(RELOCATION_FLOW.kind, household.id)][-2:]
    assert moves == ["reveal", "open_paper"]


def test_strangers_and_the_neighbour_see_nothing(
    app: Flask, estate: Estate, session: Session
) -> None:
    household = estate.listed()
    session.commit()
    world = estate.yard.world
    here = f"/relocation/households/{household.id}"
    board = f"/projects/{estate.project.id}/relocation"
    clients = [as_user(app, each) for each in (world.neighbour, world.worker, world.stranger)]
    for client in (*clients, app.test_client()):
        for address in (board, f"{board}/new", here):
            assert client.get(address).status_code in (302, 401, 403), address
        deeds = ("reveal", "survey", "papers", "promises", "promises/1", "talks", "papers/1")
        for deed in deeds:
            answer = client.post(f"{here}/{deed}", data={"purpose": "看看"})
            assert answer.status_code in (401, 403), deed
        assert client.post(board, data={}).status_code in (401, 403)
    for client in clients[:2]:
        assert estate.project.name not in client.get("/relocation").get_data(as_text=True)
        assert household.address is not None
        assert household.address not in client.get("/relocation/mine").get_data(as_text=True)
    assert as_user(app, estate.yard.chief).get(here).status_code == 200


def test_the_leader_of_the_street_sees_and_decides_but_does_not_write(
    app: Flask, estate: Estate, session: Session
) -> None:
    household = estate.listed()
    estate.led(household, RelocationState.CLEARED)
    session.commit()
    chief = as_user(app, estate.yard.chief)
    here = f"/relocation/households/{household.id}"
    assert chief.post(f"{here}/promises", data={}).status_code == 403
    assert chief.post(f"{here}/verify", data={"words": "净地"}).status_code == 303


@pytest.mark.parametrize(
    ("address", "most"),
    [("/projects/{project}/relocation", 22), ("/relocation", 14), ("/relocation/mine", 16)],
)
def test_a_list_asks_as_often_for_nine_households_as_for_three(
    app: Flask, estate: Estate, session: Session, address: str, most: int
) -> None:
    for place in range(3):
        estate.listed(place)
    session.commit()
    member = as_user(app, estate.member)
    path = address.format(project=estate.project.id)
    with counted() as few:
        assert member.get(path).status_code == 200
    for place in range(3, 9):
        estate.listed(place)
    session.commit()
    with counted() as many:
        member.get(path)
    assert len(many) == len(few) <= most


def test_the_list_is_narrowed_by_state_and_greenhouse(
    app: Flask, estate: Estate, session: Session
) -> None:
    first, second = estate.listed(0), estate.listed(1)
    estate.led(first, RelocationState.SURVEYED)
    session.commit()
    chief = as_user(app, estate.yard.chief)
    board = f"/projects/{estate.project.id}/relocation"
    page = chief.get(f"{board}?state=surveyed&greenhouse=1").get_data(as_text=True)
    assert f"/relocation/households/{first.id}" in page
    assert f"/relocation/households/{second.id}" not in page
    assert chief.get(f"{board}?state=nowhere").status_code == 200
    figures = {row.state: row.households for row in queries.figures(estate.project.id)}
    assert figures == {"listed": 1, "surveyed": 1}


def test_my_households_say_what_is_next_and_what_i_promised(
    app: Flask, estate: Estate, session: Session
) -> None:
    household = estate.listed()
    session.commit()
    member = as_user(app, estate.member)
    here = f"/relocation/households/{household.id}"
    promise = {
        "kind": "home",
        "words": "找过渡房",
        "owner": str(estate.member.id),
        "due_on": days.today().isoformat(),
    }
    past = member.post(f"{here}/promises", data={**promise, "due_on": "2020-01-01"})
    assert past.status_code == 422
    assert member.post(f"{here}/promises", data=promise).status_code == 303
    mine = member.get("/relocation/mine").get_data(as_text=True)
    assert estate.project.name in mine
    assert "找房子" in mine
    (made,) = queries.promises_of(estate.member)
    kept = member.post(f"{here}/promises/{made.id}", data={"kept": "1", "words": "已入住"})
    assert kept.status_code == 303
    assert queries.promises_of(estate.member) == []


def test_the_forecast_says_from_how_many_steps_and_which_promise_helps(
    app: Flask, estate: Estate, session: Session
) -> None:
    first, second = estate.listed(0), estate.listed(1)
    estate.led(first, RelocationState.CLOSED)
    estate.led(second, RelocationState.SURVEYED)
    session.commit()
    member, here = as_user(app, estate.member), f"/projects/{estate.project.id}/relocation/forecast"
    promise = {
        "kind": "greenhouse",
        "words": "另找场地",
        "owner": str(estate.member.id),
        "due_on": (days.today() + timedelta(days=40)).isoformat(),
        "blocks": "1",
    }
    member.post(f"/relocation/households/{second.id}/promises", data=promise)
    page = member.get(here).get_data(as_text=True)
    assert "另找大棚或养殖场地" in page
    assert (days.today() + timedelta(days=40)).isoformat() not in page.split("helps-title")[0]
    for stranger in (estate.yard.world.worker, estate.yard.world.stranger):
        assert as_user(app, stranger).get(here).status_code == 403
