"""The pages of both sides and of the staff: who gets in, what they show, what they never show."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.jobs.market import CODE, MORNING, SHOP, Market, drafted, introduced, looking, published
from tests.whole_house.test_pages import html_faults
from tests.world import as_user
from webapp.jobs import (
    desk_queries as desk,
    introductions,
    meeting_queries as meetings,
    queries,
    sheets,
)
from webapp.jobs.models import Impression, Introduction, Posting, Push, Seeker
from webapp.jobs.rules import IntroductionState as State, PostingState

OFFERED = {
    "title": "收银员",
    "occupation": SHOP,
    "openings": "2",
    "duties": "负责收银和对账。",
    "pay_low": "4200",
    "pay_unit": "month",
    "shifts": "day",
    "week_hours": "40",
    "employment": "full_time",
    "address": "示例路1号",
    "valid_until": (MORNING + timedelta(days=60)).date().isoformat(),
    "contact_post": "店长",
    "contact_phone": "13800138001",
}


def _text(client: FlaskClient, address: str, status: int = 200) -> str:
    answer = client.get(address, headers={"Accept": "text/html"})
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    text = answer.get_data(as_text=True)
    assert html_faults(text) == []
    return text


def test_everybody_reads_what_is_open_and_nobody_reads_a_contact(
    app: Flask, client: FlaskClient, market: Market
) -> None:
    open_, draft = published(market), drafted(market, title="秘密岗位")
    text = _text(client, "/jobs")
    assert "理货员" in text
    assert "秘密岗位" not in text
    page = _text(client, f"/jobs/{open_.id}")
    assert "13800138001" not in page
    assert "138 0013 8001" not in page
    assert client.get(f"/jobs/{draft.id}").status_code == 404


def test_the_public_page_speaks_to_machines_without_a_contact(
    client: FlaskClient, market: Market
) -> None:
    made = published(market)
    text = client.get(f"/jobs/{made.id}").get_data(as_text=True)
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert found
    said = json.loads(found[1])
    assert said["@type"] == "JobPosting"
    needed = {"title", "description", "datePosted", "validThrough", "hiringOrganization"}
    assert needed | {"jobLocation", "baseSalary", "totalJobOpenings"} <= said.keys()
    assert said["baseSalary"]["value"] == {
        "@type": "QuantitativeValue",
        "minValue": 4200,
        "maxValue": 5000,
        "unitText": "MONTH",
    }
    assert "店长" not in found[1]
    assert "0138" not in found[1]


def test_filters_of_the_public_list(client: FlaskClient, market: Market) -> None:
    published(market)
    grid = market.world.home.id
    for query, there in (
        ("q=理货", True),
        ("q=焊工", False),
        (f"occupation={SHOP}", True),
        ("occupation=6-31", False),
        ("pay=4500", True),
        ("pay=9000", False),
        ("shift=day", True),
        ("shift=night", False),
        (f"grid={grid}&km=1&sort=distance", True),
        ("sort=distance", True),
        ("km=abc", True),
    ):
        assert ("理货员" in _text(client, f"/jobs?{query}")) is there, query


def test_the_feed_is_whole(client: FlaskClient, market: Market) -> None:
    made = published(market)
    answer = client.get("/jobs/feed.rss")
    assert answer.mimetype == "application/rss+xml"
    assert f"/jobs/{made.id}" in answer.get_data(as_text=True)


def test_somebody_makes_a_profile_and_shows_interest_in_one_tap(
    app: Flask, session: Session, market: Market
) -> None:
    made = published(market)
    phone = as_user(app, market.seeker)
    assert phone.get("/jobs/mine").headers["Location"].endswith("/jobs/mine/profile")
    _text(phone, "/jobs/mine/profile")
    sent = {
        "wanted": [SHOP, ""],
        "birth_year": "1990",
        "home_grid_id": market.world.home.id,
        "mode": "ebike",
        "max_minutes": "40",
        "skills": "理货，收银",
        "line1": SHOP,
        "years1": "3",
        "education": "2",
        "pay_ask": "4200",
        "shifts": "day",
        "certificate.health": "1",
        "until.health": "2027-01-01",
        "push": "1",
    }
    bad = phone.post("/jobs/mine/profile", data={**sent, "birth_year": "2015"})
    assert bad.status_code == 422
    assert html_faults(bad.get_data(as_text=True)) == []
    assert phone.post("/jobs/mine/profile", data=sent).status_code == 303
    seeker = queries.seeker_of(market.seeker.id)
    assert seeker is not None
    assert seeker.skills == ["理货", "收银"]
    assert seeker.certificates == {"health": "2027-01-01"}
    text = _text(phone, "/jobs/mine")
    assert "理货员" in text
    assert "%</b>" in text
    page = _text(phone, f"/jobs/{made.id}")
    assert 'id="why"' in page
    assert phone.post(f"/jobs/{made.id}/interest").status_code == 303
    session.expire_all()
    assert session.scalars(select(Introduction)).one().state == State.INTERESTED
    assert phone.post(f"/jobs/{made.id}/interest").status_code == 409


def test_without_recommendations_the_list_is_plain(
    app: Flask, session: Session, market: Market
) -> None:
    looking(market)
    made = published(market)
    phone = as_user(app, market.seeker)
    assert phone.post("/jobs/mine/push-off").status_code == 303
    text = _text(phone, "/jobs/mine")
    assert 'class="degree' not in text
    assert "理货员" in text
    assert 'id="why"' not in _text(phone, f"/jobs/{made.id}")
    assert phone.post("/jobs/mine/push-on").status_code == 303


def test_what_stood_before_a_seeker_is_known_by_a_post_only(
    app: Flask, session: Session, market: Market
) -> None:
    looking(market)
    made = published(market)
    phone = as_user(app, market.seeker)
    phone.get("/jobs/mine")
    assert session.scalar(select(func.count()).select_from(Impression)) == 0
    answer = phone.post("/jobs/mine/seen", json={"shown": [made.id, 999_999], "opened": made.id})
    assert answer.status_code == 204
    row = session.scalars(select(Impression)).one()
    assert (row.posting_id, row.place, row.opened) == (made.id, 1, True)
    assert session.scalars(select(Push)).one().viewed_at is not None


def test_candidates_are_unnamed_until_they_agree(
    app: Flask, session: Session, market: Market
) -> None:
    made = published(market)
    looking(market)
    desk = as_user(app, market.boss)
    address = f"/jobs/postings/{made.id}/candidates"
    text = _text(desk, address)
    assert market.seeker.name not in text.replace("/jobs", "")
    intro = introduced(market, made, State.INTERESTED)
    intro.seeker.account.name = "街坊甲"
    session.flush()
    page = f"/jobs/introductions/{intro.id}"
    before = _text(desk, page)
    assert "138 0013 8000" not in before
    assert "街坊甲" not in before
    assert "街坊甲" in _text(as_user(app, market.seeker), page)
    refused = desk.post(f"{page}/reveal", data={"purpose": "面试"})
    assert refused.status_code == 409
    assert "138 0013 8000" not in refused.get_data(as_text=True)
    introductions.consent(intro, agreed=True, by=market.seeker)
    shown = desk.post(f"{page}/reveal", data={"purpose": "电话约面试"})
    assert "138 0013 8000" in shown.get_data(as_text=True)
    assert html_faults(shown.get_data(as_text=True)) == []
    assert "138 0013 8000" not in _text(desk, page)


def test_an_employer_hires_by_the_pages(app: Flask, session: Session, market: Market) -> None:
    desk = as_user(app, market.boss)
    assert "示例超市" in _text(desk, "/jobs/firms")
    firm = f"/jobs/firms/{market.employer.id}"
    _text(desk, firm)
    _text(desk, f"{firm}/new")
    wrong = desk.post(f"{firm}/new", data={**OFFERED, "pay_low": "面议"})
    assert wrong.status_code == 422
    assert "面议" in wrong.get_data(as_text=True)
    assert desk.post(f"{firm}/new", data=OFFERED).status_code == 303
    made = session.scalars(select(Posting)).one()
    page = f"/jobs/postings/{made.id}"
    _text(desk, page)
    _text(desk, f"{page}/edit")
    assert desk.post(f"{page}/submit").status_code == 303
    assert desk.post(f"{page}/publish").status_code == 403
    head = as_user(app, market.head)
    assert "收银员" in _text(head, "/jobs/desk")
    _text(head, page)
    assert head.post(f"{page}/publish").status_code == 303
    session.expire_all()
    intro = introduced(market, queries.postings([made.id])[0], State.CONSENTED)
    step = f"/jobs/introductions/{intro.id}"
    assert desk.post(f"{step}/arrange", data={"day": ""}).status_code == 422
    soon = datetime.now(UTC) + timedelta(days=2)
    data = {"day": soon.date().isoformat(), "hour": "10:00", "place": "店里"}
    assert desk.post(f"{step}/arrange", data=data).status_code == 303
    assert desk.post(f"{step}/offer", data={"note": "月薪4200"}).status_code == 303
    assert (
        desk.post(f"{step}/hire", data={"contract_on": MORNING.date().isoformat()}).status_code
        == 303
    )
    session.expire_all()
    assert session.get_one(Posting, made.id).filled == 1
    assert desk.post(f"{page}/outside", data={"words": "熟人介绍"}).status_code == 303
    session.expire_all()
    assert session.get_one(Posting, made.id).state == PostingState.FILLED
    _text(desk, step)
    _text(desk, page)


def test_marked_words_stand_beside_the_text(app: Flask, market: Market) -> None:
    made = drafted(market, duties="店内理货，男性优先。")
    text = _text(as_user(app, market.boss), f"/jobs/postings/{made.id}")
    assert "店内理货，<mark>男性优先</mark>。" in text


@pytest.mark.parametrize("who", ["stranger", "other", "worker"])
def test_a_stranger_sees_nothing_of_both_sides(app: Flask, market: Market, who: str) -> None:
    made = published(market)
    intro = introduced(market, made, State.CONSENTED)
    visit = introduced(market, made, State.CONSENTED)
    reader = market.other if who == "other" else getattr(market.world, who)
    client = as_user(app, reader)
    for address in (
        f"/jobs/firms/{market.employer.id}",
        f"/jobs/firms/{market.employer.id}/new",
        f"/jobs/postings/{made.id}",
        f"/jobs/postings/{made.id}/edit",
        f"/jobs/postings/{made.id}/candidates",
        f"/jobs/introductions/{intro.id}",
        "/jobs/desk",
        "/jobs/desk/seekers",
        "/jobs/desk/sheets/seekers.xlsx",
    ):
        assert client.get(address).status_code == 403, address
    for address in (
        f"/jobs/introductions/{visit.id}/reveal",
        f"/jobs/introductions/{visit.id}/hire",
        f"/jobs/postings/{made.id}/outside",
        f"/jobs/postings/{made.id}/close",
        f"/jobs/firms/{market.employer.id}/verify",
    ):
        assert client.post(address, data={"purpose": "xx"}).status_code == 403, address


def test_the_pages_of_the_staff(app: Flask, session: Session, market: Market) -> None:
    made = published(market)
    intro = introduced(market, made, State.INTERVIEW)
    introductions.hire(intro, contract_on=(MORNING - timedelta(days=8)).date(), by=market.boss)
    head, agent = as_user(app, market.head), as_user(app, market.agent)
    for address in (
        "/jobs/desk",
        "/jobs/desk/postings",
        "/jobs/desk/postings?state=open&q=理货",
        "/jobs/desk/employers",
        "/jobs/desk/employers?q=水产",
        "/jobs/desk/seekers",
        "/jobs/desk/introductions?state=hired",
        "/jobs/desk/visits",
        "/jobs/desk/visits?done=1",
        "/jobs/desk/sheets/postings",
        "/jobs/desk/sheets/seekers",
    ):
        _text(head, address)
    due = meetings.visits(market.agent, until=MORNING.date())
    page = f"/jobs/visits/{due[0].id}"
    _text(agent, page)
    assert agent.post(f"{page}/visit", data={"note": "在岗"}).status_code == 422
    answer = agent.post(f"{page}/visit", data={"stays": "1", "hired": "4", "note": "在岗"})
    assert answer.status_code == 303
    assert "4" in _text(agent, page)


def test_somebody_at_the_window_is_registered_under_their_own_number(
    app: Flask, session: Session, market: Market
) -> None:
    agent = as_user(app, market.agent)
    _text(agent, "/jobs/desk/seekers/new")
    sent = {
        "name": "示例居民",
        "phone": "13900139003",
        "wanted": SHOP,
        "birth_year": "1980",
        "home_grid_id": market.world.home.id,
    }
    address = "/jobs/desk/seekers/new"
    bad = agent.post(address, data={**sent, "phone": "12"})
    assert bad.status_code == 422
    assert html_faults(bad.get_data(as_text=True)) == []
    assert agent.post(address, data=sent).status_code == 303
    made = session.scalars(select(Seeker)).one()
    assert (made.entered_by_id, made.account.phone) == (market.agent.id, "+8613900139003")
    assert agent.post(address, data=sent).status_code == 422
    assert as_user(app, market.other).get(address).status_code == 403


def test_another_enterprise_becomes_an_employer(app: Flask, market: Market) -> None:
    head = as_user(app, market.head)
    other = desk.unlisted("水产")[0]
    answer = head.post("/jobs/desk/employers", data={"enterprise_id": other.id})
    assert answer.status_code == 303
    employer = desk.employer_of(other.id)
    assert employer is not None
    page = f"/jobs/firms/{employer.id}"
    street = as_user(app, market.world.admin)
    assert street.post(f"{page}/members", data={"who": "nobody-here"}).status_code == 422
    assert street.post(f"{page}/members", data={"who": "other"}).status_code == 303
    assert street.post(f"{page}/verify").status_code == 422


def _book(kind: str, rows: list[dict[str, Any]]) -> io.BytesIO:
    columns = sheets.KINDS[kind]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([str(each.heading) for each in columns.values()])
    for row in rows:
        sheet.append([row.get(key) for key in columns])
    out = io.BytesIO()
    book.save(out)
    out.seek(0)
    return out


def _import(client: FlaskClient, kind: str, rows: list[dict[str, Any]]) -> Any:
    return client.post(f"/jobs/desk/sheets/{kind}", data={"file": (_book(kind, rows), "list.xlsx")})


SHEET_POSTING = {
    **OFFERED,
    "credit_code": CODE,
    "shifts": "白班、夜班",
    "employment": "全日制",
    "pay_unit": "",
}
SHEET_SEEKER = {
    "name": "示例居民",
    "phone": "13900139000",
    "birth_year": 1988,
    "grid": "DJJ-C-001",
    "wanted": SHOP,
    "lines": f"{SHOP}:2.5",
    "skills": "理货、收银",
    "pay_ask": 4000,
}


def test_a_workbook_of_postings_waits_for_review(
    app: Flask, session: Session, market: Market
) -> None:
    head = as_user(app, market.head)
    looked = _import(head, "postings", [SHEET_POSTING])
    text = looked.get_data(as_text=True)
    assert looked.status_code == 200, text[-3000:]
    assert session.scalar(select(func.count()).select_from(Posting)) == 0
    sealed = re.search(r'name="sealed" value="([^"]+)"', text)
    assert sealed
    address = "/jobs/desk/sheets/postings/apply"
    assert head.post(address, data={"sealed": sealed[1]}).status_code == 303
    made = session.scalars(select(Posting)).one()
    assert (made.state, set(made.shifts)) == (PostingState.REVIEW, {"day", "night"})
    book = load_workbook(io.BytesIO(head.get("/jobs/desk/sheets/postings.xlsx").data))
    cells = [cell.value for cell in book.worksheets[0][2]]
    assert "收银员" in cells
    assert "13800138001" not in map(str, cells)


def test_rows_that_are_wrong_are_named(app: Flask, session: Session, market: Market) -> None:
    head = as_user(app, market.head)
    rows = [
        SHEET_SEEKER,
        {**SHEET_SEEKER, "phone": "12"},
        {**SHEET_SEEKER, "phone": "13900139001", "grid": "DJJ-X-999"},
        {**SHEET_SEEKER, "phone": "13900139002", "birth_year": 2020},
    ]
    answer = _import(head, "seekers", rows)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert [f"第 {row} 行" in text for row in (2, 3, 4, 5)] == [False, True, True, True]
    assert session.scalar(select(func.count()).select_from(Seeker)) == 0


def test_a_workbook_of_seekers_registers_them_without_their_names_going_out(
    app: Flask, session: Session, market: Market
) -> None:
    head = as_user(app, market.head)
    text = _import(head, "seekers", [SHEET_SEEKER]).get_data(as_text=True)
    sealed = re.search(r'name="sealed" value="([^"]+)"', text)
    assert sealed, text
    assert (
        head.post("/jobs/desk/sheets/seekers/apply", data={"sealed": sealed[1]}).status_code == 303
    )
    made = session.scalars(select(Seeker)).one()
    assert made.lines == {SHOP: 2.5}
    book = load_workbook(io.BytesIO(head.get("/jobs/desk/sheets/seekers.xlsx").data))
    cells = [str(cell.value) for cell in book.worksheets[0][2]]
    assert "示例居民" not in cells
    assert "13900139000" not in cells
