"""The table of layers: who sees what, how small it is, and that nothing is left out silently."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.world import World, as_user
from webapp.base.datum import Datum
from webapp.cases import actions as cases, moves as case_moves
from webapp.cases.models import Case
from webapp.cases.rules import Source
from webapp.grids import actions as grids, queries as grid_queries
from webapp.grids.models import Grid
from webapp.grids.rules import GridKind, SetState
from webapp.maps import layers, queries
from webapp.maps.layers import LAYERS

LARGEST_GRIDS = 60 * 1024


def asked(client: FlaskClient, address: str) -> Any:
    """The content of a layer."""
    answer = client.get(address)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.get_data())


def reported(world: World, grid: Grid) -> Case:
    """A case in the middle of a grid, by the worker."""
    lon, lat = world.spot(grid)
    return cases.report(
        class_code="06010",
        lon=lon,
        lat=lat,
        datum=Datum.WGS84,
        source=Source.WORKER,
        by=world.worker,
        prefix="DJJ",
    )


def test_everybody_gets_the_97_grids_small_and_by_kind(client: FlaskClient) -> None:
    answer = client.get("/maps/layers/grids.json", headers={"Accept-Encoding": "gzip"})
    assert answer.content_encoding == "gzip"
    assert len(answer.get_data()) <= LARGEST_GRIDS
    features = json.loads(gzip.decompress(answer.get_data()))["features"]
    kinds = [each["properties"]["kind"] for each in features]
    counted = {kind: kinds.count(kind) for kind in GridKind}
    assert counted == {"community": 39, "village": 18, "industry": 13, "relocated": 27}


def test_who_has_the_grids_is_not_sent_them_again(client: FlaskClient) -> None:
    first = client.get("/maps/layers/grids.json")
    again = client.get("/maps/layers/grids.json", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.get_data() == b""


def test_the_grids_of_a_set_are_kept_for_ever_and_those_in_force_asked_for(
    client: FlaskClient, session: Session
) -> None:
    in_force = queries.territory().set_id
    kept = client.get(f"/maps/layers/grids.json?set={in_force}").headers["Cache-Control"]
    asked_for = client.get("/maps/layers/grids.json").headers["Cache-Control"]
    assert "immutable" in kept
    assert "max-age=31536000" in kept
    assert "no-cache" in asked_for


def test_the_name_of_a_grid_stands_inside_it(client: FlaskClient) -> None:
    from shapely import Point
    from shapely.geometry import shape

    for each in asked(client, "/maps/layers/grids.json")["features"]:
        assert shape(each["geometry"]).contains(Point(each["properties"]["at"]))


def test_the_borders_of_a_moment_before_the_first_set_are_none(client: FlaskClient) -> None:
    assert asked(client, "/maps/layers/grids.json?at=2001-01-01")["features"] == []


def test_a_draft_is_shown_only_to_those_who_draw(app: Flask, world: World) -> None:
    street = grid_queries.root()
    assert street is not None
    draft = grids.draft(title="draft", grids=[], unit=street, by=world.admin)
    assert draft.state == SetState.DRAFT
    address = f"/maps/layers/grids.json?set={draft.id}"
    assert as_user(app, world.stranger).get(address).status_code == 404
    assert as_user(app, world.admin).get(address).status_code == 200


@pytest.mark.parametrize("name", ["cases", "counts", "cameras"])
def test_what_is_inside_the_house_is_not_for_strangers(app: Flask, world: World, name: str) -> None:
    address = f"/maps/layers/{name}.json"
    machine = {"Accept": "application/json"}
    assert app.test_client().get(address, headers=machine).status_code == 401
    assert as_user(app, world.stranger).get(address).status_code == 403
    assert as_user(app, world.worker).get(address).status_code == 200


def test_cameras_are_in_no_answer_to_a_visitor(client: FlaskClient) -> None:
    shown = [name for name, layer in LAYERS.items() if layer.right == "grids.see"]
    assert "cameras" not in shown
    for name in shown:
        assert client.get(f"/maps/layers/{name}.json").status_code == 200
    assert "摄像头" not in client.get("/maps/search?q=全景").get_data(as_text=True)


def test_a_case_is_on_the_map_of_its_own_grid_only(app: Flask, world: World) -> None:
    case = reported(world, world.home)
    mine = asked(as_user(app, world.worker), "/maps/layers/cases.json")
    theirs = asked(as_user(app, world.neighbour), "/maps/layers/cases.json")
    desk = asked(as_user(app, world.dispatcher), "/maps/layers/cases.json")
    assert [row[0] for row in mine["rows"]] == [case.id]
    assert theirs["rows"] == []
    row = dict(zip(desk["fields"], desk["rows"][0], strict=True))
    assert (row["id"], row["mark"], row["grid"]) == (case.id, "new", world.home.id)


def test_one_case_can_be_asked_for_and_a_closed_one_is_gone(app: Flask, world: World) -> None:
    case = reported(world, world.home)
    desk = as_user(app, world.dispatcher)
    address = f"/maps/layers/cases.json?id={case.id}"
    assert len(asked(desk, address)["rows"]) == 1
    case_moves.reject(case, by=world.dispatcher, note="nothing there")
    assert asked(desk, address)["rows"] == []


def test_a_box_holds_what_is_in_it_and_a_little_more(app: Flask, world: World) -> None:
    reported(world, world.home)
    lon, lat = world.spot(world.home)
    desk = as_user(app, world.dispatcher)
    near = f"{lon - 0.0001},{lat - 0.0001},{lon + 0.0001},{lat + 0.0001}"
    assert len(asked(desk, f"/maps/layers/cases.json?bbox={near}")["rows"]) == 1
    far = f"{lon + 1},{lat},{lon + 1.01},{lat + 0.01}"
    assert asked(desk, f"/maps/layers/cases.json?bbox={far}")["rows"] == []


def test_small_moves_ask_for_the_same_box() -> None:
    boxes = {
        layers.Wish.of({"bbox": f"121.03{step},37.70{step},121.06{step},37.71{step}"}).box
        for step in (1, 4, 9)
    }
    assert len(boxes) == 1


@pytest.mark.parametrize(
    "box", ["-180,-90,180,90", "0,0,1,1", "122,38,121,37", "-360,-90,-359,-89"]
)
def test_a_box_of_any_size_is_answered(app: Flask, world: World, box: str) -> None:
    reported(world, world.home)
    rows = asked(as_user(app, world.dispatcher), f"/maps/layers/cases.json?bbox={box}")["rows"]
    assert len(rows) == (1 if box in ("-180,-90,180,90", "122,38,121,37") else 0)


@pytest.mark.parametrize("wrong", ["1,2,3", "a,b,c,d", "1,2,3,4,5", "nan,1,2,3", "1,2,inf,3"])
def test_a_box_that_is_none_is_refused(app: Flask, world: World, wrong: str) -> None:
    answer = as_user(app, world.dispatcher).get(
        f"/maps/layers/cases.json?bbox={wrong}", headers={"Accept": "application/json"}
    )
    assert answer.status_code == 422


def test_more_points_than_the_limit_are_said_to_be_more(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = asked(client, "/maps/layers/villages.json")
    assert whole["more"] is False
    monkeypatch.setattr(layers, "LIMIT", 5)
    cut = asked(client, "/maps/layers/villages.json")
    assert (len(cut["rows"]), cut["limit"], cut["more"]) == (5, 5, True)


def test_the_load_of_a_grid_counts_what_the_reader_may_see(app: Flask, world: World) -> None:
    reported(world, world.home)
    rows = asked(as_user(app, world.dispatcher), "/maps/layers/counts.json")["rows"]
    mine = next(row for row in rows if row[0] == world.home.id)
    assert mine == [world.home.id, 1, 0, "worker"]
    blind = asked(as_user(app, world.neighbour), "/maps/layers/counts.json")["rows"]
    assert next(row for row in blind if row[0] == world.home.id)[1] == 0


def test_every_layer_is_also_a_list(app: Flask, world: World) -> None:
    desk = as_user(app, world.dispatcher)
    for layer in LAYERS.values():
        assert str(layer.title)
        assert desk.get(layer.list_at).status_code == 200, layer.list_at


def test_a_layer_that_is_not_there_is_not_found(client: FlaskClient) -> None:
    assert client.get("/maps/layers/secrets.json").status_code == 404
