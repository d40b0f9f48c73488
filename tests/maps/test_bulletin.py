"""The bulletin: made once a day, kept as it was said, and for its readers only."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta

import pytest
from docx import Document
from flask import Flask
from PIL import Image
from pypdfium2 import PdfDocument
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.cases.stages import brought_to, reported
from tests.counted import counted
from tests.world import World, as_user
from webapp.base import clock, notices
from webapp.base.db import db
from webapp.cases import moves
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.maps.bulletin import actions, pictures, queries
from webapp.maps.bulletin.models import Bulletin
from webapp.maps.bulletin.rules import SAID_WORDS, Said


def today() -> date:
    return clock.now().astimezone(clock.Calendar().zone).date()


def late_since_yesterday(world: World) -> Case:
    case = reported(world)
    case.received_at = clock.now() - timedelta(days=1)
    case.due_at = clock.now() - timedelta(hours=2)
    db.session.flush()
    return case


def made() -> Bulletin:
    bulletin = actions.make(today())
    assert bulletin is not None
    return bulletin


def test_what_came_yesterday_is_counted_and_what_is_late_is_named(
    session: Session, world: World
) -> None:
    case = late_since_yesterday(world)
    reported(world)
    said = made().said
    assert said["figures"]["reported"] == [1, 0]
    assert said["figures"]["open"][0] == 2
    assert said["figures"]["late"][0] == 1
    assert [row[0] for row in said["late"]] == [case.number]
    assert said["grids"] == [[world.home.name, 2, 1]]


def test_whoever_handles_in_time_is_in_time_however_long_the_check_takes(
    session: Session, world: World
) -> None:
    until = datetime.combine(today(), time(), clock.Calendar().zone)
    since = until - timedelta(days=1)
    for handled_h, limit_h in ((10, 11), (12, 11)):
        with clock.at(since + timedelta(hours=handled_h)):
            case = brought_to(State.CHECKED, world)
        case.due_at = since + timedelta(hours=limit_h)
        with clock.at(until - timedelta(hours=1)):
            moves.close(case, by=world.dispatcher)
    happened = queries.happened(since, until)
    assert (happened[Said.CLOSED], happened[Said.IN_TIME]) == (2, 50.0)


def test_every_figure_is_said_and_has_words(session: Session, world: World) -> None:
    assert set(made().said["figures"]) == {each.value for each in Said} == set(SAID_WORDS)


def test_what_stands_is_compared_with_the_bulletin_of_the_day_before(
    session: Session, world: World
) -> None:
    late_since_yesterday(world)
    assert actions.make(today() - timedelta(days=1)) is not None
    reported(world)
    assert made().said["figures"]["open"] == [2, 1]


def test_a_day_has_one_bulletin_that_stays_as_it_was(session: Session, world: World) -> None:
    first = made()
    late_since_yesterday(world)
    assert actions.make(today()) is None
    assert session.scalar(select(func.count()).select_from(Bulletin)) == 1
    assert first.said["figures"]["open"][0] == 0


@pytest.mark.parametrize(
    ("hour", "there"), [(time(7, 59), False), (time(8), True), (time(15), True)]
)
def test_it_is_there_from_eight_o_clock_on(
    session: Session, world: World, hour: time, there: bool
) -> None:
    moment = datetime.combine(today(), hour, clock.Calendar().zone)
    with clock.at(moment):
        actions.each_morning()
        actions.each_morning()
    assert (queries.of_day(today()) is not None) is there


def test_its_readers_are_told_and_nobody_else(session: Session, world: World) -> None:
    made()
    told = {
        who.id: [notice.url for notice in notices.unread(who.id)]
        for who in (world.dispatcher, world.worker, world.stranger)
        if who.id is not None
    }
    assert told[world.dispatcher.id] == [f"/bulletin/{today().isoformat()}"]
    assert not told[world.worker.id]
    assert not told[world.stranger.id]


@pytest.mark.parametrize("ending", ["", ".pdf", ".docx", "/loads.png", "/weeks.png"])
def test_a_stranger_and_a_worker_read_none_of_it(app: Flask, world: World, ending: str) -> None:
    made()
    db.session.commit()
    address = f"/bulletin/{today().isoformat()}{ending}"
    assert as_user(app, world.dispatcher).get(address).status_code == 200
    for who in (world.stranger, world.worker):
        assert as_user(app, who).get(address).status_code == 403


def test_page_paper_and_document_say_the_same(app: Flask, world: World) -> None:
    case = late_since_yesterday(world)
    made()
    db.session.commit()
    client = as_user(app, world.dispatcher)
    address = f"/bulletin/{today().isoformat()}"
    assert case.number in client.get("/bulletin").get_data(as_text=True)
    pages = PdfDocument(client.get(f"{address}.pdf").get_data())
    paper = "".join(page.get_textpage().get_text_bounded() for page in pages)
    assert case.number in paper
    document = Document(io.BytesIO(client.get(f"{address}.docx").get_data()))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert case.number in cells
    assert world.home.name in cells
    assert len(document.inline_shapes) == 2


@pytest.mark.parametrize("day", ["2020-01-01", "yesterday", "2026-13-40"])
def test_a_day_without_one_is_not_there(app: Flask, world: World, day: str) -> None:
    client = as_user(app, world.dispatcher)
    assert client.get(f"/bulletin/{day}").status_code == 404
    assert client.get(f"/bulletin/{day}.pdf").status_code == 404


def test_before_the_first_the_page_says_when_there_will_be_one(app: Flask, world: World) -> None:
    answer = as_user(app, world.dispatcher).get("/bulletin")
    assert answer.status_code == 200
    assert "八点" in answer.get_data(as_text=True)


def test_the_page_asks_the_database_no_more_often_the_more_is_late(
    app: Flask, world: World
) -> None:
    client = as_user(app, world.dispatcher)
    asked = []
    for day in (1, 0):
        late_since_yesterday(world)
        late_since_yesterday(world)
        actions.make(today() - timedelta(days=day))
        db.session.commit()
        with counted() as seen:
            client.get(f"/bulletin/{(today() - timedelta(days=day)).isoformat()}")
        asked.append(len(seen))
    assert 0 < asked[0] == asked[1]


def test_a_picture_has_its_grid_in_its_colour(session: Session, world: World) -> None:
    plain = Image.open(io.BytesIO(pictures.grids_in({}))).convert("RGB")
    red = Image.open(io.BytesIO(pictures.grids_in({world.home.id: "#c92a2a"}))).convert("RGB")
    assert plain.size == red.size
    assert plain.width == pictures.WIDTH

    def reds(picture: Image.Image) -> int:
        return sum(
            many
            for many, (r, g, b) in picture.getcolors(1 << 24) or ()
            if r > 180 and g < 70 and b < 70
        )

    assert reds(plain) == 0
    assert reds(red) > 50
    assert len(pictures.grids_in({})) < 300_000
