"""What the rules find of vessels and berths: an alarm once, over when it is over; and what is none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.ports.harbour import LAT, LON, Harbour, described, harbour
from tests.ports.nmea import MMSI
from tests.ports.test_passages import STEP, gate, tell, trip
from tests.world import as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Changed
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.signals import Kind, Position
from webapp.ports import actions, voyages
from webapp.ports.forms import BerthForm, SeasonForm
from webapp.ports.rules import ZONE
from webapp.ports.sea import actions as sea, alarming, queries
from webapp.ports.sea.rules import Limits

__all__ = ["harbour"]

# How far 100 m are to the east, in degrees.
EAST = 0.00113


def kinds() -> set[Kind]:
    """What is an alarm now, after the clock has looked twice."""
    alarming.look()
    alarming.look()
    return {kind for kind, _device in queries.raised()}


def limit(**said: int) -> None:
    sea.set_limits(replace(queries.limits(), **said), base_version=None, by=None)


def spots(*offsets: tuple[float, float], sog: float = 0.2, ago_min: float = 60) -> list[Position]:
    """Each minute so many hundred metres to the east and south of the quay."""
    begin = clock.now() - timedelta(minutes=ago_min)
    return [
        Position(
            MMSI, begin + timedelta(minutes=n), (LON + EAST * east, LAT - STEP * south), sog, 0.0
        )
        for n, (east, south) in enumerate(offsets)
    ]


def test_who_leaves_without_a_report_is_an_alarm_until_somebody_reports(harbour: Harbour) -> None:
    gate(harbour)
    begin = clock.now() - timedelta(hours=1)
    tell(trip(begin)[:20])
    assert kinds() == {Kind.VESSEL_UNREPORTED}
    assert db.session.scalar(select(func.count()).select_from(Alarm)) == 1
    alarm = db.session.scalars(select(Alarm)).one()
    assert alarm.device_name == harbour.vessel.name
    assert alarm.geom is not None
    harbour.leave()
    assert kinds() == set()
    db.session.refresh(alarm)
    assert not alarm.active


def test_who_is_back_has_left_no_alarm_and_who_left_just_now_has_time(harbour: Harbour) -> None:
    gate(harbour)
    tell(trip(clock.now() - timedelta(minutes=20))[:20])
    assert kinds() == set()
    with clock.at(clock.now() + timedelta(minutes=40)):
        assert kinds() == {Kind.VESSEL_UNREPORTED}
    tell(trip(clock.now() - timedelta(minutes=20)))
    with clock.at(clock.now() + timedelta(minutes=40)):
        assert kinds() == set()


def test_a_report_half_an_hour_before_or_after_belongs_to_the_crossing(harbour: Harbour) -> None:
    limit(overnight_m=0)  # whatever the hour: of the night another test asks
    gate(harbour)
    begin = clock.now() - timedelta(hours=2)
    with clock.at(begin - timedelta(minutes=20)):
        harbour.leave()
    tell(trip(begin)[:20])
    ((_passage, reported),) = queries.passages(harbour.vessel.id)
    assert reported
    limit(report_min=10)
    ((_passage, reported),) = queries.passages(harbour.vessel.id)
    assert not reported
    assert kinds() == set()  # by its reports it is at sea all the same


def test_a_return_that_nobody_reports_is_a_warning(harbour: Harbour) -> None:
    limit(overnight_m=0)  # whatever the hour: of the night another test asks
    gate(harbour)
    begin = clock.now() - timedelta(hours=2)
    with clock.at(begin):
        voyage = harbour.leave()
    tell(trip(begin))
    assert kinds() == {Kind.VESSEL_UNREPORTED}
    assert db.session.scalars(select(Alarm.severity)).one() == "warning"
    voyages.come_back(voyage, by=harbour.skipper)
    assert kinds() == set()


def test_in_its_closed_season_a_vessel_that_is_out_is_an_alarm(harbour: Harbour) -> None:
    gate(harbour)
    begin = clock.now() - timedelta(minutes=20)
    told = trip(begin)
    tell(told[:20])
    today = clock.now().astimezone(ZONE).date()
    for kind in ("trawl", "gillnet"):
        assert kinds() == set()
        actions.set_season(SeasonForm(kind=kind, first=today, last=today), by=harbour.keeper)
    assert kinds() == {Kind.VESSEL_CLOSED_SEASON}
    tell(told[20:])
    assert kinds() == set()


def test_far_from_every_port_is_out_even_where_no_line_is_drawn(harbour: Harbour) -> None:
    today = clock.now().astimezone(ZONE).date()
    actions.set_season(SeasonForm(kind="gillnet", first=today, last=today), by=harbour.keeper)
    tell(spots((0, 20)))
    assert kinds() == set()
    tell(spots((0, 40), ago_min=50))
    assert kinds() == {Kind.VESSEL_CLOSED_SEASON}
    tell(spots((0, 20), ago_min=40))
    assert kinds() == {Kind.VESSEL_CLOSED_SEASON}
    tell(spots((0, 10), ago_min=30))
    assert kinds() == set()


def test_silence_at_sea_is_an_alarm_until_it_is_heard(harbour: Harbour) -> None:
    with clock.at(clock.now() - timedelta(hours=5)):
        voyage = harbour.leave()
    assert Kind.VESSEL_SILENT not in kinds()
    with clock.at(clock.now() + timedelta(hours=2)):
        assert Kind.VESSEL_SILENT in kinds()
        limit(silent_h=0)
        assert Kind.VESSEL_SILENT not in kinds()
    limit(silent_h=6)
    with clock.at(clock.now() + timedelta(hours=3)):
        assert Kind.VESSEL_SILENT in kinds()
        tell(spots((0, 50), ago_min=1))
        assert Kind.VESSEL_SILENT not in kinds()
    voyages.come_back(voyage, by=harbour.skipper)
    with clock.at(clock.now() + timedelta(hours=20)):
        assert Kind.VESSEL_SILENT not in kinds()


def test_who_has_no_transmitter_is_not_waited_for(harbour: Harbour) -> None:
    actions.change(harbour.vessel, described(mmsi=None, username="skipper"), by=harbour.keeper)
    with clock.at(clock.now() - timedelta(hours=7)):
        harbour.leave()
    assert Kind.VESSEL_SILENT not in kinds()


STILL = [(0.0, 0.0)] * 8


def test_a_moored_vessel_that_drifts_is_an_alarm_until_it_is_back(harbour: Harbour) -> None:
    tell(spots(*STILL, *[(0.4, 0.0)] * 4))
    assert kinds() == set()
    tell(spots(*[(0.8, 0.0)] * 2, ago_min=45))
    assert kinds() == set()
    tell(spots((0.8, 0.0), ago_min=43))
    assert kinds() == {Kind.VESSEL_DRIFT}
    tell(spots(*[(0.4, 0.0)] * 5, ago_min=40))
    assert kinds() == {Kind.VESSEL_DRIFT}
    tell(spots(*STILL, ago_min=30))
    assert kinds() == set()


@pytest.mark.parametrize("why", ["far from every port", "at sea", "off", "by its engine"])
def test_what_is_no_drift(harbour: Harbour, why: str) -> None:
    if why == "off":
        limit(drift_m=0)
    if why == "at sea":
        harbour.leave()
    south, sog = (30 if why.startswith("far") else 0), (5.0 if "engine" in why else 0.5)
    tell(spots(*[(0.0, south)] * 8))
    tell(spots(*[(0.8 + n / 10, south) for n in range(6)], sog=sog, ago_min=50))
    assert Kind.VESSEL_DRIFT not in kinds()


def test_a_berth_is_crowded_until_nobody_waits_at_its_border(harbour: Harbour) -> None:
    half = EAST / 2
    corners = "\n".join(
        f"{LON + east} {LAT + north}"
        for east, north in ((-half, -STEP), (half, -STEP), (half, STEP), (-half, STEP))
    )
    form = BerthForm.of({"name": "east", "corners": corners, "places": "1"})
    actions.draw_berth(harbour.port, form, by=harbour.keeper)
    other = actions.register(described(name="另一条", mmsi="412306002"), by=None)

    def second(hundred_m: float, ago_min: float) -> None:
        tell([replace(spots((hundred_m, 0), ago_min=ago_min)[0], device=str(other.mmsi))])

    tell(spots((0, 0)))
    assert kinds() == set()
    second(0.6, 50)  # beside it
    assert kinds() == set()
    second(0.2, 40)
    assert kinds() == {Kind.VESSEL_CROWDING}
    second(0.6, 30)
    assert kinds() == {Kind.VESSEL_CROWDING}
    second(0.9, 20)
    assert kinds() == set()
    second(0.2, 10)
    with clock.at(clock.now() + timedelta(hours=25)):  # nobody knows where they are now
        assert kinds() == set()


def test_small_vessels_are_expected_back_at_night(harbour: Harbour) -> None:
    limit(silent_h=0)
    with clock.at(clock.now() - timedelta(hours=25)):
        voyage = harbour.leave()
        assert kinds() == set()
    assert kinds() == {Kind.VESSEL_OVERNIGHT}
    limit(overnight_m=11)
    assert kinds() == set()
    limit(overnight_m=12)
    assert kinds() == {Kind.VESSEL_OVERNIGHT}
    voyages.come_back(voyage, by=harbour.skipper)
    assert kinds() == set()


def test_a_vessel_that_was_taken_off_the_lists_is_no_alarm(harbour: Harbour) -> None:
    gate(harbour)
    tell(trip(clock.now() - timedelta(hours=1))[:20])
    assert kinds()
    actions.close(harbour.vessel, reason="sold", by=harbour.keeper)
    assert kinds() == set()


def test_what_turns_is_looked_at_at_once_and_only_that(harbour: Harbour) -> None:
    gate(harbour)
    tell(trip(clock.now() - timedelta(hours=1))[:20])
    queued = "SELECT args FROM procrastinate_jobs WHERE task_name = 'vessels.look_at'"
    assert db.session.scalars(text(queued)).all() == [{"vessels": [harbour.vessel.id]}]
    alarming.look_at([harbour.vessel.id + 1])
    assert queries.raised() == set()
    alarming.look_at([harbour.vessel.id])
    assert len(queries.raised()) == 1
    alarming.look_at([harbour.vessel.id + 1])
    assert len(queries.raised()) == 1


def test_the_port_manager_sets_the_limits(app: Flask, harbour: Harbour, session: Session) -> None:
    session.commit()
    keeper, stranger = as_user(app, harbour.keeper), as_user(app, harbour.stranger)
    assert stranger.get("/ports/alarm-limits").status_code == 403
    assert keeper.get("/ports/alarm-limits").status_code == 200
    sent = {"report_min": 20, "silent_h": 4, "drift_m": 40, "overnight_m": 0, "unanswered_min": 15}
    assert stranger.post("/ports/alarm-limits", data=sent).status_code == 403
    assert keeper.post("/ports/alarm-limits", data=sent | {"drift_m": 501}).status_code == 422
    assert keeper.post("/ports/alarm-limits", data=sent | {"version": 0}).status_code == 303
    assert keeper.post("/ports/alarm-limits", data=sent | {"version": 0}).status_code == 409
    assert queries.limits() == Limits(20, 4, 40, 0, 15)
    with pytest.raises(Changed):
        sea.set_limits(Limits(), base_version=0, by=harbour.keeper)
    assert "海上报警限值" in keeper.get("/ports/alarm-limits").text
