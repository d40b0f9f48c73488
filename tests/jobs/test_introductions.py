"""From one tap to a contract: consent before any contact, the last opening once, visits afterwards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.jobs.market import MORNING, Market, again, introduced, looking, profile, published
from webapp.base import audit
from webapp.base.flow import Changed, EvidenceMissing, NotAllowed, NotOpen, Unacceptable
from webapp.base.notices import Notice
from webapp.jobs import (
    desk_queries as desk,
    introductions,
    meeting_queries as meetings,
    postings,
    pushing,
    seekers,
    visits,
)
from webapp.jobs.models import Consent, Hire, Introduction, Push, Visit
from webapp.jobs.rules import (
    IntroductionState as State,
    Origin,
    PostingState,
    Reason,
    SeekerState,
    VisitState,
)

TODAY = MORNING.date()


def _told(session: Session, account_id: int) -> list[Notice]:
    found = select(Notice).where(Notice.account_id == account_id).order_by(Notice.id)
    return list(session.scalars(found))


def test_a_posting_finds_its_neighbour_and_both_are_told(session: Session, market: Market) -> None:
    seeker = looking(market)
    posting = published(market)
    push = session.scalars(select(Push)).one()
    assert (push.posting_id, push.seeker_id) == (posting.id, seeker.id)
    assert push.percent >= 90
    assert push.told_at is not None
    assert any(f"/jobs/{posting.id}" == each.url for each in _told(session, market.seeker.id))
    assert any("/candidates" in each.url for each in _told(session, market.boss.id))


def test_no_notice_holds_a_contact(session: Session, market: Market) -> None:
    posting = published(market)
    made = introduced(market, posting, State.OFFERED)
    introductions.hire(made, contract_on=TODAY, by=market.boss)
    for each in session.scalars(select(Notice)):
        assert "138" not in str(each.params)
        assert market.seeker.name not in str(each.params)


def test_a_pair_is_never_recommended_twice(session: Session, market: Market) -> None:
    seeker = looking(market)
    posting = published(market)
    postings.pause(posting, by=market.boss)
    postings.resume(posting, by=market.boss)
    seekers.save(profile(market, pay_ask=4100), account_id=market.seeker.id, by=market.seeker)
    pushing.for_seekers([seeker])
    assert session.scalar(select(func.count()).select_from(Push)) == 1


def test_whoever_wants_no_recommendations_gets_none(session: Session, market: Market) -> None:
    seeker = looking(market, push=False)
    published(market)
    assert session.scalar(select(func.count()).select_from(Push)) == 0
    seekers.set_push(seeker, push=True, by=market.seeker)
    assert session.scalar(select(func.count()).select_from(Push)) == 1


def test_at_night_it_is_kept_and_told_in_the_morning(session: Session, market: Market) -> None:
    with market.at(13):
        looking(market)
        published(market)
        assert session.scalars(select(Push)).one().told_at is None
        assert pushing.tell_waiting() == 0
    with market.at(23):
        assert pushing.tell_waiting() == 1
        assert session.scalars(select(Push)).one().told_at is not None


def test_an_employer_nobody_looked_at_for_half_a_year_is_not_recommended(
    session: Session, market: Market
) -> None:
    market.employer.verified_at = MORNING - timedelta(days=200)
    session.flush()
    looking(market)
    published(market)
    assert session.scalar(select(func.count()).select_from(Push)) == 0


def test_a_degree_is_counted_again_from_what_was_kept(session: Session, market: Market) -> None:
    from webapp.jobs import matching

    looking(market, education=None, certificates={})
    published(market, education=0, pay_low=4000)
    push = session.scalars(select(Push)).one()
    market.employer.enterprise.name = "other"
    assert matching.again(push).exact == push.exact


def test_nobody_sees_a_contact_without_consent(session: Session, market: Market) -> None:
    posting = published(market)
    made = introduced(market, posting, State.INTERESTED)
    with pytest.raises(NotOpen):
        introductions.reveal(made, purpose="面试", by=market.boss)
    with pytest.raises(NotOpen):
        introductions.reveal(made, purpose="面试", by=market.seeker)
    with pytest.raises(EvidenceMissing):
        introductions.consent(made, agreed=False, by=market.seeker)
    introductions.consent(made, agreed=True, by=market.seeker)
    assert introductions.reveal(made, purpose="面试", by=market.boss)["phone"] == "138 0013 8000"
    given = session.scalars(select(Consent)).one()
    assert (given.recipient, set(given.kinds)) == ("示例超市", {"name", "phone", "profile"})
    logged = [each for each in audit.history("job_introduction", made.id) if each.move == "reveal"]
    assert [each.data["purpose"] for each in logged] == ["面试"]
    introductions.take_back(made, by=market.seeker)
    with pytest.raises(NotOpen):
        introductions.reveal(made, purpose="面试", by=market.boss)
    assert made.state == State.INTERESTED


def test_a_consent_is_the_seekers_own(market: Market) -> None:
    made = introduced(market, published(market), State.INTERESTED)
    for who in (market.boss, market.head, market.other):
        with pytest.raises(NotAllowed):
            introductions.consent(made, agreed=True, by=who)


def test_a_contract_fills_one_opening_and_plans_three_visits(
    session: Session, market: Market
) -> None:
    posting = published(market)
    made = introduced(market, posting, State.INTERVIEW)
    hired = introductions.hire(made, contract_on=TODAY, by=market.boss)
    posting = again(posting)
    assert (hired.opening, posting.filled, posting.state) == (1, 1, PostingState.OPEN)
    assert made.seeker.state == SeekerState.PLACED
    due = session.scalars(select(Visit).order_by(Visit.days)).all()
    assert [(each.days, each.due_on) for each in due] == [
        (days, TODAY + timedelta(days=days)) for days in (7, 30, 90)
    ]


def test_the_last_opening_closes_the_posting_and_tells_the_others(
    session: Session, market: Market
) -> None:
    posting = published(market, openings=1)
    first = introduced(market, posting, State.INTERVIEW)
    second = introduced(market, posting, State.INTERVIEW, market.other)
    introductions.hire(first, contract_on=TODAY, by=market.boss)
    posting = again(posting)
    assert posting.state == PostingState.FILLED
    assert second.state == State.LAPSED
    with pytest.raises((Changed, NotOpen)):
        introductions.hire(second, contract_on=TODAY, by=market.boss)
    assert any("has been filled" in each.words for each in _told(session, market.other.id))
    introductions.settle([second.seeker_id])
    assert second.seeker.state == SeekerState.OPEN


def test_somebody_from_outside_fills_an_opening_too(session: Session, market: Market) -> None:
    posting = published(market, openings=1)
    introductions.hire_outside(posting, words="自行到店应聘", by=market.boss)
    assert again(posting).state == PostingState.FILLED
    board = desk.board(TODAY)
    assert (board.filled, board.from_outside, board.placed) == (1, 1, 0)
    with pytest.raises(Changed):
        introductions.hire_outside(posting, words="再来一位", by=market.boss)


def test_a_stranger_hires_nobody(market: Market) -> None:
    posting = published(market)
    made = introduced(market, posting, State.INTERVIEW)
    for who in (market.other, market.seeker, market.world.stranger, market.world.worker):
        with pytest.raises(NotAllowed):
            introductions.hire(made, contract_on=TODAY, by=who)
        with pytest.raises(NotAllowed):
            introductions.hire_outside(posting, words="x", by=who)


def test_who_is_not_hired_reads_why_and_is_free(session: Session, market: Market) -> None:
    made = introduced(market, published(market), State.INTERVIEW)
    assert made.seeker.state == SeekerState.IN_TALKS
    with pytest.raises(Unacceptable):
        introductions.turn_down(made, reason=Reason.FOUND_OTHER, note=None, by=market.boss)
    introductions.turn_down(made, reason=Reason.SKILL, note="需要收银经验", by=market.boss)
    assert (made.state, made.by_employer, made.feedback) == (State.DECLINED, True, "需要收银经验")
    assert made.seeker.state == SeekerState.OPEN
    assert made.consent is None
    assert any("Read why" in each.words for each in _told(session, market.seeker.id))


def test_no_show_and_decline_end_it(market: Market) -> None:
    posting = published(market)
    first = introduced(market, posting, State.INTERVIEW)
    introductions.miss(first, by=market.boss)
    assert first.state == State.NO_SHOW
    second = introduced(market, posting, State.INTERESTED, market.other)
    introductions.decline(second, reason=Reason.WAY, note=None, by=market.other)
    assert (second.state, second.by_employer) == (State.DECLINED, False)


def test_an_employer_asks_without_knowing_who_it_is(session: Session, market: Market) -> None:
    seeker = looking(market, market.other, push=True, pay_ask=5600)
    posting = published(market)
    made = introductions.invite(seeker, posting, by=market.boss, origin=Origin.EMPLOYER)
    assert (made.state, made.origin) == (State.PUSHED, Origin.EMPLOYER)
    with pytest.raises(Changed):
        introductions.invite(seeker, posting, by=market.boss, origin=Origin.EMPLOYER)


def test_a_visit_is_told_to_the_agent_and_noted_once(session: Session, market: Market) -> None:
    made = introduced(market, published(market), State.INTERVIEW)
    introductions.hire(made, contract_on=TODAY, by=market.boss)
    with market.at(24 * 8):
        assert visits.remind() == 1
        assert visits.remind() == 0
        due = meetings.visits(market.agent, until=(MORNING + timedelta(days=8)).date())
        assert [each.days for each in due] == [7]
        assert any("/jobs/visits/" in each.url for each in _told(session, market.agent.id))
        with pytest.raises(NotAllowed):
            visits.visit(due[0], stays=True, hired=4, note="在岗", by=market.other)
        visits.visit(due[0], stays=True, hired=4, note="在岗", by=market.agent)
        assert (due[0].state, due[0].hired) == (VisitState.DONE, 4)
        with pytest.raises(NotOpen):
            visits.visit(due[0], stays=True, hired=4, note="在岗", by=market.agent)


def test_a_seeker_who_is_hired_is_out_of_all_other_talks(session: Session, market: Market) -> None:
    one, two = published(market), published(market, title="收银员")
    first = introduced(market, one, State.INTERVIEW)
    second = introduced(market, two, State.INTERVIEW)
    introductions.hire(first, contract_on=TODAY, by=market.boss)
    assert second.state == State.LAPSED
    with pytest.raises((Changed, NotOpen)):
        introductions.hire(second, contract_on=TODAY, by=market.boss)


def test_a_posting_has_room_for_three_recommendations_for_each_opening(
    session: Session, market: Market
) -> None:
    from tests.jobs.market import person

    people: list[Any] = [person(f"p{number}", None, None) for number in range(5)]
    for each in people:
        looking(market, each)
    posting = published(market, openings=1)
    assert session.scalar(select(func.count()).select_from(Push)) == 3
    found = session.scalars(select(Introduction)).all()
    introductions.decline(
        found[0],
        reason=Reason.PAY,
        note=None,
        by=next(each for each in people if each.id == found[0].account_id),
    )
    pushing.for_postings([again(posting)])
    assert session.scalar(select(func.count()).select_from(Push)) == 4


def test_a_contact_is_hidden_when_the_introduction_is_over(market: Market) -> None:
    posting = published(market)
    made = introduced(market, posting, State.CONSENTED)
    assert introductions.reveal(made, purpose="面试", by=market.boss)["phone"]
    postings.close(posting, by=market.boss)
    assert made.state == State.LAPSED
    with pytest.raises(NotOpen):
        introductions.reveal(made, purpose="面试", by=market.boss)


def test_a_minor_is_kept_from_hazardous_work_whatever_they_wish(market: Market) -> None:
    posting = published(market, hazard=True)
    young = looking(market, birth_year=MORNING.year - 17)
    with pytest.raises(NotOpen):
        introductions.interest(young, posting, by=market.seeker)


def test_whoever_wants_to_be_left_alone_is_not_asked(market: Market) -> None:
    posting = published(market)
    seeker = looking(market, push=False)
    with pytest.raises(NotOpen):
        introductions.invite(seeker, posting, by=market.boss, origin=Origin.EMPLOYER)


def test_withdrawing_ends_every_talk(session: Session, market: Market) -> None:
    made = introduced(market, published(market), State.CONSENTED)
    seekers.withdraw(made.seeker, by=market.seeker)
    assert made.state == State.LAPSED
    assert session.scalar(select(func.count()).select_from(Hire)) == 0
