"""Positions are kept once, in whatever order they come; what nobody knows is counted."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.ports.harbour import LAT, LON, Harbour, described, harbour
from tests.ports.nmea import MMSI, sentences, stamped
from tests.world import as_user
from webapp.base import clock
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.monitoring.intake import keeping as sources
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.signals import Position
from webapp.ports import actions
from webapp.ports.sea import keeping, queries
from webapp.ports.sea.listening import replay
from webapp.ports.sea.models import FIXES, VesselFix
from webapp.ports.sea.rules import What

__all__ = ["harbour"]


def spot(minutes: float = 0, *, device: str = MMSI, lon: float = LON) -> Position:
    return Position(device, clock.now() + timedelta(minutes=minutes), (lon, LAT), 5.0, 90.0)


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(VesselFix)) or 0


def hear(*positions: Position, source: str = "shore") -> list[What]:
    return keeping.keep(positions, source=source, received_at=clock.now())


def test_a_vessel_is_where_its_newest_position_says_in_whatever_order_they_come(
    harbour: Harbour,
) -> None:
    told = [spot(-each, lon=LON + each / 100) for each in range(8)]
    random.Random(1).shuffle(told)
    for each in (told[:3], told[3:], told):
        hear(*each)
    where = queries.where(harbour.vessel.id)
    assert where is not None
    assert where.at == max(each.at for each in told)
    assert kept() == 8


def test_a_position_is_kept_once_for_each_moment_and_source(harbour: Harbour) -> None:
    one, other = spot(-1), spot(-2)
    assert hear(one, other, one) == [What.KEPT, What.KEPT, What.REPEAT]
    assert hear(one) == [What.REPEAT]
    assert hear(one, source="beidou") == [What.KEPT]
    assert kept() == 3


def test_who_is_not_known_and_what_is_far_is_counted_and_not_kept(harbour: Harbour) -> None:
    assert hear(spot(device="999"), spot(lon=2.3), spot(-1, device="999")) == [
        What.UNKNOWN,
        What.AWAY,
        What.UNKNOWN,
    ]
    hear(spot(1, device="999"), source="other")
    (strange,) = queries.strange()
    assert (strange.name, strange.times, strange.source) == ("999", 3, "other")
    assert {each.source: (each.unknown, each.away) for each in queries.receivers()} == {
        "shore": (2, 1),
        "other": (1, 0),
    }
    with clock.at(clock.now() + timedelta(days=31)):
        keeping.tidy()
    assert queries.strange() == []


def test_a_vessel_is_known_by_its_mmsi_its_beidou_number_and_its_name(harbour: Harbour) -> None:
    said = described(name="另一条", mmsi=None, bd_id="BD-0042")
    other = actions.register(said, by=None)
    hear(spot(device="BD-0042"), spot(-1, device="另一条"), spot(device=harbour.vessel.name))
    assert kept() == 3
    assert queries.where(other.id) is not None


def test_a_recording_is_kept_whole_and_again_changes_nothing(
    harbour: Harbour, session: Session
) -> None:
    at = clock.now() - timedelta(hours=2)
    lines = [
        stamped(at + timedelta(seconds=10 * each), sentences(lon=LON + each / 1e4)[0])
        for each in range(1200)
    ]
    lines[7:7] = [b"noise", stamped(at, sentences(mmsi="412999999")[0])]
    for told in (1200, 0):
        became = [
            each
            for _counts, some in replay(lines, source="tape", at=None, tell=lambda _n: None)
            for each in some
        ]
        assert became.count(What.KEPT) == told
        assert became.count(What.UNKNOWN) == 1
    (tape,) = queries.receivers()
    assert (tape.lines, tape.bad, tape.kept, tape.repeat) == (2404, 2, 1200, 1200)


def test_a_gateway_sends_a_batch_by_the_intake_and_each_is_answered(
    app: Flask, harbour: Harbour, session: Session
) -> None:
    said = sources.Described("北斗网关", (Format.GENERIC,), Datum.WGS84)
    key = sources.new_key(sources.set_up("beidou", said, by=None), by=None)
    session.commit()
    ts = (clock.now() - timedelta(minutes=1)).timestamp()
    good = {"vessel": MMSI, "ts": ts, "lon": LON, "lat": LAT, "sog": 3.2}
    batch = [good, good, good | {"vessel": "nobody"}, good | {"lat": 91}, good | {"sog": 500}]
    batch.append({"vessel": MMSI, "ts": ts})
    answer = app.test_client().post(
        "/api/v1/intake/generic", json=batch, headers={"Authorization": f"Bearer {key}"}
    )
    assert answer.status_code == 202
    told = [
        (each["status"], each["field"]) for each in answer.get_json()["results"] if "field" in each
    ]
    assert [each["status"] for each in answer.get_json()["results"]] == [
        "ok",
        "ok",
        "ignored",
        *["dead"] * 3,
    ]
    assert told == [("dead", "lat"), ("dead", "sog"), ("dead", "lon")]
    assert kept() == 1


def test_positions_lie_in_parts_of_a_month(harbour: Harbour) -> None:
    keeping.tidy()
    keeping.tidy()
    hear(spot(-1))
    assert FIXES.name_of(clock.now().date().replace(day=1)) in FIXES.parts()
    assert db.session.scalar(select(func.count()).select_from(VesselFix)) == 1


@pytest.mark.parametrize("said", ["bd", "北斗12", "x" * 21])
def test_a_beidou_number_has_its_form(harbour: Harbour, said: str) -> None:
    with pytest.raises(Unacceptable):
        described(bd_id=said)


def test_the_keeper_sees_receivers_and_strangers_do_not(
    app: Flask, harbour: Harbour, session: Session, tmp_path: Path
) -> None:
    hear(spot(), spot(device="412999999"))
    session.commit()
    page = as_user(app, harbour.keeper).get("/ports/receivers")
    assert page.status_code == 200
    assert "412999999" in page.text
    assert as_user(app, harbour.stranger).get("/ports/receivers").status_code == 403
