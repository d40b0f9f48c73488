"""Posts: who holds what over which place, and never twice the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.people.conftest import Clock
from tests.world import World, as_user, someone
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import NotOpen, Refusal, Unacceptable
from webapp.grids import queries as grids
from webapp.grids.models import Unit
from webapp.grids.rules import UnitKind
from webapp.people import actions, actors, posts, queries
from webapp.people.models import HandOver, Post
from webapp.people.posts import LastAdmin, Overlaps
from webapp.people.rules import ROLES

OVER_GRID = [name for name, role in ROLES.items() if role.over_grid]
OVER_UNIT = [name for name, role in ROLES.items() if not role.over_grid]


def account(person: actors.Person):
    return queries.account(person.id)


def first_post(person: actors.Person) -> Post:
    return queries.posts_of(person.id)[0]


def unit(kind: UnitKind) -> Unit:
    return db.session.scalars(select(Unit).where(Unit.kind == kind).order_by(Unit.id)).first()


@pytest.mark.parametrize("role", OVER_GRID)
def test_a_post_over_a_grid_wants_a_grid(world: World, role: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        posts.give(
            account(world.stranger),
            role=role,
            unit_id=queries.street_id(),
            since=clock.now(),
            by=world.admin,
        )
    assert "grid" in refused.value.fields
    given = posts.give(
        account(world.stranger), role=role, grid_id=world.home.id, since=clock.now(), by=world.admin
    )
    assert given.grid_id == world.home.id


@pytest.mark.parametrize("role", OVER_UNIT)
def test_other_posts_want_a_unit(world: World, role: str) -> None:
    with pytest.raises(Unacceptable) as refused:
        posts.give(
            account(world.stranger),
            role=role,
            grid_id=world.home.id,
            since=clock.now(),
            by=world.admin,
        )
    assert "unit" in refused.value.fields


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        ("admin", UnitKind.DEPARTMENT),
        ("admin", UnitKind.COMMUNITY),
        ("dispatcher", UnitKind.STATION),
        ("handler", UnitKind.COMMUNITY),
        ("station_head", UnitKind.DEPARTMENT),
        ("street_leader", UnitKind.CITY),
    ],
)
def test_a_post_is_not_held_over_any_unit(world: World, role: str, kind: UnitKind) -> None:
    with pytest.raises(Unacceptable) as refused:
        posts.give(
            account(world.stranger), role=role, unit_id=unit(kind).id, since=clock.now(), by=None
        )
    assert "unit" in refused.value.fields


def test_there_is_no_post_that_the_house_does_not_know(world: World) -> None:
    with pytest.raises(Unacceptable) as refused:
        posts.give(account(world.stranger), role="king", since=clock.now(), by=world.admin)
    assert "role" in refused.value.fields


def test_the_same_post_twice_is_refused_with_its_time(world: World) -> None:
    with pytest.raises(Overlaps) as refused:
        posts.give(
            account(world.worker),
            role="grid_worker",
            grid_id=world.home.id,
            since=clock.now(),
            by=world.admin,
        )
    assert "worker" in str(refused.value.words)
    assert refused.value.status == 409
    assert len(queries.posts_of(world.worker.id)) == 1


def test_a_refused_post_leaves_the_rest_of_the_transaction(world: World) -> None:
    made = someone("later")
    with pytest.raises(Overlaps):
        posts.give(
            account(world.worker),
            role="grid_worker",
            grid_id=world.home.id,
            since=clock.now(),
            by=world.admin,
        )
    db.session.commit()
    assert queries.account(made.id) is not None


def test_a_post_may_follow_on_another_at_the_same_moment(world: World) -> None:
    now = clock.now()
    posts.end(first_post(world.worker), at=now, by=world.admin)
    posts.give(
        account(world.worker), role="grid_worker", grid_id=world.home.id, since=now, by=world.admin
    )
    assert len(queries.posts_of(world.worker.id)) == 2


def test_one_person_holds_two_posts_and_two_people_hold_the_same(world: World) -> None:
    posts.give(
        account(world.worker),
        role="grid_worker",
        grid_id=world.next_door.id,
        since=clock.now(),
        by=world.admin,
    )
    held = queries.posts_at(grid_id=world.next_door.id)
    assert {post.account_id for post in held} == {world.worker.id, world.neighbour.id}


def test_a_post_ends_and_its_rights_with_it(world: World) -> None:
    posts.end(first_post(world.worker), at=clock.now(), note="moved", by=world.admin)
    assert actors.person(world.worker.id).grids(("grid_worker",)) == frozenset()
    event = audit.last("account", world.worker.id)
    assert (event.move, event.data["note"]) == ("end_post", "moved")


def test_a_post_that_has_ended_does_not_end_again(world: World, watch: Clock) -> None:
    post = first_post(world.worker)
    posts.end(post, at=clock.now(), by=world.admin)
    watch.later(seconds=1)
    with pytest.raises(NotOpen):
        posts.end(post, at=clock.now(), by=world.admin)


def test_a_post_does_not_end_before_it_began(world: World) -> None:
    before = first_post(world.worker).valid.lower - timedelta(days=1)
    with pytest.raises(Unacceptable) as refused:
        posts.end(first_post(world.worker), at=before, by=world.admin)
    assert "at" in refused.value.fields


def test_passing_a_post_on_leaves_no_gap_and_no_overlap(world: World) -> None:
    old = first_post(world.worker)
    at = clock.now()
    new, paper = posts.rotate(old, to=account(world.stranger), at=at, by=world.admin)
    assert old.valid.upper == new.valid.lower == at
    assert new.valid.upper is None
    assert (new.role, new.grid_id) == (old.role, old.grid_id)
    assert (paper.giver_id, paper.taker_id) == (world.worker.id, world.stranger.id)


def test_a_post_is_not_passed_on_to_its_own_holder(world: World) -> None:
    with pytest.raises(Unacceptable) as refused:
        posts.rotate(
            first_post(world.worker), to=account(world.worker), at=clock.now(), by=world.admin
        )
    assert "to" in refused.value.fields


def test_passing_on_to_somebody_who_holds_it_already_changes_nothing(world: World) -> None:
    posts.give(
        account(world.stranger),
        role="grid_worker",
        grid_id=world.home.id,
        since=clock.now(),
        by=world.admin,
    )
    db.session.commit()
    client = as_user(db_app(), world.admin)
    post = first_post(world.worker)
    answer = client.post(f"/people/posts/{post.id}/rotation", data={"to": "stranger"})
    assert answer.status_code == 409
    db.session.expire_all()
    assert first_post(world.worker).valid.upper is None


def db_app() -> Flask:
    from flask import current_app

    return current_app._get_current_object()


def test_the_last_administrator_stays(world: World) -> None:
    with pytest.raises(LastAdmin) as refused:
        posts.end(first_post(world.admin), at=clock.now(), by=world.admin)
    assert refused.value.status == 409
    with pytest.raises(LastAdmin):
        actions.lock(account(world.admin), reason="x", by=world.dispatcher)


def test_the_last_administrator_does_not_leave_next_week_either(world: World) -> None:
    with pytest.raises(LastAdmin):
        posts.end(first_post(world.admin), at=clock.now() + timedelta(days=7), by=world.admin)


def test_an_administrator_for_a_while_or_a_locked_one_is_no_other(world: World) -> None:
    street = queries.street_id()
    posts.give(
        account(world.stranger),
        role="admin",
        unit_id=street,
        since=clock.now() - timedelta(hours=1),
        until=clock.now() + timedelta(days=30),
        by=world.admin,
    )
    posts.give(
        account(world.worker),
        role="admin",
        unit_id=street,
        since=clock.now() - timedelta(hours=1),
        by=world.admin,
    )
    actions.lock(account(world.worker), reason="gone", by=world.admin)
    with pytest.raises(LastAdmin):
        posts.end(first_post(world.admin), at=clock.now(), by=world.admin)


def test_with_a_second_administrator_the_first_may_go(world: World) -> None:
    second = someone("second", "admin")
    posts.end(first_post(world.admin), at=clock.now(), by=second)
    assert not actors.person(world.admin.id).holds(("admin",))


def test_the_post_of_administrator_may_be_passed_on(world: World) -> None:
    posts.rotate(
        first_post(world.admin), to=account(world.stranger), at=clock.now(), by=world.admin
    )
    assert actors.person(world.stranger.id).holds(("admin",))


def test_the_page_of_a_grid_says_who_held_it_when(app: Flask, world: World) -> None:
    posts.rotate(
        first_post(world.worker), to=account(world.stranger), at=clock.now(), by=world.admin
    )
    db.session.commit()
    text = as_user(app, world.admin).get(f"/people/posts/grid/{world.home.code}").text
    assert text.index("stranger") < text.index("worker")


def test_a_post_is_given_by_form_with_its_days(app: Flask, world: World) -> None:
    client = as_user(app, world.admin)
    answer = client.post(
        f"/people/accounts/{world.stranger.id}/posts",
        data={
            "role": "forest_ranger",
            "grid": world.home.display_code,
            "since": "2026-12-01",
            "until": "2026-12-31",
        },
    )
    assert answer.status_code == 303
    given = first_post(world.stranger)
    assert given.valid.lower.isoformat() == "2026-11-30T16:00:00+00:00"
    assert given.valid.upper.isoformat() == "2026-12-31T16:00:00+00:00"
    page = client.get(f"/people/accounts/{world.stranger.id}").text
    assert "2026-12-01" in page
    assert "2026-12-31" in page


@pytest.mark.parametrize(
    ("field", "sent"),
    [
        ("role", {"role": "king"}),
        ("grid", {"role": "grid_worker"}),
        ("grid", {"role": "grid_worker", "grid": "DJJ-C-999"}),
        ("unit", {"role": "dispatcher"}),
        ("until", {"role": "dispatcher", "since": "2026-12-01", "until": "2026-11-01"}),
        ("since", {"role": "dispatcher", "since": "yesterday"}),
    ],
)
def test_a_refused_post_is_shown_again_with_the_error_beside_its_field(
    app: Flask, world: World, field: str, sent: dict[str, str]
) -> None:
    if sent.get("since") == "2026-12-01":
        sent = {**sent, "unit": str(queries.street_id())}
    client = as_user(app, world.admin)
    answer = client.post(f"/people/accounts/{world.stranger.id}/posts", data=sent)
    assert answer.status_code == 422
    assert f'id="field-{field}-error"' in answer.text
    assert queries.posts_of(world.stranger.id) == []


def at_once(app: Flask, *deeds) -> list[str]:
    """The deeds, each in its own thread and transaction, at the same moment; how each ended."""
    ready = Barrier(len(deeds))

    def run(deed) -> str:
        with app.test_request_context("/"):
            ready.wait()
            try:
                deed()
                db.session.commit()
            except Refusal as refusal:
                db.session.rollback()
                return refusal.code
            return "done"

    with ThreadPoolExecutor(len(deeds)) as pool:
        return sorted(pool.map(run, deeds))


def test_of_two_who_give_the_same_post_at_once_one_is_told_clearly(shared: Flask) -> None:
    with shared.test_request_context("/"):
        world_admins = [someone("first", "admin"), someone("second", "admin")]
        worker = someone("worker")
        grid_id = grids.living()[0].id
        db.session.commit()

    def give(by):
        return lambda: posts.give(
            queries.account(worker.id),
            role="grid_worker",
            grid_id=grid_id,
            since=clock.now() - timedelta(hours=1),
            by=by,
        )

    assert at_once(shared, *(give(admin) for admin in world_admins)) == ["done", "overlaps"]
    with shared.test_request_context("/"):
        assert len(queries.posts_of(worker.id)) == 1


def test_of_two_administrators_who_remove_each_other_at_once_one_stays(shared: Flask) -> None:
    with shared.test_request_context("/"):
        first, second = someone("first", "admin"), someone("second", "admin")
        db.session.commit()

    def lock(whom, by):
        return lambda: actions.lock(queries.account(whom.id), reason="gone", by=by)

    assert at_once(shared, lock(first, second), lock(second, first)) == ["done", "last_admin"]


def test_of_two_who_take_the_same_user_name_at_once_one_is_told(shared: Flask) -> None:
    def make():
        actions.create_account(name="one of two", username="wanted", by=None)

    assert at_once(shared, make, make) == ["done", "unacceptable"]


def test_many_wrong_passwords_at_once_are_counted_one_by_one(shared: Flask) -> None:
    from webapp.people import entry

    with shared.test_request_context("/"):
        someone("worker")
        db.session.commit()
    door = entry.Door("10.0.0.1")
    ready = Barrier(8)

    def try_once(_number) -> str:
        with shared.test_request_context("/"):
            ready.wait()
            try:
                entry.by_password("worker", "not the password", door=door)
            except Refusal as refusal:
                db.session.commit()
                return refusal.code
            return "in"

    with ThreadPoolExecutor(8) as pool:
        ended = sorted(pool.map(try_once, range(8)))
    assert ended == ["not_recognised"] * 5 + ["too_often"] * 3


def test_a_hand_over_belongs_to_one_post(world: World, session: Session) -> None:
    posts.end(first_post(world.worker), at=clock.now(), by=world.admin)
    papers = session.scalars(select(HandOver)).all()
    assert [paper.giver_id for paper in papers] == [world.worker.id]
