"""A posting holds what the law wants, is looked at by a person, and ends by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from tests.jobs.market import MORNING, OFFER, Market, again, drafted, introduced, looking, published
from webapp.base.flow import Changed, NotAllowed, NotOpen, Unacceptable
from webapp.jobs import desk_queries as desk, employers, postings
from webapp.jobs.models import Posting, Seeker
from webapp.jobs.pay import PayUnit
from webapp.jobs.rules import Employment, IntroductionState, PostingState


def _refused(market: Market, **more: object) -> set[str]:
    with pytest.raises(Unacceptable) as refused:
        postings.draft(market.employer, replace(OFFER, **more), by=market.boss)  # type: ignore[arg-type]  # wrong on purpose
    return set(refused.value.fields)


def test_a_draft_is_the_employers_own_until_it_is_sent_in(market: Market) -> None:
    made = drafted(market)
    assert made.state == PostingState.DRAFT
    assert made.grid_id == market.world.home.id
    with pytest.raises(NotAllowed):
        postings.publish(postings_in_review(made, market), by=market.boss)


def postings_in_review(made: Posting, market: Market) -> Posting:
    postings.submit(made, by=market.boss)
    return made


def test_a_person_of_the_street_publishes(market: Market) -> None:
    made = postings_in_review(drafted(market), market)
    for who in (market.other, market.world.stranger, market.world.worker):
        with pytest.raises(NotAllowed):
            postings.publish(made, by=who)
    postings.publish(made, by=market.head)
    assert made.state == PostingState.OPEN
    assert made.published_at == made.confirmed_at == MORNING


def test_what_is_sent_back_says_why_and_may_come_again(market: Market) -> None:
    made = postings_in_review(drafted(market), market)
    postings.reject(made, note="请写明工作地点", by=market.head)
    assert (made.state, made.note) == (PostingState.REJECTED, "请写明工作地点")
    postings.submit(made, by=market.boss)
    assert made.state == PostingState.REVIEW


def test_what_the_law_wants_is_wanted(market: Market) -> None:
    assert _refused(market, pay_high=4000) == {"pay_high"}
    assert _refused(market, occupation="9-99-99") == {"occupation"}
    assert _refused(market, valid_until=(MORNING - timedelta(days=1)).date()) == {"valid_until"}
    assert _refused(market, valid_until=(MORNING + timedelta(days=400)).date()) == {"valid_until"}
    assert _refused(market, employment=Employment.PART_TIME, week_hours=30) == {"week_hours"}
    assert _refused(market, pay_unit=PayUnit.PIECE) == {"pieces_a_day"}
    assert _refused(market, contact_phone="12") == {"contact_phone"}


def test_pay_is_compared_by_the_month(market: Market) -> None:
    made = drafted(market, pay_low=20, pay_high=30, pay_unit=PayUnit.HOUR)
    assert (made.month_low, made.month_high) == (3480, 5220)


def test_the_minimum_wage_of_the_installation_holds(market: Market) -> None:
    from flask import current_app

    before = current_app.extensions["settings"]
    current_app.extensions["settings"] = replace(before, minimum_wage=5000.0)
    try:
        assert _refused(market) == {"pay_low"}
        assert drafted(market, employment=Employment.PART_TIME, week_hours=20).id
    finally:
        current_app.extensions["settings"] = before


def test_marked_words_are_shown_and_decided_by_a_person(market: Market) -> None:
    made = postings_in_review(drafted(market, duties="男性优先，须交押金200元。"), market)
    assert made.flags
    assert made.duties == "男性优先，须交押金200元。"
    with pytest.raises(Unacceptable) as refused:
        postings.publish(made, by=market.head)
    assert set(refused.value.fields) == {"decided"}
    postings.publish(made, decided="已电话核实并请企业修改", by=market.head)
    assert made.decided == "已电话核实并请企业修改"


def test_new_marked_words_send_an_open_posting_back_to_review(market: Market) -> None:
    made = published(market)
    said = replace(OFFER, duties="男性优先。")
    postings.change(made, said, base_version=made.version, by=market.boss)
    assert made.state == PostingState.REVIEW


def test_two_who_change_it_at_once_do_not_overwrite_each_other(market: Market) -> None:
    made = published(market)
    seen = made.version
    postings.change(made, replace(OFFER, title="理货员A"), base_version=seen, by=market.boss)
    with pytest.raises(Changed):
        postings.change(made, replace(OFFER, title="理货员B"), base_version=seen, by=market.boss)


def test_it_expires_after_its_last_day_and_tells_who_was_in_talks(
    session: Session, market: Market
) -> None:
    made = published(market)
    intro = introduced(market, made, IntroductionState.CONSENTED)
    assert postings.expire(made.valid_until) == 0
    assert postings.expire(made.valid_until + timedelta(days=1)) == 1
    assert again(made).state == PostingState.EXPIRED
    assert intro.state == IntroductionState.LAPSED
    with pytest.raises(NotOpen):
        introduced(market, made, IntroductionState.INTERESTED, market.other)


def test_a_stranger_acts_for_no_enterprise(market: Market) -> None:
    with pytest.raises(NotAllowed):
        postings.draft(market.employer, OFFER, by=market.other)
    made = published(market)
    with pytest.raises(NotAllowed):
        postings.close(made, by=market.other)
    assert desk.firms_of(market.other) == []
    assert desk.firms_of(market.boss) == [market.employer]


def test_who_left_an_enterprise_acts_for_it_no_more(session: Session, market: Market) -> None:
    made = published(market)
    employers.remove_member(market.employer.members[0], by=market.head)
    session.expire_all()
    with pytest.raises(NotAllowed):
        postings.close(again(made), by=market.boss)


def test_without_a_credit_code_nobody_is_verified(session: Session, market: Market) -> None:
    market.employer.enterprise.credit_code = None
    session.flush()
    with pytest.raises(Unacceptable):
        employers.verify(market.employer, by=market.head)


def test_what_is_never_asked_has_no_field(session: Session) -> None:
    forbidden = ("sex", "gender", "marri", "child", "ethnic", "religion", "party", "hukou", "hbv")
    forbidden += ("photo", "pregnan", "age_", "race", "income", "bank", "health_")
    for model in (Posting, Seeker):
        names = set(model.__table__.columns.keys())
        assert not [name for name in names for bad in forbidden if name.startswith(bad)]


def test_a_seeker_is_known_by_the_grid_and_not_closer(market: Market) -> None:
    from webapp.base.spatial import center, shape_of
    from webapp.jobs import ways

    seeker = looking(market)
    assert center(shape_of(seeker.home)) == pytest.approx(ways.origins()[seeker.home_grid_id])


def test_nobody_below_sixteen_looks_for_work(market: Market) -> None:
    with pytest.raises(Unacceptable) as refused:
        looking(market, birth_year=2012)
    assert set(refused.value.fields) == {"birth_year"}
