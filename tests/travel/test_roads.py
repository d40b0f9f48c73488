"""Roads in the database: those of the geodata, an extract of OpenStreetMap, times kept and renewed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from shapely import LineString
from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from tests import databases
from webapp.app import create_app
from webapp.base.config import Settings
from webapp.base.db import db
from webapp.base.spatial import to_metric
from webapp.grids import queries as grids
from webapp.travel import actions, loaded, queries
from webapp.travel.actions import Edge
from webapp.travel.models import RoadEdge, RoadNetwork, Stop, TravelTime
from webapp.travel.rules import Basis, Mode

STREETS = (37.66, 121.05)


def test_the_roads_of_the_geodata_are_there_and_in_one_piece(session: Session) -> None:
    network = queries.network()
    assert network is not None
    edges, metres = queries.size(network.id)
    assert edges == loaded.roads().edges.source.size
    assert 700_000 < metres < 750_000
    living = [spot for spot in queries.stops(actions.ORIGINS)]
    assert len(living) == 97
    reach = loaded.reach(living[0][2], living[0][3], Mode.WALK)
    found = reach.to([spot[2] for spot in living], [spot[3] for spot in living])
    assert {Basis.APART, Basis.NO_ROADS} & set(found.basis) == set()


def _edge(*spots: tuple[float, float]) -> Edge:
    line = LineString(spots)
    return Edge(1, 2, "residential", "新路\t一\\号\n", line.length, 30.0, line)


def test_new_roads_are_used_at_once_and_the_old_ones_are_gone(session: Session) -> None:
    before = loaded.roads()
    x, y = to_metric(121.05, 37.66)
    assert (
        actions.replace_roads([_edge((x, y), (x + 500, y))], source="by hand", provenance=None) == 1
    )
    assert loaded.roads() is not before
    assert loaded.reach(x, y, Mode.WALK).to([x + 400], [y]).metres == pytest.approx([400])
    assert session.scalar(select(func.count()).select_from(RoadNetwork)) == 1
    assert session.scalars(select(RoadEdge.name)).all() == ["新路\t一\\号\n"]


def test_times_are_kept_from_every_grid_and_follow_a_stop_that_moves(session: Session) -> None:
    x, y = to_metric(121.05, 37.66)
    assert actions.keep_stops("shop", {1: (x, y), 2: (x + 3000, y)}) == 2
    assert actions.count_times(everything=False) == 2
    grid_id = next(iter(grids.inner_points(_active())))
    rows = queries.times(actions.ORIGINS, grid_id, "shop", Mode.WALK)
    assert [row.thing_id for row in rows] in ([1, 2], [2, 1])
    assert rows[0].seconds <= rows[1].seconds
    at = grids.inner_points(_active())[grid_id]
    asked = loaded.reach(*at, Mode.WALK).to([x], [y])
    kept = {row.thing_id: row.seconds for row in rows}
    assert kept[1] == pytest.approx(float(asked.seconds[0]), abs=1e-3)
    assert actions.keep_stops("shop", {1: (x, y), 2: (x + 3000, y)}) == 0, "nothing has moved"
    assert actions.keep_stops("shop", {2: (x + 100, y)}) == 1
    assert len(queries.times(actions.ORIGINS, grid_id, "shop", Mode.WALK)) == 1
    assert actions.count_times(everything=False) == 1
    moved = {
        row.thing_id: row.seconds
        for row in queries.times(actions.ORIGINS, grid_id, "shop", Mode.WALK)
    }
    assert moved[1] == kept[1]
    assert moved[2] != kept[2]


def test_other_roads_have_the_times_counted_anew(session: Session) -> None:
    x, y = to_metric(121.05, 37.66)
    actions.keep_stops("shop", {1: (x, y)})
    actions.count_times(everything=False)
    kept = session.scalar(select(func.count()).select_from(TravelTime))
    session.execute(text("DELETE FROM procrastinate_jobs"))
    actions.replace_roads([_edge((x, y), (x + 500, y))], source="by hand", provenance=None)
    job = session.execute(
        text("SELECT task_name, args->>'everything' FROM procrastinate_jobs")
    ).one()
    assert tuple(job) == ("travel.count", "true")
    actions.count_times(everything=True)
    assert session.scalar(select(func.count()).select_from(TravelTime)) == kept
    bases = set(session.scalars(select(TravelTime.basis).distinct()))
    assert Basis.FAR in bases, "most grids are far from the only road"


def test_a_grid_that_is_gone_is_no_origin_any_more(session: Session) -> None:
    spots = grids.inner_points(_active())
    gone = next(iter(spots))
    del spots[gone]
    actions.keep_stops(actions.ORIGINS, spots, only=True)
    assert gone not in {thing for _key, thing, _x, _y in queries.stops(actions.ORIGINS)}
    actions.drop_stop(actions.ORIGINS, next(iter(spots)))
    assert session.scalar(select(func.count()).where(Stop.kind == actions.ORIGINS)) == 95


def test_without_roads_every_answer_says_so(session: Session) -> None:
    session.execute(delete(RoadNetwork))
    found = loaded.reach(*to_metric(121.05, 37.66), Mode.CAR).to(*to_metric(121.06, 37.66))
    assert found.basis == [Basis.NO_ROADS]


def _active() -> int:
    made = grids.active_set()
    assert made is not None
    return made.id


OSM = """<?xml version='1.0' encoding='UTF-8'?>
<osm version="0.6">
  <node id="1" version="1" lat="37.6600" lon="121.0500"/>
  <node id="2" version="1" lat="37.6600" lon="121.0600"/>
  <node id="3" version="1" lat="37.6700" lon="121.0600"/>
  <node id="4" version="1" lat="37.6700" lon="121.0500"/>
  <way id="10" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/><tag k="name" v="试验路"/></way>
  <way id="11" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="tertiary"/><tag k="oneway" v="yes"/></way>
  <way id="12" version="1"><nd ref="3"/><nd ref="4"/><tag k="highway" v="residential"/></way>
  <way id="13" version="1"><nd ref="4"/><nd ref="1"/><tag k="highway" v="residential"/></way>
</osm>
"""


@pytest.fixture
def elsewhere(cluster_url: str, tmp_path: Path) -> Iterator[str]:
    url = databases.clone(cluster_url, "osm_roads_of_a_test")
    yield url
    databases.drop(cluster_url, "osm_roads_of_a_test")


@pytest.mark.thorough
def test_an_extract_of_openstreetmap_takes_the_place_of_the_roads(
    elsewhere: str, tmp_path: Path
) -> None:
    assert shutil.which("osm2pgrouting"), "make test installs it"
    extract = tmp_path / "block.osm"
    extract.write_text(OSM, encoding="utf-8")
    settings = {"INSTANCE": str(tmp_path)}
    said = databases.flask(elsewhere, "travel", "load-osm", str(extract), **settings)
    assert said.strip().endswith("4 pieces of road from block.osm")
    assert "4 pieces of road" in databases.flask(elsewhere, "travel", "show", **settings)
    values = {"WANGGE_ENV": "test", "DATABASE_URL": elsewhere, **settings}
    app: Flask = create_app(Settings.from_environment(values))
    with app.app_context():
        assert not queries.has_table("osm_roads.ways"), "what the import needed is gone"
        assert set(db.session.scalars(select(RoadEdge.name))) == {"试验路", None}
        south, north = to_metric(121.06, 37.662), to_metric(121.06, 37.668)
        with_it = loaded.reach(*south, Mode.CAR).to([north[0]], [north[1]])
        against = loaded.reach(*north, Mode.CAR).to([south[0]], [south[1]])
        assert with_it.metres[0] < 700
        assert against.metres[0] > 3000
        db.session.rollback()
        db.engine.dispose()


@pytest.mark.thorough
def test_a_file_without_roads_leaves_the_roads_as_they_were(elsewhere: str, tmp_path: Path) -> None:
    extract = tmp_path / "nothing.osm"
    extract.write_text("<osm version='0.6'></osm>", encoding="utf-8")
    settings = {"INSTANCE": str(tmp_path)}
    before = databases.flask(elsewhere, "travel", "show", **settings)
    with pytest.raises(RuntimeError, match="文件里没有道路"):
        databases.flask(elsewhere, "travel", "load-osm", str(extract), **settings)
    assert databases.flask(elsewhere, "travel", "show", **settings) == before
