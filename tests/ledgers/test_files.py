"""Ledgers as files: with places for signatures and seals, masked, and of people only for a purpose."""

from __future__ import annotations

import io
from typing import Any

import pypdfium2
import pytest
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from tests.residents.village import Village, flagged, village
from tests.world import as_user
from webapp.base import audit
from webapp.base.db import db
from webapp.ledgers import rules
from webapp.ledgers.models import Taking
from webapp.people import enterprises
from webapp.people.rules import Premises
from webapp.residents.rules import KeyGroup

__all__ = ["village"]

FORMS = ("xlsx", "docx", "pdf")


def words_in(form: str, body: bytes) -> str:
    if form == "xlsx":
        rows = load_workbook(io.BytesIO(body)).worksheets[0].iter_rows(values_only=True)
        return "\n".join(str(cell) for row in rows for cell in row)
    if form == "docx":
        paper = Document(io.BytesIO(body))
        cells = [c.text for table in paper.tables for row in table.rows for c in row.cells]
        return "\n".join([*(line.text for line in paper.paragraphs), *cells])
    pages = pypdfium2.PdfDocument(body)
    return "\n".join(page.get_textpage().get_text_range() for page in pages)


def taken(client: FlaskClient, key: str, **said: Any) -> Any:
    return client.post(f"/ledgers/{key}/file", data=said)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_has_title_place_rows_and_places_to_sign(
    app: Flask, village: Village, form: str
) -> None:
    worker = as_user(app, village.world.worker)
    answer = taken(worker, "dwellings", form=form)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    said = words_in(form, answer.data)
    for words in ("实有房屋台账", "大季家街道", "302", "制表人", "单位盖章"):
        assert words in said, words


@pytest.mark.parametrize("form", FORMS)
def test_people_want_a_purpose_and_whole_names_the_right(
    app: Flask, village: Village, form: str
) -> None:
    worker, leader = (as_user(app, each) for each in (village.world.worker, village.leader))
    assert taken(leader, "residents", form=form).status_code == 422
    assert taken(worker, "residents", form=form, whole="1", purpose="核对").status_code == 403
    masked = words_in(form, taken(worker, "residents", form=form, purpose="核对").data)
    assert "示*甲" in masked
    assert village.head.name not in masked
    whole = words_in(form, taken(leader, "residents", form=form, whole="1", purpose="上报").data)
    for words in (village.head.name, "1949-10-01", "13800001234"):
        assert words in whole
    rows = db.session.scalars(select(Taking).order_by(Taking.id)).all()
    assert [(each.purpose, each.whole) for each in rows] == [("核对", False), ("上报", True)]
    assert audit.history("ledger_taking", rows[1].id)[0].data["whole"] is True


def test_of_people_in_need_each_is_told_of_it(app: Flask, village: Village) -> None:
    flagged(village.head, village.leader, KeyGroup.LIVES_ALONE)
    leader = as_user(app, village.leader)
    assert taken(leader, "alone", purpose="冬季走访").status_code == 200
    looks = [each for each in audit.history("resident", village.head.id) if each.move == "look"]
    assert looks[-1].data["purpose"] == "冬季走访"


def test_strangers_take_nothing(app: Flask, village: Village) -> None:
    for who, key, status in (
        (village.world.stranger, "dwellings", 403),
        (village.world.worker, "staff", 403),
    ):
        assert taken(as_user(app, who), key, purpose="none").status_code == status
    neighbour = as_user(app, village.world.neighbour)
    said = words_in("xlsx", taken(neighbour, "residents", purpose="none").data)
    assert "302" not in said


def test_what_begins_like_a_formula_is_text(app: Flask, village: Village) -> None:
    lon, lat = village.world.spot(village.world.home)
    said = enterprises.Described("=HYPERLINK(1)\x07", Premises.SMALL_SHOP, lon=lon, lat=lat)
    enterprises.register(said, by=village.world.worker)
    worker = as_user(app, village.world.worker)
    body = taken(worker, "enterprises", purpose="none", q="HYPERLINK").data
    cells = [cell for row in load_workbook(io.BytesIO(body)).worksheets[0] for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell for cell in cells if cell.value == "'=HYPERLINK(1)"]


@pytest.mark.parametrize("form", FORMS)
def test_a_frozen_file_carries_its_hash(app: Flask, village: Village, form: str) -> None:
    leader = as_user(app, village.leader)
    place = {"place": f"g{village.world.home.id}", "month": "2026-11"}
    address = leader.post("/ledgers/residents/freeze", data=place).headers["Location"]
    assert leader.post(f"{address}/file", data={"form": form}).status_code == 422
    answer = leader.post(f"{address}/file", data={"form": form, "purpose": "归档"})
    said = words_in(form, answer.data).replace("\n", "").replace("\r", "")
    page = leader.get(address).get_data(as_text=True)
    digest = page.split("SHA-256")[1].split("<dd>")[1].split("</dd>")[0].strip()
    assert digest in said
    assert village.head.name not in said


def test_what_is_too_long_to_print_is_taken_as_excel(
    app: Flask, village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    from webapp.ledgers import taking

    monkeypatch.setattr(taking, "MOST_PRINTED", 0)
    worker = as_user(app, village.world.worker)
    refused = taken(worker, "dwellings", form="pdf")
    assert refused.status_code == 422
    assert "请导出 Excel" in refused.get_data(as_text=True)
    assert taken(worker, "dwellings", form="page").status_code == 422
    assert taken(worker, "dwellings", form="xlsx").status_code == 200
    assert rules.MOST_PRINTED > 0
