"""What can be asked for: discovery, services, their questions; and what is asked wrongly."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests

from tests.interop.open311 import clients
from tests.interop.open311.clients import V2, plain, said, tags, xml
from tests.world import World
from webapp.grids import queries as grids

DISCOVERIES = ("/open311/discovery", f"{V2}/discovery")


@pytest.mark.parametrize("address", DISCOVERIES)
def test_both_addresses_say_where_the_interface_is(client: FlaskClient, address: str) -> None:
    found = xml(client.get(f"{address}.xml"), "discovery")
    assert tags(found) == clients.DISCOVERY
    assert all(found.findtext(name) for name in ("changeset", "contact", "key_service"))
    endpoint = found.find("endpoints/endpoint")
    assert tags(endpoint) == clients.ENDPOINT
    assert endpoint.findtext("specification") == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint.findtext("url") == "http://127.0.0.1:8000/open311/v2"
    assert endpoint.findtext("type") == "test"
    assert [each.text for each in endpoint.findall("formats/format")] == [
        "text/xml",
        "application/json",
    ]
    assert clients.MOMENT.fullmatch(found.findtext("changeset"))
    same = plain(client.get(f"{address}.json"))
    assert list(same) == clients.DISCOVERY
    assert list(same["endpoints"][0]) == clients.ENDPOINT
    assert same["endpoints"][0]["formats"] == ["text/xml", "application/json"]


def test_services_are_what_residents_may_report(client: FlaskClient, world: World) -> None:
    clients.asking_class(world)
    clients.hostile_class(world)
    listed = xml(client.get(f"{V2}/services.xml"), "services")
    assert {each.tag for each in listed} == {"service"}
    assert all(tags(each) == clients.SERVICE for each in listed)
    by_code = {each.findtext("service_code"): said(each) for each in listed}
    assert by_code[clients.PLAIN]["metadata"] == "false"
    assert by_code[clients.PLAIN]["type"] == "realtime"
    assert by_code[clients.PLAIN]["service_name"] == "暴露垃圾"
    assert "垃圾" in by_code[clients.PLAIN]["keywords"].split(",")
    assert by_code[clients.ASKING]["metadata"] == "true"
    assert by_code[clients.BATCH]["type"] == "batch"
    assert by_code[clients.HOSTILE]["service_name"] == "夜市 & 油烟 <夜间> ]]> \"'"
    assert clients.INTERNAL not in by_code
    same = plain(client.get(f"{V2}/services.json"))
    assert len(same) == len(listed)
    one = next(each for each in same if each["service_code"] == clients.ASKING)
    assert list(one) == clients.SERVICE
    assert one["metadata"] is True
    assert all(isinstance(one[name], str) for name in clients.SERVICE if name != "metadata")
    english = plain(client.get(f"{V2}/services.json?lang=en"))
    assert "Exposed rubbish" in {each["service_name"] for each in english}


def test_a_definition_has_every_question_with_its_answers(
    client: FlaskClient, world: World
) -> None:
    clients.asking_class(world)
    found = xml(client.get(f"{V2}/services/{clients.ASKING}.xml"), "service_definition")
    assert tags(found) == ["service_code", "attributes"]
    attributes = found.findall("attributes/attribute")
    assert all(tags(each) == clients.ATTRIBUTE for each in attributes)
    assert [each.findtext("datatype") for each in attributes] == [
        "number",
        "singlevaluelist",
        "multivaluelist",
        "string",
    ]
    assert [each.findtext("order") for each in attributes] == ["1", "2", "3", "4"]
    assert [each.findtext("variable") for each in attributes] == ["true", "true", "true", "false"]
    assert [each.findtext("required") for each in attributes] == ["true", "true", "false", "false"]
    assert [tags(each) for each in attributes[1].findall("values/value")] == [["key", "name"]] * 2
    assert "95598" in attributes[1].findtext("datatype_description")
    same = plain(client.get(f"{V2}/services/{clients.ASKING}.json"))
    assert same["service_code"] == clients.ASKING
    assert [each["variable"] for each in same["attributes"]] == [True, True, True, False]
    assert same["attributes"][0]["required"] is True
    assert same["attributes"][0]["order"] == 1
    assert same["attributes"][2]["values"] == [
        {"key": "road", "name": "路口 & 车道"},
        {"key": "yard", "name": "小区 <内>"},
    ]


def test_a_service_that_asks_nothing_has_an_empty_definition(client: FlaskClient) -> None:
    found = plain(client.get(f"{V2}/services/{clients.PLAIN}.json"))
    assert found == {"service_code": clients.PLAIN, "attributes": []}


WRONG = {
    f"{V2}/services/99999.FORM": 404,
    f"{V2}/services/%00.FORM": 404,
    f"{V2}/services/{clients.INTERNAL}.FORM": 404,
    f"{V2}/requests/DJJ-000000-00000.FORM": 404,
    f"{V2}/requests/%00%EF%BF%BF.FORM": 404,
    f"{V2}/tokens/nothing.FORM": 404,
    f"{V2}/tokens/7d44b6dc-3ef0-4e9e-a3ef-000000000000.FORM": 404,
    f"{V2}/services.FORM?jurisdiction_id=elsewhere.org": 404,
    f"{V2}/requests.FORM?service_request_id=DJJ-000000-00000": 404,
    f"{V2}/requests.FORM?service_code=99999": 404,
    f"{V2}/requests.FORM?status=lost": 400,
    f"{V2}/requests.FORM?start_date=yesterday": 400,
    f"{V2}/requests.FORM?start_date=2026-02-30": 400,
    f"{V2}/requests.FORM?start_date=0001-01-01": 400,
    f"{V2}/requests.FORM?end_date=9999-12-31": 400,
    f"{V2}/requests.FORM?start_date=2026-01-01T00:00:00Z&end_date=2026-04-02T00:00:00Z": 400,
    f"{V2}/requests.FORM?start_date=2026-03-01&end_date=2026-02-01": 400,
    f"{V2}/requests.FORM?page=0": 400,
    f"{V2}/requests.FORM?page=x&page_size=-1": 400,
    f"{V2}/servicerequestupdates.FORM?start_date=2026-01-01&end_date=2026-12-01": 400,
    f"{V2}/nothing.FORM": 404,
}


@pytest.mark.parametrize("address", WRONG)
def test_what_is_asked_wrongly_is_told_in_both_forms(client: FlaskClient, address: str) -> None:
    status = WRONG[address]
    found = xml(client.get(address.replace("FORM", "xml")), "errors", status)
    assert found.findall("error")
    assert all(tags(each) == ["code", "description"] for each in found)
    assert {each.findtext("code") for each in found} == {str(status)}
    assert all(each.findtext("description") for each in found)
    same = plain(client.get(address.replace("FORM", "json")), status)
    assert [each["code"] for each in same] == [status] * len(found)


def test_two_wrong_values_are_two_errors(client: FlaskClient) -> None:
    found = plain(client.get(f"{V2}/requests.json?page=x&status=lost"), 400)
    assert len(found) == 2


def test_our_own_jurisdiction_and_an_empty_one_are_right(
    client: FlaskClient, session: Session
) -> None:
    street = grids.root()
    assert street is not None
    for code in (*(each.code for each in street.codes), ""):
        answer = client.get(f"{V2}/services/{clients.PLAIN}.json?jurisdiction_id={code}")
        assert answer.status_code == 200, code


def test_what_an_address_does_not_do_is_told_as_an_error_too(client: FlaskClient) -> None:
    answer = client.post(f"{V2}/servicerequestupdates.xml", data={"description": "x"})
    xml(answer, "errors", 405)
    assert "GET" in answer.headers["Allow"]


def test_a_head_has_no_body(client: FlaskClient) -> None:
    answer = client.head(f"{V2}/services.xml")
    assert answer.status_code == 200
    assert not answer.get_data()


def test_too_many_requests_are_told_as_an_error(app: Flask) -> None:
    with app.test_request_context(f"{V2}/requests.json"):
        answer = app.make_response(app.handle_user_exception(TooManyRequests(retry_after=7)))
    assert answer.get_json()[0]["code"] == 429
    assert answer.headers["Retry-After"] == "7"
