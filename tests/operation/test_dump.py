"""Whoever carries the database away reads no identity number and no phone of anybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from tests.cases.stages import reported
from tests.community.test_opinions import form
from tests.ports.harbour import Harbour, harbour
from tests.residents.village import Village, id_number, someone_at_home, village
from tests.world import World
from webapp.base.db import Base
from webapp.cases.appeals import actions as appeals
from webapp.cases.appeals.rules import AppealKind
from webapp.cases.models import CaseContact
from webapp.cases.residents import following
from webapp.cases.residents.rules import Every
from webapp.community.opinions import actions as opinions
from webapp.community.roles.models import NeighbourRole
from webapp.community.roles.rules import RoleKind
from webapp.jobs import employers
from webapp.jobs.claims import actions as claims
from webapp.people import actions as people, days, enterprises, entry, queries as known
from webapp.people.actors import Nobody
from webapp.people.enterprises import Described
from webapp.people.rules import Premises
from webapp.residents import actions as residents

assert village
assert harbour

ID_NUMBER = id_number(date(1951, 3, 2), serial=7)


def _read(session: Session, sought: Sequence[str]) -> dict[str, set[str]]:
    """For each of these the columns in which somebody who has a dump of the database finds it."""
    found: dict[str, set[str]] = {said: set() for said in sought}
    patterns = [f"%{said}%" for said in sought]
    patterns += [f"%{said.encode().hex()}%" for said in sought]
    for table in Base.metadata.tables.values():
        # A row as text is what a dump holds.
        question = text(f"""
            SELECT each.key, each.said
            FROM (SELECT t FROM "{table.name}" t WHERE t::text LIKE ANY (:patterns)) found,
                 jsonb_each_text(to_jsonb(found.t)) each (key, said)
        """)
        for key, kept in session.execute(question, {"patterns": patterns}):
            for said in sought:
                if said in str(kept) or said.encode().hex() in str(kept):
                    found[said].add(f"{table.name}.{key}")
    return found


def test_a_dump_says_nobodys_number(
    app: Flask, session: Session, world: World, village: Village, harbour: Harbour
) -> None:
    kin = someone_at_home(name="示例乙", id_number=ID_NUMBER, phone="13800001111")
    residents.join(village.family, kin, by=world.worker)
    opinions.enter(form(world, contact="13800002222"), by=world.worker)
    sheet = appeals.receive(
        sheet_no="LT-2",
        kind=AppealKind.COMPLAINT,
        source="12345",
        words="夜间噪声",
        caller_name="示例来电人",
        caller_phone="13800003333",
        by=world.dispatcher,
    )
    session.add(CaseContact(case_id=reported(world).id, name="示例报告人", email="a@b.example"))
    session.add(CaseContact(case_id=reported(world).id, phone="+8613800005555"))
    account = people.create_account(name="by phone", phone="13800004444", by=None)
    entry.send_code("13800006666", door=entry.Door("192.0.2.1"), locale="en")
    following.follow(
        grid=world.home, every=Every.DAILY, phone="13800007777", by=Nobody(), locale="en"
    )
    vessel = harbour.vessel
    shop = enterprises.enter(
        Described(name="示例店", premises=Premises.STORE, contact_phone="13800009999"), by=None
    )
    employer = employers.enlist(shop, by=None)
    code = "91370600MA3EXAMP0"
    asked = claims.Said(
        name="示例面馆",
        credit_code=uscc.validate(code + uscc.calc_check_digit(code)),
        premises=Premises.SMALL_EATERY,
        address="示例路 1 号",
        contact_post="店长",
        contact_phone="13800001113",
        lon=121.1,
        lat=37.6,
    )
    claim = claims.make(asked, by=world.worker)
    head = {"grid_id": world.home.id, "name": "楼长", "since": days.today()}
    session.add(NeighbourRole(kind=RoleKind.PARTNER, phone="+8613800001112", **head))
    vessel.phone = "+8613800008888"
    session.flush()
    callers = ("13800003333", "示例来电人", "示例报告人", "a@b.example")
    kept = [f"1380000{number}" for number in (4444, 5555, 6666, 7777, 8888, 9999, 1112, 1113)]
    hidden = (ID_NUMBER, "13800001111", "13800002222", *callers, *kept)
    found = _read(session, hidden)
    for said in hidden:
        assert found[said] == set(), f"{said} is read in the dump"
    session.expire_all()
    assert (sheet.caller_name, sheet.caller_phone) == ("示例来电人", "+8613800003333")
    assert (account.phone, vessel.phone) == ("+8613800004444", "+8613800008888")
    assert shop.contact_phone == employer.contact_phone == "+8613800009999"
    assert claim.contact_phone == "+8613800001113"
    assert known.by_phone("+8613800004444") is account
