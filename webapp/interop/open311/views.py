"""Addresses of Open311 GeoReport v2; the end of each says in which form it answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from webapp.base import web
from webapp.base.access import me, permit
from webapp.base.config import Settings
from webapp.base.feed import clean
from webapp.base.flow import Refusal, Unacceptable
from webapp.base.security import by_key, limiter
from webapp.cases import questions
from webapp.cases.models import Case, CaseClass
from webapp.cases.standards.in_force import standards
from webapp.interop.open311 import actions, answers, queries, shown
from webapp.interop.open311.answers import Many, answer
from webapp.interop.open311.forms import ListForm, RequestForm, UpdatesForm
from webapp.interop.open311.models import Open311Request
from webapp.interop.open311.rules import BASE, LISTS, READS, SENDS

bp = Blueprint("open311", __name__, url_prefix=BASE)

web.face(BASE + "/", answers.refused)

FORM = "<any(xml, json):form>"


@bp.before_request
def of_our_jurisdiction() -> None:
    """There is one jurisdiction; whoever names another one asks the wrong house."""
    code = clean(request.values.get("jurisdiction_id", "")).strip()
    if code and not queries.jurisdiction(code):
        raise NotHere(fields={"jurisdiction_id": _l("This jurisdiction is not served here.")})


class NotHere(Refusal):
    """What was named is not served here."""

    status = 404
    code = "not_here"

    def __init__(self, *, fields: dict[str, Any]) -> None:
        super().__init__(next(iter(fields.values())), fields=fields)


@bp.get(f"/discovery.{FORM}")
@bp.get(f"/v2/discovery.{FORM}", endpoint="discovery_below")
@by_key
@limiter.limit(READS)
@permit("open311.read")
def discovery(form: str) -> Response:
    """Where the interface is, and how a key is had."""
    return answer("discovery", shown.discovery())


@bp.get(f"/v2/services.{FORM}")
@by_key
@limiter.limit(READS)
@permit("open311.read")
def services(form: str) -> Response:
    """Every service that residents may ask for."""
    asking = standards().asking
    rows = [shown.service(each, asks=each.code in asking) for each in queries.services()]
    return answer("services", Many("service", rows))


def _service(service_code: str, form: str) -> CaseClass | None:
    return queries.service(clean(service_code))


@bp.get(f"/v2/services/<service_code>.{FORM}")
@by_key
@limiter.limit(READS)
@permit("open311.read", of=_service)
def definition(service: CaseClass) -> Response:
    """What is asked beside the words of a request of this service."""
    asked = questions.questions_of(service.code)
    return answer("service_definition", shown.definition(service.code, asked))


@bp.post(f"/v2/requests.{FORM}")
@by_key
@limiter.limit(SENDS)
@permit("open311.report")
def send(form: str) -> ResponseReturnValue:
    """A request is a case from now on: 201, or 200 when its `client_id` had arrived before."""
    settings: Settings = current_app.extensions["settings"]
    wish, service = _wish()
    case, sent = actions.send(wish, service, by=me(), prefix=settings.case_prefix)
    status = 200 if case.replayed else 201
    return answer("service_requests", shown.receipt(case, sent), status)


def _wish() -> tuple[RequestForm, CaseClass]:
    """What was sent; everything that is wrong with it in one refusal."""
    if request.files:
        words = _l("Files are not taken here; media_url may say where a photo is.")
        raise Unacceptable(words, fields=dict.fromkeys(request.files, words))
    code = clean(request.form.get("service_code", "")).strip()
    service = queries.service(code)
    wrong: dict[str, Any] = {}
    if service is None:
        no_code = _l("This is needed.")
        wrong["service_code"] = _l("There is no service with this code.") if code else no_code
    try:
        wish = RequestForm.read(request)
        actions.check(wish, service)
    except Unacceptable as refusal:
        wrong |= refusal.fields
    if service is None and code:
        raise NotHere(fields=wrong)
    if service is None or wrong:
        raise Unacceptable(_l("Please check the marked fields."), fields=wrong)
    return wish, service


def _handed_out(token: str, form: str) -> tuple[Open311Request, str | None] | None:
    return queries.handed_out(token)


@bp.get(f"/v2/tokens/<token>.{FORM}")
@by_key
@limiter.limit(READS)
@permit("open311.read", of=_handed_out)
def number(found: tuple[Open311Request, str | None]) -> Response:
    """The number of a request for which a token was handed out; nothing until it has one."""
    sent, known = found
    row = {"service_request_id": known, "token": str(sent.token)}
    return answer("service_requests", Many("request", [row]))


@bp.get(f"/v2/requests.{FORM}")
@by_key
@limiter.limit(LISTS)
@permit("open311.read")
def listed(form: str) -> Response:
    """Public requests: those that are named, or those of some services, states and days."""
    wish = ListForm.of(_asked())
    if wish.service_request_id:
        rows = queries.these(wish.service_request_id)
        if not rows:
            abort(404)
        return answer("service_requests", shown.requests(rows))
    if wish.service_code and not queries.known_services(wish.service_code):
        raise NotHere(fields={"service_code": _l("There is no service with this code.")})
    rows = queries.listed(
        codes=wish.service_code,
        status=wish.status,
        since=wish.since,
        until=wish.until,
        skipped=wish.skipped,
        limit=wish.size,
    )
    return answer("service_requests", shown.requests(rows))


# What still counts beside requests that are named one by one.
BESIDE_NUMBERS = ("service_request_id", "page", "page_size")


def _asked() -> dict[str, str]:
    """What was asked for; what is empty is absent, and requests that are named override the rest."""
    said = {name: value for name, value in request.args.to_dict().items() if value.strip()}
    if "service_request_id" in said:
        return {name: said[name] for name in BESIDE_NUMBERS if name in said}
    return said


def _one(number: str, form: str) -> Case | None:
    return queries.one(clean(number))


@bp.get(f"/v2/requests/<number>.{FORM}")
@by_key
@limiter.limit(READS)
@permit("open311.read", of=_one)
def one(case: Case) -> Response:
    """One public request. A private or unconfirmed one is not there."""
    return answer("service_requests", shown.requests([case]))


@bp.get(f"/v2/servicerequestupdates.{FORM}")
@by_key
@limiter.limit(LISTS)
@permit("open311.read")
def updates(form: str) -> Response:
    """What happened to public requests: mySociety's extension, to be read only."""
    wish = UpdatesForm.of(_asked())
    rows = queries.updates(
        numbers=wish.service_request_id,
        since=wish.since,
        until=wish.until,
        skipped=wish.skipped,
        limit=wish.size,
    )
    found = [shown.update(event, number) for event, number in rows]
    return answer("service_request_updates", Many("request_update", found))
