"""No text breaks an answer: control characters, other planes, the ends of CDATA, 4,000 characters."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st

from tests import examples
from tests.interop.open311 import clients
from tests.interop.open311.clients import V2, here, key, plain, post, xml
from tests.world import World
from webapp.base.db import db
from webapp.base.web import seen
from webapp.cases import queries
from webapp.cases.residents import actions as residents
from webapp.interop.open311.answers import Many, answer, clean

TEXTS = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from(
            "\x00\x01\x0b\x1f\x7f\x85\ufffe\uffff\ud800\u2028\U0001f525𠮷&<>]\"'\r\n\t"
        ),
    ),
    max_size=60,
)
# Each example has a sender of its own, also when it is tried again.
PORTALS = count()
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.dictionaries(st.sampled_from(["code", "name", "note"]), inner, max_size=3)
    | st.lists(inner, max_size=3).map(lambda rows: Many("row", rows)),
    max_leaves=8,
)  # fmt: skip


@given(TEXTS)
def test_a_text_is_read_back_as_it_was_but_for_what_xml_cannot_say(app_: Flask, text: str) -> None:
    with app_.test_request_context(f"{V2}/requests.xml"):
        found = fromstring(answer("request", {"description": text}).get_data())
    assert (found.findtext("description") or "") == clean(text)
    with app_.test_request_context(f"{V2}/requests.json"):
        same = json.loads(answer("request", {"description": text}).get_data())
    assert (same["description"] or "") == clean(text)
    assert clean(clean(text)) == clean(text)


@given(VALUES)
def test_whatever_is_answered_is_one_document(app_: Flask, value: Any) -> None:
    with app_.test_request_context(f"{V2}/requests.xml"):
        assert fromstring(answer("whole", value).get_data()).tag == "whole"
    with app_.test_request_context(f"{V2}/requests.json"):
        json.loads(answer("whole", value).get_data())


@pytest.fixture(scope="module")
def app_(house: Flask) -> Flask:
    """The app, for tests that write nothing."""
    return house


def test_a_moment_carries_its_zone(app_: Flask) -> None:
    with app_.test_request_context(f"{V2}/requests.json"):
        written = answer("x", datetime(2026, 11, 22, 0, 15, 30, 99, tzinfo=UTC)).get_data()
    assert json.loads(written) == "2026-11-22T08:15:30+08:00"


@settings(
    max_examples=examples.of(25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=TEXTS)
def test_what_is_sent_is_kept_and_told_again(client: FlaskClient, world: World, text: str) -> None:
    secret = key(name=f"portal {next(PORTALS)}")[1]
    sent = {
        "service_code": clients.PLAIN,
        "description": text.encode("utf-8", "replace").decode(),
        "address_string": text.encode("utf-8", "replace").decode(),
        "attribute[note]": text.encode("utf-8", "replace").decode(),
        **here(world),
    }
    made = post(client, secret, "xml", **sent)
    number = xml(made, "service_requests", 201).findtext("request/service_request_id")
    case = queries.by_number(str(number))
    assert case is not None
    expected = clean(seen(sent["description"])).strip()
    assert (case.words or "") == expected


def test_four_thousand_chinese_characters_come_in_and_go_out(
    client: FlaskClient, world: World
) -> None:
    long = "漢" * 3996 + "𠮷&<\x08" + "]"
    secret = key()[1]
    sent = {"service_code": clients.PLAIN, "description": long, **here(world)}
    number = plain(post(client, secret, **sent), 201)[0]["service_request_id"]
    case = queries.by_number(number)
    assert case is not None
    assert case.words == long.replace("\x08", "")
    assert len(case.words) == 4000


@pytest.mark.parametrize("words", ["a\x0bb", "]]>", "<script>&amp;</script>", "🔥𠮷", "a\r\nb"])
def test_hostile_words_that_the_desk_released_do_not_break_the_xml(
    client: FlaskClient, world: World, words: str
) -> None:
    clients.hostile_class(world)
    case = clients.filed(world, class_code=clients.HOSTILE)
    residents.release(case, words=words, photos=[], private=False, by=world.dispatcher)
    db.session.commit()
    found = xml(client.get(f"{V2}/requests/{case.number}.xml"), "service_requests")
    assert found.findtext("request/description") == clean(words)
    assert found.findtext("request/service_name") == "夜市 & 油烟 <夜间> ]]> \"'"
