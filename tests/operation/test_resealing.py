"""Under a new key everything that is sealed is sealed anew, and nothing that is sealed is forgotten."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import LargeBinary, select
from sqlalchemy.orm import Session

from tests.community.test_opinions import form
from tests.world import World
from webapp.base import sealing
from webapp.base.db import Base, db
from webapp.base.flow import Unacceptable
from webapp.base.intake import DeadLetter
from webapp.cases.appeals import actions as appeals
from webapp.cases.appeals.rules import AppealKind
from webapp.community.opinions import actions as opinions
from webapp.community.opinions.models import Opinion
from webapp.operation import resealing
from webapp.people import actions as people, queries as known

# Hashes, blind indexes, signatures and pictures: nothing can be unsealed in them.
PLAIN = {
    "account.phone_blind",
    "bulletin.loads",
    "bulletin.weeks",
    "case_contact.phone_blind",
    "event.hash",
    "event.previous",
    "follow.phone_blind",
    "gate_event.token_hash",
    "gate_refused.digest",
    "gate_registration.code_hash",
    "intake_signature.digest",
    "ledger_snapshot.signature",
    "opinion_line.picture",
    "phone_code.digest",
    "phone_code.phone_blind",
    "resident.id_blind",
    "told_case.mark",
    "told_case.named",
    "resident.phone_blind",
    "sign_in_attempt.subject",
    "subscription.hash",
    "token.hash",
}
# These have commands of their own that `reseal` runs, too.
ELSEWHERE = {"service_application.sealed", "resident.id_number", "resident.phone"}


def test_every_column_of_bytes_is_sealed_anew_or_named_as_plain() -> None:
    columns = {
        f"{mapper.local_table.name}.{column.name}"
        for mapper in Base.registry.mappers
        for column in mapper.local_table.columns
        if isinstance(column.type, LargeBinary | sealing.SealedText)
    }
    sealed = {f"{each.class_.__tablename__}.{each.key}" for each in resealing.COLUMNS}
    assert columns == sealed | PLAIN | ELSEWHERE


# What a column is called that may tell how to reach somebody or which number they have.
REACHED_BY = re.compile(r"phone|mobile|(^|_)tel|contact|id_number|id_card|email|wechat")
# Named alike, and something else: where and how a phone took a picture, moments, counts, posts and indexes.
NO_NUMBER = {
    *(f"case_media.phone_{said}" for said in ("lon", "lat", "accuracy_m", "heading", "m")),
    "appeal.contacted_at",
    "erasure.contacts",
    *(
        f"{table}.contact_post"
        for table in ("enterprise", "job_claim", "job_employer", "job_posting")
    ),
}


def test_every_number_of_somebody_is_sealed_or_published_on_purpose() -> None:
    named = {
        f"{table.name}.{column.name}": isinstance(column.type, LargeBinary | sealing.SealedText)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if REACHED_BY.search(column.name)
    }
    assert len(named) > 20
    plain = {column for column, is_sealed in named.items() if not is_sealed}
    assert plain == NO_NUMBER | resealing.PUBLISHED.keys()


def test_what_was_sealed_is_read_without_the_old_key(
    app: Flask, world: World, session: Session
) -> None:
    settings = app.extensions["settings"]

    def keys(*held: str) -> None:
        sealing.init_app(app, replace(settings, sealing_keys=",".join(held)))

    old, new = "o" * 32, "n" * 32
    try:
        keys(old)
        opinion = opinions.enter(form(world, contact="13800001234"), by=world.worker)
        account = people.create_account(name="by phone", phone="13800004444", by=None)
        lost = DeadLetter(topic="x", body=b"no key opens this", why="broken")
        sheet = appeals.receive(
            sheet_no="LT-1",
            kind=AppealKind.ADVICE,
            source="12345",
            words="问路灯",
            caller_phone="13800005555",
            by=world.dispatcher,
        )
        session.add_all([lost, DeadLetter(topic="y", body=sealing.seal(b"said"), why="broken")])
        session.commit()
        keys(new, old)
        assert known.by_phone("+8613800004444") is account
        with pytest.raises(Unacceptable):
            people.create_account(name="the same", phone="13800004444", by=None)
        told = app.test_cli_runner().invoke(args=["reseal"])
        assert "account.phone: 1 sealed anew" in told.output
        assert "opinion.contact: 1 sealed anew" in told.output
        assert "appeal.caller_phone: 1 sealed anew" in told.output
        assert "dead_letter.body: 1 sealed anew" in told.output
        assert "1 values are opened by no key" in told.output
        keys(new)
        session.expire_all()
        assert known.by_phone("+8613800004444") is account
        assert account.phone == "+8613800004444"
        contact = db.session.scalar(select(Opinion.contact).where(Opinion.id == opinion.id))
        assert contact is not None
        assert sealing.unseal(contact) == b"13800001234"
        assert sheet.caller_phone == "+8613800005555"
        with pytest.raises(sealing.Unreadable):
            sealing.unseal(lost.body)
    finally:
        sealing.init_app(app, settings)
