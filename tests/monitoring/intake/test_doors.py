"""The intake over HTTP: who may speak, what is answered, signatures, batches, and what is too large."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.monitoring.intake import messages
from tests.monitoring.intake.conftest import Box, alarms, kept
from tests.monitoring.intake.messages import NOW
from webapp.base import clock
from webapp.base.audit import Event
from webapp.base.db import db
from webapp.monitoring.intake import keeping, signing
from webapp.monitoring.intake.keeping import Described
from webapp.monitoring.intake.rules import Format, Status
from webapp.people import actions as people


def test_what_is_answered_202_is_there(box: Box) -> None:
    answer = box.says("generic", messages.generic())
    assert answer.status_code == 202
    (alarm,) = alarms()
    assert answer.json["status"] == "ok"
    assert answer.json["alarms"] == [alarm.id]
    assert box.says("generic", messages.generic()).json["status"] == "repeat"


@pytest.mark.parametrize(
    "form, content_type, body",
    [
        ("frigate", "application/json", json.dumps(messages.review("new")).encode()),
        ("thingsboard", "application/json", json.dumps(messages.thingsboard()).encode()),
        ("gb28181", "application/xml", messages.gb28181()),
        ("isapi", "application/xml; charset=UTF-8", messages.isapi()),
        (
            "isapi",
            messages.MULTIPART,
            messages.multipart(("application/xml", messages.isapi())),
        ),
        ("onvif", "application/soap+xml", messages.onvif()),
        ("cap", "application/cap+xml", messages.cap()),
    ],
)
def test_every_format_has_its_door(box: Box, form: str, content_type: str, body: bytes) -> None:
    answer = box.says(form, body, content_type=content_type)
    assert (answer.status_code, len(alarms())) == (202, 1)


def test_what_nobody_can_read_is_422_and_kept(box: Box) -> None:
    answer = box.says("generic", messages.generic(kind="no such"))
    assert answer.status_code == 422
    assert answer.json["error"]["code"] == "wrong"
    assert "kind" in answer.json["error"]["fields"]
    assert answer.json["id"]
    assert kept("dead") == 1


def test_each_of_a_batch_stands_by_itself(box: Box) -> None:
    items = [messages.generic(id="1"), messages.generic(id="2", ts=None), messages.generic(id="3")]
    answer = box.says("generic", [*items, items[0]])
    assert answer.status_code == 202
    told = [each["status"] for each in answer.json["results"]]
    assert told == ["ok", "dead", "ok", "repeat"]
    assert answer.json["results"][1]["field"] == "ts"
    assert len(alarms()) == 2


def test_lines_that_break_off_spoil_none_of_the_others(box: Box) -> None:
    good = json.dumps(messages.generic()).encode()
    body = b"\n".join((good, good[:40], b"", b'{"a": NaN}'))
    answer = box.says("generic", body, content_type="application/x-ndjson")
    assert [each["status"] for each in answer.json["results"]] == ["ok", "dead", "dead"]


@pytest.mark.parametrize("body", [b"[]", b"[1", b"[" * 100_000, json.dumps([{}] * 501).encode()])
def test_a_batch_that_is_none_is_one_letter(box: Box, body: bytes) -> None:
    assert box.says("generic", body).status_code == 422
    assert kept("dead") == 1
    assert box.says("generic", messages.generic()).status_code == 202


@pytest.mark.fault
def test_a_body_that_is_too_large_is_refused_before_it_is_read(box: Box) -> None:
    assert box.says("generic", b" " * 5_000_000).status_code == 413
    pushed = messages.multipart(("application/xml", messages.isapi()), pictures=1)
    padded = pushed.replace(messages.JPEG, messages.JPEG + b"\0" * 3_000_000)
    answer = box.says("isapi", padded, content_type=messages.MULTIPART)
    assert answer.status_code == 202
    larger = padded + b"\0" * 3_000_000
    assert box.says("isapi", larger, content_type=messages.MULTIPART).status_code == 413
    assert kept() == 1


def test_nobody_speaks_without_a_key_of_a_source(box: Box) -> None:
    client = box.app.test_client()
    address = "/api/v1/intake/generic"
    body = messages.generic()
    assert client.post(address, json=body, headers={"Accept": "application/json"}).status_code in (
        400,
        401,
    )
    assert box.says("generic", body, key="wg_wrong").status_code == 401
    other = people.machine_account("other", by=None)
    for scopes, status in (["gates"], 403), (["intake"], 403):
        _token, key = people.issue_token(
            name=f"other {scopes[0]}", scopes=scopes, account=other, by=None
        )
        assert box.says("generic", body, key=key).status_code == status
    assert box.says("no-such-format", body).status_code == 404
    assert kept() == 0


@pytest.mark.fault
def test_a_source_speaks_in_no_other_name(box: Box) -> None:
    other = keeping.set_up("other", Described("other", (Format.GENERIC,)), by=None)
    key = keeping.new_key(other, by=None)
    box.says("generic", messages.generic())
    answer = box.says("generic", messages.generic(source="box", state="clear"), key=key)
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "foreign")
    assert box.says("generic", messages.generic(state="clear"), key=key).status_code == 202
    assert [each.active for each in alarms() if each.source == "box"] == [True]


def test_a_closed_source_says_nothing_more(box: Box) -> None:
    keeping.close(box.source, reason="sold", by=box.safety)
    assert box.says("generic", messages.generic()).status_code == 401


def _signed(secret: str, body: bytes, away: timedelta = timedelta()) -> dict[str, str]:
    stamp = str(int((clock.now() + away).timestamp()))
    return {signing.STAMP: stamp, signing.SIGNED: signing.signature(secret, stamp, body)}


@pytest.mark.fault
def test_a_signed_source_is_believed_once(box: Box) -> None:
    secret = keeping.new_secret(box.source, by=None)
    body = json.dumps(messages.generic()).encode()
    headers = _signed(secret, body)
    assert box.says("generic", body, **headers).status_code == 202
    assert box.says("generic", body, **headers).status_code == 409
    with clock.at(NOW + timedelta(seconds=5)):
        again = box.says("generic", body, **_signed(secret, body))
    assert (again.status_code, again.json["status"]) == (202, "repeat")


@pytest.mark.fault
@pytest.mark.parametrize("how", ["none", "wrong", "old", "ahead", "body", "stamp"])
def test_a_forged_request_is_refused_and_written_down(box: Box, how: str) -> None:
    secret = keeping.new_secret(box.source, by=None)
    body = json.dumps(messages.generic()).encode()
    headers: dict[str, str] = {
        "none": {},
        "wrong": _signed("another", body),
        "old": _signed(secret, body, -timedelta(minutes=6)),
        "ahead": _signed(secret, body, timedelta(minutes=6)),
        "body": _signed(secret, body + b" "),
        "stamp": {signing.STAMP: "x", signing.SIGNED: signing.signature(secret, "x", body)},
    }[how]
    answer = box.says("generic", body, **headers)
    assert (answer.status_code, answer.json["error"]["code"]) == (401, "forged")
    assert (alarms(), kept()) == ([], 0)
    written = select(Event.move).where(Event.thing_kind == "intake_source")
    assert "forged" in list(db.session.scalars(written))


def test_readings_and_beats_of_unknown_devices_are_not_for_us(box: Box) -> None:
    told: Any = box.says("generic", {"camera": "nobody", "alive": True}).json
    assert told["status"] == Status.IGNORED
