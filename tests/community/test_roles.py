"""Neighbourhood roles have terms, and property companies are rated by those who live there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.residents.village import Village, village
from tests.world import as_user, posted, someone
from webapp.base import clock
from webapp.base.access import HOUSE
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.community.roles import actions, property_actions, property_queries, queries
from webapp.community.roles.forms import CompanyForm, RoleForm, TermForm
from webapp.community.roles.models import NeighbourRole
from webapp.community.roles.property_models import PropertyCompany
from webapp.community.roles.rules import RatedBy, criteria, quarter_of, score
from webapp.people import days
from webapp.people.actors import Person
from webapp.residents import actions as homes
from webapp.residents.forms import ResidentForm

__all__ = ["village"]

FIVE = {each.key: 5 for each in criteria() if each.by == RatedBy.RESIDENTS}
OFFICE = {each.key: 3 for each in criteria() if each.by == RatedBy.COMMUNITY}


def form(village: Village, **more: object) -> RoleForm:
    usual: dict[str, object] = {
        "kind": "building_head",
        "grid": village.world.home.display_code,
        "building": village.block.id,
        "name": "楼长甲",
        "since": days.today() - timedelta(days=5),
    }
    return RoleForm.of(usual | more)


def neighbours(village: Village, many: int) -> list[Person]:
    """Accounts of residents of the block, by the phone on its roll."""
    found = []
    for number in range(many):
        phone = f"1380000200{number}"
        said = ResidentForm.of({"name": f"示例{number}", "relation": "other", "phone": phone})
        homes.join(village.family, said, by=village.world.worker)
        since = clock.now() - timedelta(days=1)
        found.append(posted(f"lives{number}", None, None, since=since, phone=f"+86{phone}"))
    return found


def company(village: Village) -> PropertyCompany:
    found = property_actions.enter(CompanyForm.of({"name": "示例物业"}), by=HOUSE)
    since = days.today() - timedelta(days=30)
    term = TermForm.of({"building": village.block.id, "since": since})
    property_actions.serve(found, term, by=HOUSE)
    return found


def test_a_building_has_one_head_at_a_time(village: Village) -> None:
    worker = village.world.worker
    first = actions.appoint(form(village), by=worker)
    with pytest.raises(Changed):
        actions.appoint(form(village, name="楼长乙"), by=worker)
    actions.end(first, until=days.today(), by=worker)
    with pytest.raises(NotOpen):
        actions.end(first, until=days.today(), by=worker)
    actions.appoint(form(village, name="楼长乙", since=days.today()), by=worker)
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(text("UPDATE neighbour_role SET until = NULL"))


def test_a_role_needs_its_place_and_the_post_over_it(village: Village) -> None:
    worker = village.world.worker
    with pytest.raises(Unacceptable):
        actions.appoint(form(village, building=None), by=worker)
    with pytest.raises(Unacceptable):
        actions.appoint(form(village, until=days.today() - timedelta(days=9)), by=worker)
    with pytest.raises(NotAllowed):
        actions.appoint(form(village), by=village.world.neighbour)
    partner = form(village, kind="partner", building=None, name="便利店")
    actions.appoint(partner, by=worker)
    with pytest.raises(Changed):
        actions.appoint(partner, by=worker)
    assert queries.counts(worker, days.today()) == {"partner": 1}
    assert queries.listed(village.world.neighbour).rows == []
    assert queries.listed(village.world.stranger).rows == []


def test_only_residents_of_its_buildings_rate_a_company_once_a_quarter(village: Village) -> None:
    firm = company(village)
    first, *_others = neighbours(village, 1)
    property_actions.rate(firm, FIVE, words=None, by=first)
    with pytest.raises(Changed):
        property_actions.rate(firm, FIVE, words=None, by=first)
    with pytest.raises(NotAllowed):
        property_actions.rate(firm, FIVE, words=None, by=village.world.stranger)
    with pytest.raises(Unacceptable):
        property_actions.rate(firm, {**FIVE, "repairs": 9}, words=None, by=first)


def test_a_quarter_is_published_for_good_once_enough_have_rated(village: Village) -> None:
    firm = company(village)
    quarter = quarter_of(days.today())
    people = neighbours(village, 4)
    for who in people[:2]:
        property_actions.rate(firm, FIVE, words=None, by=who)
    with pytest.raises(NotOpen):
        property_actions.publish(quarter, by=village.world.admin)
    property_actions.rate(firm, {**FIVE, "repairs": 2}, words="慢", by=people[2])
    unit = village.world.home.community
    property_actions.rate_for(firm, unit, OFFICE, words=None, by=village.leader)
    with pytest.raises(Changed):
        property_actions.rate_for(firm, unit, OFFICE, words=None, by=village.leader)
    (result,) = property_actions.publish(quarter, by=village.world.admin)
    assert (result.residents, result.communities) == (3, 1)
    assert result.means["repairs"] == 4.0
    assert result.score == score(property_queries.means(firm.id, quarter)) == 78.8
    with pytest.raises(NotOpen):
        property_actions.rate(firm, FIVE, words=None, by=people[3])
    with pytest.raises(NotOpen):
        property_actions.publish(quarter, by=village.world.admin)


def test_points_leave_out_what_nobody_rated() -> None:
    assert score({}) is None
    assert score({"repairs": 5.0}) == 100.0
    assert score({"repairs": 1.0, "cleaning": 1.0}) == 0.0
    assert quarter_of(date(2026, 12, 31)) == date(2026, 10, 1)


def test_a_building_is_looked_after_by_one_company_at_a_time(village: Village) -> None:
    company(village)
    other = property_actions.enter(CompanyForm.of({"name": "另一物业"}), by=HOUSE)
    with pytest.raises(Changed):
        property_actions.serve(
            other, TermForm.of({"building": village.block.id, "since": days.today()}), by=HOUSE
        )
    with pytest.raises(Changed):
        property_actions.enter(CompanyForm.of({"name": "另一物业"}), by=HOUSE)


def test_who_lives_there_sees_the_building_and_nobody_else(app: Flask, village: Village) -> None:
    (lives,) = neighbours(village, 1)
    firm = company(village)
    actions.appoint(form(village, phone="0535-1234567"), by=village.world.worker)
    mine = as_user(app, lives).get("/my-building").get_data(as_text=True)
    assert "楼长甲" in mine
    assert "0535-1234567" in mine
    assert "示例物业" in mine
    stranger = as_user(app, village.world.stranger)
    assert "楼长甲" not in stranger.get("/my-building").get_data(as_text=True)
    assert stranger.get("/neighbours").status_code == 403
    browser = as_user(app, lives)
    assert browser.post(f"/property/{firm.id}/ratings", data={"repairs": 5}).status_code == 422
    assert browser.post(f"/property/{firm.id}/ratings", data=FIVE).status_code == 303
    assert browser.get(f"/property/{firm.id}").status_code == 200
    assert browser.post("/property/publish").status_code == 403


def test_staff_give_and_end_roles_and_write_models_on_the_pages(
    app: Flask, village: Village
) -> None:
    worker = as_user(app, village.world.worker)
    said = form(village).model_dump(mode="json", exclude_none=True)
    assert worker.get("/neighbours/new?grid=DJJ-C-001").status_code == 200
    assert worker.post("/neighbours", data=said | {"name": ""}).status_code == 422
    assert worker.post("/neighbours", data=said).status_code == 303
    assert worker.post("/neighbours", data=said).status_code == 409
    role = db.session.scalars(select(NeighbourRole)).one()
    assert "楼长甲" in worker.get("/neighbours?kind=building_head").get_data(as_text=True)
    ended = {"until": days.today().isoformat()}
    neighbour = as_user(app, village.world.neighbour)
    assert neighbour.post(f"/neighbours/{role.id}/end", data=ended).status_code == 403
    assert worker.post(f"/neighbours/{role.id}/end", data=ended).status_code == 303
    street = as_user(app, someone("street_leader", "street_leader"))
    address = f"/communities/{village.world.home.community_id}"
    model = {"name": "幸福共享", "words": "共建共享"}
    assert worker.post(address, data=model).status_code == 403
    assert street.post(address, data={"name": "幸"}).status_code == 422
    assert street.post(address, data=model).status_code == 303
    assert "共建共享" in worker.get(address).get_data(as_text=True)
    assert "幸福共享" in worker.get("/communities").get_data(as_text=True)
    assert street.post("/property", data={"name": "红心物业"}).status_code == 303
    assert street.post("/property/publish").status_code == 409
    assert "红心物业" in street.get("/property").get_data(as_text=True)
    company = db.session.scalars(select(PropertyCompany)).one()
    there = f"/property/{company.id}"
    choice = street.get(f"{there}?grid={village.world.home.display_code}").get_data(as_text=True)
    assert f'<option value="{village.block.id}"' in choice
    term = {"building": village.block.id, "since": days.today().isoformat()}
    assert worker.post(f"{there}/terms", data=term).status_code == 403
    assert street.post(f"{there}/terms", data={**term, "building": "x"}).status_code == 422
    assert street.post(f"{there}/terms", data=term).status_code == 303
    assert f'<option value="{village.block.id}"' in street.get(there).get_data(as_text=True)
