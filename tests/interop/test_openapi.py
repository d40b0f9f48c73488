"""The description of the interface is true."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.core import NotSet

from tests import examples
from tests.cases.stages import reported
from tests.monitoring.intake import messages
from tests.world import World
from webapp.base import clock
from webapp.base.db import db
from webapp.interop.openapi import OPERATIONS, described
from webapp.monitoring.intake import keeping as sources
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format
from webapp.people import actions
from webapp.people.models import Account
from webapp.people.rules import SCOPES
from webapp.points import queries as points
from webapp.points.gates import keeping as gates
from webapp.points.rules import Template

# From the OpenAPI Initiative, https://spec.openapis.org/oas/3.1/schema/2022-10-07, Apache-2.0.
META = json.loads((Path(__file__).parent / "openapi-3.1.schema.json").read_text(encoding="utf-8"))


@pytest.fixture
def program(app: Flask, world: World) -> dict[str, str]:
    """The header of a program that may what the dispatcher may with cases."""
    account = db.session.get(Account, world.dispatcher.id)
    assert account is not None
    _token, secret = actions.issue_token(name="tester", scopes=["cases"], account=account, by=None)
    return {"Authorization": f"Bearer {secret}"}


def _schema(status: int, name: str) -> dict[str, Any]:
    document = described()
    for operations in document["paths"].values():
        for operation in operations.values():
            if operation["operationId"] == name:
                answer = operation["responses"][str(status)]
                schema = answer["content"]["application/json"]["schema"]
                return {**schema, "components": document["components"]}
    raise LookupError(name)


def _fits(body: Any, status: int, name: str) -> None:
    schema = _schema(status, name)
    jsonschema.validate(body, schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
    known = schema["components"]["schemas"][schema["$ref"].rpartition("/")[2]]["properties"]
    assert set(body) <= set(known), "the answer says more than the description"


def test_it_is_an_openapi_document(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    document = answer.get_json()
    jsonschema.validate(document, META)
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    referred = set(re.findall(r"#/components/schemas/(\w+)", answer.get_data(as_text=True)))
    assert referred == set(document["components"]["schemas"])


def test_every_address_of_the_interface_is_described(app: Flask) -> None:
    there = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert there == {(each.method, f"/api/v1{each.path}") for each in OPERATIONS}


def test_names_and_parameters_are_proper() -> None:
    document = described()
    names = [each.name for each in OPERATIONS]
    assert len(names) == len(set(names))
    for path, operations in document["paths"].items():
        wanted = set(re.findall(r"{(\w+)}", path))
        for operation in operations.values():
            given = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
            assert given == wanted
    locate = document["paths"]["/api/v1/locate"]["get"]["parameters"]
    assert {each["name"]: each["required"] for each in locate} == {
        "lon": True,
        "lat": True,
        "datum": False,
    }
    datum = next(each["schema"] for each in locate if each["name"] == "datum")
    assert datum["enum"] == ["wgs84", "cgcs2000", "gcj02", "bd09"]


def test_answers_are_as_described(
    client: FlaskClient, world: World, program: dict[str, str]
) -> None:
    lon, lat = world.spot(world.home)
    inside = client.get(f"/api/v1/locate?lon={lon}&lat={lat}")
    _fits(inside.get_json(), inside.status_code, "locate")
    outside = client.get("/api/v1/locate?lon=0&lat=0")
    _fits(outside.get_json(), outside.status_code, "locate")
    wrong = client.get("/api/v1/locate?lon=x")
    _fits(wrong.get_json(), wrong.status_code, "locate")

    report = {
        "client_id": "4b1f0f8e-7c59-4c8e-9d0c-1d9a5d6a2f10",
        "class_code": "06010",
        "lon": lon,
        "lat": lat,
        "words": "three bags beside the road",
        "happened_at": (clock.now() - timedelta(minutes=5)).isoformat(),
    }
    made = client.post("/api/v1/cases", json=report, headers=program)
    assert made.status_code == 201
    _fits(made.get_json(), 201, "reportCase")
    again = client.post("/api/v1/cases", json=report, headers=program)
    assert (again.status_code, again.get_json()) == (200, made.get_json())
    number = made.get_json()["number"]
    one = client.get(f"/api/v1/cases/{number}", headers=program)
    _fits(one.get_json(), one.status_code, "readCase")
    several = client.get("/api/v1/cases?limit=1", headers=program)
    _fits(several.get_json(), several.status_code, "listCases")
    for answer, name in (
        (client.get("/api/v1/cases/none", headers=program), "readCase"),
        (client.get("/api/v1/cases"), "listCases"),
        (client.post("/api/v1/cases", json={}, headers=program), "reportCase"),
    ):
        _fits(answer.get_json(), answer.status_code, name)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"nul", b"\xff\xfe"])
def test_a_body_that_is_none_is_told(
    client: FlaskClient, program: dict[str, str], body: bytes
) -> None:
    answer = client.post(
        "/api/v1/cases", data=body, content_type="application/json", headers=program
    )
    assert answer.status_code in (400, 422)
    assert answer.get_json()["error"]["message"]


# What any address may answer to what is not as described, before anybody looks at it.
UNREAD = {400, 404, 405, 413, 415}
# Nobody can guess what these are asked for; the others answer what they are there for, too.
UNKNOWN = ("confirmCommand", "readCriticalAlarm")


@pytest.mark.thorough
@pytest.mark.parametrize("name", [each.name for each in OPERATIONS])
def test_nothing_that_is_sent_breaks_the_house(
    client: FlaskClient, world: World, name: str
) -> None:
    """As described, the answer is one of the description; otherwise it is a refusal, and never an error."""
    account = db.session.get_one(Account, world.shift_leader.id)
    _token, whole = actions.issue_token(name="all", scopes=SCOPES, account=account, by=None)
    gate = gates.set_up(points.listed(Template.SAMPLING)[0], "booth-1", by=None)
    source = sources.set_up("box", Described("box", tuple(Format)), by=None)
    # Who speaks for a gate or a source has its key, and names it in the address.
    keys = {"gates": gates.new_key(gate, by=None), "intake": sources.new_key(source, by=None)}
    there = {
        "code": [gate.code],
        "form": [*["generic"] * 8, *Format],
        "number": [reported(world).number],
    }
    asked = next(each for each in OPERATIONS if each.name == name)
    document = {each: said for each, said in described().items() if each != "webhooks"}
    every = schemathesis.openapi.from_dict(document).get_all_operations()
    tried = next(found.ok() for found in every if found.ok().definition.raw["operationId"] == name)
    known = {int(status) for status in tried.definition.raw["responses"]}
    lon, lat = world.spot(world.home)
    now = clock.now().isoformat()
    event = {"boot_id": "b", "seq": 1, "ts": now, "lane": 1, "temp_c": 36.5}
    # What is good, of which some is exchanged for what the description allows.
    good: dict[str, dict[str, Any]] = {
        "locate": {"lon": lon, "lat": lat},
        "reportEvents": event | {"decision": "admitted"},
        "askToPass": event,
        "tellIntake": messages.generic(),
        "reportCase": {"class_code": "06010", "lon": lon, "lat": lat, "words": "x"},
    }
    seen: set[int] = set()

    @given(data=st.data())
    @settings(max_examples=examples.of(60), suppress_health_check=[*HealthCheck])
    def nothing_breaks(data: st.DataObject) -> None:
        as_said = data.draw(st.booleans())
        mode = GenerationMode.POSITIVE if as_said else GenerationMode.NEGATIVE
        case = data.draw(tried.as_strategy(generation_mode=mode))
        for param in asked.params:
            if param in there and data.draw(st.booleans()):
                case.path_parameters[param] = data.draw(st.sampled_from(there[param]))
        usual = good.get(name, {})
        if as_said and usual:
            exchanged = data.draw(st.sets(st.sampled_from(sorted(usual)), max_size=2))
            kept = {key: value for key, value in usual.items() if key not in exchanged}
            if asked.body:
                case.body = {**(case.body if exchanged else {}), **kept}
            else:
                case.query = {**(case.query if exchanged else {}), **kept}
        whose = data.draw(st.sampled_from([keys.get(asked.scope or "", whole), whole]))
        answer = client.open(
            case.formatted_path,
            method=case.method,
            query_string={key: str(value) for key, value in (case.query or {}).items()} or None,
            **_body(case.body),
            headers={"Authorization": f"Bearer {whose}"},
        )
        seen.add(answer.status_code)
        assert answer.status_code in (known if as_said else known | UNREAD) | {404}, (
            case,
            answer.text,
        )

    nothing_breaks()
    assert name in UNKNOWN or {200, 201, 202} & seen, "nothing came as far as the operation"


def _body(said: Any) -> dict[str, Any]:
    """What of a case is sent as a body; perhaps nothing at all."""
    if isinstance(said, bytes):
        return {"data": said, "content_type": "application/json"}
    return {} if isinstance(said, NotSet) else {"json": said}
