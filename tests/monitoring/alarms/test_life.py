"""What people do with alarms: see, end, close with an outcome, shelve; and what happens by itself."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.monitoring.alarms.told import SECOND, incident_of, raised
from tests.world import World
from webapp.base import audit, clock
from webapp.base.access import may
from webapp.base.db import db
from webapp.base.flow import EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.monitoring.alarms import handling, keeping, queries, shelving, shown
from webapp.monitoring.alarms.actions import What, hear, hear_all
from webapp.monitoring.alarms.forms import WindowForm
from webapp.monitoring.alarms.models import Alarm, AlarmCap, Shelf
from webapp.monitoring.alarms.rules import (
    CAP_MOST,
    CAP_TIME,
    CLOSES_AFTER,
    GHOSTS_KEPT,
    REARM,
    USUAL_CAP,
    Outcome,
    Quiet,
    State,
)
from webapp.monitoring.signals import KINDS, Change, Kind, Signal
from webapp.operation import checks


def told(kind: Kind, change: Change, at: Any, **more: Any) -> Any:
    signal = Signal(kind=kind, change=change, at=at, device="C1", **more)
    return hear(signal, source="box", received_at=at)


def closed(alarm: Alarm, world: World, outcome: Outcome = Outcome.REAL) -> Alarm:
    handling.close(alarm, outcome=outcome, note="looked", by=world.dispatcher)
    return alarm


def test_seen_and_over_are_two_things(session: Session, world: World) -> None:
    alarm = raised(world)
    handling.see(alarm, by=world.dispatcher)
    assert (alarm.state, alarm.seen_by_id) == (State.SEEN, world.dispatcher.id)
    told(Kind.INTRUSION, Change.CLEARED, clock.now() + SECOND)
    assert alarm.state == State.SETTLED
    again = told(Kind.INTRUSION, Change.RAISED, clock.now() + 5 * SECOND)
    # It came back: whoever saw it the first time has not seen this.
    assert (again.alarm.id, alarm.state, alarm.loud) == (alarm.id, State.RAISED, True)


def test_what_fired_and_ended_at_night_stays_until_it_is_seen(
    session: Session, world: World
) -> None:
    alarm = raised(world)
    told(Kind.INTRUSION, Change.CLEARED, clock.now() + SECOND)
    assert (alarm.state, alarm.loud) == (State.OVER, True)
    with clock.at(clock.now() + 2 * CLOSES_AFTER):
        handling.tidy()
    assert alarm.state == State.OVER
    handling.see(alarm, by=world.dispatcher)
    assert (alarm.state, alarm.loud) == (State.SETTLED, False)


def test_only_operators_see_and_close(session: Session, world: World) -> None:
    alarm = raised(world)
    for person in (world.worker, world.stranger, world.admin):
        with pytest.raises(NotAllowed):
            handling.see(alarm, by=person)
    assert not may(world.stranger, "alarms.see", alarm)
    assert may(world.shift_leader, "alarms.see", alarm)


def test_what_is_critical_is_seen_before_it_is_closed_and_wants_a_note(
    session: Session, world: World
) -> None:
    alarm = raised(world, Kind.SMOKE)
    with pytest.raises(NotOpen):
        closed(alarm, world)
    handling.see(alarm, by=world.dispatcher)
    with pytest.raises(Unacceptable):
        handling.close(alarm, outcome=Outcome.FALSE, note=None, by=world.dispatcher)
    with pytest.raises(EvidenceMissing):
        handling.close(alarm, outcome=None, note="steam", by=world.dispatcher)
    handling.close(alarm, outcome=Outcome.FALSE, note="steam", by=world.dispatcher)
    assert alarm.state == State.CLOSED
    assert incident_of(alarm).ended_at is not None


def test_the_database_itself_refuses_a_critical_alarm_closed_unseen(
    session: Session, world: World
) -> None:
    alarm = raised(world, Kind.SMOKE)
    with pytest.raises(IntegrityError, match="ck_alarm_critical"):
        session.execute(
            text("UPDATE alarm SET state = 'closed', closed_at = now() WHERE id = :id"),
            {"id": alarm.id},
        )
    session.rollback()


def test_what_is_closed_while_it_goes_on_rings_again_after_silence(
    session: Session, world: World
) -> None:
    now = clock.now()
    alarm = closed(raised(world), world, Outcome.NUISANCE)
    on = told(Kind.INTRUSION, Change.UPDATED, now + 60 * SECOND)
    assert (on.what, on.alarm.id, alarm.state) == (What.MERGED, alarm.id, State.CLOSED)
    still = told(Kind.INTRUSION, Change.UPDATED, now + REARM + 30 * SECOND)
    assert still.alarm.id == alarm.id
    after = told(Kind.INTRUSION, Change.RAISED, now + 3 * REARM)
    assert (after.what, after.alarm.id == alarm.id) == (What.NEW, False)


def test_a_life_is_not_waited_for(session: Session, world: World) -> None:
    now = clock.now()
    alarm = raised(world, Kind.SMOKE)
    handling.see(alarm, by=world.dispatcher)
    closed(alarm, world, Outcome.FALSE)
    for minutes in (1, 2, 3, 4):
        assert told(Kind.SMOKE, Change.UPDATED, now + minutes * 60 * SECOND).what == What.MERGED
    rings = told(Kind.SMOKE, Change.UPDATED, now + REARM + 60 * SECOND)
    assert (rings.what, rings.alarm.loud) == (What.NEW, True)


def test_what_is_over_and_seen_closes_by_itself_but_nothing_critical(
    session: Session, world: World
) -> None:
    small, big = raised(world), raised(world, Kind.SMOKE)
    for alarm in (small, big):
        handling.see(alarm, by=world.dispatcher)
        handling.end(alarm, by=world.dispatcher)
    with clock.at(clock.now() + CLOSES_AFTER + 60 * SECOND):
        handling.tidy()
    assert (small.state, small.outcome, big.state) == (State.CLOSED, None, State.SETTLED)


def test_an_end_without_a_beginning_is_forgotten(session: Session) -> None:
    ghost = told(Kind.INTRUSION, Change.CLEARED, clock.now()).alarm
    number = ghost.id
    with clock.at(clock.now() + GHOSTS_KEPT + SECOND):
        handling.tidy()
    db.session.flush()
    assert queries.one(number) is None


def shelf(world: World, **more: Any) -> Shelf:
    values: dict[str, Any] = {
        "quiet": Quiet.SHELVED,
        "source": "box",
        "device": "C1",
        "kind": None,
        "begin": None,
        "hours": 2,
        "reason": "the fence is being painted",
        "by": world.shift_leader,
    }
    return shelving.shelve(**{**values, **more})


def test_what_is_shelved_is_kept_and_counted_and_rings_nobody(
    session: Session, world: World
) -> None:
    kept = shelf(world)
    alarm = raised(world)
    assert (alarm.quiet, alarm.shelf_id, alarm.loud) == (Quiet.SHELVED, kept.id, False)
    assert alarm.incident is None
    assert raised(world, device="C2").loud
    shelving.take_down(kept, by=world.shift_leader)
    assert not raised(world, Kind.CROWD).quiet


def test_a_shelf_ends_by_itself(session: Session, world: World) -> None:
    shelf(world)
    with clock.at(clock.now() + timedelta(hours=2, seconds=1)):
        assert raised(world).loud


def window(world: World, **more: Any) -> Shelf:
    """From Monday 22:00 to Tuesday 02:00, and on Wednesday, until the last day of the month."""
    values: dict[str, Any] = {
        "source": "box",
        "weekdays": [1, 3],
        "begins": time(22),
        "ends": time(2),
        "first_day": date(2026, 11, 2),
        "last_day": date(2026, 11, 30),
        "reason": "the fence is tested",
    }
    return shelving.plan(WindowForm(**{**values, **more}), by=world.shift_leader)


@pytest.mark.parametrize(
    ("day", "hour", "quiet"),
    [
        (2, 21, False),
        (2, 22, True),
        (3, 1, True),
        (3, 2, False),
        (3, 23, False),
        (4, 23, True),
        (30, 23, True),
        # The night of the last day is whole; the Monday after it rings.
        (31, 1, True),
        (37, 23, False),
    ],
)
def test_maintenance_comes_round_until_its_last_day(
    session: Session, world: World, day: int, hour: int, quiet: bool
) -> None:
    office = clock.Calendar().zone
    with clock.at(datetime(2026, 11, 1, 12, tzinfo=office)):
        kept = window(world)
    with clock.at(datetime(2026, 11, 1, hour, tzinfo=office) + timedelta(days=day - 1)):
        alarm = raised(world)
        assert (alarm.quiet, alarm.shelf_id) == (
            (Quiet.MAINTENANCE, kept.id) if quiet else (None, None)
        )
        assert raised(world, Kind.SMOKE).loud


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"source": None}, "source"),
        ({"kind": Kind.SMOKE}, "kind"),
        ({"ends": time(22)}, "ends"),
        ({"last_day": date(2026, 11, 1)}, "last_day"),
        ({"last_day": date(2028, 1, 1)}, "last_day"),
    ],
)
def test_a_window_that_is_none_is_refused_and_the_database_holds_its_bounds(
    session: Session, world: World, wrong: dict[str, Any], field: str
) -> None:
    with clock.at(datetime(2026, 11, 1, 12, tzinfo=clock.Calendar().zone)):
        with pytest.raises(Unacceptable) as refused:
            window(world, **wrong)
        assert list(refused.value.fields) == [field]
        kept = window(world)
    for column, value in (("weekdays", [0]), ("weekdays", []), ("ends", None), ("ends", time(22))):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(update(Shelf).where(Shelf.id == kept.id).values({column: value}))


def test_a_device_that_rings_too_often_is_one_alarm_with_its_number(
    session: Session, world: World
) -> None:
    keeping.cap(Kind.CROWD, 3, by=world.shift_leader)
    first = [raised(world, Kind.CROWD, own_id=f"c-{number}") for number in range(3)]
    assert all(each.loud for each in first)
    told = [
        Signal(Kind.CROWD, Change.RAISED, clock.now(), own_id=f"d-{number}", device="C1")
        for number in range(4)
    ]
    heard = hear_all(told, source="box", received_at=clock.now())
    assert {each.alarm.quiet for each in heard} == {Quiet.NOISY}
    assert {each.what for each in heard} == {What.SUPPRESSED}
    noisy = db.session.scalars(select(Alarm).where(Alarm.kind == Kind.NOISY)).one()
    assert (noisy.loud, noisy.count, noisy.device) == (True, 4, "C1")
    assert str(KINDS[Kind.CROWD].words) in str(shown.what(noisy))
    # Other kinds and other devices ring, and whatever a life may hang on.
    assert raised(world, own_id="e-1").loud
    assert raised(world, Kind.CROWD, own_id="e-2", device="C2").loud
    smoke = [raised(world, Kind.SMOKE, own_id=f"s-{number}") for number in range(USUAL_CAP + 2)]
    assert all(each.loud for each in smoke)
    with clock.at(clock.now() + CAP_TIME + SECOND):
        handling.tidy()
        assert noisy.state == State.OVER
        assert raised(world, Kind.CROWD, own_id="f-1").loud


def test_a_cap_is_laid_down_within_its_bounds_and_never_for_lives(
    session: Session, world: World
) -> None:
    with pytest.raises(Unacceptable):
        keeping.cap(Kind.SMOKE, 3, by=world.shift_leader)
    keeping.cap(Kind.CROWD, 3, by=world.shift_leader)
    for values in ({"most": 0}, {"most": CAP_MOST + 1}, {"kind": "fire.smoke"}):
        with pytest.raises(IntegrityError), db.session.begin_nested():
            db.session.execute(update(AlarmCap).values(**values))
    keeping.cap(Kind.CROWD, None, by=world.shift_leader)
    assert queries.caps() == {}


def test_fire_gas_and_lives_are_never_shelved(session: Session, world: World) -> None:
    shelf(world, device=None)
    assert raised(world, Kind.SMOKE).loud
    assert raised(world, Kind.AMMONIA).loud
    with pytest.raises(Unacceptable):
        shelf(world, kind=Kind.DROWNING)


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": 9},
        {"hours": 0},
        {"source": None, "device": None},
        {"quiet": Quiet.MAINTENANCE, "hours": 400},
    ],
)
def test_a_shelf_has_a_scope_and_an_end(
    session: Session, world: World, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Unacceptable):
        shelf(world, **wrong)


def test_maintenance_is_planned(session: Session, world: World) -> None:
    tomorrow = clock.now() + timedelta(days=1)
    shelf(world, quiet=Quiet.MAINTENANCE, begin=tomorrow, hours=24)
    assert raised(world).loud
    with clock.at(tomorrow + timedelta(hours=1)):
        assert raised(world, Kind.CROWD).quiet == Quiet.MAINTENANCE


def test_a_recorder_that_is_down_hides_its_cameras(session: Session, world: World) -> None:
    early = raised(world, Kind.OFFLINE, device="nvr-1/3")
    recorder = raised(world, Kind.OFFLINE, device="nvr-1")
    late = raised(world, Kind.OFFLINE, device="nvr-1/7")
    other = raised(world, Kind.OFFLINE, device="nvr-10/1")
    assert (early.quiet, recorder.quiet, late.quiet, other.quiet) == (
        Quiet.BEHIND,
        None,
        Quiet.BEHIND,
        None,
    )


def test_alarms_of_a_family_near_and_soon_are_one_incident(session: Session, world: World) -> None:
    lon, lat = world.spot(world.home)
    first = raised(world, Kind.SMOKE)
    near = raised(world, Kind.FLAME, device="C2", lonlat=(lon + 0.001, lat))
    far = raised(world, Kind.SMOKE, device="C3", lonlat=(lon + 0.01, lat))
    other = raised(world, Kind.INTRUSION, device="C4")
    assert near.incident_id == first.incident_id
    assert len({first.incident_id, far.incident_id, other.incident_id}) == 3
    with clock.at(clock.now() + timedelta(minutes=11)):
        later = raised(world, Kind.HEAT, device="C5")
    assert later.incident_id != first.incident_id


def test_every_alarm_of_an_incident_is_seen_at_once(session: Session, world: World) -> None:
    alarms = [raised(world, device=f"C{n}") for n in range(3)]
    incident = incident_of(alarms[0])
    assert handling.see_all(incident, by=world.dispatcher) == 3
    assert handling.see_all(incident, by=world.dispatcher) == 0
    assert [each.move for each in audit.history("alarm", alarms[1].id)] == ["raise", "see"]


def test_the_check_finds_what_must_not_be(session: Session, world: World) -> None:
    raised(world)
    closed(raised(world, device="C2"), world)
    assert not [line for line in checks.findings(read_files=False) if "alarm" in line]
    session.execute(text("UPDATE alarm SET geom = NULL, grid_id = NULL, on_border = NULL"))
    session.execute(text("UPDATE incident SET ended_at = now() WHERE ended_at IS NULL"))
    found = [line for line in checks.findings(read_files=False) if "incident" in line]
    assert len(found) == 1
