"""Whoever made way long ago is erased by rule: nothing says who they were, and the figures stay."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.projects.yard import yard
from tests.relocation.estate import Estate, estate
from tests.world import as_user, someone
from webapp.base import audit, clock
from webapp.base.db import db
from webapp.base.flow import NotOpen
from webapp.people import days
from webapp.relocation import actions, erasing, promises, queries
from webapp.relocation.forms import PromiseEndForm, PromiseForm
from webapp.relocation.models import RelocationHousehold
from webapp.relocation.rules import ERASE_YEARS, RelocationState

__all__ = ["estate", "yard"]


def closed(estate: Estate, years: float) -> RelocationHousehold:
    """A household that was closed so many years ago, with a promise that was kept."""
    household = estate.listed()
    long_ago = clock.now() - timedelta(days=366 * years + 40)
    with clock.at(long_ago):
        said = PromiseForm.of(
            {
                "kind": "moving",
                "words": "两辆货车去甲家",
                "owner": estate.member.id,
                "due_on": days.today(),
            }
        )
        promise = promises.make(household, said, by=estate.member)
        done = PromiseEndForm(kept=True, words="甲家已搬完")
        promises.end(household, promise, done, by=estate.member)
    estate.led(household, RelocationState.CLOSED, days=int(366 * years + 40))
    return household


def test_what_is_over_for_so_long_says_no_more_who_it_was(estate: Estate, session: Session) -> None:
    household = closed(estate, ERASE_YEARS)
    figures = queries.figures(estate.project.id)
    assert any(paper.pages for paper in household.papers)
    assert erasing.erase() == 1
    assert erasing.erase() == 0
    again = queries.one(household.id)
    assert again is not None
    assert (again.name, again.phone, again.address) == ("", None, None)
    assert not any(paper.pages or paper.words for paper in again.papers)
    assert [each.words for each in again.promises] == [""]
    assert queries.figures(estate.project.id) == figures
    assert any(paper.amount for paper in again.papers)
    event = audit.last("relocation_household", household.id)
    assert event is not None
    assert event.data == {"years": ERASE_YEARS}
    with pytest.raises(NotOpen):
        actions.reveal(again, purpose="核对", by=estate.leader)


def test_what_is_not_due_stays_and_its_papers_are_never_changed(estate: Estate) -> None:
    household = closed(estate, 2)
    assert erasing.erase() == 0
    assert household.name
    estate.listed(1)
    for statement in (
        "UPDATE relocation_paper SET words = NULL",
        "DELETE FROM relocation_paper_page",
        "UPDATE relocation_household SET erased_at = now() WHERE state <> 'closed'",
    ):
        with pytest.raises(DBAPIError), db.session.begin_nested():
            db.session.execute(text(statement))
    erasing.set_rule(years=1, by=someone("chief2", "street_leader"))
    assert erasing.erase() == 1


def test_the_rule_is_laid_down_by_the_leader_of_the_street(app: Flask, estate: Estate) -> None:
    household = closed(estate, 2)
    chief = as_user(app, estate.yard.chief)
    assert "10 年" in chief.get("/relocation/erasures").get_data(as_text=True)
    assert chief.post("/relocation/erasures", data={"years": "99"}).status_code == 422
    assert chief.post("/relocation/erasures", data={"years": "1"}).status_code == 303
    stranger = as_user(app, estate.yard.world.stranger)
    assert stranger.get("/relocation/erasures").status_code == 403
    assert stranger.post("/relocation/erasures", data={"years": "1"}).status_code == 403
    erasing.erase()
    db.session.commit()
    page = chief.get(f"/relocation/households/{household.id}")
    assert "该户身份信息已于" in page.get_data(as_text=True)
