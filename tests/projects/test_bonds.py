"""A bond goes its way with what each step wants, and nobody spends more of it than there is."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.projects.test_ground import statements_of
from tests.projects.yard import Yard, yard
from tests.world import as_user
from webapp.base import clock
from webapp.base.flow import EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.people import days
from webapp.projects.bonds import actions, queries
from webapp.projects.bonds.forms import BondForm, SpendingForm, TermsForm
from webapp.projects.bonds.models import Bond, Spending
from webapp.projects.bonds.rules import BondState

__all__ = ["yard"]

PDF = b"%PDF-1.4\n%%EOF\n"


def planned(yard: Yard, **more: Any) -> Bond:
    said = {"name": "示例债", "amount_wan": "1000", "provenance": "街道谋划清单", **more}
    return actions.plan(yard.project, BondForm.of(said), by=yard.deputy)


def allocated(yard: Yard) -> Bond:
    bond = planned(yard, income="停车收入", rate_percent="3.2", term_years="15")
    actions.add_opinion(bond, PDF, by=yard.deputy, base_version=None)
    for name in ("reserve", "review", "issue", "allocate"):
        actions.step(bond, name, by=yard.deputy, base_version=None)
    return bond


def paid(amount: str) -> SpendingForm:
    return SpendingForm.of({"day": days.today(), "amount_wan": amount, "words": "工程款"})


def test_each_step_wants_what_the_review_will_ask_for(yard: Yard) -> None:
    bond = planned(yard)
    with pytest.raises(EvidenceMissing):
        actions.step(bond, "reserve", by=yard.deputy, base_version=None)
    terms = TermsForm.of({"amount_wan": "900", "income": "门票收入", "provenance": "一案两书"})
    actions.describe(bond, terms, by=yard.deputy, base_version=None)
    actions.step(bond, "reserve", by=yard.deputy, base_version=None)
    with pytest.raises(EvidenceMissing):
        actions.step(bond, "review", by=yard.deputy, base_version=None)
    with pytest.raises(Unacceptable):
        actions.add_opinion(bond, b"GIF89a", by=yard.deputy, base_version=None)
    actions.add_opinion(bond, PDF, by=yard.deputy, base_version=None)
    actions.step(bond, "review", by=yard.deputy, base_version=None)
    with pytest.raises(EvidenceMissing):
        actions.step(bond, "issue", by=yard.deputy, base_version=None)


def test_what_is_issued_keeps_its_terms(yard: Yard) -> None:
    bond = allocated(yard)
    terms = TermsForm.of({"amount_wan": "9000", "provenance": "一案两书"})
    with pytest.raises(NotOpen):
        actions.describe(bond, terms, by=yard.deputy, base_version=None)


def test_a_bond_is_spent_to_the_last_yuan_and_not_beyond(yard: Yard) -> None:
    bond = allocated(yard)
    actions.spend(bond, paid("999.99"), by=yard.leader, base_version=None)
    assert bond.state == BondState.SPENDING
    with pytest.raises(Unacceptable):
        actions.spend(bond, paid("0.02"), by=yard.leader, base_version=None)
    actions.spend(bond, paid("0.01"), by=yard.leader, base_version=None)
    assert bond.spent_wan == Decimal("1000.00")
    assert bond.spent_percent == 100
    with pytest.raises(NotAllowed):
        actions.step(bond, "accept", by=yard.leader, note="达标", base_version=None)
    actions.step(bond, "accept", by=yard.chief, note="达标", base_version=None)
    with pytest.raises(NotOpen):
        actions.spend(bond, paid("1"), by=yard.leader, base_version=None)


def test_the_database_itself_refuses_to_spend_more_than_there_is(
    yard: Yard, session: Session
) -> None:
    bond = allocated(yard)
    row = {
        "bond_id": bond.id,
        "day": days.today(),
        "amount_wan": 1001,
        "words": "多了",
        "at": clock.now(),
    }
    with pytest.raises(IntegrityError, match="spent"), session.begin_nested():
        session.execute(insert(Spending).values(row))
    session.execute(insert(Spending).values({**row, "amount_wan": 600}))
    session.refresh(bond)
    assert bond.spent_wan == 600
    with pytest.raises(IntegrityError, match="spent"), session.begin_nested():
        session.execute(update(Spending).values(amount_wan=1001))
    with pytest.raises(IntegrityError, match="with_opinion"), session.begin_nested():
        session.execute(update(Bond).values(opinion_id=None))


def test_a_bond_is_planned_and_its_opinion_read_at_the_desk(
    app: Flask, yard: Yard, session: Session
) -> None:
    session.commit()
    deputy = as_user(app, yard.deputy)
    here = f"/projects/{yard.project.id}/bonds"
    form = {"name": "管网债", "amount_wan": "12,5", "provenance": "清单"}
    wrong = deputy.post(here, data=form)
    assert wrong.status_code == 422
    assert "管网债" in wrong.get_data(as_text=True)
    made = deputy.post(here, data={**form, "amount_wan": "5400"})
    assert made.status_code == 303
    where = made.headers["Location"]
    sent = {"file": (io.BytesIO(PDF), "law.pdf")}
    assert deputy.post(f"{where}/opinion", data=sent).status_code == 303
    assert deputy.get(f"{where}/opinion.pdf").data == PDF
    assert deputy.post(f"{where}/reserve", data={}).status_code == 422
    assert "管网债" in deputy.get("/projects/bonds").get_data(as_text=True)
    found = deputy.get("/projects/bonds?state=", headers={"HX-Request": "true"})
    assert found.get_data(as_text=True).count("list-tools") == 1
    for address in ("/projects?q=&state=&grid=", "/projects/bonds?name=x&_method=y"):
        assert deputy.get(address).status_code == 200


def test_strangers_and_the_neighbour_see_no_bond(app: Flask, yard: Yard, session: Session) -> None:
    bond = allocated(yard)
    session.commit()
    for who in (yard.world.neighbour, yard.world.stranger):
        client = as_user(app, who)
        for address in (f"/bonds/{bond.id}", f"/bonds/{bond.id}/opinion.pdf"):
            assert client.get(address).status_code == 403, address
        assert client.post(f"/bonds/{bond.id}/spendings", data={}).status_code == 403
        assert queries.listed(who) == []
        assert queries.sums(who).amount == 0
    assert app.test_client().get(f"/bonds/{bond.id}").status_code == 302


def test_more_bonds_and_payments_ask_no_more(app: Flask, yard: Yard, session: Session) -> None:
    bond = allocated(yard)
    actions.spend(bond, paid("1"), by=yard.leader, base_version=None)
    session.commit()
    chief = as_user(app, yard.chief)
    addresses = ("/projects/bonds", f"/projects/{yard.project.id}/bonds", f"/bonds/{bond.id}")
    few = statements_of(chief, addresses)
    for number in range(8):
        planned(yard, name=f"债{number}")
        actions.spend(bond, paid("2"), by=yard.leader, base_version=None)
    session.commit()
    assert statements_of(chief, addresses) == few
