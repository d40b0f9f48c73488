"""What is open follows other borders: cases, places, posts; what is closed does not."""

from __future__ import annotations

import threading
import time

import pytest
from flask import Flask
from shapely import Point, Polygon
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.grids.redrawing import (
    app_of_its_own,
    bitten,
    border_of,
    borders,
    draft,
    halves,
    neighbours,
    put_in_force,
)
from tests.world import World, someone
from webapp.base import audit
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.notices import Notice
from webapp.base.spatial import stored, to_lonlat
from webapp.cases import actions as cases, moves as case_moves
from webapp.cases.models import Case
from webapp.cases.rules import Source, State
from webapp.grids import actions, queries, relocation
from webapp.grids.models import Grid, Place
from webapp.people.models import Post


def _report(world: World, spot: tuple[float, float]) -> Case:
    return cases.report(
        class_code="06010",
        lon=spot[0],
        lat=spot[1],
        datum=Datum.WGS84,
        source=Source.WORKER,
        by=world.worker,
        prefix="DJJ",
    )


def _inside(shape: Polygon) -> tuple[float, float]:
    spot = shape.representative_point()
    return to_lonlat(spot.x, spot.y)


def _events(case: Case) -> list[audit.Event]:
    return [each for each in audit.history("case", case.id) if each.move == "relocated"]


@pytest.fixture
def beside(world: World) -> Grid:
    """The grid with the longest border to the worker's, of the same kind."""
    shapes = borders()
    kinds = {each.code: each.kind for each in queries.active_versions()}
    home = shapes[world.home.code]
    code = max(
        (each for each in shapes if each != world.home.code and kinds[each] == world.home.kind),
        key=lambda each: home.intersection(shapes[each]).length,
    )
    found = queries.one(code)
    assert found is not None
    return found


def test_an_open_case_goes_to_the_grid_in_which_its_point_lies_now(
    world: World, beside: Grid
) -> None:
    new_worker = someone("new_worker", "grid_worker", grid=beside)
    changes = bitten(world.home.code, beside.code)
    given = border_of(world.home).difference(changes[world.home.code])
    case, stays = _report(world, _inside(given)), _report(world, world.spot(world.home))
    old_version, version = case.grid_version_id, stays.version
    assert case.grid_id == world.home.id
    put_in_force(changes)
    assert (case.grid_id, stays.grid_id) == (beside.id, world.home.id)
    (event,) = _events(case)
    assert event.data["grid"] == [world.home.id, beside.id]
    assert event.data["grid_version"] == [old_version, case.grid_version_id]
    assert event.grid_id == beside.id
    assert _events(stays) == []
    assert stays.version == version
    told = db.session.scalars(select(Notice).where(Notice.account_id == new_worker.id)).all()
    assert [(each.params["number"], each.url) for each in told] == [
        (case.number, f"/cases/{case.id}")
    ]


def test_whoever_handles_a_case_keeps_it_when_its_grid_changes(world: World, beside: Grid) -> None:
    changes = bitten(world.home.code, beside.code)
    case = _report(world, _inside(border_of(world.home).difference(changes[world.home.code])))
    case_moves.dispatch(case, to=world.worker.id, by=world.dispatcher)
    due = case.due_at
    put_in_force(changes)
    assert case.grid_id == beside.id
    assert (case.handler_id, case.state, case.due_at) == (world.worker.id, State.DISPATCHED, due)


def test_a_closed_case_keeps_the_grid_and_version_it_had(world: World, beside: Grid) -> None:
    changes = bitten(world.home.code, beside.code)
    case = _report(world, _inside(border_of(world.home).difference(changes[world.home.code])))
    case_moves.reject(case, note="不属实", by=world.dispatcher)
    before = (case.grid_id, case.grid_version_id, case.version)
    put_in_force(changes)
    assert (case.grid_id, case.grid_version_id, case.version) == before
    assert _events(case) == []


def test_a_grid_that_a_person_has_said_is_not_overruled(world: World, beside: Grid) -> None:
    changes = bitten(world.home.code, beside.code)
    case = _report(world, world.spot(world.home))
    cases.correct(case, grid_code=world.next_door.code, note="在路的另一边", by=world.dispatcher)
    put_in_force(changes)
    assert case.grid_id == world.next_door.id
    assert _events(case) == []


def test_a_case_without_a_point_follows_the_one_heir_of_its_grid(
    world: World, beside: Grid
) -> None:
    case = _report(world, world.spot(world.home))
    _forget_point(case)
    shapes = borders()
    put_in_force(
        {
            world.home.code: None,
            beside.code: Polygon(
                shapes[world.home.code].union(shapes[beside.code]).buffer(0.01).exterior
            ),
        }
    )
    assert case.grid_id == beside.id
    assert _events(case)[0].data["grid"] == [world.home.id, beside.id]


def test_a_case_without_a_point_and_without_an_heir_stays_and_the_supervisors_know(
    world: World,
) -> None:
    case = _report(world, world.spot(world.home))
    _forget_point(case)
    west, east = halves(border_of(world.home))
    made = draft({world.home.code: None}, A=west, B=east)
    actions.check(made, [], by=world.shift_leader)
    actions.activate(made, by=world.admin)
    assert case.grid_id == world.home.id
    assert world.home.retired_at is not None
    told = db.session.scalars(select(Notice).where(Notice.account_id == world.shift_leader.id))
    assert any("stand in grids that are no more" in each.words for each in told)


def _forget_point(case: Case) -> None:
    """As if it had come in by telephone, with its grid and no point."""
    values = {"grid": case.grid_id, "version": case.grid_version_id, "id": case.id}
    db.session.execute(text("UPDATE case_file SET geom = NULL WHERE id = :id"), values)
    db.session.execute(
        text("UPDATE case_file SET grid_id = :grid, grid_version_id = :version WHERE id = :id"),
        values,
    )
    db.session.refresh(case)
    assert (case.geom, case.grid_id) == (None, values["grid"])


def test_places_stand_in_the_grid_in_which_they_lie_now(world: World, beside: Grid) -> None:
    changes = bitten(world.home.code, beside.code)
    spot = border_of(world.home).difference(changes[world.home.code]).representative_point()
    place = Place(kind="village", name="边上的村", geom=stored(spot))
    db.session.add(place)
    db.session.flush()
    assert place.grid_id == world.home.id
    put_in_force(changes)
    assert place.grid_id == beside.id


def _post(grid: Grid) -> Post:
    return db.session.scalars(select(Post).where(Post.grid_id == grid.id)).one()


def test_a_post_over_a_grid_that_is_gone_ends_with_a_hand_over(world: World) -> None:
    post = _post(world.home)
    west, east = halves(border_of(world.home))
    made = draft({world.home.code: None}, A=west, B=east)
    actions.check(made, [], by=world.shift_leader)
    actions.activate(made, by=world.admin)
    assert made.valid is not None
    assert post.valid.upper == made.valid.lower
    assert (
        db.session.scalar(
            text("SELECT count(*) FROM hand_over WHERE post_id = :post"), {"post": post.id}
        )
        == 1
    )
    told = db.session.scalars(select(Notice).where(Notice.account_id == world.admin.id)).all()
    assert [each.params["count"] for each in told if "posts ended" in each.words] == [1]


def test_posts_over_grids_that_live_on_go_on(world: World, beside: Grid) -> None:
    post = _post(world.home)
    put_in_force(bitten(world.home.code, beside.code))
    assert post.valid.upper is None


def test_locating_again_changes_nothing_that_is_right(world: World) -> None:
    case = _report(world, world.spot(world.home))
    before = case.version
    assert relocation.relocate(Case) == []
    assert relocation.relocate(Place) == []
    assert case.version == before


def test_locating_again_mends_what_is_wrong_and_says_what_changed(world: World) -> None:
    case = _report(world, world.spot(world.home))
    right = (case.grid_id, case.grid_version_id, case.cell_code)
    db.session.execute(
        text("UPDATE case_file SET grid_id = :wrong WHERE id = :id"),
        {"wrong": world.next_door.id, "id": case.id},
    )
    (found,) = relocation.relocate(Case)
    assert (found.id, found.old_grid_id, found.new_grid_id) == (
        case.id,
        world.next_door.id,
        world.home.id,
    )
    assert (case.grid_id, case.grid_version_id, case.cell_code) == right


def test_only_asked_rows_are_located_again(world: World) -> None:
    case = _report(world, world.spot(world.home))
    db.session.execute(text("UPDATE case_file SET grid_id = NULL WHERE id = :id"), {"id": case.id})
    db.session.expire(case)
    assert relocation.relocate(Case, Case.state == State.CLOSED) == []
    assert case.grid_id is None


def test_many_rows_are_located_again_at_once(session: Session) -> None:
    shapes = list(borders().values())
    session.add_all(
        Place(kind="village", name=f"村{n}", geom=stored(shapes[n % 97].representative_point()))
        for n in range(400)
    )
    session.flush()
    session.execute(text("UPDATE place SET grid_id = 1, cell_code = NULL WHERE name LIKE '村%'"))
    moved = relocation.relocate(Place, Place.name.like("村%"))
    assert len(moved) == sum(
        each.grid_id != 1 for each in session.scalars(select(Place).where(Place.name.like("村%")))
    )
    assert len(moved) > 380


WAITS = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")


def test_what_is_placed_while_borders_change_is_placed_by_the_new_ones(
    cluster_url: str, house: Flask
) -> None:
    """A row written in another connection waits for the activation, and obeys what it made."""
    found: list[tuple[int | None, int | None]] = []

    def place(app: Flask, spot: Point) -> None:
        with app.test_request_context("/"):
            village = Place(kind="village", name="新村", geom=stored(spot))
            db.session.add(village)
            db.session.flush()
            found.append((village.grid_id, village.grid_version_id))
            db.session.commit()

    with app_of_its_own(cluster_url, house) as app, app.test_request_context("/"):
        first, second = neighbours()
        changes = bitten(first, second)
        spot = borders()[first].difference(changes[first]).representative_point()
        made = put_in_force(changes)
        writer = threading.Thread(target=place, args=(app, spot))
        writer.start()
        with db.engine.connect() as watcher:
            until = time.monotonic() + 90
            while not watcher.scalar(WAITS) and time.monotonic() < until:
                watcher.rollback()
        assert found == []
        wanted = next(each for each in queries.versions_of(made.id) if each.code == second)
        expected = (wanted.grid_id, wanted.id)
        db.session.commit()
        writer.join()
        assert found == [expected]
