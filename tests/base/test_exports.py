"""Lists as files: what is on the screen, in the forms that other tools expect, with a line in the log."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pyogrio
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, strategies as st
from openpyxl import load_workbook
from shapely import LinearRing, from_wkb
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.cases.stages import reported
from tests.counted import counted
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.db import db
from webapp.base.exports import actions, later, rules, streams
from webapp.base.exports.cells import RUNS, safe
from webapp.base.exports.models import Export
from webapp.base.exports.rules import Format
from webapp.base.notices import Notice
from webapp.base.spatial import SRID, as_rfc7946, to_metric
from webapp.cases.models import Case

FORMULA = "=HYPERLINK(1)"
MARKUP = "楼道 <b>垃圾</b> & \x0b\"'"


@pytest.fixture
def cases(world: World) -> list[Case]:
    """Two cases in the first grid and one next door; the words of the first would be run."""
    first = reported(world, words=FORMULA)
    second = reported(world, words=MARKUP)
    lon, lat = world.spot(world.next_door)
    third = reported(world, lon=lon, lat=lat, words="隔壁")
    return [first, second, third]


def taken(client: FlaskClient, form: str, where: str = "", **said: Any) -> Any:
    answer = client.post(f"/exports/cases{where}", data={"format": form, **said})
    assert answer.data is not None  # read to its end
    return answer


def rows_of(answer: Any) -> list[dict[str, str]]:
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def features(answer: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(answer.data)["features"]
    return found


@pytest.fixture
def desk(app: Flask, world: World) -> FlaskClient:
    return as_user(app, world.dispatcher)


def test_the_table_is_one_that_spreadsheets_read_rightly(
    desk: FlaskClient, cases: list[Case]
) -> None:
    answer = taken(desk, "csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    assert "filename*=UTF-8''%E6%A1%88%E4%BB%B6-" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.data
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.count(b"\r\n") == body.count(b"\n") == len(cases) + 1
    rows = rows_of(answer)
    assert {each["编号"] for each in rows} == {each.number for each in cases}
    first = next(each for each in rows if each["编号"] == cases[0].number)
    assert first["上报内容"] == f"'{FORMULA}"
    assert first["接收时间"].endswith("+08:00")
    lon, lat = cases[0].lonlat or (0, 0)
    assert (float(first["经度"]), float(first["纬度"])) == pytest.approx((lon, lat), abs=1e-6)


def test_the_filter_on_the_screen_is_that_of_the_file(
    desk: FlaskClient, world: World, cases: list[Case]
) -> None:
    where = f"?place={world.next_door.display_code}&q=隔壁&before=1"
    assert [each["编号"] for each in rows_of(taken(desk, "csv", where))] == [cases[2].number]
    page = desk.get(f"/cases{where}").get_data(as_text=True)
    assert 'action="/exports/cases?place=' in page
    assert taken(desk, "csv", "?grade=none-of-these").status_code == 422


def test_only_what_one_may_see_is_in_the_file(app: Flask, world: World, cases: list[Case]) -> None:
    neighbour = as_user(app, world.neighbour)
    assert [each["编号"] for each in rows_of(taken(neighbour, "csv"))] == [cases[2].number]
    stranger = as_user(app, world.stranger)
    assert taken(stranger, "csv").status_code == 403
    assert "/exports/cases" not in stranger.get("/").get_data(as_text=True)
    assert taken(app.test_client(), "csv").status_code == 401
    assert stranger.post("/exports/no-such-list", data={"format": "csv"}).status_code == 404


def test_each_file_is_a_line_in_the_log(
    app: Flask, desk: FlaskClient, world: World, cases: list[Case]
) -> None:
    taken(desk, "csv", "?show=open&q=隔壁")
    taken(desk, "xlsx")
    rows = db.session.scalars(select(Export).order_by(Export.id)).all()
    assert [(each.account_id, each.sheet, each.format, each.rows) for each in rows] == [
        (world.dispatcher.id, "cases", "csv", 1),
        (world.dispatcher.id, "cases", "xlsx", 3),
    ]
    assert rows[0].wish == {"show": "open", "q": "隔壁"}
    assert all(each.ended_at and not each.failed_at for each in rows)
    said = as_user(app, world.admin).get("/exports/log").get_data(as_text=True)
    assert "dispatcher" in said
    assert "q=隔壁" in said
    assert desk.get("/exports/log").status_code == 403
    assert "dispatcher" not in as_user(app, world.worker).get("/exports").get_data(as_text=True)


def test_the_workbook_holds_text_as_text_and_times_as_times(
    desk: FlaskClient, cases: list[Case]
) -> None:
    book = load_workbook(io.BytesIO(taken(desk, "xlsx").data))
    page = book.worksheets[0]
    heads = [cell.value for cell in page[1]]
    by_number = {row[0].value: dict(zip(heads, row, strict=True)) for row in page.iter_rows(2)}
    first = by_number[cases[0].number]
    assert (first["上报内容"].value, first["上报内容"].data_type) == (FORMULA, "s")
    assert first["接收时间 (Asia/Shanghai)"].is_date
    assert page.title == "案件"


def test_geojson_keeps_the_rules_of_rfc_7946(
    desk: FlaskClient, world: World, cases: list[Case]
) -> None:
    nowhere = reported(world, words="哪里")
    nowhere.geom = None
    db.session.flush()
    answer = taken(desk, "geojson")
    assert answer.headers["Content-Type"] == "application/geo+json"
    body = json.loads(answer.data)
    assert body["type"] == "FeatureCollection"
    assert "crs" not in body
    found = {each["properties"]["number"]: each for each in body["features"]}
    assert all(set(each) == {"type", "geometry", "properties"} for each in found.values())
    assert found[nowhere.number]["geometry"] is None
    lon, lat = found[cases[0].number]["geometry"]["coordinates"]
    assert 120 < lon < 123
    assert 37 < lat < 39
    assert found[cases[1].number]["properties"]["words"] == MARKUP
    assert found[cases[0].number]["properties"]["words"] == FORMULA


@pytest.mark.parametrize(
    ("form", "srid"), [("gpkg", 4326), ("gpkg-4490", 4490), ("gpkg-metric", SRID)]
)
def test_a_geopackage_opens_with_chinese_names_and_east_before_north(
    desk: FlaskClient, cases: list[Case], tmp_path: Path, form: str, srid: int
) -> None:
    file = tmp_path / "cases.gpkg"
    answer = taken(desk, form)
    file.write_bytes(answer.data)
    assert answer.headers["Content-Type"] == "application/geopackage+sqlite3"
    assert pyogrio.list_layers(file).tolist() == [["案件", "Point"]]
    assert pyogrio.read_info(file)["crs"] == f"EPSG:{srid}"
    frame = pyogrio.read_dataframe(file).set_index("number")
    assert frame.loc[cases[2].number, "words"] == "隔壁"
    assert frame.loc[cases[0].number, "received_at"] == cases[0].received_at.replace(
        microsecond=cases[0].received_at.microsecond // 1000 * 1000
    )
    lon, lat = cases[0].lonlat or (0, 0)
    wanted = to_metric(lon, lat) if srid == SRID else (lon, lat)
    with sqlite3.connect(file) as package:
        blob, titles = (
            package.execute(
                "SELECT geom FROM 案件 WHERE number = ?", (cases[0].number,)
            ).fetchone()[0],
            dict(package.execute("SELECT column_name, title FROM gpkg_data_columns")),
        )
    package.close()
    # As the bytes lie there, whatever the order of axes that the authority names.
    at = from_wkb(blob[8:])
    assert (at.x, at.y) == pytest.approx(wanted, abs=1e-5)
    assert titles["number"] == "编号"


def test_kml_escapes_what_would_be_markup(desk: FlaskClient, cases: list[Case]) -> None:
    answer = taken(desk, "kml")
    assert answer.headers["Content-Type"] == "application/vnd.google-earth.kml+xml"
    tree = ET.fromstring(answer.data)
    space = {"k": "http://www.opengis.net/kml/2.2"}
    words = {
        each.findtext("k:value", namespaces=space)
        for each in tree.iterfind(".//k:Data[@name='words']", space)
    }
    assert words == {FORMULA, MARKUP.replace("\x0b", ""), "隔壁"}
    assert len(tree.findall(".//k:Point/k:coordinates", space)) == 3


@given(st.text(), st.sampled_from(RUNS))
def test_no_text_of_a_table_begins_with_what_is_run(words: str, sign: str) -> None:
    for said in (words, sign + words):
        assert not str(safe(said)).startswith(RUNS)
        assert str(safe(said)).removeprefix("'") == said.removeprefix("'")


@given(st.floats(allow_nan=False, allow_infinity=False) | st.integers())
def test_numbers_stay_numbers(number: float) -> None:
    assert safe(number) == number


def test_areas_are_drawn_with_their_outside_counter_clockwise(session: Session) -> None:
    around = "SRID=4326;POLYGON((121 37, 121 38, 122 38, 122 37, 121 37), (121.2 37.2, 121.4 37.2, 121.4 37.4, 121.2 37.2))"
    drawn = session.scalar(select(as_rfc7946(func.ST_GeomFromEWKT(around))))
    outside, hole = json.loads(drawn or "")["coordinates"]
    assert LinearRing(outside).is_ccw
    assert not LinearRing(hole).is_ccw
    assert outside[0] == outside[-1]


def test_many_rows_are_made_later_and_only_their_asker_fetches_them(
    app: Flask,
    desk: FlaskClient,
    world: World,
    cases: list[Case],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    answer = taken(desk, "xlsx")
    assert answer.status_code == 303
    export = db.session.scalars(select(Export)).one()
    assert export.by_task
    assert "every 2s" in desk.get(answer.location).get_data(as_text=True)
    assert desk.get(f"{answer.location}/file").status_code == 410
    later.make(export_id=export.id)
    later.make(export_id=export.id)
    db.session.expire_all()
    assert (export.rows, export.expected) == (3, 3)
    file = desk.get(f"{answer.location}/file")
    assert load_workbook(io.BytesIO(file.data)).worksheets[0].max_row == 4
    notice = db.session.scalars(select(Notice).where(Notice.url == f"/exports/{export.id}")).one()
    assert "案件" in str(notice)
    assert as_user(app, world.shift_leader).get(f"{answer.location}/file").status_code == 403
    export.expires_at = clock.now() - timedelta(seconds=1)
    db.session.flush()
    assert desk.get(f"{answer.location}/file").status_code == 410
    later.forget()
    assert list(actions.folder().iterdir()) == []
    assert export.file is None


def test_a_program_is_streamed_however_many_rows_there_are(
    desk: FlaskClient, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    assert len(rows_of(taken(desk, "csv", at_once="1"))) == 3
    assert taken(desk, "xlsx", at_once="1").status_code == 422


def test_nobody_lets_the_worker_make_many_files_at_once(
    desk: FlaskClient, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    answers = [taken(desk, "csv").status_code for _each in range(rules.MOST_WAITING + 1)]
    assert answers == [303] * rules.MOST_WAITING + [429]


def test_lists_that_are_being_sent_leave_the_pages_their_connections(
    app: Flask, desk: FlaskClient, cases: list[Case]
) -> None:
    with app.app_context():
        held = [actions.Steps(_breaking(), "en") for _each in range(4)]
    assert taken(desk, "csv").status_code == 503
    for each in held:
        each.close()
    assert taken(desk, "csv").status_code == 200
    assert len(db.session.scalars(select(Export)).all()) == 1


def _breaking(*_all: Any, **_more: Any) -> Generator[bytes]:
    yield b"half a file"
    raise RuntimeError("the disk is full")


def test_a_stream_that_breaks_is_not_ended_as_if_it_were_whole(
    desk: FlaskClient, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(streams.STREAMS, "csv", _breaking)
    with pytest.raises(RuntimeError):
        taken(desk, "csv")
    export = db.session.scalars(select(Export)).one()
    assert export.failed_at is not None
    assert export.ended_at is None


def test_a_file_that_breaks_is_not_there_and_its_asker_knows(
    desk: FlaskClient, cases: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    monkeypatch.setitem(streams.STREAMS, "csv", _breaking)
    answer = taken(desk, "csv")
    export = db.session.scalars(select(Export)).one()
    later.make(export_id=export.id)
    db.session.expire_all()
    assert export.failed_at is not None
    assert list(actions.folder().iterdir()) == []
    assert db.session.scalars(select(Notice).where(Notice.url == answer.location)).one()
    assert desk.get(f"{answer.location}/file").status_code == 410


def test_whoever_speaks_the_old_http_gets_a_file_with_its_length(
    desk: FlaskClient, cases: list[Case]
) -> None:
    answer = desk.post(
        "/exports/cases", data={"format": "csv"}, environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"}
    )
    assert answer.content_length == len(answer.data)
    assert len(rows_of(answer)) == 3


@pytest.mark.parametrize("form", list(Format))
def test_a_list_of_nothing_is_a_file_all_the_same(
    desk: FlaskClient, world: World, form: Format
) -> None:
    answer = taken(desk, form)
    assert answer.status_code == 200
    if form.ending == "geojson":
        assert features(answer) == []


def test_the_statements_of_a_file_do_not_grow_with_its_rows(
    app: Flask, desk: FlaskClient, cases: list[Case]
) -> None:
    """One counts, one writes the log, one reads, one ends the log; beside what knows the person."""
    with counted() as few:
        taken(desk, "csv", "?q=隔壁")
    with counted() as more:
        taken(desk, "csv")
    assert len(few) == len(more)
