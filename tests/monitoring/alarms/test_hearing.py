"""Signals become alarms: in any order, any number of times, one alarm for what is one."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial, reduce
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests import examples
from tests.busy import at_once, busy_house
from tests.conftest import URL
from tests.plans import planned
from tests.world import World
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.monitoring.alarms import queries
from webapp.monitoring.alarms.actions import Heard, What, hear, hear_all
from webapp.monitoring.alarms.merging import course_of, together
from webapp.monitoring.alarms.models import Alarm, Incident
from webapp.monitoring.alarms.rules import LATE, REARM, SOON, Quiet, State
from webapp.monitoring.cameras import actions as cameras
from webapp.monitoring.cameras.forms import Described
from webapp.monitoring.cameras.rules import CameraKind
from webapp.monitoring.signals import Change, Kind, Severity, Signal

LON, LAT = 121.06, 37.66
SECOND = timedelta(seconds=1)


def smoke(**more: Any) -> Signal:
    """Smoke at the usual place, now, from a source that names its alarms."""
    values: dict[str, Any] = {
        "kind": Kind.SMOKE,
        "change": Change.RAISED,
        "at": clock.now(),
        "own_id": "a1",
        "lonlat": (LON, LAT),
    }
    return Signal(**{**values, **more})


def motion(at: datetime, change: Change = Change.RAISED, **more: Any) -> Signal:
    """Somebody in a zone, told by a box that has no names for its alarms."""
    return Signal(kind=Kind.INTRUSION, change=change, at=at, device="C1", **more)


def heard(signal: Signal, *, after: timedelta = SECOND) -> Heard:
    return hear(signal, source="box", received_at=signal.at + after)


def truth(alarm: Alarm) -> tuple[Any, ...]:
    """What must not depend on the order in which signals came."""
    return (
        alarm.kind,
        alarm.state,
        alarm.severity,
        alarm.max_severity,
        alarm.first_at,
        alarm.last_at,
        alarm.ended_at,
        alarm.words,
        alarm.device,
        alarm.rule,
        alarm.score,
        alarm.media,
        alarm.flaps,
        (alarm.raw_lon, alarm.raw_lat, alarm.accuracy_m, alarm.grid_id),
    )


def test_a_new_alarm_stands_in_its_grid_and_in_the_log(session: Session, world: World) -> None:
    lon, lat = world.spot(world.home)
    alarm = heard(smoke(lonlat=(lon, lat), accuracy_m=30)).alarm
    assert (alarm.state, alarm.severity, alarm.accuracy_m) == (State.RAISED, "critical", 30)
    assert alarm.grid_id == world.home.id
    assert [each.move for each in audit.history("alarm", alarm.id)] == ["raise"]
    assert alarm.incident is not None
    assert alarm.loud


def test_an_alarm_in_no_grid_is_outside_and_kept(session: Session) -> None:
    alarm = heard(smoke(lonlat=(122.4, 37.3))).alarm
    assert alarm.grid_id is None
    assert alarm.geom is not None


def test_an_alarm_without_a_place_stands_where_its_camera_looks(session: Session) -> None:
    east = Described(
        name="quay", kind=CameraKind.FIXED, lon=LON, lat=LAT, bearing=90, fov=60, range_m=100
    )
    camera = cameras.register(east, source="box", external_id="C1", by=None)
    alarm = heard(motion(clock.now())).alarm
    assert (alarm.camera_id, alarm.device_name) == (camera.id, "quay")
    # In the middle of what it sees, which goes as far as this in every direction.
    assert alarm.accuracy_m == pytest.approx(64, abs=1)
    assert alarm.lonlat is not None
    assert alarm.lonlat[0] > LON
    seaward = replace(east, name="cape", lon=121.0512, lat=37.68, bearing=0, range_m=9000)
    cameras.register(seaward, source="box", external_id="C2", by=None)
    outside = queries.camera_standing("box", "C2")
    assert outside is not None
    assert (outside.name, outside.accuracy_m) == ("cape", 9000)
    elsewhere = replace(east, name="pier", lon=LON + 0.01)
    cameras.register(elsewhere, source="other", external_id="C1", by=None)
    assert queries.camera_of("third", "C1") is None


@pytest.mark.fault
def test_what_has_a_name_is_one_alarm_for_ever(session: Session) -> None:
    """F7: a late beginning does not open again what has ended."""
    now = clock.now()
    first = heard(smoke(at=now))
    ended = heard(smoke(at=now + 60 * SECOND, change=Change.CLEARED))
    late = heard(smoke(at=now), after=120 * SECOND)
    assert (first.what, ended.what, late.what) == (What.NEW, What.CLEARED, What.MERGED)
    assert first.alarm.id == late.alarm.id
    assert (late.alarm.state, late.alarm.count) == (State.OVER, 3)


def test_an_end_before_its_beginning_waits_for_it(session: Session) -> None:
    now = clock.now()
    ended = heard(smoke(at=now, change=Change.CLEARED))
    assert ended.what == What.CLEARED
    assert not ended.alarm.loud
    begun = heard(smoke(at=now - 10 * SECOND), after=12 * SECOND)
    assert begun.alarm.id == ended.alarm.id
    assert (begun.what, begun.alarm.state) == (What.NEW, State.OVER)
    # It rang and was over at once: somebody looks at it all the same.
    assert begun.alarm.loud


@pytest.mark.fault
def test_what_comes_late_is_kept_and_rings_nobody(session: Session) -> None:
    """F7: an alarm of two hours ago."""
    now = clock.now()
    old = hear(smoke(at=now - timedelta(hours=2)), source="box", received_at=now)
    assert (old.what, old.alarm.quiet, old.alarm.loud) == (What.LATE, Quiet.LATE, False)
    fresh = hear(smoke(at=now, change=Change.UPDATED), source="box", received_at=now)
    assert (fresh.what, fresh.alarm.loud) == (What.NEW, True)
    just = hear(smoke(at=now - LATE + SECOND, own_id="b"), source="box", received_at=now)
    assert just.what == What.NEW


def test_a_source_without_names_has_one_active_alarm_of_a_kind_at_a_device(
    session: Session,
) -> None:
    now = clock.now()
    alarms = {heard(motion(now + n * SECOND)).alarm.id for n in range(5)}
    assert len(alarms) == 1
    other = heard(replace(motion(now), device="C2")).alarm
    assert other.id not in alarms


def test_what_comes_back_soon_is_the_same_alarm_and_rings_again(session: Session) -> None:
    now = clock.now()
    first = heard(motion(now)).alarm
    assert heard(motion(now + 10 * SECOND, Change.CLEARED)).what == What.CLEARED
    again = heard(motion(now + 60 * SECOND))
    assert (again.what, again.alarm.id) == (What.REOPENED, first.id)
    assert (again.alarm.state, again.alarm.flaps, again.alarm.loud) == (State.RAISED, 1, True)
    heard(motion(now + 70 * SECOND, Change.CLEARED))
    much_later = heard(motion(now + 70 * SECOND + REARM + SECOND))
    assert (much_later.what, much_later.alarm.id == first.id) == (What.NEW, False)


def test_what_comes_and_goes_too_often_chatters_and_rings_no_more(session: Session) -> None:
    now = clock.now()
    for turn in range(7):
        said = heard(motion(now + turn * 30 * SECOND))
        heard(motion(now + turn * 30 * SECOND + 10 * SECOND, Change.CLEARED))
    assert said.alarm.flaps == 6
    assert (said.what, said.alarm.quiet) == (What.SUPPRESSED, Quiet.CHATTERING)


def test_a_life_rings_however_often_it_comes_back(session: Session) -> None:
    now = clock.now()
    for turn in range(8):
        at = now + turn * 30 * SECOND
        said = heard(smoke(own_id=None, device="C1", at=at))
        heard(smoke(own_id=None, device="C1", at=at + SECOND, change=Change.CLEARED))
    assert said.alarm.flaps == 7
    assert said.alarm.loud


def test_it_gets_worse_and_stays_as_bad_as_it_was(session: Session) -> None:
    now = clock.now()
    heard(motion(now, severity=Severity.MINOR))
    heard(motion(now + 5 * SECOND, Change.UPDATED, severity=Severity.CRITICAL))
    said = heard(motion(now + 9 * SECOND, Change.UPDATED, severity=Severity.MAJOR))
    assert (said.alarm.severity, said.alarm.max_severity) == ("major", "critical")
    # The newest word counts, not the one that came last.
    old = heard(motion(now + 2 * SECOND, Change.UPDATED, severity=Severity.WARNING))
    assert old.alarm.severity == "major"
    assert [each.move for each in audit.history("alarm", said.alarm.id)] == ["raise", "worse"]


_SEVERITY = st.none() | st.sampled_from(Severity)


@st.composite
def stories(draw: st.DrawFn) -> tuple[bool, list[Signal]]:
    """One alarm from its beginning to its end, perhaps with an end and a beginning in between."""
    named = draw(st.booleans())
    now = datetime.fromisoformat("2026-11-26T04:00:00+00:00")
    moments = sorted(draw(st.sets(st.integers(0, 240), min_size=2, max_size=9)))
    signals = []
    for place, moment in enumerate(moments):
        change = Change.RAISED if place == 0 else draw(st.sampled_from(Change))
        if named and change == Change.CLEARED and place < len(moments) - 1:
            change = Change.UPDATED
        signals.append(
            Signal(
                kind=Kind.INTRUSION,
                change=change,
                at=now + moment * SECOND,
                own_id="x" if named else None,
                device="C9",
                severity=draw(_SEVERITY),
                words=draw(st.sampled_from(("", "one", "two"))),
                score=draw(st.none() | st.floats(0, 1)),
                lonlat=draw(st.none() | st.just((LON, LAT)) | st.just((LON + 0.001, LAT))),
                media=tuple(draw(st.sets(st.sampled_from("abc")))),
            )
        )
    return named, signals


@pytest.mark.fault
@settings(
    max_examples=examples.of(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(story=stories(), seed=st.integers(0, 2**32))
def test_the_order_and_number_of_signals_do_not_matter(
    session: Session, story: tuple[bool, list[Signal]], seed: int
) -> None:
    """F6: shuffled and tripled, the alarm ends the same."""
    _named, signals = story
    late = signals[-1].at + SECOND
    shuffled = signals * 3
    random.Random(seed).shuffle(shuffled)
    ends = []
    for way in (signals, shuffled):
        with db.session.begin_nested() as trial:
            alarms = {hear(each, source="box", received_at=late).alarm for each in way}
            assert len(alarms) == 1
            ends.append(truth(alarms.pop()))
            trial.rollback()
    assert ends[0] == ends[1]


@pytest.mark.fault
@settings(
    max_examples=examples.of(40),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(story=stories(), lost=st.sets(st.integers(0, 8)), seed=st.integers(0, 2**32))
def test_what_goes_on_does_not_hang_on_words_that_were_lost_on_the_way(
    session: Session, story: tuple[bool, list[Signal]], lost: set[int], seed: int
) -> None:
    """F6: of beginnings and ends all come, some twice, in any order; of the words between some are lost."""
    signals = story[1]
    last = len(signals) - 1
    come = [
        each
        for place, each in enumerate(signals)
        if place == last or each.change != Change.UPDATED or place not in lost
    ]
    shuffled = come * 2
    random.Random(seed).shuffle(shuffled)
    ends = []
    for way in (signals, shuffled):
        with db.session.begin_nested() as trial:
            (alarm,) = {
                hear(each, source="box", received_at=signals[-1].at + SECOND).alarm for each in way
            }
            ends.append((alarm.state, alarm.first_at, alarm.last_at, alarm.ended_at, alarm.flaps))
            trial.rollback()
    assert ends[0] == ends[1]


@settings(
    max_examples=examples.of(30),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(told=st.lists(stories(), min_size=1, max_size=3), seed=st.integers(0, 2**32))
def test_what_is_heard_at_once_ends_as_if_it_came_one_by_one(
    session: Session, told: list[tuple[bool, list[Signal]]], seed: int
) -> None:
    signals = [
        replace(each, device=f"C{number}", own_id=each.own_id and f"x{number}")
        for number, (_named, story) in enumerate(told)
        for each in story
    ]
    random.Random(seed).shuffle(signals)
    late = max(each.at for each in signals) + SECOND
    middle = len(signals) // 2
    ends = []
    for pieces in ([[each] for each in signals], [signals[:middle], signals[middle:]]):
        with db.session.begin_nested() as trial:
            found = [
                each for piece in pieces for each in hear_all(piece, source="box", received_at=late)
            ]
            alarms = sorted({each.alarm for each in found}, key=lambda alarm: alarm.device or "")
            log = [[event.move for event in audit.history("alarm", each.id)] for each in alarms]
            joined = [each.incident is not None for each in alarms]
            what = [each.what for each in found]
            ends.append((what, [truth(each) for each in alarms], log, joined))
            trial.rollback()
    assert ends[0] == ends[1]


def test_what_begins_together_at_one_place_is_one_incident(session: Session) -> None:
    now = clock.now()
    spots = [(LON, LAT), (LON + 0.001, LAT), (LON + 0.01, LAT)]
    signals = [smoke(own_id=f"s{number}", lonlat=spot) for number, spot in enumerate(spots)]
    signals += [motion(now), motion(now, Change.UPDATED), replace(motion(now), kind=Kind.CROWD)]
    one, near, far, *there = [
        each.alarm.incident for each in hear_all(signals, source="box", received_at=now)
    ]
    assert one is not None
    assert far is not None
    assert (one is near, one is far, len({*there})) == (True, False, 1)
    assert [each.move for each in audit.history("incident", one.id)] == ["open"]
    assert one.steps
    assert far.steps


def test_without_a_place_only_what_one_device_tells_of_is_one_incident(session: Session) -> None:
    now = clock.now()

    def said(device: str | None, kind: Kind = Kind.INTRUSION, **more: Any) -> Incident:
        signal = replace(motion(now), device=device, kind=kind)
        incident = hear(signal, received_at=now, **{"source": "box", **more}).alarm.incident
        assert incident is not None
        return incident

    first, nameless = said("C1"), said(None)
    assert len({first, nameless, said("C2"), said("C1", source="other")}) == 4
    assert said("C1", Kind.CROWD) is first
    assert said(None, Kind.CROWD) is nameless
    assert said("C1", Kind.SMOKE) is not first
    first.last_at = now - 2 * SOON
    session.flush()
    assert said("C1", Kind.LOITERING) not in (first, nameless)


@pytest.mark.parametrize(("pages", "rows"), [(0, -1), (72, 0)], ids=["never seen", "all gone"])
def test_what_a_storm_asks_looks_up_each_thing_by_itself_whatever_the_statistics_say(
    session: Session, pages: int, rows: int
) -> None:
    last_seen = text(
        """
        UPDATE pg_class SET relpages = :pages, reltuples = :rows
        WHERE oid IN ('alarm'::regclass, 'incident'::regclass)
        """
    )
    session.execute(last_seen, {"pages": pages, "rows": rows})
    with planned("LATERAL", whole=False) as plans:
        heard(motion(clock.now()))
        heard(smoke())
    told = "\n".join(plans)
    assert "Index Cond: ((source = w.source) AND (device = w.device))" in told
    assert "Index Cond: ((source = w_1.source) AND (device IS NULL))" in told
    assert told.count("Index Scan Backward using ix_alarm_device") == 2
    assert "Sort Key: a.device" not in told
    assert told.count("Index Scan using ix_incident_open_place") == 1
    assert "using ix_incident_open on" not in told
    assert len(re.findall(r"Index Cond: \(+key = w\.key\)", told)) == 2 * 3


def test_of_a_device_of_years_a_signal_reads_what_is_open_and_what_is_new(
    session: Session,
) -> None:
    now = clock.now()
    heard(motion(now))
    years = text(
        """
        INSERT INTO alarm
        SELECT (
            jsonb_populate_record(
                alarm,
                jsonb_build_object(
                    'id', alarm.id + day, 'state', 'closed', 'first_at', at, 'last_at', at, 'received_at', at,
                    'live_at', at, 'over_at', at, 'closed_at', at
                )
            )
        ).*
        FROM alarm
            CROSS JOIN generate_series(1, 2000) AS day
            CROSS JOIN LATERAL (SELECT alarm.first_at - day * interval '1 day' AS at) day_of
        """
    )
    session.execute(years)
    session.execute(text("ANALYZE alarm"))
    with planned("own_id IS NOT NULL") as plans:
        heard(motion(now + SECOND, Change.UPDATED))
    told = "\n".join(plans)
    for index in ("uq_alarm_own", "uq_alarm_active", "ix_alarm_key"):
        assert f"using {index} on alarm" in told


def test_a_flood_of_turns_is_remembered_no_further_than_the_last_of_them() -> None:
    now = clock.now()
    changes = (Change.RAISED, Change.CLEARED)
    said = [course_of(motion(now + turn * SECOND, changes[turn % 2])) for turn in range(200)]
    whole = reduce(together, random.Random(7).sample(said, len(said)))
    assert whole.turns == tuple((now + turn * SECOND, turn % 2 == 0) for turn in range(160, 200))
    assert whole.chattering


@given(story=stories(), seed=st.integers(0, 2**32))
def test_courses_are_put_together_in_any_way(story: tuple[bool, list[Signal]], seed: int) -> None:
    one, *rest = (course_of(each) for each in story[1])
    for each in rest:
        one = together(one, each)
    other, *rest = (course_of(each) for each in random.Random(seed).sample(story[1], len(story[1])))
    for each in (*rest, *rest):
        other = together(each, other)
    assert one == other
    assert together(one, one) == one


@pytest.mark.fault
def test_many_who_tell_of_it_first_tell_of_one_alarm(
    pytestconfig: pytest.Config, tmp_path: Path
) -> None:
    """F12: without the unique index 398 of 400 became two or more."""
    now = clock.now()
    with busy_house(pytestconfig.stash[URL], tmp_path) as app:

        def tell(device: str, named: bool) -> int:
            with app.app_context():
                said = replace(motion(now), device=device, own_id=device if named else None)
                found = hear(said, source="box", received_at=now)
                db.session.commit()
                return found.alarm.id

        for number in range(12):
            device, named = f"D{number}", number % 2 == 0
            told = at_once(*[partial(tell, device, named)] * 8)
            assert len(set(told)) == 1
            assert told[0] is not None
        with app.app_context():
            count, signals = db.session.execute(select(func.count(), func.sum(Alarm.count))).one()
            assert (count, signals) == (12, 96)
