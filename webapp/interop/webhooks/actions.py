"""What administrators do with webhooks: keep endpoints, change secrets, send again, send a test."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import timedelta

from flask import current_app
from flask_babel import lazy_gettext as _l

from webapp.base import clock, sealing
from webapp.base.access import Actor
from webapp.base.config import Settings
from webapp.base.db import db, lock
from webapp.base.flow import NotOpen, Unacceptable, hold
from webapp.interop.webhooks import collecting
from webapp.interop.webhooks.events import TEST, TYPES, kinds_of
from webapp.interop.webhooks.models import Delivery, Endpoint, Secret
from webapp.interop.webhooks.rules import (
    OVERLAP_MOST_H,
    WEBHOOK_FLOW,
    DeliveryState,
    EndpointState,
)
from webapp.interop.webhooks.shapes import TestTold
from webapp.interop.webhooks.targets import target_of
from webapp.people.models import Account
from webapp.people.refusing import refusing

# As many bytes as the hash that signs has.
SECRET_BYTES = 32


def keep(
    *, name: str, url: str, types: Sequence[str], account: Account, by: Actor
) -> tuple[Endpoint, str]:
    """An endpoint is told from now on; its secret is answered this once and kept sealed.

    Raises `Unacceptable` for an address that may not be spoken to, an unknown type or a name taken.
    """
    wanted = _checked(url, types)
    endpoint = Endpoint(
        name=name,
        url=url,
        types=wanted,
        kinds=kinds_of(wanted),
        account_id=account.id,
        keeper_id=by.id,
        state=EndpointState.ON,
        version=1,
    )
    with refusing(uq_webhook_name=_taken_name()):
        db.session.add(endpoint)
    said = {"name": name, "types": wanted, "account": account.id}
    WEBHOOK_FLOW.begin(endpoint, "keep", by=by, data=said)
    return endpoint, _new_secret(endpoint)


def change(
    endpoint: Endpoint,
    *,
    name: str,
    url: str,
    types: Sequence[str],
    account: Account,
    base_version: int | None,
    by: Actor,
) -> None:
    """The endpoint has this name, address, types and account; whoever changed it keeps it from now on."""
    hold(endpoint, base_version)
    _not_retired(endpoint)
    wanted = _checked(url, types)
    with refusing(uq_webhook_name=_taken_name()):
        endpoint.name, endpoint.url, endpoint.account_id = name, url, account.id
        endpoint.types, endpoint.kinds = wanted, kinds_of(wanted)
        endpoint.keeper_id = by.id or endpoint.keeper_id
        # A new address has not failed yet.
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
    said = {"name": name, "types": wanted, "account": account.id}
    WEBHOOK_FLOW.record(endpoint, "change", by=by, data=said)


def move(endpoint: Endpoint, name: str, *, base_version: int | None, by: Actor) -> None:
    """The endpoint stands where the move leads; told again, it begins without a failure."""
    WEBHOOK_FLOW.move(endpoint, name, by=by, base_version=base_version)
    if name == "resume":
        endpoint.failures, endpoint.failing_since, endpoint.rests_until = 0, None, None
        db.session.flush()


def renew_secret(endpoint: Endpoint, *, hours: int, by: Actor) -> str:
    """A new secret signs, answered this once; the old ones sign beside it for so many hours."""
    lock(endpoint)
    _not_retired(endpoint)
    if not 0 <= hours <= OVERLAP_MOST_H:
        words = _l("Choose 0 to %(most)s hours.", most=OVERLAP_MOST_H)
        raise Unacceptable(words, fields={"hours": words})
    end = clock.now() + timedelta(hours=hours)
    for each in endpoint.secrets:
        if each.ends_at is None or each.ends_at > end:
            each.ends_at = end
    secret = _new_secret(endpoint)
    WEBHOOK_FLOW.record(endpoint, "renew_secret", by=by, data={"hours": hours})
    db.session.expire(endpoint, ["secrets"])
    return secret


def send_test(endpoint: Endpoint) -> Delivery:
    """A test is on its way to the endpoint, as any message would be."""
    _not_retired(endpoint)
    told = TestTold(words="A test of Wangge. Nothing has happened.")
    delivery = Delivery(
        endpoint_id=endpoint.id,
        type=TEST,
        body=collecting.written(TEST, clock.now(), told),
        state=DeliveryState.WAITING,
        due_at=clock.now(),
    )
    db.session.add(delivery)
    # A button is pressed by somebody who waits: it does not rest because others failed.
    endpoint.rests_until = None
    db.session.flush()
    return delivery


def send_again(delivery: Delivery) -> None:
    """The same message is due at once, by its same id: the receiver knows it if it has it already."""
    lock(delivery)
    _not_retired(delivery.endpoint)
    now = clock.now()
    if delivery.held_until is not None and delivery.held_until > now:
        raise NotOpen(_l("This message is being sent at this moment."))
    delivery.state, delivery.ended_at = DeliveryState.WAITING, None
    delivery.due_at = now
    delivery.endpoint.rests_until = None
    db.session.flush()


def _checked(url: str, types: Sequence[str]) -> list[str]:
    settings: Settings = current_app.extensions["settings"]
    target_of(url, only_https=settings.production)
    unknown = set(types) - set(TYPES)
    if unknown or not types:
        words = _l("Choose what it is told of.")
        raise Unacceptable(words, fields={"types": words})
    return [name for name in TYPES if name in types]


def _taken_name() -> Unacceptable:
    words = _l("There is an endpoint of this name already.")
    return Unacceptable(words, fields={"name": words})


def _new_secret(endpoint: Endpoint) -> str:
    text = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    db.session.add(Secret(endpoint_id=endpoint.id, sealed=sealing.seal(text.encode())))
    db.session.flush()
    return text


def _not_retired(endpoint: Endpoint) -> None:
    if endpoint.state == EndpointState.RETIRED:
        raise NotOpen(_l("This endpoint was given up."))
