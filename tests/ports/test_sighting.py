"""Where vessels at sea are on a map, and the track of one of them."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.ports.harbour import LAT, LON, Harbour, harbour
from tests.ports.nmea import MMSI
from tests.world import as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.monitoring.signals import Position
from webapp.ports import actions, queries, recalling, voyages
from webapp.ports.forms import RecallForm, WindForm
from webapp.ports.sea import keeping, sighting
from webapp.ports.sea.tracking import Seen, shapes

__all__ = ["harbour"]


def hear(*minutes: float) -> None:
    """The vessel was heard so many minutes ago, each time farther north."""
    told = [
        Position(
            MMSI, clock.now() - timedelta(minutes=each), (LON, LAT + 1 / (60 + each)), 5.0, 0.0
        )
        for each in minutes
    ]
    keeping.keep(told, source="shore", received_at=clock.now())


def on_map(harbour: Harbour) -> list[list[object]]:
    return [row[3:] for row in sighting.on_map(harbour.keeper, limit=10)]


def test_only_who_is_at_sea_and_was_heard_is_on_the_map(harbour: Harbour) -> None:
    hear(5)
    assert on_map(harbour) == []
    voyage = harbour.leave()
    assert [row[:4] for row in on_map(harbour)] == [[harbour.vessel.name, None, MMSI, "new"]]
    assert sighting.on_map(harbour.stranger, limit=10) == []
    voyages.come_back(voyage, by=harbour.skipper)
    assert on_map(harbour) == []


def test_who_is_called_back_or_silent_is_marked_with_the_age_of_the_position(
    harbour: Harbour,
) -> None:
    actions.set_wind(WindForm(up_to_m=24, force=8), by=None)
    hear(5)
    harbour.leave()
    recall = recalling.call_back(RecallForm(force=8), by=harbour.keeper)
    ((_name, _grid, _mmsi, mark, words),) = on_map(harbour)
    assert mark == "late"
    assert "未应答" in str(words)
    assert "5" in str(words)
    ((call, _voyage),) = queries.calls(recall.id)
    recalling.acknowledge(call, by=harbour.skipper)
    ((_name, _grid, _mmsi, mark, words),) = on_map(harbour)
    assert (mark, "未应答" in str(words)) == ("soon", False)
    with clock.at(clock.now() + timedelta(hours=7)):
        ((_name, _grid, _mmsi, mark, words),) = on_map(harbour)
    assert mark == "late"
    assert "7" in str(words)


def test_a_track_holds_what_was_heard_between_two_moments_and_no_more_points_than_are_drawn(
    harbour: Harbour,
) -> None:
    now = clock.now()
    hear(*(each / 10 for each in range(1, 500)), 100, 3000)
    since = now - timedelta(hours=2)
    seen = sighting.track(harbour.vessel.id, since=since, until=now)
    assert [each.at for each in seen] == sorted(each.at for each in seen)
    assert len(seen) == 500
    few = sighting.track(harbour.vessel.id, since=now - timedelta(days=31), until=now)
    assert 2 <= len(few) <= 5
    assert few[-1].at == seen[-1].at
    assert sighting.track(harbour.vessel.id, since=since, until=since) == []


def test_a_track_is_read_by_its_index(harbour: Harbour) -> None:
    hear(1, 2, 3)
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    db.session.execute(text("SET LOCAL enable_bitmapscan = off"))
    plan = db.session.scalars(
        text(
            "EXPLAIN SELECT at FROM vessel_fix WHERE vessel_id = :vessel"
            " AND at BETWEEN now() - interval '1 day' AND now()"
        ),
        {"vessel": harbour.vessel.id},
    ).all()
    assert "Seq Scan" not in "\n".join(plan)


def test_where_nobody_heard_the_vessel_the_line_is_another() -> None:
    start = clock.now()
    seen = [Seen(start + timedelta(minutes=each), 100.5 + each, LAT) for each in (0, 5, 50, 55)]
    drawn = shapes(seen, pace=timedelta())["features"]
    assert [each["properties"]["what"] for each in drawn] == ["gap", "way", "way", "newest"]
    assert drawn[0]["geometry"]["coordinates"] == [[105.5, LAT], [150.5, LAT]]
    wide = shapes(seen, pace=timedelta(minutes=30))["features"]
    assert [each["properties"]["what"] for each in wide] == ["way", "newest"]
    assert shapes([], pace=timedelta())["features"] == []
    assert len(shapes(seen[:1], pace=timedelta())["features"]) == 1


def test_the_keeper_sees_the_layer_and_the_track_and_a_stranger_neither(
    app: Flask, harbour: Harbour, session: Session
) -> None:
    hear(5, 10)
    harbour.leave()
    session.commit()
    keeper, stranger = as_user(app, harbour.keeper), as_user(app, harbour.stranger)
    layer, one = "/maps/layers/vessels.json", f"/vessels/{harbour.vessel.id}"
    answer = keeper.get(layer).json
    assert answer is not None
    assert [row[3] for row in answer["rows"]] == [harbour.vessel.name]
    assert stranger.get(layer).status_code == 403
    assert stranger.get(one).status_code == 403
    assert "LineString" in keeper.get(one).text
    assert "这段时间没有收到" in keeper.get(f"{one}?hours=6&day=2025-01-01").text
    assert keeper.get(f"{one}?hours=6&day=").status_code == 200
    assert keeper.get(f"{one}?hours=9999").status_code == 422
