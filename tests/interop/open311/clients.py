"""A client of another maker: it knows the specification, and nothing of this house."""

from __future__ import annotations

import json
import re
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cases import stages
from tests.world import World
from webapp.base.db import db
from webapp.cases import moves
from webapp.cases.models import Case
from webapp.cases.rules import State
from webapp.cases.standards import actions as standards, asking, queries as classes
from webapp.cases.standards.asking import Value, Wish
from webapp.cases.standards.rules import Datatype
from webapp.people import actions as people
from webapp.people.models import Token

V2 = "/open311/v2"

PLAIN = "06010"
BATCH = "06028"
ASKING = "01037"
HOSTILE = "29901"
INTERNAL = "26001"

# W3C-DTF with its zone.
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")

# The elements of each answer, in the order of the specification.
DISCOVERY = ["changeset", "contact", "key_service", "endpoints"]
ENDPOINT = ["specification", "url", "changeset", "type", "formats"]
SERVICE = [
    "service_code", "service_name", "description", "metadata", "type", "keywords", "group",
]  # fmt: skip
ATTRIBUTE = [
    "variable", "code", "datatype", "required", "datatype_description", "order", "description",
    "values",
]  # fmt: skip
REQUEST = [
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
]  # fmt: skip
UPDATE = [
    "update_id", "service_request_id", "status", "updated_datetime", "description", "media_url",
]  # fmt: skip


def xml(answer: TestResponse, root: str, status: int = 200) -> Element:
    """The document, once it is what the specification asks of every XML answer."""
    body = answer.get_data()
    assert answer.status_code == status, body.decode()
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert body.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    found = fromstring(body)
    assert found.tag == root
    assert "{" not in "".join(each.tag for each in found.iter()), "no namespace"
    return found


def plain(answer: TestResponse, status: int = 200) -> Any:
    """The same of JSON."""
    assert answer.status_code == status, answer.get_data(as_text=True)
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    return json.loads(answer.get_data())


def tags(element: Element) -> list[str]:
    """The names of the elements just inside."""
    return [each.tag for each in element]


def said(element: Element) -> dict[str, str | None]:
    """The texts of the elements just inside."""
    return {each.tag: each.text for each in element}


def key(scopes: tuple[str, ...] = ("open311",), name: str = "portal") -> tuple[Token, str]:
    """A key that somebody of the office has handed out."""
    owner = people.machine_account(name, by=None)
    found = people.issue_token(name=name, scopes=scopes, account=owner, by=None)
    db.session.commit()
    return found


def here(world: World) -> dict[str, str]:
    """lat and long of a point in the home grid."""
    lon, lat = world.spot(world.home)
    return {"lat": f"{lat:.6f}", "long": f"{lon:.6f}"}


def post(client: FlaskClient, secret: str, form: str = "json", **sent: Any) -> TestResponse:
    """A request is sent as the specification has it."""
    return client.post(f"{V2}/requests.{form}", data={"api_key": secret, **sent})


def filed(world: World, **more: Any) -> Case:
    """A confirmed case of the home grid, which the public may read."""
    case = stages.reported(world, **{"class_code": PLAIN, **more})
    moves.file_case(case, by=world.dispatcher)
    db.session.commit()
    return case


def closed(world: World) -> Case:
    """A case that came to its end."""
    case = stages.brought_to(State.CLOSED, world)
    db.session.commit()
    return case


def asking_class(world: World) -> None:
    """The class of street lamps asks one question of each kind."""
    wishes = (
        Wish(code="count", words="几盏？", words_en="How many?", datatype=Datatype.NUMBER, required=True),
        Wish(
            code="fault",
            words="怎么了？",
            words_en="What is wrong?",
            datatype=Datatype.ONE,
            required=True,
            hint="只选一项",
            values=(
                Value("dark", "不亮", "Dark"),
                Value("wire", "电线外露", "A bare wire", "请拨打 95598", "Call 95598"),
            ),
        ),
        Wish(
            code="place",
            words="哪里？",
            words_en="Where?",
            datatype=Datatype.MANY,
            values=(Value("road", "路口 & 车道", "Road & lane"), Value("yard", "小区 <内>", None)),
        ),
        Wish(code="note", words="请勿触碰灯杆", words_en=None, datatype=Datatype.STRING, variable=False),
    )  # fmt: skip
    for wish in wishes:
        asking.ask(classes.known_class(ASKING), wish, by=world.admin)
    db.session.commit()


def hostile_class(world: World) -> None:
    """A class of the office's own, with what XML must not take for its own."""
    standards.add_class(
        code=HOSTILE,
        name="夜市 & 油烟 <夜间> ]]> \"'",
        name_en="Stalls & fumes <by night>",
        major=None,
        triage=False,
        by=world.admin,
    )
    db.session.commit()
