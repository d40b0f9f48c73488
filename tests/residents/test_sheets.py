"""Residents by workbook: all or nothing, the same twice changes nothing, out only for a purpose."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from datetime import date

from flask import Flask, has_app_context
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.residents.village import Village, id_number, village
from tests.world import as_user
from webapp.base import audit
from webapp.base.db import db
from webapp.residents import importing, queries
from webapp.residents.models import Household, Resident
from webapp.residents.sheet import COLUMNS, columns

__all__ = ["village"]

HEAD = ("grid", "building", "lon", "lat", "door", "name", "relation", "id_number", "phone")


def book(*rows: Sequence[object], head: Sequence[str] = HEAD) -> bytes:
    made = Workbook(write_only=True)
    sheet = made.create_sheet()
    known = columns() if has_app_context() else COLUMNS
    sheet.append([str(known[name]) for name in head])
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def residents() -> int:
    return db.session.scalar(select(func.count()).select_from(Resident)) or 0


def test_everybody_of_a_workbook_is_known_and_the_same_one_again_changes_nothing(
    village: Village,
) -> None:
    lon, lat = village.world.spot(village.world.home)
    code, number = village.world.home.display_code, id_number(date(1970, 1, 1))
    body = book(
        (code, "1号楼", None, None, "404", "示例己", "户主", number, "13700001111"),
        (code, "1号楼", None, None, "404", "示例庚", "子女", None, None),
        (code, "7号楼", lon, lat, "1", "示例辛", "head", None, None),
    )
    found = importing.carry_out(body, by=village.leader)
    assert found.faults == []
    assert (found.residents, found.households, found.buildings, found.known) == (3, 2, 1, 0)
    known = queries.resident_with([each for each in [_blind(number)] if each])
    assert known is not None
    assert (known.household.dwelling.door, known.born) == ("404", date(1970, 1, 1))
    last = audit.last("resident", known.id)
    assert last is not None
    assert last.move == "join"
    again = importing.carry_out(body, by=village.leader)
    assert (again.residents, again.households, again.buildings, again.known) == (0, 0, 0, 3)


def _blind(number: str) -> bytes | None:
    return db.session.scalar(
        select(Resident.id_blind).where(
            Resident.name == "示例己", Resident.born == date(1970, 1, 1)
        )
    )


def test_with_a_fault_in_any_row_nothing_is_written_and_each_fault_has_its_row(
    village: Village,
) -> None:
    world = village.world
    home, beyond = world.home.display_code, world.next_door.display_code
    far = world.spot(world.next_door)
    same = id_number(date(1970, 1, 1))
    before = residents()
    found = importing.carry_out(
        book(
            (home, "1号楼", None, None, "1", "示例", "户主", None, None),
            (home, "1号楼", None, None, "1", "示例二", "户主", None, None),
            (home, "8号楼", None, None, "1", "示例", "户主", None, None),
            (beyond, "8号楼", *far, "1", "示例", "户主", None, None),
            ("nowhere", "8号楼", None, None, "1", "示例", "户主", None, None),
            (home, "1号楼", None, None, "2", "示例", "户主", same[:-1] + "?", None),
            (home, "1号楼", None, None, "2", "示例", "head", same, None),
            (home, "1号楼", None, None, "3", "示例", "head", same, None),
            (home, "1号楼", None, None, "3", None, "nephew", None, None),
        ),
        by=village.leader,
    )
    assert [each.row for each in found.faults] == [3, 4, 5, 6, 7, 9, 10, 10]
    assert residents() == before
    assert found.residents == 0


def test_a_new_building_stands_in_the_grid_it_claims(village: Village) -> None:
    world = village.world
    row = (
        world.home.display_code,
        "8号楼",
        *world.spot(world.next_door),
        "1",
        "示例",
        "户主",
        None,
        None,
    )
    (fault,) = importing.carry_out(book(row), by=village.leader).faults
    assert fault.row == 2
    assert db.session.scalars(select(Household.id)).all() == [village.family.id]


def test_some_thousand_residents_come_in_within_seconds(village: Village) -> None:
    code = village.world.home.display_code
    rows = [
        (
            code,
            "1号楼",
            None,
            None,
            str(number // 3),
            f"示例{number}",
            ("户主", "配偶", "子女")[number % 3],
            id_number(date(1940 + number % 60, 1 + number % 12, 3), number % 1000),
            None,
        )
        for number in range(3000)
    ]
    begin = time.monotonic()
    found = importing.carry_out(book(*rows), by=village.leader)
    assert found.faults == []
    assert (found.residents, found.households) == (3000, 1000)
    assert time.monotonic() - begin < 60


def test_a_workbook_is_taken_out_by_right_for_a_purpose_and_can_be_brought_in_again(
    app: Flask, village: Village, session: Session
) -> None:
    session.commit()
    leader, worker = as_user(app, village.leader), as_user(app, village.world.worker)
    assert leader.get("/households/import").status_code == 200
    assert worker.get("/households/import").status_code == 403
    assert "/exports/residents" in leader.get("/households").get_data(as_text=True)
    assert "/exports/residents" not in worker.get("/households").get_data(as_text=True)
    wish = {"format": "xlsx", "purpose": "年度核对"}
    assert worker.post("/exports/residents", data=wish).status_code == 403
    assert leader.post("/exports/residents", data={"format": "xlsx"}).status_code == 422
    assert leader.post("/exports/residents", data={**wish, "format": "kml"}).status_code == 422
    answer = leader.post("/exports/residents", data=wish)
    assert answer.headers["Cache-Control"] == "no-store"
    body = answer.get_data()
    cells = list(load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True))
    assert len(cells) == 2
    assert "示例甲" in cells[1]
    last = audit.last("building", village.block.id)
    assert last is not None
    assert (last.move, last.data) == ("export", {"purpose": "年度核对"})
    sent = {"file": (io.BytesIO(body), "residents.xlsx")}
    again = leader.post("/households/import", data=sent)
    assert again.status_code == 200
    assert "1 名居民此前已登记" in again.get_data(as_text=True)
