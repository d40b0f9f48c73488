"""Visits to households: due by key group, three tries and a card, the nearest first, found needs go on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.residents.village import Village, building, flagged, id_number, village
from tests.world import as_user
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import EvidenceMissing, NotAllowed, Refusal
from webapp.people import days
from webapp.people.outdoors import Stood
from webapp.residents import actions, care, erasing, queries, visit_queries, visits
from webapp.residents.forms import DwellingForm, HouseholdForm, IntervalForm
from webapp.residents.models import HomeVisit, Household, KeyFlag, Resident
from webapp.residents.rules import KeyGroup
from webapp.residents.visit_rules import CARD_DAYS, HomeVisitState, Manner, Need

__all__ = ["village"]


def due(village: Village) -> HomeVisit:
    found = visit_queries.due_at(village.family.id)
    assert found is not None
    return found


def at_door(village: Village) -> Stood:
    lonlat = village.block.lonlat
    assert lonlat is not None
    return Stood(*lonlat, accuracy_m=5)


@pytest.fixture
def cared(village: Village) -> Village:
    """The head of the family lives alone: a visit every seven days."""
    flagged(village.head, village.leader, KeyGroup.LIVES_ALONE)
    return village


def test_a_visit_is_due_by_the_group_that_is_visited_most_often(cared: Village) -> None:
    visit = due(cared)
    assert visit.due_on == days.today()
    visits.make(visit, by=cared.world.worker, stood=at_door(cared))
    assert (visit.state, visit.manner) == (HomeVisitState.DONE, Manner.AT_HOME)
    assert due(cared).due_on == days.today() + timedelta(days=7)
    said = IntervalForm(kind=KeyGroup.DISABLED, every_days=2, source="示例文件")
    visits.set_interval(said, by=cared.leader)
    flagged(cared.head, cared.leader, KeyGroup.DISABLED)
    assert due(cared).due_on == days.today() + timedelta(days=2)


def test_planning_twice_changes_nothing(cared: Village) -> None:
    assert visits.plan() == 0
    assert db.session.scalars(select(HomeVisit)).all() == [due(cared)]


def test_when_nobody_belongs_to_a_group_any_more_the_visit_is_called_off(cared: Village) -> None:
    visit = due(cared)
    (flag,) = queries.key_flags_of([cared.head.id])
    care.end_flag(flag, by=cared.leader)
    assert visit.state == HomeVisitState.CALLED_OFF
    flagged(cared.head, cared.leader, KeyGroup.VETERAN)
    other = due(cared)
    actions.move_out(cared.family, left_at=None, by=cared.world.worker)
    assert other.state == HomeVisitState.CALLED_OFF


def test_nobody_opens_three_times_a_card_is_left_and_it_is_tried_again(cared: Village) -> None:
    visit, worker = due(cared), cared.world.worker
    begin = clock.now()
    for number in range(3):
        with clock.at(begin + timedelta(hours=3 * number)):
            visits.knock(visit, by=worker, stood=at_door(cared))
            assert visit.tries == number + 1
            if number < 2:
                with pytest.raises(Refusal):
                    visits.knock(visit, by=worker, stood=at_door(cared))
    assert visit.state == HomeVisitState.NOT_HOME
    assert visit.ended_at is not None
    again = due(cared)
    assert again.due_on <= days.first_day(visit.ended_at) + timedelta(days=CARD_DAYS)


def test_whoever_visits_stands_at_the_door_or_says_why_not(cared: Village) -> None:
    visit, world = due(cared), cared.world
    with pytest.raises(EvidenceMissing):
        visits.make(visit, by=world.worker)
    with pytest.raises(NotAllowed):
        visits.make(visit, by=world.neighbour, stood=at_door(cared))
    visits.make(visit, by=world.worker, manner=Manner.BY_PHONE, note="住院，电话问候")
    last = audit.last("home_visit", visit.id)
    assert last is not None
    assert "住院" not in str(last.data)
    assert visit.note == "住院，电话问候"


def test_the_nearest_comes_first_and_only_what_is_ones_own(cared: Village) -> None:
    world = cared.world
    lon, lat = world.spot(world.home)
    far = actions.register(building((lon + 0.001, lat), name="9号楼"), by=world.worker)
    flat = actions.add_dwelling(far, DwellingForm(), by=world.worker)
    home = actions.move_in(flat, HouseholdForm.of({"name": "示例丁"}), by=world.worker)
    flagged(queries.residents_of(home.id)[0], cared.leader, KeyGroup.DISABLED)
    here = visit_queries.due(world.worker, near=(lon, lat))
    assert [each.visit.household_id for each in here] == [cared.family.id, home.id]
    assert here[1].away_m == pytest.approx(88, abs=3)
    there = visit_queries.due(world.worker, near=(lon + 0.002, lat))
    assert [each.visit.household_id for each in there] == [home.id, cared.family.id]
    assert visit_queries.due(world.neighbour) == []


def test_a_step_of_a_phone_arrives_once_and_a_need_leads_on(
    app: Flask, cared: Village, session: Session
) -> None:
    visit = due(cared)
    session.commit()
    phone, neighbour = as_user(app, cared.world.worker), as_user(app, cared.world.neighbour)
    address = f"/home-visits/{visit.id}"
    assert neighbour.get(address).status_code == 403
    assert phone.get("/home-visits").status_code == 200
    step = {
        "client_id": "0b5c1f0e-3a59-4e0c-9f0e-0d6f5a0c1a11",
        "base_version": str(visit.version),
        "note": "楼道灯坏",
        "need.repair": "1",
        "need.papers": "1",
    }
    asked = {"Accept": "application/json"}
    answers = [phone.post(f"{address}/done", data=step, headers=asked) for _again in range(2)]
    assert [each.status_code for each in answers] == [200, 200]
    session.expire_all()
    assert sorted(visit.needs) == [Need.PAPERS, Need.REPAIR]
    text = phone.get(address).get_data(as_text=True)
    assert "/cases/new?lon=" in text
    assert "楼道灯坏" in text
    assert len(visit_queries.visits_of(cared.family.id)) == 2


def test_whoever_moved_away_long_ago_is_erased_and_whoever_did_not_stays(
    cared: Village,
) -> None:
    world = cared.world
    flat = actions.add_dwelling(cared.block, DwellingForm(door="101"), by=world.worker)
    said = HouseholdForm.of(
        {"name": "示例戊", "id_number": id_number(days.today().replace(year=1980))}
    )
    stays = actions.move_in(flat, said, by=world.worker)
    gone = cared.family.id
    actions.move_out(cared.family, left_at=None, by=world.worker)
    assert erasing.erase() == (0, 0)
    with clock.at(clock.now() + timedelta(days=366 * 3 + 1)):
        assert erasing.erase() == (1, 1)
        assert erasing.erase() == (0, 0)
    assert db.session.scalars(select(Household.id)).all() == [stays.id]
    assert len(db.session.scalars(select(Resident)).all()) == 1
    assert db.session.scalars(select(KeyFlag)).all() == []
    last = audit.last("household", gone)
    assert last is not None
    assert last.move == "erase"
    erasing.set_rule(years=1, by=world.admin)


def test_a_home_to_be_visited_stands_among_the_stops_of_today(app: Flask, village: Village) -> None:
    flagged(village.head, village.leader, KeyGroup.LIVES_ALONE)
    stop = f'data-select="home_visit:{due(village).id}"'
    page = as_user(app, village.world.worker).get("/cases/today").get_data(as_text=True)
    assert page.count(stop) == 1
    assert village.block.name in page
    assert village.head.name not in page
    next_door = as_user(app, village.world.neighbour).get("/cases/today")
    assert stop not in next_door.get_data(as_text=True)
