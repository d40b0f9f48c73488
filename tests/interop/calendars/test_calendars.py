"""Calendars by private addresses: what stands in them for whom, and whom an address lets in."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import icalendar
from defusedxml.ElementTree import fromstring
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.cases import stages
from tests.community.test_activities import planned
from tests.community.voting import block_of
from tests.interop.open311.clients import filed
from tests.interop.open311.counting import statements
from tests.residents.village import Village, flagged, village
from tests.world import World, as_user, someone
from webapp.base import clock
from webapp.base.db import db
from webapp.cases import moves
from webapp.cases.residents import following
from webapp.cases.residents.rules import Every
from webapp.cases.rules import State
from webapp.community.activities import actions as activities
from webapp.interop.calendars.models import Subscription
from webapp.interop.calendars.rules import NOTED_EVERY
from webapp.people import posts
from webapp.people.actors import Person
from webapp.people.models import Account
from webapp.residents.rules import KeyGroup
from webapp.residents.visit_rules import AHEAD_DAYS

__all__ = ["village"]

OWN = "/people/me/subscriptions"


def address(app: Flask, person: Person, kind: str = "calendar", dues: str = "event") -> str:
    """The private address that somebody made on their page; it stands there this once."""
    answer = as_user(app, person).post(OWN, data={"kind": kind, "dues": dues})
    found = re.search(r'value="https?://[^/]+(/[^"]+\.(?:ics|rss))"', answer.get_data(as_text=True))
    assert found is not None, answer.get_data(as_text=True)
    return found[1]


def read(client: FlaskClient, where: str) -> Any:
    answer = client.get(where)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert {"private", "no-cache"} <= set(answer.headers["Cache-Control"].split(", "))
    return icalendar.Calendar.from_ical(answer.data)


def events(client: FlaskClient, where: str, kind: str = "VEVENT") -> dict[str, Any]:
    """What stands in a calendar, by its uid without the host."""
    return {str(each["uid"]).partition("@")[0]: each for each in read(client, where).walk(kind)}


def kept(person: Person) -> Subscription:
    db.session.expire_all()
    found = select(Subscription).where(Subscription.account_id == person.id)
    return db.session.scalars(found.order_by(Subscription.id.desc())).first()  # type: ignore[return-value]  # it was made


def test_a_worker_finds_the_cases_in_their_hands(
    app: Flask, client: FlaskClient, world: World
) -> None:
    mine, other = stages.brought_to(State.PROCESSING, world), filed(world)
    db.session.commit()
    where = address(app, world.worker)
    found = events(client, where)
    assert list(found) == [f"case-{mine.id}"]
    one = found[f"case-{mine.id}"]
    assert one["dtstart"].dt == mine.due_at.replace(microsecond=0)
    assert str(one["summary"]).startswith("到期：")
    assert mine.number in str(one["summary"])
    assert other.number not in read(client, where).to_ical().decode()
    assert str(one["url"]).endswith(f"/cases/{mine.id}")


def test_the_second_fetch_sees_the_changed_time_with_a_higher_sequence(
    app: Flask, client: FlaskClient, world: World
) -> None:
    case = stages.brought_to(State.PROCESSING, world)
    db.session.commit()
    where = address(app, world.worker)
    name = f"case-{case.id}"
    first, tag = events(client, where)[name], client.get(where).headers["ETag"]
    assert client.get(where, headers={"If-None-Match": tag}).status_code == 304
    moves.request_extension(case, days=1, note="等配件", by=world.worker)
    moves.grant_extension(case, by=world.dispatcher)
    db.session.commit()
    again = client.get(where, headers={"If-None-Match": tag})
    assert again.status_code == 200
    second = events(client, where)[name]
    assert str(second["uid"]) == str(first["uid"])
    assert second["dtstart"].dt > first["dtstart"].dt
    assert second["sequence"] > first["sequence"]
    assert second["last-modified"].dt >= first["last-modified"].dt


def test_what_is_over_is_told_as_done_or_cancelled(
    app: Flask, client: FlaskClient, world: World
) -> None:
    case = stages.brought_to(State.CLOSED, world)
    db.session.commit()
    where = address(app, world.worker, dues="task")
    one = events(client, where, "VTODO")[f"case-{case.id}"]
    assert (str(one["status"]), one["percent-complete"]) == ("COMPLETED", 100)
    activity = planned(world)
    activities.sign_up(activity, volunteer=False, by=world.worker)
    db.session.commit()
    assert str(events(client, where)[f"activity-{activity.id}"]["status"]) == "CONFIRMED"
    activities.cancel(activity, note="台风", by=world.worker)
    db.session.commit()
    gone = events(client, where)[f"activity-{activity.id}"]
    assert (str(gone["status"]), gone["sequence"]) == ("CANCELLED", activity.version)


def test_meetings_stand_with_those_they_concern(
    app: Flask, client: FlaskClient, world: World
) -> None:
    topic = block_of(world).announced()
    follower = someone("follower")
    following.follow(
        grid=world.home, spot=None, radius_m=None, corners=None, name=None, class_prefix=None,
        every=Every.DAILY, by=follower, phone=None, address="", locale="zh_CN",
    )  # fmt: skip
    db.session.commit()
    for person in (world.worker, follower):
        one = events(client, address(app, person))[f"topic-{topic.id}"]
        assert one["dtstart"].dt == topic.meeting_at.replace(microsecond=0)
        assert (str(one["location"]), one["sequence"]) == ("议事厅", topic.version)
    for person in (world.neighbour, world.stranger):
        assert events(client, address(app, person)) == {}


def test_visits_say_neither_who_lives_there_nor_behind_which_door(
    app: Flask, client: FlaskClient, village: Village
) -> None:
    flagged(village.head, village.leader, KeyGroup.LIVES_ALONE)
    db.session.commit()
    where = address(app, village.world.worker)
    (one,) = events(client, where).values()
    assert isinstance(one["dtstart"].dt, date)
    assert str(one["summary"]) == "到期：走访 · 1号楼"
    body = read(client, where).to_ical().decode()
    for personal in ("示例", "302", "13800001234", "独居"):
        assert personal not in body
    assert events(client, address(app, village.world.neighbour)) == {}
    assert AHEAD_DAYS < 180


def test_an_address_is_a_secret_of_which_only_the_hash_is_kept(
    app: Flask, client: FlaskClient, world: World
) -> None:
    where = address(app, world.worker)
    secret = where.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) >= 43
    assert kept(world.worker).hash != secret.encode()
    page = as_user(app, world.worker).get(OWN).get_data(as_text=True)
    assert secret not in page
    assert "尚未读取" in page
    assert client.get(f"/calendar/{secret[:-1]}x.ics").status_code == 404
    assert client.get(f"/feeds/area/{secret}.rss").status_code == 404
    assert client.get(where).status_code == 200
    assert "尚未读取" not in as_user(app, world.worker).get(OWN).get_data(as_text=True)


def test_the_use_of_an_address_is_noted_now_and_then(
    app: Flask, client: FlaskClient, world: World
) -> None:
    where = address(app, world.worker)
    client.get(where)
    first = kept(world.worker).used_at
    assert first is not None
    client.get(where)
    assert kept(world.worker).used_at == first
    kept(world.worker).used_at = first - NOTED_EVERY
    db.session.commit()
    client.get(where)
    assert kept(world.worker).used_at >= first


def test_what_was_revoked_or_renewed_opens_nothing_any_more(
    app: Flask, client: FlaskClient, world: World
) -> None:
    old = address(app, world.worker)
    new = address(app, world.worker)
    assert client.get(old).status_code == 410
    assert client.get(old).mimetype == "text/plain"
    assert client.get(new).status_code == 200
    stranger = as_user(app, world.stranger)
    end = f"{OWN}/{kept(world.worker).id}/end"
    assert stranger.post(end).status_code == 403
    assert (
        stranger.post(f"{OWN}/{kept(world.worker).id}/dues", data={"dues": "task"}).status_code
        == 403
    )
    assert as_user(app, world.worker).post(end).status_code == 303
    assert client.get(new).status_code == 410
    assert as_user(app, world.worker).post(end).status_code == 404
    assert app.test_client().get(OWN).status_code == 302
    assert app.test_client().post(OWN, data={"kind": "calendar"}).status_code == 401


def test_whoever_is_locked_out_is_read_by_nobody(
    app: Flask, client: FlaskClient, world: World
) -> None:
    where = address(app, world.worker)
    account = db.session.get(Account, world.worker.id)
    assert account is not None
    account.locked_at = clock.now()
    db.session.commit()
    assert client.get(where).status_code == 410


def test_an_address_shows_what_its_owner_may_see_now(
    app: Flask, client: FlaskClient, world: World
) -> None:
    topic = block_of(world).announced()
    second = someone("second", "grid_worker", grid=world.home)
    db.session.commit()
    where = address(app, second)
    assert f"topic-{topic.id}" in events(client, where)
    account = db.session.get(Account, second.id)
    assert account is not None
    posts.end(account.posts[0], at=clock.now(), by=world.admin)
    db.session.commit()
    assert events(client, where) == {}


def test_dues_change_while_the_address_stays(app: Flask, client: FlaskClient, world: World) -> None:
    case = stages.brought_to(State.PROCESSING, world)
    db.session.commit()
    where = address(app, world.worker)
    assert events(client, where, "VTODO") == {}
    change = f"{OWN}/{kept(world.worker).id}/dues"
    assert as_user(app, world.worker).post(change, data={"dues": "song"}).status_code == 422
    assert as_user(app, world.worker).post(change, data={"dues": "task"}).status_code == 303
    assert list(events(client, where, "VTODO")) == [f"case-{case.id}"]
    assert as_user(app, world.worker).post(OWN, data={"kind": "diary"}).status_code == 422


def test_my_area_is_my_grids_and_what_i_follow(
    app: Flask, client: FlaskClient, world: World
) -> None:
    far = world.spot(world.next_door)
    here, there = filed(world), filed(world, lon=far[0], lat=far[1])
    hidden = filed(world)
    hidden.private = True
    follower = someone("follower")
    following.follow(
        grid=None, spot=far, radius_m=200, corners=None, name=None, class_prefix=None,
        every=Every.DAILY, by=follower, phone=None, address="", locale="zh_CN",
    )  # fmt: skip
    db.session.commit()

    def numbers(person: Person) -> list[str]:
        answer = client.get(address(app, person, "area"))
        assert "private" in answer.headers["Cache-Control"]
        found = fromstring(answer.data).iterfind("channel/item/guid")
        return [str(each.text).rpartition(":")[2] for each in found]

    assert numbers(world.worker) == [here.number]
    assert numbers(follower) == [there.number]
    assert numbers(world.dispatcher) == [there.number, here.number]
    assert numbers(world.stranger) == []


def test_a_fuller_calendar_asks_no_more_questions(
    app: Flask, client: FlaskClient, world: World
) -> None:
    where = address(app, world.worker)
    counts = []
    for _round in range(2):
        for _each in range(3):
            stages.brought_to(State.PROCESSING, world)
            activities.sign_up(planned(world), volunteer=False, by=world.worker)
        db.session.commit()
        client.get(where)
        with statements(app) as asked:
            assert len(events(client, where)) >= 6
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 18
