"""The book on paper: a page is printed, photographed by phone, and its lines become opinions, each once."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from tests.busy import at_once, busy_house
from tests.community import photographs
from tests.community.photographs import DIM, PLAIN, UPSIDE_DOWN, Picture, Shot, photographed, torn
from tests.world import World, as_user, peopled
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, Unacceptable
from webapp.community.opinions import actions as opinions, queries as said
from webapp.community.opinions.book import actions, layout, printing, queries, reading
from webapp.community.opinions.book.models import BookLine, BookPage
from webapp.community.opinions.book.reading import Line, Seen
from webapp.community.opinions.forms import SayForm
from webapp.community.opinions.models import Opinion
from webapp.community.opinions.rules import OPINION_FLOW, OpinionKind
from webapp.grids import queries as grids

CODE = "ABCDEFGHJK"
WORDS = {1: "lamp", 3: "bench", 8: "park"}


@pytest.fixture(scope="module")
def paper(house: Flask) -> Picture:
    """A printed page, once for all photos."""
    with house.test_request_context():
        page = BookPage(code=CODE, printed_at=clock.now(), grid=grids.living()[0])
        return photographs.paper_of(printing.pages([page]).get_data())


def seen(paper: Picture, shot: Shot = PLAIN) -> Seen:
    return reading.read(photographed(paper, shot))


def filled(found: Seen) -> set[int]:
    return {each.line for each in found.lines if each.filled}


@pytest.mark.parametrize("shot", [PLAIN, pytest.param(DIM, id="dim"), UPSIDE_DOWN])
def test_a_photo_from_anywhere_shows_which_lines_are_written_and_what_is_ticked(
    paper: Picture, shot: Shot
) -> None:
    ticks = {1: OpinionKind.COMPLAINT, 3: OpinionKind.SUGGESTION}
    found = seen(photographs.written(paper, WORDS, ticks), shot)
    assert found.code == CODE
    assert filled(found) == set(WORDS)
    assert {each.line: each.ticked for each in found.lines if each.ticked} == ticks
    assert all(each.code_read for each in found.lines)
    assert all((each.picture is not None) == each.filled for each in found.lines)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(12))
def test_no_photo_is_read_wrong(paper: Picture, seed: int) -> None:
    random = np.random.default_rng(seed)
    corners = tuple(
        (x + random.uniform(-140, 140), y + random.uniform(-140, 140)) for x, y in PLAIN.corners
    )
    light, noise = random.uniform(0.25, 1.0), random.uniform(1, 9)
    shot = Shot(corners, light=light, noise=noise, blur=random.uniform(0.5, 1.4), seed=seed)
    inked = photographs.written(paper, WORDS)
    try:
        found = seen(inked, shot)
    except Unacceptable:
        return
    assert found.code == CODE
    assert filled(found) == set(WORDS)


def test_an_empty_page_is_a_page_without_lines(paper: Picture) -> None:
    assert filled(seen(paper)) == set()


def test_a_line_whose_code_is_torn_off_is_found_by_its_place(paper: Picture) -> None:
    inked = torn(photographs.written(paper, WORDS), layout.code_of_line(3), layout.PAGE_CODE)
    found = seen(inked)
    assert found.code == CODE
    assert [each.line for each in found.lines if not each.code_read] == [3]
    assert 3 in filled(found)


def test_three_corner_marks_are_enough_and_two_are_not(paper: Picture) -> None:
    inked = photographs.written(paper, WORDS)
    assert filled(seen(torn(inked, layout.MARKS[1]))) == set(WORDS)
    with pytest.raises(Unacceptable, match="2"):
        seen(torn(inked, layout.MARKS[1], layout.MARKS[2]))


def test_what_cannot_be_read_says_what_to_do(paper: Picture) -> None:
    codes = [layout.code_of_line(line) for line in range(1, layout.LINES + 1)]
    with pytest.raises(Unacceptable, match="No code"):
        seen(torn(paper, layout.PAGE_CODE, *codes))
    far = Shot(corners=((900, 900), (1400, 900), (1400, 1600), (900, 1600)), noise=0, blur=0.1)
    with pytest.raises(Unacceptable, match=r"marks|too small"):
        seen(paper, far)
    with pytest.raises(Unacceptable, match="not a picture"):
        reading.read(io.BytesIO(b"no picture at all"))


def shown(page: BookPage, *lines: int) -> Seen:
    """What a photo of the page would show."""
    return Seen(
        page.code, tuple(Line(each, True, True, OpinionKind.HELP, b"jpeg") for each in lines)
    )


def form(**more: object) -> SayForm:
    usual = {"kind": "help", "theme": "elderly", "words": "想要一个扶手"}
    return SayForm.of({**usual, **more})


def at(world: World, **more: object) -> SayForm:
    lon, lat = world.spot(world.home)
    return form(lon=lon, lat=lat, **more)


def page_of(world: World) -> BookPage:
    return actions.print_pages(world.home, many=1, by=world.worker)[0]


def test_a_line_becomes_one_opinion_and_its_picture_is_gone(world: World) -> None:
    page = page_of(world)
    _page, waiting = actions.photograph(shown(page, 2, 5), by=world.worker)
    assert waiting == 2
    first, second = queries.lines_of(page)
    opinion = opinions.enter_line(at(world, contact="13800001000"), first, by=world.worker)
    assert opinion.grid_id == world.home.id
    assert first.picture is None
    with pytest.raises(Changed):
        opinions.enter_line(at(world), first, by=world.worker)
    with pytest.raises(EvidenceMissing):
        actions.set_aside(second, why=None, by=world.worker)
    actions.set_aside(second, why="涂鸦", by=world.worker)
    _page, waiting = actions.photograph(shown(page, 2, 5, 6), by=world.worker)
    assert waiting == 1
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(
            text(
                "INSERT INTO opinion (kind, theme, words, state, how, said_at, anonymous, "
                "entered_by_id, line_id) SELECT kind, theme, words, state, how, said_at, "
                "anonymous, entered_by_id, line_id FROM opinion WHERE line_id IS NOT NULL"
            )
        )


def test_the_number_is_sealed_and_each_look_stands_in_the_log(world: World) -> None:
    page = page_of(world)
    actions.photograph(shown(page, 1), by=world.worker)
    opinion = opinions.enter_line(
        at(world, contact="13800001000"), queries.lines_of(page)[0], by=world.worker
    )
    assert opinion.contact is not None
    assert b"13800001000" not in opinion.contact
    assert opinions.reveal_contact(opinion, purpose="回电", by=world.worker) == "13800001000"
    assert audit.history(OPINION_FLOW.kind, opinion.id)[-1].data == {"purpose": "回电"}


def test_pages_of_another_grid_are_not_ours(world: World) -> None:
    page = page_of(world)
    with pytest.raises(NotAllowed):
        actions.photograph(shown(page, 1), by=world.neighbour)
    with pytest.raises(NotAllowed):
        actions.print_pages(world.next_door, many=1, by=world.worker)
    with pytest.raises(Unacceptable):
        actions.photograph(Seen("ZZZZZZZZZZ", ()), by=world.worker)


def test_strangers_and_neighbours_see_no_page_no_line_and_no_picture(
    app: Flask, world: World
) -> None:
    page = page_of(world)
    actions.photograph(shown(page, 1), by=world.worker)
    line = queries.lines_of(page)[0]
    addresses = (
        f"/opinions/book/pages/{page.id}",
        f"/opinions/book/pages/{page.id}.pdf",
        f"/opinions/book/lines/{line.id}",
        f"/opinions/book/lines/{line.id}/picture",
    )
    for who, status in ((world.worker, 200), (world.neighbour, 403), (world.stranger, 403)):
        browser = as_user(app, who)
        assert {browser.get(each).status_code for each in addresses} == {status}
    assert as_user(app, world.stranger).get("/opinions/book").status_code == 403
    assert queries.pages(world.neighbour) == []


def test_from_the_printer_to_the_answer_slip_on_the_pages(app: Flask, world: World) -> None:
    worker = as_user(app, world.worker)
    answer = worker.post("/opinions/book/pages", data={"grid": "DJJ-C-001", "many": 1})
    assert answer.mimetype == "application/pdf"
    refused = worker.post("/opinions/book/pages", data={"grid": "DJJ-C-002", "many": 1})
    assert refused.status_code == 403
    inked = photographs.written(photographs.paper_of(answer.get_data()), {4: "lamp"})
    assert worker.post("/opinions/book/photos", data={}).status_code == 422
    sent = {"photo": (photographed(inked), "page.jpg")}
    answer = worker.post("/opinions/book/photos", data=sent)
    shows = worker.get(answer.headers["Location"]).get_data(as_text=True)
    line = db.session.scalars(select(BookLine)).one()
    address = f"/opinions/book/lines/{line.id}"
    assert address in shows
    assert worker.get(f"{address}/picture").mimetype == "image/jpeg"
    assert 'name="lon"' in worker.get(address).get_data(as_text=True)
    assert worker.post(address, data={"words": "路灯"}).status_code == 422
    lon, lat = world.spot(world.home)
    words = {"kind": "complaint", "theme": "ground", "words": "路灯不亮", "lon": lon, "lat": lat}
    assert worker.post(address, data=words).status_code == 303
    assert worker.post(address, data=words).status_code == 409
    assert worker.get(f"{address}/picture").status_code == 404
    opinion = said.listed(world.worker).rows[0]
    opinions.answer(opinion, note="本周更换", by=world.worker)
    assert "路灯不亮" in worker.get("/opinions/book/slips").get_data(as_text=True)
    slip = worker.post("/opinions/book/slips", data={"opinions": opinion.id})
    assert slip.mimetype == "application/pdf"
    assert worker.post("/opinions/book/slips", data={"opinions": opinion.id}).status_code == 303


def test_two_who_confirm_a_line_at_once_make_one_opinion(cluster_url: str, tmp_path: Path) -> None:
    with busy_house(cluster_url, tmp_path) as app, app.test_request_context():
        world = peopled()
        page = page_of(world)
        actions.photograph(shown(page, 1), by=world.worker)
        line = queries.lines_of(page)[0]
        lon, lat = world.spot(world.home)
        words = {"kind": "help", "theme": "other", "words": "想要长椅", "lon": lon, "lat": lat}
        address = f"/opinions/book/lines/{line.id}"
        db.session.commit()
        browsers = [as_user(app, world.worker) for _each in range(2)]
        answers = at_once(
            *(lambda each=each: each.post(address, data=words).status_code for each in browsers)
        )
        assert sorted(answers) == [303, 409]
        assert len(db.session.scalars(select(Opinion)).all()) == 1
