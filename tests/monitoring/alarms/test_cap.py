"""Critical alarms of ours as CAP 1.2: an alert, updates and a cancellation, for whoever may see alarms."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from defusedxml.ElementTree import fromstring
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.monitoring.alarms.told import SECOND, raised
from tests.world import World, as_user
from webapp.base import clock
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.monitoring.alarms import handling
from webapp.monitoring.alarms.models import Alarm
from webapp.monitoring.alarms.rules import Outcome
from webapp.monitoring.intake import reading
from webapp.monitoring.intake.readers.values import Around
from webapp.monitoring.intake.rules import Format
from webapp.monitoring.signals import Change, Kind, Severity, Signal
from webapp.people import actions
from webapp.people.models import Account

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
ATOM = "{http://www.w3.org/2005/Atom}"

# In this order the standard writes them (CAP 1.2, 3.2); of ours these may stand.
OF_ALERT = [
    "identifier",
    "sender",
    "sent",
    "status",
    "msgType",
    "source",
    "scope",
    "restriction",
    "addresses",
    "code",
    "note",
    "references",
    "incidents",
    "info",
]
OF_INFO = [
    "language",
    "category",
    "event",
    "responseType",
    "urgency",
    "severity",
    "certainty",
    "audience",
    "eventCode",
    "effective",
    "onset",
    "expires",
    "senderName",
    "headline",
    "description",
    "instruction",
    "web",
    "contact",
    "parameter",
    "resource",
    "area",
]
WORDS = {
    "status": {"Actual", "Exercise", "System", "Test", "Draft"},
    "msgType": {"Alert", "Update", "Cancel", "Ack", "Error"},
    "scope": {"Public", "Restricted", "Private"},
    "category": {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport"}
    | {"Infra", "CBRNE", "Other"},
    "responseType": {"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess"}
    | {"AllClear", "None"},
    "urgency": {"Immediate", "Expected", "Future", "Past", "Unknown"},
    "severity": {"Extreme", "Severe", "Moderate", "Minor", "Unknown"},
    "certainty": {"Observed", "Likely", "Possible", "Unlikely", "Unknown"},
}


@pytest.fixture
def desk(app: Flask, world: World) -> FlaskClient:
    return as_user(app, world.dispatcher)


def fits(message: Any) -> None:
    """The message has the elements of the standard, in its order, with its words."""
    for element, order in ((message, OF_ALERT), (message.find(f"{CAP}info"), OF_INFO)):
        names = [each.tag.removeprefix(CAP) for each in element]
        places = [order.index(name) for name in names]
        assert places == sorted(places), names
        for each in element:
            assert each.text in WORDS.get(each.tag.removeprefix(CAP), {each.text})


def said(message: Any, name: str) -> str | None:
    found = message.find(f".//{CAP}{name}")
    return found.text if found is not None else None


def addresses(client: FlaskClient) -> list[str]:
    """Where the messages are that the feed names, the oldest first."""
    answer = client.get("/cap/alerts.atom")
    assert answer.mimetype == "application/atom+xml"
    links = fromstring(answer.data).iterfind(f"{ATOM}entry/{ATOM}link")
    found = [each.get("href") for each in reversed(list(links))]
    same = client.get("/cap/alerts.xml")
    assert same.mimetype == "application/rss+xml"
    items = [each.text for each in fromstring(same.data).iterfind("channel/item/link")]
    assert found == items[::-1]
    return found


def messages(client: FlaskClient) -> list[Any]:
    """These messages, each held to the standard."""
    found = []
    for address in addresses(client):
        told = client.get(address)
        assert told.mimetype == "application/cap+xml"
        found.append(fromstring(told.data))
        fits(found[-1])
    return found


def closed(world: World, alarm: Alarm) -> None:
    handling.see(alarm, by=world.dispatcher)
    handling.close(alarm, outcome=Outcome.REAL, note="burnt soup", by=world.dispatcher)
    db.session.commit()


def test_an_alarm_is_an_alert_its_updates_and_a_cancellation(
    session: Session, world: World, desk: FlaskClient
) -> None:
    now = clock.now()
    alarm = raised(world, Kind.SMOKE, words="kitchen", accuracy_m=80.0)
    raised(world, Kind.SMOKE, change=Change.CLEARED, at=now + SECOND)
    closed(world, alarm)
    alert, update, cancel = messages(desk)
    assert [said(each, "msgType") for each in (alert, update, cancel)] == [
        "Alert",
        "Update",
        "Cancel",
    ]
    first = ",".join(str(said(alert, name)) for name in ("sender", "identifier", "sent"))
    second = ",".join(str(said(update, name)) for name in ("sender", "identifier", "sent"))
    assert (said(alert, "references"), said(update, "references")) == (None, first)
    assert said(cancel, "references") == f"{first} {second}"
    assert (said(alert, "status"), said(alert, "severity")) == ("Actual", "Extreme")
    assert (said(cancel, "responseType"), said(cancel, "urgency")) == ("AllClear", "Past")
    corners = [each.split(",") for each in str(said(alert, "polygon")).split()]
    lon, lat = world.spot(world.home)
    assert corners[0] == corners[-1]
    assert all(abs(float(y) - lat) < 0.001 and abs(float(x) - lon) < 0.001 for y, x in corners)


def test_our_own_reader_reads_what_we_write(
    session: Session, world: World, desk: FlaskClient
) -> None:
    alarm = raised(world, Kind.SMOKE, words="kitchen")
    closed(world, alarm)
    around = Around(
        now=clock.now().astimezone(UTC) + timedelta(seconds=1),
        zone=ZoneInfo("Asia/Shanghai"),
        datum=Datum.WGS84,
        topic="",
        name="us",
        known=lambda _message: None,
    )
    names = []
    for address in addresses(desk):
        (told,) = reading.read(Format.CAP, desk.get(address).data, "", around).told
        assert isinstance(told, Signal)
        names.append((told.own_id, told.kind, told.change, told.severity))
    assert len({each[0] for each in names}) == 1
    assert [each[2] for each in names] == [Change.RAISED, Change.CLEARED]
    assert {each[3] for each in names} == {Severity.CRITICAL}


def test_it_begins_when_it_becomes_critical(
    session: Session, world: World, desk: FlaskClient
) -> None:
    now = clock.now()
    raised(world)
    db.session.commit()
    assert messages(desk) == []
    raised(world, change=Change.UPDATED, severity=Severity.CRITICAL, at=now + SECOND)
    db.session.commit()
    (alert,) = messages(desk)
    assert (said(alert, "msgType"), said(alert, "references")) == ("Alert", None)


def test_an_exercise_says_that_it_is_one(session: Session, world: World, desk: FlaskClient) -> None:
    lon, lat = world.spot(world.home)
    handling.drill(kind=Kind.AMMONIA, lon=lon, lat=lat, words="drill", by=world.dispatcher)
    db.session.commit()
    (alert,) = messages(desk)
    assert said(alert, "status") == "Exercise"


def test_strangers_read_nothing_and_a_token_of_its_scope_everything(
    session: Session, app: Flask, world: World
) -> None:
    raised(world, Kind.SMOKE)
    account = session.get(Account, world.dispatcher.id)
    assert account is not None
    keys = {
        scope: actions.issue_token(name=scope, scopes=[scope], account=account, by=None)[1]
        for scope in ("alarms", "cases")
    }
    db.session.commit()
    nobody = app.test_client()
    for address in ("/api/v1/cap/alerts", "/cap/alerts.atom", "/cap/alerts.xml"):
        assert nobody.get(address).status_code == 401
    assert nobody.get("/cap/alerts.json").status_code == 404
    assert as_user(app, world.stranger).get("/api/v1/cap/alerts").status_code == 403
    for scope, status in (("alarms", 200), ("cases", 403)):
        key = {"Authorization": f"Bearer {keys[scope]}"}
        for address in ("/api/v1/cap/alerts", "/cap/alerts.atom", "/cap/alerts.xml"):
            assert app.test_client().get(address, headers=key).status_code == status
    seen = as_user(app, world.dispatcher)
    alarm_id = session.query(Alarm).one().id
    assert seen.get(f"/api/v1/cap/alerts/{alarm_id}/99").status_code == 404
    assert as_user(app, world.stranger).get(f"/api/v1/cap/alerts/{alarm_id}/1").status_code == 403
