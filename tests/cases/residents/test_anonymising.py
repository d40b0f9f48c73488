"""After the months of the rule nothing says any more who reported; a register says what was erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.cases.residents.telling import PHONE, handled, resident, texts, told
from tests.cases.stages import brought_to
from tests.cases.test_joint import _of as of_department
from tests.world import World, as_user, someone
from webapp.base import clock, notices
from webapp.base.db import db
from webapp.base.flow import Unacceptable
from webapp.base.notices import Dispatch, Notice
from webapp.cases import publishing, queries as cases
from webapp.cases.appeals import actions as hotline
from webapp.cases.appeals.models import Appeal
from webapp.cases.appeals.rules import AppealKind
from webapp.cases.models import Case, CaseContact
from webapp.cases.questions import LINK
from webapp.cases.residents import actions, anonymising, queries
from webapp.cases.residents.models import Erasure
from webapp.cases.rules import State


@pytest.fixture
def old(world: World) -> Case:
    """A resident's case that ended thirteen months ago, rated."""
    with clock.at(clock.now() - timedelta(days=400)):
        case = handled(told(world, resident(), name="Wang"), world)
        actions.rate(case, level=4, solved=True, words="thank you, Wang")
    for row in db.session.scalars(select(Dispatch)):
        notices.deliver(row.id)
    return case


def test_what_leads_to_the_reporter_is_gone_and_the_register_says_so(old: Case) -> None:
    number = old.number
    assert anonymising.anonymise() == 1
    db.session.expire_all()
    contact = db.session.scalars(select(CaseContact)).one()
    assert (contact.name, contact.phone, contact.channel) == (None, None, None)
    assert contact.erased_at
    assert old.reporter_id is None
    assert "13912345678" not in (old.words or "")
    assert publishing.HIDDEN in (old.words or "")
    assert queries.rating(old.id).words is None  # type: ignore[union-attr]
    assert texts() == []
    assert db.session.scalars(select(Notice).where(Notice.url == f"/mine/{old.id}")).all() == []
    row = db.session.scalars(select(Erasure)).one()
    assert (row.case_number, row.months, row.contacts, row.words) == (number, 12, 1, 2)
    assert row.links >= 2


def test_answers_to_the_questions_of_the_class_are_covered_too(old: Case) -> None:
    link = {"code": "media_url", "datatype": LINK, "value": "https://example.org/me.jpg"}
    asked = {"code": "note", "datatype": "string", "value": "call 13912345678"}
    count = {"code": "count", "datatype": "number", "value": 3}
    old.answers = [link, asked, count]
    db.session.flush()
    assert anonymising.anonymise() == 1
    db.session.expire_all()
    values = [each["value"] for each in old.answers]
    assert values == [publishing.HIDDEN, f"call {publishing.HIDDEN}", 3]


def test_twice_is_once(old: Case) -> None:
    assert anonymising.anonymise() == 1
    assert anonymising.anonymise() == 0
    assert queries.count_erased() == 1


def test_what_is_open_or_young_or_of_staff_stays(world: World) -> None:
    with clock.at(clock.now() - timedelta(days=400)):
        still_open = told(world, resident())
        brought_to(State.CLOSED, world)
    young = handled(told(world, resident("+8613800138001")), world)
    assert anonymising.anonymise() == 0
    assert still_open.reporter_id
    assert young.reporter_id


def test_the_longest_rule_counts(world: World, old: Case) -> None:
    anonymising.set_rule(class_prefix="", months=1, by=world.admin)
    anonymising.set_rule(class_prefix="06", months=24, by=world.admin)
    assert anonymising.anonymise() == 0
    anonymising.set_rule(class_prefix="06", months=12, by=world.admin)
    assert anonymising.anonymise() == 1
    row = db.session.scalars(select(Erasure)).one()
    assert (row.class_prefix, row.months) == ("06", 12)
    with pytest.raises(Unacceptable):
        anonymising.set_rule(class_prefix="99", months=3, by=world.admin)


def test_the_register_is_for_admin_and_supervisor(app: Flask, world: World, old: Case) -> None:
    anonymising.anonymise()
    db.session.flush()
    supervisor = someone("watcher", "supervisor")
    for who in (world.admin, supervisor):
        answer = as_user(app, who).get("/cases/erasures")
        assert answer.status_code == 200
        assert old.number in answer.get_data(as_text=True)
    for who in (world.stranger, world.dispatcher):
        assert as_user(app, who).get("/cases/erasures").status_code == 403
    rule = {"class_prefix": "", "months": "6"}
    assert as_user(app, supervisor).post("/cases/erasures/rules", data=rule).status_code == 403
    assert as_user(app, world.admin).post("/cases/erasures/rules", data=rule).status_code == 303
    wrong = as_user(app, world.admin).post("/cases/erasures/rules", data={"months": "0"})
    assert wrong.status_code == 422


def test_the_public_reads_how_long_and_how_many(client: FlaskClient, old: Case) -> None:
    anonymising.anonymise()
    db.session.flush()
    said = client.get("/public/cases?lang=en").get_data(as_text=True)
    assert "12 months" in said
    assert "for 1 reports" in said


def test_the_command_says_how_many(app: Flask, old: Case) -> None:
    ran = app.test_cli_runner().invoke(args=["cases", "anonymise"])
    assert "1 reports anonymised" in ran.output
    ran = app.test_cli_runner().invoke(args=["cases", "anonymise"])
    assert "0 reports anonymised" in ran.output


def test_a_sheet_of_the_hotline_forgets_who_called_once_its_time_is_over(world: World) -> None:
    unit = cases.departments()[0]
    handler = of_department(unit, "works")

    def closed(number: str, days: int) -> Appeal:
        with clock.at(clock.now() - timedelta(days=days)):
            sheet = hotline.receive(
                sheet_no=number,
                kind=AppealKind.HELP,
                source="12345",
                words="call me back: 13912345678",
                caller_name="Wang",
                caller_phone="13800138000",
                by=world.dispatcher,
            )
            hotline.classify(sheet, by=world.dispatcher, categories=["water"])
            hotline.assign(sheet, by=world.dispatcher, unit=unit.id)
            hotline.accept(sheet, by=handler)
            hotline.reply(sheet, by=handler, note="done", contacted=True)
            hotline.approve(sheet, by=world.shift_leader)
            hotline.content(sheet, by=world.shift_leader, solved=True)
        return sheet

    old, young = closed("2025010100001", 400), closed("2026110100001", 20)
    assert anonymising.anonymise_sheets() == 1
    assert anonymising.anonymise_sheets() == 0
    assert (old.caller_name, old.caller_phone) == (None, None)
    assert "13912345678" not in old.words
    assert young.caller_phone == PHONE
    row = db.session.scalars(select(Erasure)).one()
    assert (row.kind, row.case_number, row.contacts, row.words) == ("sheet", old.sheet_no, 1, 1)
