"""Cameras from files: tables with their faults, and catalogues as devices of GB/T 28181 write them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.world import World, as_user
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.monitoring.cameras import importing, queries
from webapp.monitoring.cameras.importing import Outcome
from webapp.monitoring.cameras.models import Camera

HEAD = '<?xml version="1.0" encoding="GB2312"?>\n<Response><CmdType>Catalog</CmdType><DeviceList Num="3">'
TAIL = "</DeviceList></Response>"


def item(number: str, **said: str) -> str:
    parts = "".join(f"<{name}>{value}</{name}>" for name, value in said.items())
    return f"<Item><DeviceID>{number}</DeviceID>{parts}</Item>"


def taken(
    body: bytes | str, world: World, *, source: str = "nvr", datum: Datum = Datum.WGS84
) -> Outcome:
    sent = body.encode("gb18030") if isinstance(body, str) else body
    return importing.carry_out(sent, source=source, datum=datum, by=world.admin)


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(Camera)) or 0


CAMERA = "37067200001320000001"
GROUP = "37067200002150000001"


def test_a_catalogue_in_gb18030_is_read_with_its_doubt(session: Session, world: World) -> None:
    # 㐂 is in GB18030 and not in the GB2312 that the device declares.
    camera = item(
        CAMERA,
        Name="大季家㐂路口",
        Status="ON",
        Longitude="121.06",
        Latitude="37.66",
        Info="<PTZType>1</PTZType><DirectionType>6</DirectionType>",
    )
    outcome = taken(HEAD + camera + item(GROUP, Name="组") + TAIL, world)
    assert (outcome.added, outcome.passed, outcome.faults) == (1, 1, [])
    found = queries.by_source("nvr", CAMERA)
    assert found is not None
    assert (found.name, found.kind, found.status) == ("大季家㐂路口", "ptz", "online")
    assert (found.bearing, found.bearing_doubt, found.gb_id) == (45, 22.5, CAMERA)
    assert found.lonlat == pytest.approx((121.06, 37.66), abs=1e-6)


@pytest.mark.parametrize(
    ("number", "bearing"),
    [("1", 90), ("2", 270), ("3", 180), ("4", 0), ("5", 135), ("6", 45), ("7", 225), ("8", 315)],
)
def test_the_eight_directions(session: Session, world: World, number: str, bearing: float) -> None:
    taken(HEAD + item(CAMERA, Info=f"<DirectionType>{number}</DirectionType>") + TAIL, world)
    found = queries.by_source("nvr", CAMERA)
    assert found is not None
    assert found.bearing == bearing


def test_nought_nought_is_no_place_and_does_not_move_a_camera(
    session: Session, world: World
) -> None:
    taken(HEAD + item(CAMERA, Longitude="121.06", Latitude="37.66") + TAIL, world)
    taken(HEAD + item(CAMERA, Longitude="0.0", Latitude="0.00") + TAIL, world)
    taken(HEAD + item("37067200001320000002", Longitude="0", Latitude="0") + TAIL, world)
    moved, fresh = (
        queries.by_source("nvr", CAMERA),
        queries.by_source("nvr", "37067200001320000002"),
    )
    assert moved is not None
    assert fresh is not None
    assert moved.lonlat == pytest.approx((121.06, 37.66), abs=1e-6)
    assert fresh.geom is None


def test_a_catalogue_again_keeps_what_it_does_not_say(session: Session, world: World) -> None:
    taken(HEAD + item(CAMERA, Name="old") + TAIL, world)
    found = queries.by_source("nvr", CAMERA)
    assert found is not None
    found.fov, found.range_m, found.mount_height_m = 70, 90, 6
    db.session.flush()
    outcome = taken(HEAD + item(CAMERA, Name="new", Status="OFF") + TAIL, world)
    db.session.refresh(found)
    assert (outcome.added, outcome.changed) == (0, 1)
    assert (found.name, found.fov, found.range_m, found.mount_height_m) == ("new", 70, 90, 6)
    assert found.status == "offline"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Response><Item>",
        b"<Response/>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Response><Item><DeviceID>&b;</DeviceID></Item></Response>',
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Response><Item><DeviceID>&a;</DeviceID></Item></Response>',
        b"PK\x03\x04 no workbook",
        b"a,b\n1,2\n",
        b"code,name,kind\n",
        b"\x00\xff\xfe\x81",
        b"code,name,kind\n" + b"a" * 200_000,
    ],
)
def test_what_is_no_list_of_cameras_is_refused(session: Session, world: World, body: bytes) -> None:
    with pytest.raises(Unacceptable) as refusal:
        taken(body, world)
    assert set(refusal.value.fields) == {"file"}
    assert kept() == 0


TABLE: list[list[Any]] = [
    [
        "摄像头编号",
        "摄像头名称",
        "摄像头类型",
        "经度",
        "纬度",
        "朝向（正北起，度）",
        "视场角（度）",
        "可视距离（米）",
        "录像保存期限",
    ],
    ["A1", "门口", "固定枪机", 121.06, 37.66, 90, 70, 80, "90 天（反恐重点）"],
    ["A2", "大厅", "Dome camera", 121.061, 37.66, "", "", "", ""],
]


def sheet(rows: list[list[Any]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def as_csv(rows: list[list[Any]], encoding: str) -> bytes:
    return "\n".join(",".join(str(cell) for cell in row) for row in rows).encode(encoding)


@pytest.mark.parametrize(
    "body",
    [sheet(TABLE), as_csv(TABLE, "utf-8-sig"), as_csv(TABLE, "gb18030")],
    ids=["xlsx", "utf", "gb"],
)
def test_a_table_is_read_in_either_language(session: Session, world: World, body: bytes) -> None:
    outcome = taken(body, world)
    assert (outcome.added, outcome.faults) == (2, [])
    first, second = (queries.by_source("nvr", each) for each in ("A1", "A2"))
    assert first is not None
    assert second is not None
    assert (first.retention, second.retention) == ("guarded", None)
    assert (first.kind, first.bearing, second.kind, second.bearing) == ("fixed", 90, "dome", None)


def test_with_a_fault_in_any_row_nothing_is_kept_and_each_is_named(
    session: Session, world: World
) -> None:
    bad = ["A3", "坏", "望远镜", 121.06, 37.66, 400, 70, 80]
    twice = ["A1", "又", "固定枪机", 121.06, "", 1, 70, 80]
    outcome = taken(sheet([*TABLE, bad, twice]), world)
    assert (outcome.added, kept()) == (0, 0)
    assert [(fault.row, str(fault.heading)) for fault in outcome.faults] == [
        (4, "摄像头类型"),
        (4, "朝向（正北起，度）"),
        (5, "纬度"),
    ]


def test_numbers_of_a_web_map_are_set_right(session: Session, world: World) -> None:
    taken(sheet(TABLE), world, datum=Datum.GCJ02)
    found = queries.by_source("nvr", "A1")
    assert found is not None
    assert found.lonlat is not None
    assert abs(found.lonlat[0] - 121.06) > 0.002


def test_the_page_takes_a_file_from_keepers_only(
    app: Flask, session: Session, world: World
) -> None:
    def sent(body: bytes) -> dict[str, Any]:
        return {"file": (io.BytesIO(body), "list.xlsx"), "source": "nvr-port"}

    assert (
        as_user(app, world.dispatcher).post("/cameras/import", data=sent(sheet(TABLE))).status_code
        == 403
    )
    keeper = as_user(app, world.shift_leader)
    assert keeper.get("/cameras/import").status_code == 200
    assert keeper.post("/cameras/import", data={"source": "x"}).status_code == 422
    faulty = keeper.post(
        "/cameras/import", data=sent(sheet([*TABLE, ["A3", "", "", "", "", "", "", ""]]))
    )
    assert faulty.status_code == 422
    assert kept() == 0
    done = keeper.post("/cameras/import", data=sent(sheet(TABLE)))
    assert "新增 2 台" in done.get_data(as_text=True)
    assert kept() == 2
