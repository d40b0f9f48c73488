"""The description of our machine interface, made from the forms that read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from flask import Blueprint, Response, request
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from webapp.base.access import public
from webapp.cases import api as cases
from webapp.cases.forms import ReportForm
from webapp.grids import api as grids
from webapp.interop import schemas
from webapp.interop.webhooks import described as webhooks
from webapp.monitoring.intake import api as intake, forms as intake_forms
from webapp.points import api as points
from webapp.points.forms import NearestForm
from webapp.points.gates import api as gates
from webapp.points.gates.forms import AckForm, AskForm, EventForm, HeartbeatForm

bp = Blueprint("openapi", __name__, url_prefix="/api/v1")

VERSION = "1.0.0"
KEPT_S = 300

Model = type[BaseModel]


@dataclass(frozen=True)
class Operation:
    """What one method of one address takes and gives; it may ask for a scope of a token."""

    method: str
    path: str
    name: str
    words: str
    answers: Mapping[int, tuple[str, Model | None]]
    query: Model | None = None
    body: Model | None = None
    params: Mapping[str, str] = field(default_factory=dict)
    scope: str | None = None


REFUSED = ("The values cannot be used; `fields` says which.", schemas.ErrorOut)
NO_TOKEN = ("No token, or one that is not good.", schemas.ErrorOut)
NOT_ALLOWED = ("The token or its owner may not.", schemas.ErrorOut)
TOO_MANY = ("Too many requests; try again after a moment.", schemas.ErrorOut)

GATE = {"code": "Name of the gate; the token must be its own."}
OF_GATES: Mapping[int, tuple[str, Model | None]] = {
    401: NO_TOKEN,
    403: NOT_ALLOWED,
    404: ("There is no such gate or command.", schemas.ErrorOut),
    422: REFUSED,
    429: TOO_MANY,
}

OPERATIONS = (
    Operation(
        "get",
        "/locate",
        "locate",
        "The governance grid and the unit cell of a point.",
        {
            200: ("The point lies in a grid.", grids.Located),
            404: ("The point is outside; the nearest grid is named.", schemas.OutsideOut),
            422: REFUSED,
            429: TOO_MANY,
        },
        query=grids.SpotForm,
    ),
    Operation(
        "get",
        "/points/nearest",
        "nearestPoints",
        "Service points in the order in which they serve somebody: travel, opening, queue.",
        {
            200: ("The points, the soonest first.", points.NearestOut),
            422: REFUSED,
            429: TOO_MANY,
        },
        query=NearestForm,
    ),
    Operation(
        "post",
        "/gates/{code}/events",
        "reportEvents",
        "What a gate did by itself: one event, or up to 500 under `events`, each answered by itself."
        " The same boot and sequence again is answered like the first time.",
        {200: ("What became of each.", gates.EventsOut), **OF_GATES},
        body=EventForm,
        params=GATE,
        scope="gates",
    ),
    Operation(
        "post",
        "/gates/{code}/ask",
        "askToPass",
        "May somebody at a lane pass? The house decides and keeps its decision.",
        {
            200: ("The decision.", gates.AskOut),
            409: ("The number was used for somebody else.", gates.AskOut),
            **OF_GATES,
        },
        body=AskForm,
        params=GATE,
        scope="gates",
    ),
    Operation(
        "post",
        "/gates/{code}/heartbeat",
        "heartbeat",
        "The gate lives. Sent every 30 seconds; after 90 the queue of its point is unknown.",
        {200: ("Commands that wait, and the rules in force.", gates.HeartbeatOut), **OF_GATES},
        body=HeartbeatForm,
        params=GATE,
        scope="gates",
    ),
    Operation(
        "post",
        "/gates/{code}/commands/{command_id}/ack",
        "confirmCommand",
        "A command was carried out, or could not be.",
        {
            200: ("Where it stands now.", gates.AckOut),
            409: ("It had expired and does not hold.", gates.AckOut),
            **OF_GATES,
        },
        body=AckForm,
        params=GATE | {"command_id": "Number of the command."},
        scope="gates",
    ),
    Operation(
        "post",
        "/intake/{form}",
        "tellIntake",
        "What a machine tells of: an alarm that began, goes on or is over, a sign of life, values. One"
        " message, a JSON array, or one a line (application/x-ndjson), each taken by itself. Answered"
        " 202 once the database has it. Signed sources send X-Wangge-Timestamp (seconds) and"
        " X-Wangge-Signature: sha256= and the HMAC-SHA256 of timestamp, a point and the body."
        " The body below is that of the format `generic`.",
        {
            202: (
                "It is kept. Several messages are answered by a list `results` of these.",
                intake.TakenOut,
            ),
            401: ("No token, or a forged signature.", schemas.ErrorOut),
            403: NOT_ALLOWED,
            409: ("The very same signed request came before.", schemas.ErrorOut),
            413: ("More than 1 MiB, or 5 MiB with pictures.", schemas.ErrorOut),
            422: ("It is kept, but nobody can read it.", intake.DeadOut),
            429: TOO_MANY,
        },
        body=intake_forms.GenericForm,
        params={
            "form": "generic, frigate, thingsboard, gb28181, isapi, onvif, cap or sensorthings"
        },
        scope="intake",
    ),
    Operation(
        "get",
        "/cap/alerts",
        "listCriticalAlarms",
        "The newest messages about critical alarms, as an Atom feed: Alert, Update and Cancel of CAP 1.2.",
        {200: ("The feed.", None), 401: NO_TOKEN, 403: NOT_ALLOWED},
        scope="alarms",
    ),
    Operation(
        "get",
        "/cap/alerts/{alarm_id}/{number}",
        "readCriticalAlarm",
        "One of these messages, as CAP 1.2 writes it (application/cap+xml). An exercise has that status.",
        {
            200: ("The message.", None),
            401: NO_TOKEN,
            403: NOT_ALLOWED,
            404: ("There is no such message.", schemas.ErrorOut),
        },
        params={"alarm_id": "Number of the alarm.", "number": "Number of the message in its log."},
        scope="alarms",
    ),
    Operation(
        "post",
        "/cases",
        "reportCase",
        "Report a case. The same `client_id` sent again answers the first case.",
        {
            200: ("This `client_id` had arrived before.", schemas.CaseOut),
            201: ("The case is stored and stands in its grid.", schemas.CaseOut),
            401: NO_TOKEN,
            403: NOT_ALLOWED,
            422: REFUSED,
            429: TOO_MANY,
        },
        body=ReportForm,
        scope="cases",
    ),
    Operation(
        "get",
        "/cases",
        "listCases",
        "Cases that the owner of the token may see, newest first; `next` leads on.",
        {
            200: ("A page of cases.", schemas.CasesOut),
            401: NO_TOKEN,
            403: NOT_ALLOWED,
            422: REFUSED,
        },
        query=cases.ListForm,
        scope="cases",
    ),
    Operation(
        "get",
        "/cases/{number}",
        "readCase",
        "One case by its number.",
        {
            200: ("The case.", schemas.CaseOut),
            401: NO_TOKEN,
            403: NOT_ALLOWED,
            404: ("There is no such case.", schemas.ErrorOut),
        },
        params={"number": "The number that people know, such as DJJ-261123-00042."},
        scope="cases",
    ),
    Operation(
        "get",
        "/openapi.json",
        "openapi",
        "This document.",
        {200: ("An OpenAPI document.", None)},
    ),
)

ABOUT = (
    "Positions are degrees of longitude and latitude. WGS 84 is taken for granted; say "
    "`datum=gcj02` for positions of AutoNavi, Tencent or WeChat, `bd09` for Baidu, `cgcs2000` for "
    "surveys. Moments carry their zone. Errors are `{error: {code, message, fields}}`."
)


@bp.get("/openapi.json")
@public("the description of the interface")
def document() -> Response:
    """The OpenAPI document of this version."""
    answer = Response(written(), mimetype="application/json")
    answer.headers["Cache-Control"] = f"max-age={KEPT_S}"
    answer.add_etag()
    return answer.make_conditional(request)  # type: ignore[return-value]  # it is still ours


@cache
def written() -> str:
    """The document as text."""
    return json.dumps(described(), ensure_ascii=False, indent=1)


def described() -> dict[str, Any]:
    """The document: every operation with its parameters, bodies and answers."""
    refs, components = _components()
    paths: dict[str, dict[str, Any]] = {}
    for each in OPERATIONS:
        paths.setdefault(f"/api/v1{each.path}", {})[each.method] = _operation(each, refs)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Wangge", "version": VERSION, "description": ABOUT},
        "servers": [{"url": "/"}],
        "paths": paths,
        "webhooks": webhooks.described(),
        "components": {
            "schemas": components,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _components() -> tuple[dict[Any, dict[str, Any]], dict[str, Any]]:
    read = {each.body for each in OPERATIONS if each.body}
    given = {model for each in OPERATIONS for _words, model in each.answers.values() if model}
    inputs = [(model, "validation") for model in sorted(read, key=lambda model: model.__name__)]
    outputs = [(model, "serialization") for model in sorted(given, key=lambda each: each.__name__)]
    refs, whole = models_json_schema(
        [*inputs, *outputs],  # type: ignore[list-item]  # two literals, one list
        ref_template="#/components/schemas/{model}",
    )
    return {model: ref for (model, _mode), ref in refs.items()}, whole["$defs"]


def _operation(each: Operation, refs: Mapping[Any, dict[str, Any]]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.words,
        "parameters": [*_params(each), *_query(each.query)],
        "responses": {
            str(status): {"description": words, **_content(refs[model] if model else {})}
            for status, (words, model) in each.answers.items()
        },
    }
    if each.body:
        operation["requestBody"] = {"required": True, **_content(refs[each.body])}
    if each.scope:
        operation["security"] = [{"token": []}]
        operation["description"] = f"Wants a token of the scope `{each.scope}`."
    return operation


def _content(schema: dict[str, Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def _params(each: Operation) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": words,
            "schema": {"type": "string"},
        }
        for name, words in each.params.items()
    ]


def _query(model: Model | None) -> list[dict[str, Any]]:
    if model is None:
        return []
    whole = model.model_json_schema()
    known = whole.get("$defs", {})
    return [
        {
            "name": name,
            "in": "query",
            "required": name in whole.get("required", ()),
            "schema": schemas.inlined(schema, known),
        }
        for name, schema in whole["properties"].items()
    ]
