"""A program sees what its owner sees on the pages, and nothing else."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.interop.ogc.reader import CASES, OGC, bearer, camera, keys, told
from tests.interop.open311.clients import filed
from tests.relocation.estate import Estate, estate, yard
from tests.world import World, as_user
from webapp.base.db import db

__all__ = ["estate", "yard"]

CAMERAS = f"{OGC}/collections/cameras"
PARCELS = f"{OGC}/collections/household-parcels"
PARTS = ["", "/items", "/items/1", "/schema", "/queryables", "/sortables", "/tiles"]
TILES = "/tiles/WebMercatorQuad"
PARTS += [f"{TILES}{each}" for each in ("", "/tilejson.json", "/style.json", "/0/0/0")]


@pytest.mark.parametrize("at", [CAMERAS, PARCELS])
def test_a_visitor_and_a_stranger_get_nothing_of_what_is_for_staff(
    app: Flask, client: FlaskClient, world: World, at: str
) -> None:
    camera(world.home, "gate")
    stranger = as_user(app, world.stranger)
    token = bearer(world.stranger, "ogc")
    for part in PARTS:
        assert client.get(at + part).status_code == 401, part
        assert stranger.get(at + part).status_code == 403, part
        assert client.get(at + part, headers=token).status_code == 403, part
    assert client.post(f"{at}/search", json=True).status_code == 401
    assert at.rpartition("/")[2] not in str(told(stranger, f"{OGC}/collections"))
    assert at.rpartition("/")[2] not in str(told(client, f"{OGC}/api"))


def test_a_worker_sees_the_cameras_of_the_own_grid_and_the_desk_sees_all(
    app: Flask, client: FlaskClient, world: World
) -> None:
    mine, other = camera(world.home, "mine"), camera(world.next_door, "other")
    worker, desk = as_user(app, world.worker), as_user(app, world.dispatcher)
    assert keys(told(worker, f"{CAMERAS}/items")) == [mine.id]
    assert keys(told(desk, f"{CAMERAS}/items")) == [mine.id, other.id]
    assert worker.get(f"{CAMERAS}/items/{other.id}").status_code == 404
    assert desk.get(f"{CAMERAS}/items/{other.id}").status_code == 200
    # The filter narrows what is seen, and never widens it.
    wide = {"filter": "name <> 'mine' OR name = 'other' OR TRUE"}
    assert keys(told(worker, f"{CAMERAS}/items", **wide)) == [mine.id]
    token = bearer(world.worker, "ogc")
    answer = client.get(f"{CAMERAS}/items", headers=token)
    assert keys(answer.get_json(force=True)) == [mine.id]
    assert answer.cache_control.private


def test_a_token_opens_no_more_than_its_scope(client: FlaskClient, world: World) -> None:
    token = bearer(world.dispatcher, "grids")
    assert client.get(f"{CAMERAS}/items", headers=token).status_code == 403
    assert client.get("/cameras", headers=bearer(world.dispatcher, "ogc")).status_code == 403
    wrong = {"Authorization": "Bearer nobody"}
    assert client.get(f"{OGC}/collections", headers=wrong).status_code == 401


def test_a_cookie_does_not_count_where_a_key_is_asked_for(app: Flask, world: World) -> None:
    camera(world.home, "gate")
    desk = as_user(app, world.dispatcher)
    assert desk.post(f"{CAMERAS}/search", json=True).status_code == 401
    token = bearer(world.dispatcher, "ogc")
    found = app.test_client().post(f"{CAMERAS}/search", json=True, headers=token)
    assert found.get_json(force=True)["numberReturned"] == 1


def test_columns_for_staff_are_for_staff(app: Flask, client: FlaskClient, world: World) -> None:
    grids = f"{OGC}/collections/grids"
    worker = as_user(app, world.worker)
    assert "residents" not in told(client, f"{grids}/items", limit=1)["features"][0]["properties"]
    assert "residents" in told(worker, f"{grids}/items", limit=1)["features"][0]["properties"]
    assert "residents" not in told(client, f"{grids}/schema")["properties"]
    sites = f"{OGC}/collections/project-sites"
    assert "state" not in told(client, f"{sites}/items", limit=1)["features"][0]["properties"]


def test_parcels_of_households_are_for_the_team_of_the_project(app: Flask, estate: Estate) -> None:
    household = estate.listed()
    db.session.commit()
    member, other = as_user(app, estate.member), as_user(app, estate.yard.world.worker)
    page = told(member, f"{PARCELS}/items")
    assert keys(page) == [household.id]
    assert household.name not in str(page)
    assert keys(told(other, f"{PARCELS}/items")) == []
    assert other.get(f"{PARCELS}/items/{household.id}").status_code == 404


def test_what_is_not_public_of_cases_is_not_there(
    app: Flask, client: FlaskClient, world: World
) -> None:
    case = filed(world)
    assert keys(told(client, f"{CASES}/items")) == [case.id]
    case.private = True
    db.session.commit()
    assert keys(told(client, f"{CASES}/items")) == []
    assert client.get(f"{CASES}/items/{case.id}").status_code == 404
    told_words = str(told(client, f"{CASES}/schema"))
    for word in ("reporter", "phone", "words"):
        assert word not in told_words
