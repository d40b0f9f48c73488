"""A case on paper: the page to print and the PDF, in Chinese, with its map, photos and seals."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.cases.stages import brought_to, photographed, reported
from tests.world import World, as_user
from webapp.base import paper
from webapp.base.db import db
from webapp.cases import queries
from webapp.cases.models import Case
from webapp.cases.paper import pdf, sketch, views
from webapp.cases.rules import Stage, State


def pages(case: Case, world: World) -> Any:
    again = queries.one(case.id)
    assert again is not None
    return pdf.laid_out(views.written(again, world.dispatcher), again).pages


def said(box: Any) -> str:
    """Every word of a laid-out page."""
    own = getattr(box, "text", "") or ""
    return own + "".join(said(child) for child in getattr(box, "children", ()))


def drawn(box: Any) -> list[Any]:
    """What is drawn instead of written: photos, the small map."""
    own = [box.replacement] if hasattr(box, "replacement") else []
    return own + [each for child in getattr(box, "children", ()) for each in drawn(child)]


def test_the_pdf_says_in_chinese_what_the_case_is(session: Session, world: World) -> None:
    case = brought_to(State.CLOSED, world)
    case.words = "楼下消防通道被车堵住，请尽快处理"
    case.where_words = "恒祥社区二网格西门"
    photographed(case, Stage.FOUND, by=world.worker)
    session.flush()
    session.expire_all()
    laid_out = pages(case, world)
    words = "".join(said(page._page_box) for page in laid_out)
    for expected in (
        case.number,
        "案卷",
        "楼下消防通道被车堵住",
        "恒祥社区二网格西门",
        "立案",
        "结案",
    ):
        assert expected in words.replace("\u200b", ""), expected
    for place in ("受理人", "核查人", "处置部门（盖章）", "街道（盖章）"):
        assert place in words, place
    assert len([each for page in laid_out for each in drawn(page._page_box)]) >= 3


def test_the_pdf_is_one_and_nothing_else_is_fetched(app: Flask, world: World) -> None:
    case = reported(world, words='<img src="http://elsewhere.example/x.png">')
    answer = as_user(app, world.dispatcher).get(f"/cases/{case.id}/paper.pdf")
    assert answer.status_code == 200
    assert answer.mimetype == "application/pdf"
    assert answer.get_data().startswith(b"%PDF-")
    again = queries.one(case.id)
    assert again is not None
    for address in ("http://elsewhere.example/x.png", "file:///etc/passwd", "photo:999999"):
        with pytest.raises(ValueError, match="nothing is fetched"):
            paper._Photos({}).fetch(address)


def test_who_reported_a_confidential_case_is_not_on_its_paper(app: Flask, world: World) -> None:
    case = brought_to(State.PROCESSING, world)
    case.confidential = True
    case.reporter_id = world.neighbour.id
    db.session.flush()
    page = as_user(app, world.worker).get(f"/cases/{case.id}/paper").get_data(as_text=True)
    assert "保密" in page
    assert "<td>neighbour</td>" not in page


def test_the_small_map_shows_the_case_between_its_borders(session: Session, world: World) -> None:
    found = sketch.of(reported(world))
    assert found is not None
    assert found.own or found.others
    assert found.bar == pytest.approx(40.0)
    inside = [each for each in (*found.grids, *found.places)]
    assert all(0 <= each.x <= found.side and 0 <= each.y <= found.side for each in inside)
