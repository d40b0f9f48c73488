"""Pages of the territory: the list of grids, one grid with its past, and the named places."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.world import HOME_GRID, World, as_user
from webapp.base.db import db
from webapp.base.spatial import shape_of
from webapp.grids import actions, history, queries
from webapp.grids.actions import Drawn
from webapp.grids.models import Grid, GridVersion, Place
from webapp.grids.rules import GridKind, PlaceKind

LONG_NAME = "电子材料产业园(中节能万润·九目化学)"


def words(client: FlaskClient, address: str) -> str:
    """The page at the address."""
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def redrawn(renamed: str) -> None:
    """A second set is in force: as the first, but the home grid has another name."""
    before = queries.active_set()
    street = queries.root()
    assert before is not None
    assert street is not None
    drawn = [
        Drawn(
            code=each.code,
            name=renamed if each.display_code == HOME_GRID else each.name,
            kind=GridKind(each.kind),
            community_id=each.community_id,
            geom=shape_of(each.geom),
            display_code=each.display_code,
        )
        for each in queries.active_versions()
    ]
    made = actions.draft(title="第二套边界", grids=drawn, unit=street, by=None, based_on=before)
    actions.activate(made, by=None)


def test_all_97_grids_stand_in_the_list_by_kind(client: FlaskClient) -> None:
    page = words(client, "/grids")
    assert page.count('<th scope="row">') == 97
    assert page.count('aria-labelledby="kind-') == 4
    assert LONG_NAME in page


@pytest.mark.parametrize(
    ("wish", "count"),
    [
        ("q=恒祥", 8),
        ("kind=industry", 13),
        ("q=DJJ-I-007", 1),
        ("q=没有这个", 0),
        ("q=恒祥&kind=village", 0),
    ],
)
def test_the_list_is_narrowed_by_name_code_and_kind(
    client: FlaskClient, wish: str, count: int
) -> None:
    assert words(client, f"/grids?{wish}").count('<th scope="row">') == count


def test_a_kind_that_is_none_is_refused(client: FlaskClient) -> None:
    assert client.get("/grids?kind=castle").status_code == 422


def test_the_rows_alone_come_when_htmx_asks(client: FlaskClient) -> None:
    answer = client.get("/grids?q=恒祥", headers={"HX-Request": "true"})
    assert "<html" not in answer.get_data(as_text=True)


def test_the_column_of_open_cases_is_for_staff(app: Flask, world: World) -> None:
    assert "data-load-of" not in words(app.test_client(), "/grids")
    assert words(as_user(app, world.worker), "/grids").count("data-load-of") == 97


def test_a_grid_shows_its_facts_and_the_codes_of_its_community(client: FlaskClient) -> None:
    page = words(client, "/grids/DJJ-I-007")
    for fact in (LONG_NAME, "370672004029003", "370672004029", "平方公里", "示意边界"):
        assert fact in page


def test_a_grid_is_found_by_its_long_code_too(client: FlaskClient, session: Session) -> None:
    code = db.session.scalar(select(Grid.code).where(Grid.display_code == HOME_GRID))
    assert HOME_GRID in words(client, f"/grids/{code}")


@pytest.mark.parametrize("code", ["DJJ-C-999", "nothing", "<b>", "'"])
def test_a_grid_that_is_not_there_is_not_found(client: FlaskClient, code: str) -> None:
    assert client.get(f"/grids/{code}").status_code == 404


def test_its_past_is_told_with_dates_names_and_origin(session: Session) -> None:
    grid = queries.one(HOME_GRID)
    assert grid is not None
    old_name = grid.name
    redrawn("新名字网格")
    session.expire_all()
    newest, oldest = history.steps(grid)
    assert (newest.version.name, oldest.version.name) == ("新名字网格", old_name)
    assert newest.version.valid is not None
    assert oldest.version.valid is not None
    assert oldest.version.valid.upper == newest.version.valid.lower
    assert [parent.code for parent in newest.parents][:1] == [HOME_GRID]
    assert newest.parents[0].share > 0.999


def test_a_draft_is_no_part_of_the_past(session: Session) -> None:
    street = queries.root()
    grid = queries.one(HOME_GRID)
    assert street is not None
    assert grid is not None
    version = queries.version_of(grid)
    assert version is not None
    drawn = Drawn(grid.code, "draft", GridKind.COMMUNITY, grid.community_id, shape_of(version.geom))
    actions.draft(title="draft", grids=[drawn], unit=street, by=None)
    assert len(history.steps(grid)) == 1


def test_cameras_in_a_grid_are_for_staff(app: Flask, world: World) -> None:
    camera = select(Place.grid_id).where(Place.kind == PlaceKind.CAMERA, Place.grid_id.is_not(None))
    grid = db.session.get(Grid, db.session.scalars(camera).first())
    assert grid is not None
    address = f"/grids/{grid.display_code}"
    assert "摄像头" not in words(app.test_client(), address)
    assert "摄像头" in words(as_user(app, world.worker), address)


def test_places_of_a_kind_are_listed_with_their_grids(app: Flask, world: World) -> None:
    count = db.session.scalar(
        select(func.count()).select_from(Place).where(Place.kind == PlaceKind.VILLAGE)
    )
    page = words(app.test_client(), "/grids/places?kind=village")
    assert page.count('<li class="line">') == count
    cameras = "/grids/places?kind=camera"
    assert "全景" not in words(app.test_client(), cameras)
    assert "全景" in words(as_user(app, world.dispatcher), cameras)
    # A worker reads those of the own grid, and not those of the others.
    mine = words(as_user(app, world.worker), cameras).count('<li class="line">')
    here = select(func.count()).select_from(Place).where(Place.kind == PlaceKind.CAMERA)
    assert mine == db.session.scalar(here.where(Place.grid_id == world.home.id))


def test_a_hostile_name_is_only_a_name(client: FlaskClient, session: Session) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    db.session.execute(update(Grid).where(Grid.display_code == HOME_GRID).values(name=hostile))
    db.session.execute(
        update(GridVersion).where(GridVersion.display_code == HOME_GRID).values(name=hostile)
    )
    db.session.flush()
    for address in ("/grids", f"/grids/{HOME_GRID}", "/maps/search?q=onerror"):
        assert "<img src=x" not in words(client, address)
