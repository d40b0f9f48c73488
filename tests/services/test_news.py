"""News reach everybody, policies those who said that they are for them, and nobody else."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st
from lxml import etree
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests import examples
from tests.points.conftest import clerk_of
from tests.world import World, as_user, someone
from webapp.base import clock, notices
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.people.actors import Person
from webapp.points import queries as points
from webapp.points.models import ServicePoint
from webapp.points.rules import Template
from webapp.services.news import actions, queries
from webapp.services.news.actions import Written
from webapp.services.news.models import Declared, News
from webapp.services.news.rules import Category, Fact


@pytest.fixture
def station(session: Session) -> ServicePoint:
    return points.listed(Template.WORKSTATION)[0]


@pytest.fixture
def head(station: ServicePoint, world: World) -> Person:
    return clerk_of("head_of_news", "station_head", station.unit_id)


def written(station: ServicePoint, **more: object) -> Written:
    said = {
        "category": Category.NOTICE,
        "title": "周六照常开放",
        "body": "本周六上午开放。\n下午休息。",
    }
    return Written(unit_id=station.unit_id, **{**said, **more})  # type: ignore[arg-type]


def test_a_draft_is_seen_by_those_who_write_only(
    app: Flask, station: ServicePoint, head: Person, world: World
) -> None:
    news = actions.write(written(station), by=head)
    visitor, stranger, writer = (
        app.test_client(),
        as_user(app, world.stranger),
        as_user(app, head),
    )
    assert visitor.get(f"/news/{news.id}").status_code == 404
    assert stranger.get(f"/news/{news.id}").status_code == 404
    assert stranger.get(f"/news/{news.id}/edit").status_code == 403
    assert stranger.post(f"/news/{news.id}/publish").status_code == 403
    assert writer.get(f"/news/{news.id}").status_code == 200
    actions.publish(news, by=head)
    assert "本周六上午开放。" in visitor.get(f"/news/{news.id}").get_data(as_text=True)
    with pytest.raises(EvidenceMissing):
        actions.withdraw(news, note=None, by=head)
    actions.withdraw(news, note="日期有误", by=head)
    assert visitor.get(f"/news/{news.id}").status_code == 404


def test_nobody_writes_for_a_body_of_others(
    station: ServicePoint, head: Person, session: Session
) -> None:
    other = points.listed(Template.WORKSTATION)[1]
    with pytest.raises(NotAllowed):
        actions.write(written(other), by=head)
    news = actions.write(written(station), by=head)
    with pytest.raises(NotAllowed):
        actions.change(news, written(other), base_version=None, by=head)


def test_of_two_who_change_it_the_second_is_told(station: ServicePoint, head: Person) -> None:
    news = actions.write(written(station), by=head)
    seen = news.version
    actions.change(news, written(station, title="周六上午开放"), base_version=seen, by=head)
    with pytest.raises(Changed):
        actions.change(news, written(station), base_version=seen, by=head)


def test_those_who_follow_are_told_once(station: ServicePoint, head: Person, world: World) -> None:
    actions.follow(station, by=world.stranger)
    actions.follow(station, by=world.stranger)
    news = actions.write(written(station), by=head)
    actions.publish(news, by=head)
    actions.withdraw(news, note="再核对", by=head)
    actions.publish(news, by=head)
    (notice,) = notices.unread(world.stranger.id or 0)
    assert str(notice) == "您关注的站点有新消息：周六照常开放"
    actions.unfollow(station, by=world.stranger)
    other = actions.write(written(station, title="另一条"), by=head)
    actions.publish(other, by=head)
    assert len(notices.unread(world.stranger.id or 0)) == 1


def policy(station: ServicePoint, **more: object) -> Written:
    return written(station, category=Category.POLICY, title="灵活就业社保补贴", **more)


def test_a_policy_reaches_those_who_declared_what_it_asks(
    station: ServicePoint, head: Person, world: World
) -> None:
    year = clock.now().year
    flexible, retired, silent = (someone(name) for name in ("flexible", "retired", "silent"))
    actions.declare(birth_year=year - 40, facts=[Fact.FLEXIBLE], by=flexible)
    actions.declare(birth_year=year - 70, facts=[Fact.FLEXIBLE, Fact.VETERAN], by=retired)
    said = policy(station, facts=[Fact.FLEXIBLE], youngest=18, oldest=59)
    news = actions.write(said, by=head)
    actions.publish(news, by=head)
    told = {who: len(notices.unread(who.id or 0)) for who in (flexible, retired, silent)}
    assert told == {flexible: 1, retired: 0, silent: 0}
    assert news.told == 1


@settings(
    max_examples=examples.of(40),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(st.sampled_from(list(Fact)), unique=True, max_size=3),
    st.lists(st.sampled_from(list(Fact)), unique=True, max_size=3),
    st.integers(0, 110) | st.none(),
    st.integers(0, 110) | st.none(),
    st.integers(0, 110) | st.none(),
)
def test_nobody_is_concerned_by_what_they_did_not_declare(
    session: Session,
    has: list[Fact],
    asks: list[Fact],
    age: int | None,
    youngest: int | None,
    oldest: int | None,
) -> None:
    year = clock.now().year
    with session.begin_nested() as inside:
        who = someone("declaring")
        actions.declare(birth_year=year - age if age is not None else None, facts=has, by=who)
        found = queries.concerned(
            facts=list(asks),
            oldest_born=year - oldest - 1 if oldest is not None else None,
            youngest_born=year - youngest if youngest is not None else None,
        )
        if who.id in found:
            assert not asks or set(has) & set(asks)
            if youngest is not None:
                assert age is not None
                assert age >= youngest
            if oldest is not None:
                assert age is not None
                assert age <= oldest + 1, "the birthday of this year may be still to come"
        elif has or age is not None:
            unsaid = age is None and (youngest is not None or oldest is not None)
            aged = age is not None and (
                (youngest is not None and age < youngest)
                or (oldest is not None and age > oldest + 1)
            )
            assert unsaid or aged or (asks and not set(has) & set(asks))
        inside.rollback()


def test_what_was_declared_is_taken_back_by_leaving_it_empty(world: World) -> None:
    actions.declare(birth_year=1980, facts=[Fact.VETERAN], by=world.stranger)
    assert queries.declared(world.stranger.id or 0) is not None
    actions.declare(birth_year=None, facts=[], by=world.stranger)
    assert db.session.scalars(select(Declared)).all() == []
    with pytest.raises(Unacceptable) as refusal:
        actions.declare(birth_year=clock.now().year + 1, facts=[], by=world.stranger)
    assert "birth_year" in refusal.value.fields


def test_pinned_news_stand_first_until_their_day(station: ServicePoint, head: Person) -> None:
    today = clock.now().date()
    for title, until in (("旧", today - timedelta(days=1)), ("新", today), ("无", None)):
        news = actions.write(written(station, title=f"置顶{title}", pinned_until=until), by=head)
        actions.publish(news, by=head)
    assert [each.title for each in queries.pinned()][:1] == ["置顶新"]
    assert "置顶旧" not in {each.title for each in queries.pinned()}


def test_pages_follow_each_other_and_words_find(
    client: FlaskClient, station: ServicePoint, head: Person
) -> None:
    for number in range(25):
        news = actions.write(written(station, title=f"第{number:02d}号通知 100%"), by=head)
        actions.publish(news, by=head)
    first = queries.listed(words="号通知")
    second = queries.listed(words="号通知", before=first.after)
    titles = [each.title for each in (*first.rows, *second.rows)]
    assert titles == [f"第{number:02d}号通知 100%" for number in reversed(range(25))]
    assert len(queries.listed(words="07号通知 100%").rows) == 1
    assert queries.listed(words="_", limit=5).rows == []


def test_the_feed_is_rss_and_answers_304(
    client: FlaskClient, station: ServicePoint, head: Person
) -> None:
    news = actions.write(written(station, title="<b>粗体</b> & 其他"), by=head)
    actions.publish(news, by=head)
    answer = client.get("/news.rss")
    assert answer.mimetype == "application/rss+xml"
    tree = etree.fromstring(answer.data)
    assert tree.findtext("channel/item/title") == "<b>粗体</b> & 其他"
    assert tree.findtext("channel/item/guid").endswith(f"/news/{news.id}")
    again = client.get("/news.rss", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "PNG")
    return out.getvalue()


def test_files_are_pictures_and_pdfs_only(
    app: Flask, station: ServicePoint, head: Person, world: World
) -> None:
    news = actions.write(written(station), by=head)
    kept = actions.attach(news, io.BytesIO(picture()), "图.png", by=head)
    actions.attach(news, io.BytesIO(b"%PDF-1.7 x"), "表.pdf", by=head)
    with pytest.raises(Unacceptable):
        actions.attach(news, io.BytesIO(b"<script>alert(1)</script>"), "a.pdf", by=head)
    visitor = app.test_client()
    assert visitor.get(f"/news/{news.id}/files/{kept.id}").status_code == 404
    actions.publish(news, by=head)
    answer = visitor.get(f"/news/{news.id}/files/{kept.id}")
    assert answer.mimetype == "image/jpeg"
    other = actions.write(written(station), by=head)
    assert visitor.get(f"/news/{other.id}/files/{kept.id}").status_code == 404


def test_what_is_written_is_text_and_never_markup(
    client: FlaskClient, station: ServicePoint, head: Person
) -> None:
    bad = "<img src=x onerror=alert(1)>"
    news = actions.write(written(station, title=bad, body=bad), by=head)
    actions.publish(news, by=head)
    for address in ("/news", f"/news/{news.id}", "/jisuban"):
        assert bad not in client.get(address).get_data(as_text=True)


def test_a_closed_point_is_not_followed(station: ServicePoint, world: World) -> None:
    station.closed_at = clock.now()
    with pytest.raises(NotOpen):
        actions.follow(station, by=world.stranger)


def test_the_form_keeps_what_was_typed_and_marks_what_is_wrong(
    app: Flask, station: ServicePoint, head: Person
) -> None:
    writer = as_user(app, head)
    sent = {"unit_id": station.unit_id, "category": "policy", "title": "x", "body": "正文在此"}
    answer = writer.post("/news/new", data=sent)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "正文在此" in page
    assert 'aria-invalid="true"' in page
    assert db.session.scalars(select(News)).all() == []
