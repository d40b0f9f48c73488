"""The life of an application: levels, one supplement, refusal, publicity, withdrawal, who may what."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from tests.services.conftest import ANSWERS, Office, begun, brought_to, photo
from webapp.base import audit, clock
from webapp.base.access import HOUSE, may, visible
from webapp.base.db import db
from webapp.base.flow import (
    Changed,
    EvidenceMissing,
    NotAllowed,
    NotOpen,
    Unacceptable,
)
from webapp.base.notices import Notice
from webapp.services.applications import (
    actions,
    by_the_clock,
    materials,
    queries,
    ratings,
    shown,
    steps,
)
from webapp.services.applications.models import Application, Supplement
from webapp.services.applications.rules import APPLICATION_FLOW, RatingState, State
from webapp.services.items import actions as item_actions, described, queries as items


def test_it_goes_from_the_village_to_the_district_and_back_to_the_applicant(office: Office) -> None:
    with office.at(0):
        made = brought_to(office, State.DELIVERED)
    states = [event.after for event in audit.history("service_application", made.id)]
    order = list(dict.fromkeys(states))
    assert order == [
        "draft",
        "submitted",
        "accepted",
        "village_review",
        "station_review",
        "street_review",
        "district_review",
        "publicity",
        "approved",
        "delivered",
    ]


def test_an_item_of_two_levels_passes_only_those(office: Office) -> None:
    made = brought_to(office, State.SUBMITTED, "JY07")
    actions.accept(made, by=office.head)
    assert made.state == State.STATION_REVIEW
    with pytest.raises(NotAllowed):
        actions.forward(made, by=office.world.worker)
    actions.forward(made, by=office.head)
    assert made.state == State.STREET_REVIEW
    with pytest.raises(NotOpen):
        actions.publish(made, by=office.handler)
    actions.approve(made, by=office.handler)
    assert made.result_code


def test_a_supplement_is_asked_for_once_and_never_again(office: Office) -> None:
    made = brought_to(office, State.SUBMITTED)
    with pytest.raises(EvidenceMissing):
        actions.ask_supplement(made, by=office.head, lacking=None)
    actions.ask_supplement(made, by=office.head, lacking="银行卡照片不清楚")
    assert made.state == State.SUPPLEMENT
    materials.add(made, "bank_card", [photo("navy")], by=office.resident)
    actions.answer_supplement(made, by=office.resident, note="已重拍")
    assert made.supplement is not None
    assert made.supplement.answered_at is not None
    with pytest.raises(NotOpen):
        actions.ask_supplement(made, by=office.head, lacking="再来一次")
    assert "ask_supplement" not in steps.open_to(made, office.head)
    again = Supplement(
        application_id=made.id,
        lacking="x",
        asked_by_id=office.head.id,
        asked_at=clock.now(),
        due_at=clock.now(),
    )
    db.session.add(again)
    with pytest.raises(IntegrityError):
        db.session.flush()


def test_a_supplement_that_does_not_come_ends_it_after_15_working_days(office: Office) -> None:
    with office.at(0):
        made = brought_to(office, State.SUBMITTED)
        actions.ask_supplement(made, by=office.head, lacking="缺少材料")
        assert made.supplement is not None
        due = made.supplement.due_at
    with clock.at(due - timedelta(minutes=1)):
        by_the_clock.expire()
        assert made.state == State.SUPPLEMENT
    with clock.at(due + timedelta(minutes=1)):
        by_the_clock.expire()
        by_the_clock.expire()
    assert made.state == State.CLOSED_EXPIRED
    assert made.ended_at is not None


def test_it_is_returned_with_where_to_go(office: Office) -> None:
    made = brought_to(office, State.SUBMITTED)
    with pytest.raises(EvidenceMissing) as refused:
        actions.give_back(made, by=office.head, note="不在受理范围", where=None)
    assert set(refused.value.fields) == {"where"}
    actions.give_back(made, by=office.head, note="不在受理范围", where="户籍所在街道")
    assert (made.state, made.elsewhere) == (State.RETURNED, "户籍所在街道")


def test_a_refusal_names_the_law_and_the_remedy(office: Office) -> None:
    made = brought_to(office, State.STREET_REVIEW)
    with pytest.raises(EvidenceMissing) as refused:
        actions.refuse(made, by=office.handler, note="不符合条件", law=None, remedy=None)
    assert set(refused.value.fields) == {"law", "remedy"}
    actions.refuse(made, by=office.handler, note="不符合条件", law="某法", remedy="可以申请复议")
    assert made.state == State.REFUSED
    actions.deliver(made, by=office.head, way="post")
    assert (made.state, made.delivered_way) == (State.DELIVERED, "post")


def test_nothing_is_approved_before_the_public_notice_is_over(office: Office) -> None:
    with office.at(0):
        made = brought_to(office, State.DISTRICT_REVIEW)
        with pytest.raises(NotOpen):
            actions.approve(made, by=office.handler)
        actions.publish(made, by=office.handler)
        with pytest.raises(NotOpen):
            actions.approve(made, by=office.handler)
    with office.at(7 * 24 + 0.1):
        actions.approve(made, by=office.handler)
    assert made.state == State.APPROVED


def test_it_is_withdrawn_from_wherever_it_stands_until_it_is_decided(office: Office) -> None:
    for state in (State.SUBMITTED, State.VILLAGE_REVIEW, State.PUBLICITY):
        made = brought_to(office, state)
        with pytest.raises(NotAllowed):
            actions.withdraw(made, by=office.world.stranger)
        actions.withdraw(made, by=office.resident)
        assert (made.state, made.running_since) == (State.WITHDRAWN, None)
    made = brought_to(office, State.APPROVED)
    with pytest.raises(NotOpen):
        actions.withdraw(made, by=office.resident)


def test_an_agent_applies_with_a_mandate_and_decides_nothing_of_it(office: Office) -> None:
    made = brought_to(office, State.SUBMITTED, by_agent=True)
    assert made.mandate is not None
    assert made.mandate.agent_id == office.agent.id
    assert made.applicant_id == office.resident.id
    with pytest.raises(NotAllowed):
        actions.accept(made, by=office.agent)
    assert made not in queries.waiting(office.agent)
    actions.accept(made, by=office.head)
    assert may(office.resident, "applications.rate", made)
    assert not may(office.agent, "applications.rate", made)


def test_only_agents_apply_for_others(office: Office) -> None:
    version = items.one("JY07")
    assert version is not None
    given = actions.Given(actions.Mandated.SPOKEN, "代办", clock.now())
    with pytest.raises(NotAllowed):
        actions.begin(version, by=office.world.stranger, sent=ANSWERS, grid_id=None, mandate=given)


def test_what_is_not_online_is_applied_for_by_an_agent_only(office: Office) -> None:
    version = items.one("SB08")
    assert version is not None
    sent = {**ANSWERS, "field.card_reason": "lost"}
    with pytest.raises(NotOpen):
        actions.begin(version, by=office.resident, sent=sent, grid_id=office.world.home.id)
    given = actions.Given(actions.Mandated.WRITTEN, "委托书", clock.now())
    made = actions.begin(
        version, by=office.agent, sent=sent, grid_id=office.world.home.id, mandate=given
    )
    assert made.channel == "agent"


def test_the_same_phone_name_makes_one_application(office: Office) -> None:
    name = uuid.uuid4()
    first = begun(office, client_id=name)
    version = items.one("JY07")
    assert version is not None
    again = actions.begin(
        version, by=office.resident, sent=ANSWERS, grid_id=office.world.home.id, client_id=name
    )
    assert again.id == first.id
    assert again.replayed
    with pytest.raises(NotAllowed):
        actions.begin(version, by=office.world.stranger, sent=ANSWERS, grid_id=None, client_id=name)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("identity_no", "110105194912310021"),
        ("phone", "12"),
        ("months", "99"),
        ("months", "nan"),
        ("bank_account", "6222021234567890"),
        ("name", ""),
    ],
)
def test_a_bad_answer_is_named_beside_its_field(office: Office, field: str, value: str) -> None:
    version = items.one("JY04")
    assert version is not None
    with pytest.raises(Unacceptable) as refused:
        actions.begin(
            version,
            by=office.resident,
            sent={**ANSWERS, f"field.{field}": value},
            grid_id=office.world.home.id,
        )
    assert set(refused.value.fields) == {f"field.{field}"}


def test_it_is_not_submitted_without_its_papers(office: Office) -> None:
    version = items.one("JY04")
    assert version is not None
    made = actions.begin(version, by=office.resident, sent=ANSWERS, grid_id=None)
    found = queries.one(made.id)
    assert found is not None
    with pytest.raises(Unacceptable) as refused:
        actions.submit(found, by=office.resident)
    assert set(refused.value.fields) == {
        "grid",
        "paper.identity_card",
        "paper.flexible_proof",
        "paper.contribution_receipt",
    }


def test_it_keeps_the_version_it_was_made_under(office: Office) -> None:
    made = brought_to(office, State.SUBMITTED, "JY07")
    before = made.item.promised_days
    old = next(each for each in described.read() if each.code == "JY07")
    quicker = {
        "promised_days": 0.5,
        "limits": {key: value / 2 for key, value in old.limits.items()},
    }
    item_actions.lay_down([old.model_copy(update=quicker)], own=True)
    db.session.expire_all()
    assert made.item.promised_days == before
    now = items.one("JY07")
    assert now is not None
    assert now.promised_days == 0.5


def test_of_two_who_act_at_once_one_wins(office: Office) -> None:
    made = brought_to(office, State.SUBMITTED)
    seen = made.version
    actions.accept(made, by=office.head, base_version=seen)
    with pytest.raises(Changed):
        actions.give_back(made, by=office.agent, note="x", where="y", base_version=seen)


def test_a_stranger_sees_and_does_nothing(office: Office) -> None:
    made = brought_to(office, State.VILLAGE_REVIEW)
    draft = begun(office)
    for who, sees in (
        (office.world.stranger, False),
        (office.world.neighbour, False),
        (office.resident, True),
        (office.world.worker, True),
        (office.head, True),
        (office.agent, True),
        (office.handler, True),
    ):
        rows = db.session.scalars(
            select(Application.id).where(visible(Application, who, "applications.see"))
        ).all()
        assert (made.id in rows) == sees == may(who, "applications.see", made), who.name
        own = who.id == office.resident.id
        assert (draft.id in rows) == own == may(who, "applications.see", draft), who.name
    other = brought_to(office, State.SUBMITTED, "JY07")
    assert not may(office.world.worker, "applications.see", other), "it does not pass the village"


def test_what_waits_is_the_same_in_the_list_and_on_the_page(office: Office) -> None:
    states = (State.SUBMITTED, State.VILLAGE_REVIEW, State.STATION_REVIEW, State.STREET_REVIEW)
    made = [brought_to(office, state) for state in states]
    for who in (
        office.world.worker,
        office.head,
        office.agent,
        office.handler,
        office.world.stranger,
    ):
        waiting = {each.id for each in queries.waiting(who)}
        for each in made:
            assert (each.id in waiting) == may(who, "applications.waiting", each), (
                who.name,
                each.state,
            )
    assert queries.counted(office.world.stranger) == {"all": 0, "soon": 0, "late": 0}


def test_nobody_but_the_house_ends_it_for_a_missing_supplement(office: Office) -> None:
    made = brought_to(office, State.SUBMITTED)
    actions.ask_supplement(made, by=office.head, lacking="缺少材料")
    with pytest.raises(NotAllowed):
        APPLICATION_FLOW.move(made, "expire", by=office.head)
    APPLICATION_FLOW.move(made, "expire", by=HOUSE)


def test_a_poor_rating_is_called_back_and_rectified(office: Office) -> None:
    with office.at(0):
        made = brought_to(office, State.DELIVERED, "JY07")
        with pytest.raises(NotAllowed):
            ratings.rate(made, by=office.head, rating=5)
        rating = ratings.rate(made, by=office.resident, rating=2, words="等太久")
        assert made.state == State.RATED
        assert rating.state == RatingState.TO_CALL
        told = select(func.count()).where(
            Notice.account_id == office.head.id, Notice.words.contains("call back")
        )
        assert db.session.scalar(told) == 1
        with pytest.raises(NotAllowed):
            ratings.call_back(rating, by=office.agent, note="已致电")
        assert rating in queries.poor_ratings(office.head)
        assert queries.poor_ratings(office.world.stranger) == []
        ratings.call_back(rating, by=office.head, note="已致电道歉")
        assert rating.rectify_due_at is not None
        ratings.rectify(rating, by=office.head, note="增设窗口")
    assert queries.poor_ratings(office.head) == []


def test_a_good_rating_asks_for_nothing_and_one_matter_is_rated_once(office: Office) -> None:
    made = brought_to(office, State.DELIVERED, "JY07")
    assert ratings.rate(made, by=office.resident, rating=5).state == RatingState.CONTENT
    with pytest.raises(NotOpen):
        ratings.rate(made, by=office.resident, rating=1)


def test_after_thirty_days_nobody_rates(office: Office) -> None:
    with office.at(0):
        made = brought_to(office, State.DELIVERED, "JY07")
    with office.at(24 * 31), pytest.raises(NotOpen):
        ratings.rate(made, by=office.resident, rating=5)


def test_a_visit_at_home_is_arranged_and_made(office: Office) -> None:
    made = brought_to(office, State.SUBMITTED, "JY04")
    made.home_service = True
    visitor = queries.staff_of(office.station.id, ("agent",))[0]
    actions.arrange_visit(made, at=clock.now() + timedelta(days=1), visitor=visitor, by=office.head)
    assert made in queries.visits(office.head)
    assert queries.visits(office.world.stranger) == []
    actions.visited(made, by=office.agent)
    assert queries.visits(office.head) == []


def test_nobody_foretells_from_too_few_matters(office: Office) -> None:
    version = items.one("JY07")
    assert version is not None
    assert shown.forecast(version).half is None
    for hours in range(5):
        with office.at(hours / 2):
            made = brought_to(office, State.STREET_REVIEW, "JY07")
        with office.at(hours / 2 + 1):
            actions.approve(made, by=office.handler)
            actions.deliver(made, by=office.head, way="online")
    with office.at(0):
        told = shown.forecast(version)
        assert told.count == 5
        assert told.half == clock.now() + timedelta(hours=1)
        assert told.likely is not None
    figures = queries.handled()
    assert (figures.count, figures.online, figures.same_day_share) == (5, 5, 1.0)
    assert figures.compression == pytest.approx(0.8)
