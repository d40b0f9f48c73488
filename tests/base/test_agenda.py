"""How a calendar is written: every client reads it back as it was meant, however long and odd the texts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from flask import Flask
from hypothesis import given, strategies as st

from webapp.base import agenda
from webapp.base.agenda import As, Entry, Sort
from webapp.base.feed import clean

AT = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)


def entry(**more: Any) -> Entry:
    usual: dict[str, Any] = {
        "thing": ("topic", 7),
        "sort": Sort.MEETING,
        "title": "议事会",
        "at": AT,
        "version": 3,
        "href": "http://here/topics/7",
    }
    return Entry(**usual | more)


def written(*entries: Entry, **more: Any) -> bytes:
    changed = {each.thing: AT - timedelta(days=1) for each in entries}
    usual: dict[str, Any] = {"host": "here", "name": "网格", "changed": changed}
    return agenda.written(entries, **usual | more)


def read(body: bytes, kind: str = "VEVENT") -> Any:
    (found,) = icalendar.Calendar.from_ical(body).walk(kind)
    return found


TEXTS = st.text(
    st.sampled_from("网格议事会，；、,;:\\\"'\n\r\t\x00\x0b😀é a") | st.characters(codec="utf-8"),
    max_size=300,
)


@given(title=TEXTS, place=TEXTS, words=TEXTS)
def test_any_text_comes_back_and_no_line_is_too_long_or_cut_within_a_letter(
    house: Flask, title: str, place: str, words: str
) -> None:
    with house.app_context():
        body = written(entry(title=title, place=place, words=words))
    assert body.endswith(b"\r\n")
    for line in body.split(b"\r\n"):
        assert len(line) <= 75
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()
    found = read(body)
    for name, said in (("summary", title), ("location", place), ("description", words)):
        assert str(found.get(name, "")) == clean(said)


def test_a_meeting_is_an_event_with_everything_a_client_wants(app: Flask) -> None:
    found = read(written(entry(place="议事厅", lonlat=(120.1, 36.2))))
    assert str(found["uid"]) == "topic-7@here"
    assert found["sequence"] == 3
    assert found["dtstart"].dt == AT
    assert found["dtend"].dt == AT + agenda.MEETING
    assert found["last-modified"].dt == found["dtstamp"].dt == AT - timedelta(days=1)
    assert found["geo"].to_ical() == "36.2;120.1"
    assert (str(found["status"]), str(found["url"])) == ("CONFIRMED", "http://here/topics/7")
    calendar = icalendar.Calendar.from_ical(written())
    assert (str(calendar["version"]), str(calendar["x-wr-calname"])) == ("2.0", "网格")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in written()


def test_what_is_cancelled_says_so(app: Flask) -> None:
    assert str(read(written(entry(cancelled=True)))["status"]) == "CANCELLED"
    due = entry(sort=Sort.DUE, cancelled=True)
    assert str(read(written(due, dues=As.TASK), "VTODO")["status"]) == "CANCELLED"


@pytest.mark.parametrize("dues", As)
def test_what_is_due_is_a_task_or_an_event_by_choice(app: Flask, dues: As) -> None:
    open_one = entry(sort=Sort.DUE, thing=("case", 1))
    done = entry(sort=Sort.DUE, thing=("case", 2), done_at=AT - timedelta(hours=3))
    with app.test_request_context():
        found = icalendar.Calendar.from_ical(written(open_one, done, dues=dues))
    if dues is As.TASK:
        first, second = found.walk("VTODO")
        assert (first["due"].dt, str(first["status"])) == (AT, "NEEDS-ACTION")
        assert str(second["status"]) == "COMPLETED"
        assert (second["percent-complete"], second["completed"].dt) == (100, done.done_at)
        assert found.walk("VEVENT") == []
    else:
        first, second = found.walk("VEVENT")
        assert (first["dtstart"].dt, str(first["summary"])) == (AT, "到期：议事会")
        assert str(second["summary"]) == "已办：议事会"
        # An event that takes no time has no end (RFC 5545, 3.6.1).
        assert "dtend" not in first


def test_a_day_stays_a_day_and_a_moment_the_same_moment_in_every_zone(app: Flask) -> None:
    day = entry(sort=Sort.DUE, at=date(2026, 12, 24))
    assert b"DTSTART;VALUE=DATE:20261224" in written(day)
    # New York turns its clocks back on 2026-11-01 at 06:00 UTC: half past one comes twice.
    west = ZoneInfo("America/New_York")
    for fold, said in ((0, b"DTSTART:20261101T053000Z"), (1, b"DTSTART:20261101T063000Z")):
        twice = datetime(2026, 11, 1, 1, 30, tzinfo=west, fold=fold)
        assert said in written(entry(at=twice))
    office = datetime(2026, 12, 1, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert read(written(entry(at=office)))["dtstart"].dt == AT


def test_nothing_new_is_the_same_to_the_letter(app: Flask) -> None:
    assert written(entry(), entry(part="visit")) == written(entry(), entry(part="visit"))
    uids = [
        str(each["uid"])
        for each in icalendar.Calendar.from_ical(written(entry(), entry(part="visit"))).walk(
            "VEVENT"
        )
    ]
    assert uids == ["topic-7@here", "topic-7-visit@here"]
