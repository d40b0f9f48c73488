"""Followers are told what is new where they look, once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.cases.residents.telling import PHONE, came_in, handled, resident, texts, told
from tests.cases.stages import reported
from tests.world import World
from webapp.base import clock
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.notices import Notice
from webapp.cases import moves
from webapp.cases.models import Case
from webapp.cases.residents import following, queries
from webapp.cases.residents.models import Follow
from webapp.cases.residents.rules import Every
from webapp.people.actors import Nobody

LATER = timedelta(minutes=1)


def followed(by: Actor, **more: Any) -> Follow:
    """Somebody follows something since a minute ago."""
    with clock.at(clock.now() - LATER):
        return following.follow(**{"every": Every.ONCE, "by": by, "locale": "en", **more})


def filed(world: World, **more: Any) -> Case:
    """A case that has just become public."""
    case = reported(world, **more)
    moves.file_case(case, by=world.dispatcher)
    return case


def run(every: Every = Every.ONCE) -> int:
    """The clock goes round; answers how many were told."""
    following.gather()
    return following.tell(every)


def test_a_follower_of_a_grid_is_told_once(world: World) -> None:
    who = resident()
    followed(who, grid=world.home)
    case = filed(world)
    assert run() == 1
    assert run() == 0
    assert [case.number in each for each in texts()] == [True]
    assert db.session.scalars(select(Notice).where(Notice.account_id == who.id)).one()


def test_other_places_and_other_classes_are_not_told(world: World) -> None:
    who = resident()
    followed(who, grid=world.next_door)
    followed(who, grid=world.home, class_prefix="07")
    filed(world)
    assert run() == 0


@pytest.mark.parametrize("way", ["spot", "area"])
def test_a_spot_and_a_drawn_area_hold_what_is_in_them(world: World, way: str) -> None:
    x, y = world.spot(world.home)
    far = world.spot(world.next_door)
    corners = [(x - 0.001, y - 0.001), (x + 0.001, y - 0.001), (x, y + 0.002)]
    where = {"spot": {"spot": (x, y), "radius_m": 200}, "area": {"corners": corners}}[way]
    followed(resident(), **where)
    filed(world, lon=far[0], lat=far[1])
    assert run() == 0
    filed(world)
    assert run() == 1


def test_what_is_not_public_is_told_to_nobody(world: World) -> None:
    followed(resident(), grid=world.home)
    reported(world)
    private = reported(world, private=True)
    moves.file_case(private, by=world.dispatcher)
    inside = reported(world, class_code="26001")
    moves.file_case(inside, by=world.dispatcher)
    later = filed(world)
    following.gather()
    later.private = True
    db.session.flush()
    assert following.tell(Every.ONCE) == 0


def test_a_day_is_one_text_over_all_that_one_person_follows(world: World) -> None:
    who = resident()
    x, y = world.spot(world.home)
    followed(who, grid=world.home, every=Every.DAILY)
    followed(who, spot=(x, y), radius_m=500, every=Every.DAILY)
    for _each in range(5):
        filed(world)
    assert run(Every.ONCE) == 0
    assert run(Every.DAILY) == 1
    assert len(texts()) == 1
    assert "(5)" in texts()[0]


def test_the_whole_life_is_news_and_steps_of_the_desk_are_not(world: World) -> None:
    followed(resident(), grid=world.home)
    handled(told(world, resident("+8613800138009")), world)
    run()
    assert "(2)" in texts()[-1], "filed and closed"


def test_a_phone_without_an_account_confirms_by_its_link_and_ends_by_it(
    client: FlaskClient, world: World
) -> None:
    sent = {"grid": world.home.display_code, "every": "once", "phone": "13800138000"}
    assert client.post("/follow", data=sent).status_code == 200
    filed(world)
    assert run() == 0, "nothing is told before the link was opened"
    link = re.search(r"/follow/[\w-]+", texts()[-1])
    assert link
    assert client.get(link[0]).status_code == 200
    assert client.post(link[0] + "/confirm").status_code == 303
    new = db.session.scalars(select(Follow)).one()
    new.confirmed_at = clock.now() - LATER
    case = filed(world)
    run()
    assert case.number in texts()[-1]
    assert link[0] in texts()[-1]
    assert client.post(link[0] + "/stop").status_code == 200
    db.session.expire_all()
    assert db.session.scalars(select(Follow)).one().phone is None
    assert client.get(link[0]).status_code == 410
    assert client.post(link[0] + "/confirm").status_code == 410
    before = len(texts())
    filed(world)
    run()
    assert len(texts()) == before


def test_an_unconfirmed_number_is_forgotten(world: World) -> None:
    followed(Nobody(), grid=world.home, phone="13800138000")
    with clock.at(clock.now() + timedelta(days=3)):
        following.forget()
    assert db.session.scalars(select(Follow)).all() == []


def test_lines_that_cross_are_no_area(world: World) -> None:
    x, y = world.spot(world.home)
    bow = [(x, y), (x + 0.01, y + 0.01), (x + 0.01, y), (x, y + 0.01)]
    for corners in (bow, bow[:2]):
        with pytest.raises(Unacceptable):
            followed(resident(f"+861380013{len(corners)}000"), corners=corners)


def test_only_the_follower_ends_what_they_follow(app: Flask, world: World) -> None:
    mine, other = came_in(app), came_in(app, "13800138001")
    assert mine.post("/follow", data={"grid": world.home.display_code}).status_code == 303
    new = db.session.scalars(select(Follow)).one()
    assert other.post(f"/follow/{new.id}/end").status_code == 403
    assert app.test_client().post(f"/follow/{new.id}/end").status_code == 401
    assert mine.post(f"/follow/{new.id}/end").status_code == 303
    assert queries.follows_of(new.account_id) == []


def test_a_bad_form_is_told_beside_its_fields(client: FlaskClient) -> None:
    answer = client.post("/follow?lang=en", data={"phone": "13800138000"})
    assert answer.status_code == 422
    assert client.post("/follow", data={"grid": "nowhere", "phone": PHONE}).status_code == 422
