"""A window has one person at a time, and a person one window."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from flask import Flask
from sqlalchemy.dialects.postgresql import Range

from tests.points.conftest import MORNING, Station
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.flow import Changed, NotAllowed, Unacceptable
from webapp.people.actors import Person
from webapp.people.models import Account, Post
from webapp.points import queries, rota, rota_queries
from webapp.points.models import WindowShift

DAY = date(2026, 12, 3)


def planned(
    station: Station,
    who: Person,
    place: int = 0,
    *,
    by: Person | None = None,
    day: date = DAY,
    opens: time = time(8, 30),
    closes: time = time(12),
) -> WindowShift:
    return rota.plan(
        station.point.windows[place],
        account_id=who.id or 0,
        day=day,
        opens=opens,
        closes=closes,
        by=by or station.head,
    )


def test_two_never_sit_at_one_window_and_one_never_at_two(station: Station) -> None:
    first = planned(station, station.clerk)
    with pytest.raises(Changed, match="该窗口"):
        planned(station, station.second, opens=time(11), closes=time(13))
    with pytest.raises(Changed, match="另一窗口"):
        planned(station, station.clerk, 1, opens=time(11), closes=time(13))
    after = planned(station, station.second, opens=time(12), closes=time(17, 30))
    assert rota_queries.week(station.point, DAY) == [first, after]
    rota.drop(first, by=station.head)
    assert rota_queries.week(station.point, DAY) == [after]


def test_only_who_holds_a_post_there_for_the_whole_time_is_planned(station: Station) -> None:
    with pytest.raises(Unacceptable) as refusal:
        planned(station, station.elsewhere)
    assert "account_id" in refusal.value.fields
    account = db.session.get(Account, station.clerk.id)
    assert account is not None
    (post,) = db.session.query(Post).where(Post.account_id == account.id)
    ends = MORNING + timedelta(days=1, hours=1)
    post.valid = Range(post.valid.lower, ends, bounds="[)")
    db.session.flush()
    with pytest.raises(Unacceptable):
        planned(station, station.clerk, day=DAY + timedelta(days=2))


def test_a_time_that_is_over_or_none_is_refused_beside_its_field(station: Station) -> None:
    with pytest.raises(Unacceptable) as refusal:
        planned(station, station.clerk, opens=time(12), closes=time(8))
    assert "closes" in refusal.value.fields
    with pytest.raises(Unacceptable) as refusal:
        planned(station, station.clerk, day=DAY - timedelta(days=30))
    assert "day" in refusal.value.fields


def test_the_counter_says_who_should_sit_there(app: Flask, station: Station, world: World) -> None:
    # A request knows nothing of the clock of a test: it is planned for the day it really is.
    with clock.at(datetime.now(UTC)):
        planned(station, station.second, day=queries.today(), opens=time(), closes=time())
        window = station.point.windows[0]
        assert rota_queries.now_at(station.point)[window.id].id == station.second.id
        page = as_user(app, station.clerk).get(f"/counter/{station.point.id}")
    assert "应到：" in page.get_data(as_text=True)


def test_only_the_head_of_the_point_plans(app: Flask, station: Station, world: World) -> None:
    for who in (station.clerk, station.elsewhere, world.stranger):
        with pytest.raises(NotAllowed):
            planned(station, station.second, by=who)
    address = f"/counter/{station.point.id}/rota"
    assert as_user(app, station.clerk).get(address).status_code == 200
    assert as_user(app, station.clerk).post(address).status_code == 403
    assert as_user(app, world.stranger).get(address).status_code == 403
    head = as_user(app, station.head)
    sent = {
        "window_id": station.point.windows[0].id,
        "account_id": station.clerk.id,
        "day": DAY.isoformat(),
        "opens": "08:30",
        "closes": "12:00",
    }
    assert head.post(address, data=sent).status_code == 303
    again = head.post(address, data=sent | {"account_id": station.second.id})
    assert again.status_code == 409
    assert "该窗口这段时间已有人" in again.get_data(as_text=True)


def test_a_window_of_another_point_is_refused_beside_its_field(
    app: Flask, station: Station
) -> None:
    sent = {
        "window_id": station.other.windows[0].id,
        "account_id": station.clerk.id,
        "day": DAY.isoformat(),
        "opens": "08:30",
        "closes": "12:00",
    }
    answer = as_user(app, station.head).post(f"/counter/{station.point.id}/rota", data=sent)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.get_data(as_text=True)
    assert rota_queries.week(station.point, DAY) == []
