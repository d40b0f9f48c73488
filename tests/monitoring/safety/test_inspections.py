"""Inspections: planned once for each time, less often while monitoring works, done with everything they find."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.monitoring.safety.plant import Plant, described, plant
from tests.monitoring.safety.test_dangers import photo, picture
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import EvidenceMissing, NotOpen
from webapp.base.spatial import point
from webapp.monitoring.alarms.actions import hear
from webapp.monitoring.safety import actions as safety
from webapp.monitoring.safety.dangers import queries as dangers
from webapp.monitoring.safety.dangers.rules import Level
from webapp.monitoring.safety.inspections import actions, by_the_clock, queries
from webapp.monitoring.safety.inspections.actions import Seen
from webapp.monitoring.safety.inspections.forms import IntervalForm, ItemForm
from webapp.monitoring.safety.inspections.models import Inspection
from webapp.monitoring.safety.inspections.plan import every, usual_intervals, usual_items
from webapp.monitoring.safety.inspections.rules import (
    LONGEST_DAYS,
    Answer,
    InspectionState,
    Watched,
    against,
    days_of,
    saved,
)
from webapp.monitoring.safety.rules import Risk, Trade
from webapp.monitoring.sensors import actions as sensors, hearing
from webapp.monitoring.sensors.actions import Described as Measured
from webapp.monitoring.sensors.rules import Quantity
from webapp.monitoring.signals import Change, Kind, Reading, Signal
from webapp.people import days

__all__ = ["plant"]

FINE = Watched(points=1, unwatched=0, alarms=0, dangers=0, expired=0)


@given(
    base=st.integers(1, 365),
    risk=st.sampled_from(Risk),
    counts=st.lists(st.integers(0, 3), min_size=5, max_size=5),
)
def test_monitoring_makes_a_time_longer_only_while_nothing_is_against_it(
    base: int, risk: Risk, counts: list[int]
) -> None:
    known = Watched(*counts)
    usual = days_of(base, risk, known)
    assert base <= usual <= max(base, LONGEST_DAYS)
    if against(risk, known):
        assert usual == base
    else:
        assert risk is not Risk.RED
        assert known == Watched(known.points, 0, 0, 0, 0)
    begins = date(2026, 1, 1)
    assert saved(begins, begins + timedelta(days=usual), base) in (0, 1)


def test_a_visit_is_saved_by_a_time_of_twice_its_length_and_not_by_less() -> None:
    begins = date(2026, 1, 1)
    assert saved(begins, begins + timedelta(days=120), 60) == 1
    assert saved(begins, begins + timedelta(days=119), 60) == 0
    assert saved(begins, begins + timedelta(days=60), 60) == 0


def test_the_interval_of_a_trade_comes_before_that_of_all_and_the_office_before_the_house() -> None:
    assert every([], Risk.ORANGE, Trade.COLD_STORE).days == 60
    assert every([], Risk.ORANGE, Trade.RETAIL).days == 90
    assert all(each.source for each in usual_intervals())
    for trade in Trade:
        assert len(usual_items(trade)) >= 6


def _watched(plant: Plant) -> None:
    """A sensor that lives watches the hazard point of the plant."""
    sensor = sensors.register(Measured("nh3"), source="box", external_id="n1", by=None)
    sensors.measure(sensor, "v", Quantity.AMMONIA, by=None)
    hearing.hear(Reading("n1", "v", clock.now(), 1.0), source="box", received_at=clock.now())
    safety.watch(plant.profile, plant.point, f"sensor:{sensor.id}", by=plant.officer)


def _planned(plant: Plant) -> Inspection:
    by_the_clock.keep_plan()
    return queries.of_profile(plant.profile.id)[0]


def test_the_plan_is_made_once_for_each_time(plant: Plant) -> None:
    first = _planned(plant)
    assert (first.base_days, first.longer) == (60, False)
    by_the_clock.keep_plan()
    assert len(queries.of_profile(plant.profile.id)) == 1
    with clock.at(clock.now() + timedelta(days=61)):
        by_the_clock.keep_plan()
    second, before = queries.of_profile(plant.profile.id)
    assert before.state == InspectionState.MISSED
    assert second.begins == first.ends
    # The clock stood still for a year: the next time begins with the day it is.
    with clock.at(clock.now() + timedelta(days=500)):
        by_the_clock.keep_plan()
        assert queries.of_profile(plant.profile.id)[0].begins == days.today()


def test_the_database_refuses_two_inspections_for_one_day(plant: Plant) -> None:
    made = _planned(plant)
    again = text(
        "INSERT INTO safety_inspection (profile_id, begins, ends, base_days, state)"
        " SELECT profile_id, begins + 1, ends + 1, base_days, 'due' FROM safety_inspection"
        " WHERE id = :id"
    )
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(again, {"id": made.id})


def test_what_is_watched_is_inspected_less_often_until_something_happens(plant: Plant) -> None:
    _watched(plant)
    made = _planned(plant)
    assert (made.ends - made.begins).days == 120
    by_the_clock.keep_plan()
    assert made.longer
    said = Signal(Kind.AMMONIA, Change.RAISED, clock.now(), device="n1", words="smell")
    hear(said, source="box", received_at=clock.now())
    by_the_clock.keep_plan()
    assert not made.longer
    assert (made.ends - made.begins).days == 60


def test_a_silent_sensor_and_a_point_nobody_watches_stand_against_it(plant: Plant) -> None:
    today = days.today()
    key = plant.profile.id
    assert queries.watched([key], today)[key] == Watched(1, 1, 0, 0, 0)
    _watched(plant)
    assert queries.watched([key], today)[key] == FINE
    with clock.at(clock.now() + timedelta(hours=2)):
        sensors.note_silence()
    assert queries.watched([key], today)[key].unwatched == 1


def test_whatever_is_not_in_order_becomes_a_hidden_danger_with_the_inspection(plant: Plant) -> None:
    made = _planned(plant)
    items, own = queries.items(Trade.COLD_STORE)
    assert not own
    seen = {place: Seen(Answer.OK, None, None) for place in range(len(items))}
    del seen[0]
    with pytest.raises(EvidenceMissing) as refused:
        _hand_in(plant, made, seen)
    assert "answer-0" in refused.value.fields
    seen[0] = Seen(Answer.NOT, "door blocked", None)
    with pytest.raises(EvidenceMissing) as refused:
        _hand_in(plant, made, seen)
    assert "photo-0" in refused.value.fields
    assert dangers.of_profile(plant.profile.id) == []
    seen[0] = Seen(Answer.NOT, "door blocked", photo(plant.worker))
    keys = _hand_in(plant, made, seen)
    danger = dangers.danger(keys[0])
    assert danger is not None
    assert (danger.words, danger.level) == ("door blocked", Level.GENERAL)
    assert (made.state, made.away_m) == (InspectionState.DONE, pytest.approx(0, abs=1))
    with pytest.raises(NotOpen):
        _hand_in(plant, made, seen)


def _hand_in(plant: Plant, made: Inspection, seen: dict[int, Seen]) -> list[int]:
    items, _own = queries.items(Trade.COLD_STORE)
    here = (plant.lon, plant.lat)
    return actions.hand_in(
        made, items, seen, note=None, lonlat=here, base_version=None, by=plant.worker
    )


def test_visits_saved_are_counted_from_inspections_that_can_be_opened(plant: Plant) -> None:
    _watched(plant)
    made = _planned(plant)
    items, _own = queries.items(Trade.COLD_STORE)
    _hand_in(plant, made, {place: Seen(Answer.OK, None, None) for place in range(len(items))})

    def counted(who: object, until: date) -> tuple[int, list[int]]:
        found = queries.saved(who, since=until - timedelta(days=365), until=until)  # type: ignore[arg-type]  # a person
        return found.visits, [each.id for each in found.behind]

    assert counted(plant.officer, days.today()) == (0, [])
    assert counted(plant.officer, made.ends) == (1, [made.id])
    assert counted(plant.neighbour, made.ends) == (0, [])


def test_the_nearest_come_first(plant: Plant, world: World) -> None:
    lon, lat = world.spot(world.next_door)
    far, _new = safety.enter(described(name="far", lon=lon, lat=lat), by=plant.officer)
    by_the_clock.keep_plan()

    def names(at: tuple[float, float]) -> list[str]:
        found = queries.listed(plant.officer, lane="due", today=days.today(), near=point(*at))
        return [row.inspection.profile.enterprise.name for row in found.rows]

    ours = plant.profile.enterprise.name
    assert names((lon, lat)) == [far.enterprise.name, ours]
    assert names((plant.lon, plant.lat)) == [ours, far.enterprise.name]


def test_the_office_lays_down_intervals_and_lists(plant: Plant) -> None:
    said = IntervalForm(risk=Risk.ORANGE, trade=Trade.COLD_STORE, days=20, source="office")
    actions.lay_down(said, by=plant.officer)
    assert _planned(plant).base_days == 20
    line = ItemForm(words="valves are marked", kind="equipment", level="general")
    actions.write_list(Trade.COLD_STORE, [line], by=plant.officer)
    items, own = queries.items(Trade.COLD_STORE)
    assert ([each.words for each in items], own) == (["valves are marked"], True)
    actions.write_list(Trade.COLD_STORE, [], by=plant.officer)
    assert not queries.items(Trade.COLD_STORE)[1]


def test_the_pages_of_inspections(app: Flask, plant: Plant, session: Session) -> None:
    made = _planned(plant)
    session.commit()
    worker, officer, owner, stranger = (
        as_user(app, who) for who in (plant.worker, plant.officer, plant.owner, plant.stranger)
    )
    one = f"/safety/inspections/{made.id}"
    for address in ("/safety/inspections", one, "/safety/saved", "/safety/plan"):
        assert worker.get(address).status_code == 200, address
        assert stranger.get(address).status_code == 403, address
        assert owner.get(address).status_code == 403, address
    near = f"/safety/inspections?lon={plant.lon}&lat={plant.lat}"
    assert "0 m" in worker.get(near).text
    count = len(usual_items(Trade.COLD_STORE))
    sent: dict[str, object] = {f"answer-{place}": "ok" for place in range(count)}
    sent |= {"answer-1": "not", "words-1": "no extinguisher", "note": "seen"}
    refused = worker.post(one, data=sent)
    assert refused.status_code == 422
    assert "no extinguisher" in refused.text
    assert stranger.post(one, data=sent).status_code == 403
    sent["photo-1"] = (picture(), "a.jpg")
    assert worker.post(one, data=sent).status_code == 303
    assert "no extinguisher" in officer.get("/safety/dangers").text
    assert worker.post("/safety/plan/lists/retail", data={"words-0": "x y"}).status_code == 403
    lines = {"words-0": "shelves stand fast", "kind-0": "equipment", "level-0": "general"}
    assert officer.post("/safety/plan/lists/retail", data=lines).status_code == 303
    assert "shelves stand fast" in officer.get("/safety/plan?trade=retail").text
    wrong = {"risk": "blue", "days": "0", "source": "office"}
    assert officer.post("/safety/plan/intervals", data=wrong).status_code == 422
