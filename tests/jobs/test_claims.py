"""Somebody registers the enterprise they act for; a person looks before it may post anything."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from stdnum.cn import uscc

from tests.jobs.market import CODE, Market, person
from tests.world import as_user
from webapp.base import audit
from webapp.base.flow import Changed, NotOpen, Unacceptable
from webapp.jobs.claims import actions, queries
from webapp.jobs.claims.actions import Said
from webapp.jobs.claims.models import Claim
from webapp.people import enterprises
from webapp.people.enterprises import Described
from webapp.people.models import Enterprise
from webapp.people.rules import Premises

BODY = "91370611MA3C0YKP9"


@pytest.fixture
def said(market: Market) -> Said:
    """A shop in the grid of the market, with a code that nobody has."""
    return Said(
        name="示例·海边面馆",
        credit_code=uscc.validate(BODY + uscc.calc_check_digit(BODY)),
        premises=Premises.SMALL_EATERY,
        address="示例路 1 号",
        contact_post="店长",
        contact_phone="138 0000 4321",
        lon=market.spot[0],
        lat=market.spot[1],
    )


def test_a_granted_claim_makes_a_verified_employer_for_whom_its_maker_acts(
    market: Market, said: Said
) -> None:
    owner = person("owner", None, None)
    claim = actions.make(said, by=owner)
    assert claim.grid_id == market.world.home.id
    assert claim.station_id == market.station.id
    employer = actions.grant(claim, by=market.head)
    assert employer.enterprise.credit_code == said.credit_code
    assert employer.enterprise.grid_id == market.world.home.id
    assert employer.verified_at is not None
    assert [each.account_id for each in employer.members] == [owner.id]
    assert (claim.state, claim.employer_id) == ("granted", employer.id)
    assert [each.move for each in audit.history("job_claim", claim.id)] == ["make", "grant"]


def test_an_enterprise_of_the_same_code_is_not_entered_twice(
    session: Session, market: Market, said: Said
) -> None:
    claim = actions.make(
        replace(said, credit_code=CODE, name="别的名称"), by=person("own2", None, None)
    )
    employer = actions.grant(claim, by=market.head)
    assert employer.id == market.employer.id
    assert len(session.scalars(select(Enterprise).where(Enterprise.credit_code == CODE)).all()) == 1


def test_one_of_the_same_name_gets_the_code_that_it_lacked(market: Market, said: Said) -> None:
    shop = enterprises.register(
        Described(said.name, Premises.SMALL_EATERY, lon=said.lon, lat=said.lat),
        by=market.world.admin,
    )
    employer = actions.grant(actions.make(said, by=person("own3", None, None)), by=market.head)
    assert employer.enterprise_id == shop.id
    assert shop.credit_code == said.credit_code


def test_a_second_claim_of_the_same_enterprise_is_told_that_one_waits(
    market: Market, said: Said
) -> None:
    owner = person("own4", None, None)
    actions.make(said, by=owner)
    with pytest.raises(Changed):
        actions.make(said, by=owner)
    assert queries.count_waiting(owner.id) == 1


def test_a_wrong_code_is_refused_beside_its_field(market: Market, said: Said) -> None:
    with pytest.raises(Unacceptable) as refused:
        actions.make(replace(said, credit_code=BODY + "?"), by=person("own5", None, None))
    assert set(refused.value.fields) == {"credit_code"}


def test_nobody_is_entered_by_a_claim_that_was_withdrawn(market: Market, said: Said) -> None:
    owner = person("own6", None, None)
    claim = actions.make(said, by=owner)
    actions.withdraw(claim, by=owner)
    with pytest.raises(NotOpen):
        actions.grant(claim, by=market.head)


def test_a_stranger_neither_sees_nor_decides(app: Flask, market: Market, said: Said) -> None:
    claim = actions.make(said, by=person("own7", None, None))
    stranger = as_user(app, person("stranger7", None, None))
    assert stranger.get(f"/jobs/claims/{claim.id}").status_code == 403
    for step in ("grant", "refuse", "withdraw"):
        assert stranger.post(f"/jobs/claims/{claim.id}/{step}").status_code == 403


def test_an_owner_registers_on_a_page_and_the_head_of_the_station_looks(
    app: Flask, session: Session, market: Market, said: Said
) -> None:
    owner = as_user(app, person("own8", None, None))
    form: dict[str, Any] = {**vars(said), "premises": said.premises.value, "datum": "wgs84"}
    wrong = owner.post("/jobs/claims/new", data={**form, "credit_code": "123"})
    assert wrong.status_code == 422
    assert "123" in wrong.text
    assert owner.post("/jobs/claims/new", data=form).status_code == 303
    assert said.name in owner.get("/jobs/firms").text
    claim = session.scalars(select(Claim).where(Claim.name == said.name)).one()
    head = as_user(app, market.head)
    assert said.name in head.get("/jobs/desk/employers").text
    assert head.post(f"/jobs/claims/{claim.id}/refuse", data={"note": ""}).status_code == 422
    done = head.post(f"/jobs/claims/{claim.id}/refuse", data={"note": "执照已注销"})
    assert done.status_code == 303
    assert "执照已注销" in owner.get("/jobs/firms").text
