"""Notices are written with their cause, read by their reader alone, and shown in the reader's language."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.world import World, as_user
from webapp.base import clock, notices
from webapp.base.audit import Signal
from webapp.base.notices import PAGE, Dispatch, Notice


def _mine(session: Session, account: int) -> list[Notice]:
    found = select(Notice).where(Notice.account_id == account).order_by(Notice.id)
    return list(session.scalars(found))


def test_each_reader_gets_one_however_often_named(session: Session, world: World) -> None:
    readers = [world.worker.id, world.admin.id, world.worker.id]
    notices.notify(readers, "Please sign in first.", url="/")
    assert len(_mine(session, world.worker.id)) == 1
    assert len(_mine(session, world.stranger.id)) == 0


def test_a_notice_wakes_its_reader_alone(session: Session, world: World) -> None:
    notices.notify([world.worker.id], "Please sign in first.", url="/")
    signal = session.scalars(select(Signal).order_by(Signal.id.desc()).limit(1)).one()
    assert (signal.kind, signal.account_id, signal.grid_id) == ("notice", world.worker.id, None)


def test_the_list_speaks_the_language_of_the_reader(app: Flask, world: World) -> None:
    notices.notify([world.worker.id], "Please sign in first.", url="/")
    browser = as_user(app, world.worker)
    assert "请先登录。" in browser.get("/notices").get_data(as_text=True)
    assert "Please sign in first." in browser.get("/notices?lang=en").get_data(as_text=True)


def test_following_a_notice_reads_it(app: Flask, session: Session, world: World) -> None:
    notices.notify([world.worker.id], "Please sign in first.", url="/grids")
    notice = _mine(session, world.worker.id)[0]
    answer = as_user(app, world.worker).post(f"/notices/{notice.id}")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/grids")
    session.refresh(notice)
    assert notice.read_at is not None


def test_a_notice_never_leads_out_of_the_house(app: Flask, session: Session, world: World) -> None:
    notices.notify([world.worker.id], "Please sign in first.", url="//elsewhere.example/")
    notice = _mine(session, world.worker.id)[0]
    answer = as_user(app, world.worker).post(f"/notices/{notice.id}")
    assert answer.headers["Location"] == "/notices"


def test_nobody_reads_the_notice_of_another(app: Flask, session: Session, world: World) -> None:
    notices.notify([world.worker.id], "Please sign in first.", url="/")
    notice = _mine(session, world.worker.id)[0]
    for other in (world.stranger, world.admin):
        assert as_user(app, other).post(f"/notices/{notice.id}").status_code == 403
    assert as_user(app, world.worker).post("/notices/999999999").status_code == 404
    session.refresh(notice)
    assert notice.read_at is None


def test_what_came_after_the_page_stays_new(app: Flask, session: Session, world: World) -> None:
    for _each in range(3):
        notices.notify([world.worker.id], "Please sign in first.", url="/")
    first, second, third = _mine(session, world.worker.id)
    answer = as_user(app, world.worker).post("/notices/read", data={"until": second.id})
    assert answer.status_code == 303
    session.expire_all()
    assert [each.read_at is None for each in (first, second, third)] == [False, False, True]


def test_a_long_list_goes_on_where_it_ended(app: Flask, world: World) -> None:
    for _each in range(PAGE + 5):
        notices.notify([world.worker.id], "Please sign in first.", url="/")
    found = notices.listed(world.worker.id)
    assert len(found.rows) == PAGE
    assert len(notices.listed(world.worker.id, before=found.after).rows) == 5
    assert notices.listed(world.worker.id, before=found.after).after is None
    said = as_user(app, world.worker).get("/notices").get_data(as_text=True)
    assert f"before={found.after}" in said


@pytest.mark.parametrize("path", ["/notices?before=x", "/notices?before=0"])
def test_a_place_in_the_list_that_is_none_is_refused(app: Flask, world: World, path: str) -> None:
    assert as_user(app, world.worker).get(path).status_code == 422


def test_a_visitor_signs_in_first(client: FlaskClient) -> None:
    assert "/sign-in" in client.get("/notices").headers["Location"]


def test_a_text_for_outside_is_forgotten_after_a_day(session: Session) -> None:
    notices.send("console", "13800000000", "Please sign in first.", locale="zh_CN")
    row = session.scalars(select(Dispatch)).one()
    assert row.body == "请先登录。"
    notices.forget()
    session.refresh(row)
    assert row.body is not None
    old = clock.now() - timedelta(hours=notices.BODY_HOURS + 1)
    session.execute(update(Dispatch).values(created_at=old))
    notices.forget()
    session.refresh(row)
    assert (row.address, row.body) == (None, None)


def test_what_is_undone_was_never_told(session: Session, world: World) -> None:
    with session.begin_nested() as inner:
        notices.notify([world.worker.id], "Please sign in first.", url="/")
        notices.send("console", "13800000000", "Please sign in first.", locale="en")
        inner.rollback()
    assert _mine(session, world.worker.id) == []
    assert session.scalar(select(func.count()).select_from(Dispatch)) == 0
