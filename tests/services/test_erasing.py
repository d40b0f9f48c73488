"""What applications say of people ends by rule: answers, papers and links go, the figures stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.services.conftest import Office, begun, brought_to, client_of, photo
from tests.world import as_user
from webapp.base import clock, files
from webapp.base.db import db
from webapp.base.files import StoredFile
from webapp.base.flow import NotAllowed, Unacceptable
from webapp.base.notices import Notice
from webapp.services.applications import (
    actions,
    erasing,
    erasing_queries,
    materials,
    queries,
    ratings,
    result,
)
from webapp.services.applications.models import Application, MaterialPage
from webapp.services.applications.papers import SEALED
from webapp.services.applications.rules import DRAFT_DAYS, ERASE_MONTHS, State

LATER = timedelta(days=ERASE_MONTHS * 31 + 1)


def after(made: Application, months: int = ERASE_MONTHS) -> timedelta:
    """From now to the moment at which it is due."""
    assert made.ended_at is not None
    return made.ended_at - clock.now() + timedelta(days=months * 31 + 1)


def erased(later: timedelta = LATER) -> int:
    """How many applications are erased when the night comes so much later."""
    with clock.at(clock.now() + later):
        count = erasing.erase()
    db.session.flush()
    db.session.expire_all()
    return count


def test_nothing_is_left_of_the_person_and_the_figures_stay(office: Office) -> None:
    made = brought_to(office, State.DELIVERED, by_agent=True)
    number, code, worked = made.number, made.result_code, made.worked_s
    paths = [files.path_of(page.file) for each in made.materials for page in each.pages]
    assert paths
    assert all(path.exists() for path in paths)
    assert erased(after(made) - timedelta(days=32)) == 0
    assert erased(after(made)) == 1
    again = queries.one(made.id)
    assert again is not None
    assert (again.answers, again.sealed, again.shown_name, again.applicant_id) == (
        {},
        None,
        None,
        None,
    )
    assert again.mandate is not None
    assert (again.mandate.words, again.mandate.file_id, again.note) == ("", None, None)
    assert not any(path.exists() for path in paths)
    assert all(not each.pages and each.licence_no is None for each in again.materials)
    told = select(func.count()).where(Notice.url == f"/my-matters/{made.id}")
    assert db.session.scalar(told) == 0
    assert (again.number, again.worked_s, again.state) == (number, worked, State.DELIVERED)
    assert queries.by_result(str(code)) is not None
    assert result.is_approved(again)
    (row,) = erasing_queries.register().rows
    assert row.application_id == made.id
    assert (row.months, row.field) == (ERASE_MONTHS, "")
    assert row.answers > 1
    assert row.pages == len(paths)
    assert erased(after(made)) == 0


def test_a_paper_that_is_used_again_stays_until_the_last_one_is_erased(office: Office) -> None:
    first = brought_to(office, State.DELIVERED)
    paper = next(each for each in first.materials if each.pages)
    path = files.path_of(paper.pages[0].file)
    with clock.at(clock.now() + timedelta(days=200)):
        second = begun(office, "JY04")
        materials.use_again(second, paper.key, by=office.resident)
        actions.withdraw(second, by=office.resident)
    erased(after(first))
    assert path.exists()
    assert queries.on_file(office.resident.id, [paper.key]) == {}
    erased(after(second))
    assert not path.exists()
    assert db.session.scalar(select(func.count(MaterialPage.id))) == 0
    sealed = select(func.count()).where(StoredFile.media_type == SEALED)
    assert db.session.scalar(sealed) == 0


def test_a_page_that_was_replaced_lies_on_the_disk_no_longer(office: Office) -> None:
    draft = begun(office)
    paper = next(each for each in draft.materials if each.pages)
    before = files.path_of(paper.pages[0].file)
    materials.add(draft, paper.key, [photo()], by=office.resident)
    erased(timedelta())
    assert not before.exists()
    assert files.path_of(paper.pages[0].file).exists()


def test_whoever_is_not_content_is_called_back_before(office: Office) -> None:
    made = brought_to(office, State.DELIVERED)
    ratings.rate(made, rating=1, words="太慢", by=office.resident)
    assert erased(after(made)) == 0
    rating = made.rating
    assert rating is not None
    ratings.MOVES["call_back"](rating, by=office.head, note="已致歉")
    ratings.MOVES["rectify"](rating, by=office.head, note="已改进")
    assert erased(after(made)) == 1
    again = queries.one(made.id)
    assert again is not None
    assert again.rating is not None
    assert (again.rating.level, again.rating.words, again.rating.called_words) == (1, None, None)


def test_a_rule_of_a_field_goes_before_the_rule_of_all(office: Office) -> None:
    made = brought_to(office, State.DELIVERED)
    admin = office.world.admin
    erasing.set_rule(field="", months=2, by=admin)
    erasing.set_rule(field=made.item.field, months=24, by=admin)
    assert erased(after(made, 3)) == 0
    assert erased(after(made, 24)) == 1
    with pytest.raises(Unacceptable):
        erasing.set_rule(field="unheard", months=2, by=admin)
    with pytest.raises(NotAllowed):
        erasing.set_rule(field="", months=2, by=office.head)


def test_a_draft_that_is_left_alone_is_over_and_erased_like_the_others(office: Office) -> None:
    draft = begun(office)
    erased(timedelta(days=DRAFT_DAYS - 1))
    assert draft.state == State.DRAFT
    erased(timedelta(days=DRAFT_DAYS + 1))
    assert draft.state == State.WITHDRAWN
    assert draft.ended_at is not None
    assert erased(after(draft)) == 1


def test_the_register_is_for_those_who_answer_for_it(app: Flask, office: Office) -> None:
    made = brought_to(office, State.DELIVERED)
    erased(after(made))
    admin = as_user(app, office.world.admin)
    page = admin.get("/applications/erasures").get_data(as_text=True)
    assert str(made.number) in page
    assert admin.post("/applications/erasures", data={"months": "300"}).status_code == 422
    saved = admin.post("/applications/erasures", data={"field": "", "months": "36"})
    assert saved.status_code == 303
    assert erasing_queries.rules()[""].months == 36
    for who in (office.world.stranger, office.world.worker, office.head, office.resident):
        other = client_of(app, who)
        assert other.get("/applications/erasures").status_code == 403
        assert other.post("/applications/erasures", data={"months": "1"}).status_code == 403
    shown = client_of(app, office.head).get(f"/applications/{made.id}")
    assert shown.status_code == 200
