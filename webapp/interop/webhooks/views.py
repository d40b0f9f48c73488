"""Pages of webhooks: the endpoints, what was told to each, and the buttons of administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from webapp.base.access import me, permit
from webapp.base.flow import Refusal
from webapp.base.web import afresh, goto, page, part_of_address
from webapp.interop.webhooks import actions, queries
from webapp.interop.webhooks.events import TEST, TYPES
from webapp.interop.webhooks.forms import EndpointForm, LogForm, MoveForm, SecretForm
from webapp.interop.webhooks.models import Delivery, Endpoint
from webapp.interop.webhooks.rules import (
    DELIVERY_CHIPS,
    DELIVERY_WORDS,
    OVERLAP_H,
    STATE_CHIPS,
    WEBHOOK_FLOW,
)
from webapp.people import actions as people_actions, queries as people
from webapp.people.forms import again
from webapp.people.models import Account
from webapp.people.post_views import named

bp = Blueprint("webhooks", __name__, url_prefix="/webhooks")


@bp.get("")
@permit("webhooks.keep")
def listed() -> Response:
    """Every endpoint, and how much waits for it."""
    rows = queries.endpoints()
    return page("webhooks/listed.html", rows=rows, waiting=queries.waiting(), **_words())


@bp.get("/new")
@permit("webhooks.keep")
def new() -> Response:
    """The form of a new endpoint."""
    return page("webhooks/form.html", errors={}, sent={}, endpoint=None, **_types([]))


@bp.post("")
@permit("webhooks.keep")
def keep() -> ResponseReturnValue:
    """The endpoint is told from now on. Its secret is on this page and nowhere else."""
    try:
        form = EndpointForm.read(request)
        endpoint, secret = actions.keep(
            name=form.name, url=form.url, types=form.types, account=_owner(form), by=me()
        )
    except Refusal as refusal:
        chosen = request.form.getlist("types")
        return again("webhooks/form.html", refusal, endpoint=None, **_types(chosen))
    return page("webhooks/secret.html", endpoint=endpoint, secret=secret, hours=None)


@bp.get("/<int:endpoint_id>")
@permit("webhooks.keep", of=queries.one)
def one(endpoint: Endpoint) -> Response:
    """An endpoint with its log."""
    return _page(endpoint)


@bp.get("/<int:endpoint_id>/edit")
@permit("webhooks.keep", of=queries.one)
def edit(endpoint: Endpoint) -> Response:
    """The form of an endpoint as it is."""
    sent = {"name": endpoint.name, "url": endpoint.url, "to": f"#{endpoint.account_id}"}
    given = _types(endpoint.types)
    return page("webhooks/form.html", errors={}, sent=sent, endpoint=endpoint, **given)


@bp.post("/<int:endpoint_id>/edit")
@permit("webhooks.keep", of=queries.one)
def change(endpoint: Endpoint) -> ResponseReturnValue:
    """The endpoint is as the form says."""
    key = endpoint.id
    try:
        form = EndpointForm.read(request)
        actions.change(
            endpoint,
            name=form.name,
            url=form.url,
            types=form.types,
            account=named(form.to) if form.to else endpoint.account,
            base_version=form.base_version,
            by=me(),
        )
    except Refusal as refusal:
        chosen = request.form.getlist("types")
        fresh = afresh(refusal, lambda: queries.one(key))
        return again("webhooks/form.html", refusal, endpoint=fresh, **_types(chosen))
    return goto("webhooks.one", endpoint_id=key)


@bp.post("/<int:endpoint_id>/<any(pause, resume, retire):name>")
@permit("webhooks.keep", of=lambda endpoint_id, name: queries.one(endpoint_id))
def move(endpoint: Endpoint) -> ResponseReturnValue:
    """The endpoint stands where the button leads."""
    key = endpoint.id
    try:
        form = MoveForm.read(request)
        name = part_of_address("name")
        actions.move(endpoint, name, base_version=form.base_version, by=me())
    except Refusal as refusal:
        return _refused(refusal, key)
    return goto("webhooks.one", endpoint_id=key)


@bp.post("/<int:endpoint_id>/secret")
@permit("webhooks.keep", of=queries.one)
def renew(endpoint: Endpoint) -> ResponseReturnValue:
    """A new secret signs, and is on this page and nowhere else."""
    key = endpoint.id
    try:
        form = SecretForm.read(request)
        secret = actions.renew_secret(endpoint, hours=form.hours, by=me())
    except Refusal as refusal:
        return _refused(refusal, key)
    return page("webhooks/secret.html", endpoint=endpoint, secret=secret, hours=form.hours)


@bp.post("/<int:endpoint_id>/test")
@permit("webhooks.keep", of=queries.one)
def test(endpoint: Endpoint) -> ResponseReturnValue:
    """A test is on its way; its page says what became of it."""
    key = endpoint.id
    try:
        delivery = actions.send_test(endpoint)
    except Refusal as refusal:
        return _refused(refusal, key)
    return goto("webhooks.delivery", delivery_id=delivery.id)


@bp.get("/deliveries/<int:delivery_id>")
@permit("webhooks.keep", of=queries.delivery)
def delivery(delivery: Delivery) -> Response:
    """A message as it is sent, and every try."""
    return _delivery_page(delivery)


@bp.post("/deliveries/<int:delivery_id>/again")
@permit("webhooks.keep", of=queries.delivery)
def resend(delivery: Delivery) -> ResponseReturnValue:
    """The message is due once more."""
    key = delivery.id
    try:
        actions.send_again(delivery)
    except Refusal as refusal:
        fresh = afresh(refusal, lambda: queries.delivery(key))
        return _delivery_page(fresh, status=refusal.status, errors={"form": refusal.words})
    return goto("webhooks.delivery", delivery_id=key)


def _owner(form: EndpointForm) -> Account:
    return named(form.to) if form.to else people_actions.machine_account(form.name, by=me())


def _refused(refusal: Refusal, key: int) -> Response:
    fresh = afresh(refusal, lambda: queries.one(key))
    errors = dict(refusal.fields) or {"form": refusal.words}
    return _page(fresh, status=refusal.status, errors=errors)


def _page(endpoint: Endpoint, *, status: int = 200, errors: Any = None) -> Response:
    wish = LogForm.of(request.args.to_dict())
    rows = queries.log(endpoint.id, state=wish.state or None, before=wish.before)
    events = people.recent_events(WEBHOOK_FLOW.kind, endpoint.id)
    return page(
        "webhooks/one.html",
        fragment="log",
        status=status,
        errors=errors or {},
        endpoint=endpoint,
        found=rows,
        last=queries.last_tries(rows.rows),
        state=wish.state,
        moves=WEBHOOK_FLOW.open_moves(endpoint, me()),
        events=events,
        names=people.named_in(events),
        overlap=OVERLAP_H,
        **_words(),
    )


def _delivery_page(delivery: Delivery, *, status: int = 200, errors: Any = None) -> Response:
    return page(
        "webhooks/delivery.html",
        fragment="tries",
        status=status,
        errors=errors or {},
        delivery=delivery,
        tries=queries.tries(delivery.id),
        **_words(),
    )


def _types(chosen: list[str]) -> dict[str, Any]:
    return {"types": TYPES, "chosen": chosen}


def _words() -> dict[str, Any]:
    return {
        "flow": WEBHOOK_FLOW,
        "chips": STATE_CHIPS,
        "delivery_words": DELIVERY_WORDS,
        "delivery_chips": DELIVERY_CHIPS,
        "types": TYPES,
        "test_type": TEST,
    }
