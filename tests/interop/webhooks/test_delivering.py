"""What was noted with its event reaches the receiver, signed, once; and is tried for days where it does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from flask import Flask
from hypothesis import given, strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from standardwebhooks.webhooks import WebhookVerificationError

from tests.cases.stages import brought_to, reported
from tests.interop.webhooks.conftest import Keeping
from tests.interop.webhooks.receivers import OK, Receiver
from tests.world import World
from webapp.base import clock, sealing
from webapp.base.db import db
from webapp.base.notices import Notice
from webapp.cases.rules import State
from webapp.interop.webhooks import actions, delivering, queries
from webapp.interop.webhooks.models import Delivery, Noted, Try
from webapp.interop.webhooks.rules import (
    JITTER,
    PATIENCE,
    REST_MOST_S,
    WAITS_S,
    DeliveryState,
    EndpointState,
    rest_s,
    wait_s,
)


def _all(session: Session) -> list[Delivery]:
    return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def test_an_event_reaches_the_receiver_signed(
    keeping: Keeping, receiver: Receiver, world: World, session: Session
) -> None:
    _endpoint, secret = keeping()
    case = reported(world)
    delivering.send()
    (message,) = receiver.came
    said = message.checked(secret)
    assert said["type"] == "case.created"
    assert said["data"]["number"] == case.number
    assert said["data"]["step"] == "reported"
    assert message.headers["content-type"] == "application/json"
    (delivery,) = _all(session)
    assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 1)
    assert message.id == delivery.message_id
    (row,) = queries.tries(delivery.id)
    assert (row.status, row.answer) == (200, "thanks")


def test_a_forged_message_is_known(keeping: Keeping, receiver: Receiver, world: World) -> None:
    keeping()
    _other, wrong = keeping(name="another", url="http://127.0.0.1:9/")
    reported(world)
    delivering.send()
    with pytest.raises(WebhookVerificationError):
        receiver.came[0].checked(wrong)


def test_what_is_undone_was_never_noted(keeping: Keeping, world: World, session: Session) -> None:
    keeping()
    with session.begin_nested() as inner:
        reported(world)
        assert session.scalar(select(func.count()).select_from(Noted)) == 1
        inner.rollback()
    assert session.scalar(select(func.count()).select_from(Noted)) == 0


def test_without_an_endpoint_nothing_is_noted(
    near: None, world: World, session: Session, receiver: Receiver
) -> None:
    reported(world)
    assert queries.idle()
    assert delivering.send_some() == 0
    assert receiver.came == []


def test_nobody_is_told_what_was_not_asked_for(
    keeping: Keeping, receiver: Receiver, world: World
) -> None:
    keeping(types=["case.closed", "alarm.raised"])
    reported(world)
    delivering.send()
    assert receiver.came == []
    assert queries.idle()


def test_an_event_is_told_once_to_each(keeping: Keeping, receiver: Receiver, world: World) -> None:
    _one, first = keeping()
    _two, second = keeping(name="another")
    reported(world)
    delivering.send()
    delivering.send()
    assert len(set(receiver.ids())) == len(receiver.came) == 2
    # The oldest endpoint is not always the first to be sent to: each is checked by its own secret.
    checked = 0
    for message in receiver.came:
        for secret in (first, second):
            try:
                message.checked(secret)
            except WebhookVerificationError:
                continue
            checked += 1
    assert checked == 2


def test_a_failed_try_comes_back_by_the_same_id(
    keeping: Keeping, receiver: Receiver, world: World, session: Session
) -> None:
    _endpoint, secret = keeping()
    receiver.answer = lambda _message: (500, {}, b"not now")
    reported(world)
    delivering.send()
    (delivery,) = _all(session)
    assert (delivery.state, delivery.tries, len(receiver.came)) == (DeliveryState.WAITING, 1, 1)
    assert delivery.due_at > clock.now()
    receiver.answer = lambda _message: OK
    with clock.at(delivery.due_at + timedelta(seconds=1)):
        delivering.send()
    assert receiver.came[0].id == receiver.came[1].id
    assert receiver.came[0].body == receiver.came[1].body
    receiver.came[1].checked(secret)
    assert delivery.state == DeliveryState.DELIVERED
    assert delivery.endpoint.failures == 0


def test_an_endpoint_that_fails_is_left_alone_for_a_while(
    keeping: Keeping, receiver: Receiver, world: World, session: Session
) -> None:
    keeping()
    receiver.answer = lambda _message: (503, {}, b"")
    for _each in range(5):
        reported(world)
    delivering.send()
    assert len(receiver.came) == 1
    assert [each.tries for each in _all(session)] == [1, 0, 0, 0, 0]
    receiver.answer = lambda _message: OK
    with clock.at(clock.now() + timedelta(minutes=2)):
        delivering.send()
    assert {each.state for each in _all(session)} == {DeliveryState.DELIVERED}


def test_who_asks_to_be_spared_is_spared(
    keeping: Keeping, receiver: Receiver, world: World, session: Session
) -> None:
    keeping()
    receiver.answer = lambda _message: (429, {"Retry-After": "7200"}, b"")
    reported(world)
    delivering.send()
    assert _all(session)[0].due_at > clock.now() + timedelta(seconds=7_100)


def test_gone_switches_the_endpoint_off_and_tells_its_keeper(
    keeping: Keeping, receiver: Receiver, world: World, session: Session
) -> None:
    endpoint, _secret = keeping()
    receiver.answer = lambda _message: (410, {}, b"")
    reported(world)
    delivering.send()
    assert endpoint.state == EndpointState.BROKEN
    told = session.scalars(select(Notice).where(Notice.account_id == world.admin.id)).all()
    assert any("410" in str(each) and each.url == f"/webhooks/{endpoint.id}" for each in told)
    before = len(receiver.came)
    with clock.at(clock.now() + timedelta(days=1)):
        reported(world)
        delivering.send()
    assert len(receiver.came) == before


def test_days_of_failures_switch_the_endpoint_off(
    keeping: Keeping,
    receiver: Receiver,
    world: World,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # With the shortest waits of all the message has ended before the patience has, and only another would tell.
    monkeypatch.setattr(delivering, "_chance", SimpleNamespace(random=lambda: 0.5))
    endpoint, _secret = keeping()
    receiver.answer = lambda _message: (500, {}, b"")
    reported(world)
    begun = moment = clock.now()
    while endpoint.state == EndpointState.ON:
        with clock.at(moment):
            delivering.send()
        moment = max(
            [each.due_at for each in _all(session)] + [endpoint.rests_until or moment]
        ) + timedelta(seconds=1)
    assert moment - begun >= PATIENCE
    (delivery,) = _all(session)
    assert delivery.tries == len(WAITS_S) + 1
    assert delivery.state == DeliveryState.FAILED
    said = [str(each) for each in session.scalars(select(Notice)) if "collector" in str(each)]
    assert len(said) == 1


def test_told_again_it_gets_what_had_waited(
    keeping: Keeping, receiver: Receiver, world: World
) -> None:
    endpoint, _secret = keeping()
    receiver.answer = lambda _message: (410, {}, b"")
    reported(world)
    delivering.send()
    receiver.answer = lambda _message: OK
    actions.move(endpoint, "resume", base_version=None, by=world.admin)
    with clock.at(clock.now() + timedelta(minutes=1)):
        delivering.send()
    assert len(receiver.came) == 2
    assert receiver.came[0].id == receiver.came[1].id


def test_a_new_secret_and_the_old_one_sign_for_a_while(
    keeping: Keeping, receiver: Receiver, world: World
) -> None:
    endpoint, old = keeping()
    new = actions.renew_secret(endpoint, hours=24, by=world.admin)
    reported(world)
    delivering.send()
    assert len(receiver.came[0].headers["webhook-signature"].split(" ")) == 2
    receiver.came[0].checked(old)
    receiver.came[0].checked(new)
    with clock.at(clock.now() + timedelta(hours=25)):
        reported(world)
        delivering.send()
    receiver.came[1].checked(new)
    with pytest.raises(WebhookVerificationError):
        receiver.came[1].checked(old)


def test_a_stolen_secret_ends_at_once(keeping: Keeping, receiver: Receiver, world: World) -> None:
    endpoint, old = keeping()
    actions.renew_secret(endpoint, hours=0, by=world.admin)
    reported(world)
    delivering.send()
    with pytest.raises(WebhookVerificationError):
        receiver.came[0].checked(old)


def test_secrets_lie_sealed(keeping: Keeping, session: Session) -> None:
    endpoint, secret = keeping()
    (kept,) = endpoint.secrets
    assert secret.encode() not in kept.sealed
    assert sealing.unseal(kept.sealed).decode() == secret


def test_a_message_that_was_taken_is_sent_again_by_its_button(
    keeping: Keeping, receiver: Receiver, world: World, session: Session
) -> None:
    keeping()
    reported(world)
    delivering.send()
    (delivery,) = _all(session)
    actions.send_again(delivery)
    delivering.send()
    assert receiver.ids() == [delivery.message_id] * 2
    assert session.scalar(select(func.count()).select_from(Try)) == 2


def test_a_test_is_signed_and_tells_nothing(
    keeping: Keeping, receiver: Receiver, world: World
) -> None:
    endpoint, secret = keeping()
    actions.send_test(endpoint)
    delivering.send()
    assert receiver.came[0].checked(secret)["type"] == "webhook.test"


def test_a_locked_account_is_told_nothing(
    keeping: Keeping, receiver: Receiver, world: World
) -> None:
    endpoint, _secret = keeping()
    reported(world)
    endpoint.account.locked_at = clock.now()
    db.session.flush()
    delivering.send()
    assert receiver.came == []


def test_an_inside_address_is_tried_by_nobody(
    app: Flask,
    keeping: Keeping,
    receiver: Receiver,
    world: World,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keeping(url=receiver.url("localhost"))
    settings = replace(app.extensions["settings"], webhook_networks="10.0.0.0/8")
    monkeypatch.setitem(app.extensions, "settings", settings)
    reported(world)
    delivering.send()
    assert receiver.came == []
    (delivery,) = _all(session)
    assert "not in the open internet" in (queries.tries(delivery.id)[0].error or "")


def test_messages_are_forgotten_after_a_month_and_waiting_ones_never(
    keeping: Keeping, receiver: Receiver, world: World, session: Session
) -> None:
    keeping()
    reported(world)
    delivering.send()
    receiver.answer = lambda _message: (500, {}, b"")
    reported(world)
    delivering.send()
    with clock.at(clock.now() + timedelta(days=31)):
        delivering.forget()
    assert [each.state for each in _all(session)] == [DeliveryState.WAITING]


def test_of_a_case_the_steps_come_in_order(
    keeping: Keeping, receiver: Receiver, world: World
) -> None:
    _endpoint, secret = keeping()
    brought_to(State.PROCESSING, world)
    delivering.send()
    said = [each.checked(secret)["data"] for each in receiver.came]
    assert [each["step"] for each in said][:1] == ["reported"]
    assert [each["step"] for each in said][-1:] == ["processing"]
    assert [each["seq"] for each in said] == sorted({each["seq"] for each in said})


@given(st.integers(1, len(WAITS_S)), st.floats(0, 1, exclude_max=True))
def test_each_wait_is_near_the_proposed_one(tries: int, chance: float) -> None:
    wait = wait_s(tries, chance)
    assert wait is not None
    proposed = WAITS_S[tries - 1]
    assert proposed * (1 - JITTER) <= wait <= proposed * (1 + JITTER)


@given(
    st.integers(1, len(WAITS_S) - 1),
    st.floats(0, 1, exclude_max=True),
    st.floats(0, 1, exclude_max=True),
)
def test_a_later_wait_is_never_shorter(tries: int, one: float, other: float) -> None:
    before, after = wait_s(tries, one), wait_s(tries + 1, other)
    assert before is not None
    assert after is not None
    assert after >= before * 0.8


@given(st.lists(st.floats(0, 1, exclude_max=True), min_size=len(WAITS_S), max_size=len(WAITS_S)))
def test_a_message_is_tried_for_two_to_four_days(chances: list[float]) -> None:
    waits = [wait_s(tries, chance) for tries, chance in enumerate(chances, start=1)]
    whole = sum(each for each in waits if each is not None)
    assert 2 * 86_400 < whole < 4 * 86_400
    assert wait_s(len(WAITS_S) + 1, 0.5) is None


@given(st.integers(1, 10_000))
def test_an_endpoint_rests_longer_and_never_too_long(failures: int) -> None:
    assert rest_s(failures) <= rest_s(failures + 1) <= REST_MOST_S
