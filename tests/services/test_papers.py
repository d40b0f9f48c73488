"""Papers and personal answers: sealed, masked, shown with a name across them, each look in the log."""

from __future__ import annotations

import base64
import io

import pytest
from flask import Flask
from PIL import Image, ImageChops
from sqlalchemy import select

from tests.services.conftest import ANSWERS, Office, begun, brought_to, client_of, photo
from tests.whole_house.test_pages import html_faults
from webapp.base import audit, clock, files, sealing
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import NotOpen, Unacceptable
from webapp.services.applications import actions, asking, materials, papers, queries
from webapp.services.applications.commands import seal_anew
from webapp.services.applications.models import Application
from webapp.services.applications.rules import Kept, State


def _pdf(pages: int = 2) -> io.BytesIO:
    body = io.BytesIO()
    sheets = [Image.new("RGB", (300, 400), "white") for _each in range(pages)]
    sheets[0].save(body, "PDF", save_all=True, append_images=sheets[1:])
    body.seek(0)
    return body


def test_nothing_personal_lies_open(office: Office) -> None:
    made = begun(office, "JY04")
    row = db.session.execute(select(Application.__table__).where(Application.id == made.id)).one()
    for personal in (
        "示例居民",
        "11010519491231002X",
        "13800138000",
        "示例路1号",
        "6222021234567894",
    ):
        assert personal not in str(row)
        assert personal.encode() not in made.sealed  # type: ignore[operator]
    assert made.shown_name == "示***"
    assert asking.unsealed(made.sealed)["identity_no"] == "11010519491231002X"


def test_a_paper_lies_sealed_on_the_disk(office: Office) -> None:
    made = begun(office, "JY04")
    for paper in made.materials:
        for each in paper.pages:
            body = files.path_of(each.file).read_bytes()
            assert not body.startswith(b"\xff\xd8")
            assert sealing.unseal(body).startswith(b"\xff\xd8")


def test_the_reader_stands_on_what_is_shown(office: Office) -> None:
    [file] = papers.keep(photo(), by=office.resident)
    shown = [papers.shown(file, reader=name, at=clock.now()) for name in ("甲岗位", "乙岗位")]
    pictures = [
        Image.open(io.BytesIO(base64.b64decode(each.partition(",")[2]))).convert("RGB")
        for each in shown
    ]
    plain = Image.open(photo()).convert("RGB")
    for marked in pictures:
        box = ImageChops.difference(marked, plain).getbbox()
        assert box is not None
        assert box[2] - box[0] > 500
        assert box[3] - box[1] > 350
    assert ImageChops.difference(*pictures).getbbox() is not None


def test_of_a_pdf_only_pictures_are_left(office: Office) -> None:
    kept = papers.keep(_pdf(3), by=office.resident)
    assert len(kept) == 3
    for each in kept:
        assert sealing.unseal(files.path_of(each).read_bytes()).startswith(b"\xff\xd8")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"%PDF-1.7 nothing",
        b"<html>",
        b"GIF89a",
        _pdf(13).getvalue(),
        b"%PDF-" + b"x" * papers.LARGEST_PDF,
    ],
    ids=["empty", "broken", "page", "gif", "long", "large"],
)
def test_what_is_no_paper_is_refused(office: Office, body: bytes) -> None:
    with pytest.raises(Unacceptable):
        papers.keep(io.BytesIO(body), by=office.resident)


def test_a_paper_on_file_is_used_again_by_consent_of_its_owner(office: Office) -> None:
    first = brought_to(office, State.SUBMITTED)
    second = begun(office, "JY07")
    paper = materials.use_again(second, "identity_card", by=office.resident)
    assert paper.kept_as == Kept.REUSED
    assert paper.consented_at is not None
    assert paper.of_id in {each.id for each in first.materials}
    assert not paper.pages
    assert queries.on_file(office.world.stranger.id, ["identity_card"]) == {}


def test_what_was_submitted_does_not_change_but_for_what_may_follow_later(office: Office) -> None:
    made = brought_to(office, State.VILLAGE_REVIEW)
    with pytest.raises(NotOpen):
        materials.add(made, "identity_card", [photo()], by=office.resident)
    materials.add(made, "bank_card", [photo()], by=office.resident)
    with pytest.raises(Unacceptable):
        materials.add(made, "no_such", [photo()], by=office.resident)


def test_a_licence_stands_only_where_there_is_one(office: Office) -> None:
    made = begun(office, "JY04")
    assert (
        materials.by_licence(made, "identity_card", "E123", by=office.resident).kept_as
        == Kept.LICENCE
    )
    with pytest.raises(Unacceptable):
        materials.by_licence(made, "flexible_proof", "E123", by=office.resident)


def test_pages_mask_what_is_personal_and_reveal_it_for_a_purpose(
    app: Flask, office: Office
) -> None:
    made = brought_to(office, State.STREET_REVIEW)
    db.session.commit()
    clerk = client_of(app, office.handler)
    text = clerk.get(f"/applications/{made.id}").get_data(as_text=True)
    assert html_faults(text) == []
    assert "11010519491231002X" not in text
    assert "110****2X" in text
    assert "138****8000" in text
    refused = clerk.post(f"/applications/{made.id}/personal", data={"purpose": ""})
    assert refused.status_code == 422
    assert "11010519491231002X" not in refused.get_data(as_text=True)
    shown = clerk.post(f"/applications/{made.id}/personal", data={"purpose": "核对身份"})
    assert "11010519491231002X" in shown.get_data(as_text=True)
    assert shown.headers["Cache-Control"] == "no-store"
    last = audit.last("service_application", made.id)
    assert last is not None
    assert (last.move, last.data["purpose"], last.actor_id) == (
        "reveal",
        "核对身份",
        office.handler.id,
    )


def test_every_look_at_a_paper_stands_in_the_log(app: Flask, office: Office) -> None:
    made = brought_to(office, State.STREET_REVIEW)
    paper = made.materials[0]
    db.session.commit()
    address = f"/applications/{made.id}/papers/{paper.id}"
    clerk = client_of(app, office.handler)
    assert clerk.get(address).status_code == 405
    assert clerk.post(address, data={}).status_code == 422
    shown = clerk.post(address, data={"purpose": "审核"})
    assert shown.status_code == 200
    text = shown.get_data(as_text=True)
    assert "data:image/jpeg;base64," in text
    assert html_faults(text) == []
    last = audit.last("service_application", made.id)
    assert last is not None
    assert (last.move, last.data["paper"], last.actor_id) == ("look", paper.key, office.handler.id)
    own = client_of(app, office.resident)
    assert own.post(f"/my-matters/{made.id}/papers/{paper.id}").status_code == 200
    for who in (office.world.stranger, office.world.neighbour):
        assert client_of(app, who).post(address, data={"purpose": "look"}).status_code == 403
    assert (
        clerk.post(f"/applications/{made.id}/papers/0", data={"purpose": "xx"}).status_code == 404
    )


def test_everything_is_sealed_anew_under_the_newest_key(app: Flask, office: Office) -> None:
    made = begun(office, "JY07")
    db.session.commit()
    before = made.sealed, made.materials[0].pages[0].file_id
    assert seal_anew() == (1, 1)
    db.session.expire_all()
    assert (made.sealed, made.materials[0].pages[0].file_id) != before
    assert asking.unsealed(made.sealed)["name"] == ANSWERS["field.name"]
    file = db.session.get(StoredFile, made.materials[0].pages[0].file_id)
    assert file is not None
    assert sealing.unseal(files.path_of(file).read_bytes()).startswith(b"\xff\xd8")


def test_answers_change_while_it_is_a_draft(office: Office) -> None:
    made = begun(office, "JY04")
    actions.change(
        made, by=office.resident, sent={**ANSWERS, "field.months": "9"}, grid_id=made.grid_id
    )
    assert made.answers["months"] == 9
    actions.submit(made, by=office.resident)
    with pytest.raises(NotOpen):
        actions.change(made, by=office.resident, sent=ANSWERS, grid_id=made.grid_id)
