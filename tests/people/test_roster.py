"""People and posts from a workbook: all of it, or nothing."""

from __future__ import annotations

import io
import re
import zipfile
from contextlib import suppress
from datetime import date, datetime

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select

from tests import examples
from tests.world import World, as_user
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.people import queries, roster, workbook
from webapp.people.models import Account

HEADINGS = ("姓名", "用户名", "手机号码", "岗位", "网格编码", "单位", "开始日期", "结束日期")


def book(*rows, headings=HEADINGS) -> bytes:
    """A workbook of these rows."""
    made = Workbook()
    for row in (headings, *rows):
        made.active.append(list(row))
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def sent(body: bytes, name: str = "people.xlsx") -> dict:
    return {"file": (io.BytesIO(body), name)}


GOOD = (
    ("工作人员甲", "jia", 13812341234, "专职网格员", "DJJ-C-001", None, date(2026, 12, 1), None),
    ("工作人员乙", None, "139 1234 1234", "派遣员", None, None, "2026/12/01", "2027-11-30"),
    ("工作人员甲", "jia", None, "护林员", "DJJ-V-001", None, None, None),
)


def sealed(text: str) -> str:
    return re.search(r'name="sealed" value="([^"]+)"', text)[1]


def test_people_and_posts_are_looked_at_and_then_written(app: Flask, world: World) -> None:
    admin = as_user(app, world.admin)
    before = db.session.scalar(select(func.count()).select_from(Account))
    preview = admin.post("/people/roster", data=sent(book(*GOOD)))
    assert preview.status_code == 200
    db.session.expire_all()
    assert db.session.scalar(select(func.count()).select_from(Account)) == before
    done = admin.post("/people/roster/apply", data={"sealed": sealed(preview.text)})
    assert done.status_code == 200
    assert done.text.count("/sign-in/link/") == 1
    made = queries.by_username("jia")
    assert made.phone == "+8613812341234"
    assert {post.role for post in queries.posts_of(made.id)} == {"grid_worker", "forest_ranger"}
    other = queries.posts_of(queries.by_phone("+8613912341234").id)[0]
    assert other.valid.upper.isoformat() == "2027-11-30T16:00:00+00:00"


def test_the_template_is_filled_in_and_comes_back(app: Flask, world: World) -> None:
    admin = as_user(app, world.admin)
    filled = load_workbook(io.BytesIO(admin.get("/people/roster/template.xlsx").data))
    filled.worksheets[0].cell(2, 1, "工作人员甲")
    filled.worksheets[0].cell(2, 2, "jia")
    out = io.BytesIO()
    filled.save(out)
    assert admin.post("/people/roster", data=sent(out.getvalue())).status_code == 200


def test_headings_and_roles_are_read_in_both_languages(world: World) -> None:
    english = ("Full name", "User name", "Phone number", "Post", "Grid code")
    entries, faults = roster.read(
        book(("one", "one", None, "Grid worker", "DJJ-C-001"), headings=english)
    )
    assert faults == []
    assert entries[0].role == "grid_worker"


BAD = [
    ("name", (None, "jia")),
    ("username", ("甲",)),
    ("username", ("甲", "has blanks")),
    ("phone", ("甲", None, "12")),
    ("role", ("甲", "jia", None, "国王")),
    ("grid", ("甲", "jia", None, "专职网格员")),
    ("grid", ("甲", "jia", None, "专职网格员", "DJJ-C-999")),
    ("unit", ("甲", "jia", None, "派遣员", None, "不存在的单位")),
    ("unit", ("甲", "jia", None, "系统管理员", None, "季翔工作站")),
    ("since", ("甲", "jia", None, "派遣员", None, None, "明天")),
    ("since", ("甲", "jia", None, "派遣员", None, None, "2026-02-30")),
    ("until", ("甲", "jia", None, "派遣员", None, None, "2026-12-01", "2026-11-01")),
    ("name", ("=1+1", "jia")),
    ("name", ("另一个名字", "worker")),
]


@pytest.mark.parametrize(("column", "row"), BAD)
def test_what_is_wrong_stands_beside_its_row_and_nothing_is_written(
    app: Flask, world: World, column: str, row: tuple
) -> None:
    before = db.session.scalar(select(func.count()).select_from(Account))
    answer = as_user(app, world.admin).post("/people/roster", data=sent(book(("好人", "hao"), row)))
    assert answer.status_code == 422
    assert "sealed" not in answer.text
    faults = re.findall(r'<th scope="row" class="num">[^0-9<]*([0-9]+)', answer.text)
    assert faults == ["3"]
    entries, _faults = roster.read(book(row))
    told = [*_faults, *roster.tried(entries, by=world.admin).faults]
    assert [each.column for each in told] == [column]
    assert db.session.scalar(select(func.count()).select_from(Account)) == before


def test_the_same_post_twice_in_one_book_is_told(world: World) -> None:
    row = ("甲", "jia", None, "专职网格员", "DJJ-C-001")
    entries, _faults = roster.read(book(row, row))
    outcome = roster.tried(entries, by=world.admin)
    assert [fault.row for fault in outcome.faults] == [3]


def test_what_changed_between_looking_and_writing_stops_all_of_it(app: Flask, world: World) -> None:
    admin = as_user(app, world.admin)
    preview = admin.post("/people/roster", data=sent(book(*GOOD)))
    admin.post("/people/accounts", data={"name": "somebody else", "username": "jia"})
    done = admin.post("/people/roster/apply", data={"sealed": sealed(preview.text)})
    assert done.status_code == 409
    db.session.expire_all()
    assert queries.by_phone("+8613912341234") is None


def test_a_list_is_written_only_by_the_one_who_looked_at_it(app: Flask, world: World) -> None:
    entries, _faults = roster.read(book(*GOOD))
    text = roster.sealed(entries, by=world.admin)
    with pytest.raises(Unacceptable):
        roster.unsealed(text, by=world.dispatcher)
    with pytest.raises(Unacceptable):
        roster.unsealed(text[:-3] + "abc", by=world.admin)
    assert roster.unsealed(text, by=world.admin) == entries


def repacked(body: bytes, *more: tuple[str, bytes]) -> bytes:
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as packed:
        for name, content in more:
            packed.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "harm",
    [
        ("xl/vbaProject.bin", b"macro"),
        ("xl/activeX/activeX1.bin", b"control"),
        ("xl/externalLinks/externalLink1.xml", b"<x/>"),
        ("xl/embeddings/oleObject1.bin", b"object"),
        ("xl/media/bomb.bin", b"\0" * (workbook.MOST_UNPACKED + 1)),
    ],
)
def test_macros_links_and_bombs_are_refused(session, harm: tuple[str, bytes]) -> None:
    with pytest.raises(Unacceptable) as refused:
        roster.read(repacked(book(*GOOD), harm))
    assert "file" in refused.value.fields


def test_entities_are_not_expanded(session) -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet'
    source = zipfile.ZipFile(io.BytesIO(book(*GOOD)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"<worksheet", doctype, 1).replace(b"jia", b"&b;")
            packed.writestr(name, content)
    with pytest.raises(Unacceptable):
        roster.read(out.getvalue())


@pytest.mark.parametrize(
    "body",
    [b"", b"PK\x03\x04", b"name,username\n", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"x" * 6_000_000],
)
def test_what_is_no_workbook_is_refused(session, body: bytes) -> None:
    with pytest.raises(Unacceptable):
        roster.read(body)


def test_a_sheet_is_not_believed_how_large_it_is(session) -> None:
    source = zipfile.ZipFile(io.BytesIO(book(*GOOD)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = re.sub(
                    rb'<dimension ref="[^"]*"', b'<dimension ref="A1:XFD1048576"', content
                )
            packed.writestr(name, content)
    entries, faults = roster.read(out.getvalue())
    assert (len(entries), faults) == (3, [])


def test_too_many_rows_are_refused(session) -> None:
    rows = [(f"n{number}", f"u-{number}") for number in range(workbook.MOST_ROWS + 1)]
    with pytest.raises(Unacceptable):
        roster.read(book(*rows))
    assert len(roster.read(book(*rows[:-1]))[0]) == workbook.MOST_ROWS


def test_a_formula_is_never_computed(session) -> None:
    entries, faults = roster.read(book(("=CMD()", "jia"), ("甲", "yi")))
    assert [fault.row for fault in faults] == [2]
    assert [entry.row for entry in entries] == [3]


def test_a_moment_in_a_cell_is_a_day(session) -> None:
    row = ("甲", "jia", None, "派遣员", None, None, datetime(2026, 12, 1, 9, 30))
    assert roster.read(book(row))[0][0].since == "2026-12-01"


@settings(
    max_examples=examples.of(150),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(place=st.integers(0, 6000), with_=st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_is_read_or_refused_and_nothing_else(
    session, place: int, with_: bytes
) -> None:
    body = bytearray(book(*GOOD))
    body[place % len(body) : place % len(body) + len(with_)] = with_
    with suppress(Unacceptable):
        roster.read(bytes(body))
