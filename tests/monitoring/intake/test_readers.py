"""Readers: what each box says becomes the same few things, and what cannot be has its reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from tests import examples
from tests.monitoring.intake import messages
from tests.monitoring.intake.messages import LAT, LON, NOW, SHANGHAI
from webapp.base.datum import Datum, from_wgs84
from webapp.monitoring.intake import reading
from webapp.monitoring.intake.readers import parts
from webapp.monitoring.intake.readers.values import Around, Shown, moment
from webapp.monitoring.intake.rules import LARGEST_PICTURED, Format, NotRead, Why
from webapp.monitoring.signals import Beat, Change, Kind, Read, Reading, Severity, Signal

AROUND = Around(NOW, zone=SHANGHAI, name="box")


def read(
    form: Format, body: Any, *, content_type: str = "", topic: str = "", **around: Any
) -> Read:
    sent = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    here = Around(NOW, zone=SHANGHAI, name="box", topic=topic, **around)
    return reading.read(form, sent, content_type, here)


def signal(form: Format, body: Any, **how: Any) -> Signal:
    (told,) = read(form, body, **how).told
    assert isinstance(told, Signal)
    return told


def why(form: Format, body: Any, **how: Any) -> tuple[Why, str]:
    with pytest.raises(NotRead) as refused:
        read(form, body, **how)
    return refused.value.why, refused.value.detail


# Our own JSON


def test_an_alarm_of_our_own_json_says_all_it_has() -> None:
    told = signal(Format.GENERIC, messages.generic(severity="major", accuracy_m=12, score=0.9))
    assert told == Signal(
        kind=Kind.SMOKE,
        change=Change.RAISED,
        at=NOW,
        own_id="a-1",
        device="gate-1",
        severity=Severity.MAJOR,
        lonlat=(LON, LAT),
        accuracy_m=12.0,
        words="仓库冒烟",
        score=0.9,
    )


@pytest.mark.parametrize(
    "more, reason",
    [
        ({"kind": "no such"}, (Why.WRONG, "kind")),
        ({"kind": None}, (Why.MISSING, "kind")),
        ({"state": "maybe"}, (Why.WRONG, "state")),
        ({"severity": "awful"}, (Why.WRONG, "severity")),
        ({"ts": None}, (Why.MISSING, "ts")),
        ({"ts": "yesterday"}, (Why.WRONG, "ts")),
        ({"ts": "2026-11-26T12:00:00"}, (Why.TIME, "ts")),
        ({"ts": True}, (Why.MISSING, "ts")),
        ({"lat": 91}, (Why.WRONG, "lat")),
        ({"lon": 181}, (Why.WRONG, "lon")),
        ({"id": "a\0b"}, (Why.WRONG, "id")),
        ({"id": "a\ud800b"}, (Why.WRONG, "id")),
        ({"id": ["a"]}, (Why.WRONG, "id")),
        ({"id": "x" * 201}, (Why.WRONG, "id")),
        ({"score": 1.5}, (Why.WRONG, "score")),
        ({"media": "x"}, (Why.WRONG, "media")),
        ({"source": "another"}, (Why.FOREIGN, "source")),
    ],
)
def test_a_field_that_cannot_be_used_is_named(more: Any, reason: Any) -> None:
    body = json.dumps(messages.generic(**more)).encode()
    assert why(Format.GENERIC, body) == reason


@pytest.mark.parametrize(
    "body, reason",
    [
        (b'{"kind": "fire.smo', Why.NOT_JSON),
        (b'{"ts": NaN}', Why.NOT_JSON),
        (b'{"ts": Infinity}', Why.NOT_JSON),
        (b'{"lon": 1e400}', Why.NOT_JSON),
        (b'{"lon": ' + b"9" * 5000 + b"}", Why.NOT_JSON),
        (b"[" * 100_000, Why.DEEP),
        (b'{"a":' * 100_000, Why.DEEP),
        (b"", Why.EMPTY),
        (b" \r\n", Why.EMPTY),
        (b"null", Why.MISSING),
        (b'"text"', Why.WRONG),
        (b"[1]", Why.WRONG),
        (b"{}", Why.MISSING),
        (b"\xff\xff\xff", Why.LETTERS),
        (b'{"kind": "a\x00"}', Why.NOT_JSON),
    ],
)
def test_what_is_no_message_has_its_reason(body: bytes, reason: Why) -> None:
    assert why(Format.GENERIC, body)[0] is reason


def test_signs_that_no_database_holds_are_no_part_of_the_words() -> None:
    body = json.dumps(messages.generic(words="烟\0雾\ud800")).encode()
    assert signal(Format.GENERIC, body).words == "烟雾?"


def test_no_place_is_better_than_the_gulf_of_guinea() -> None:
    assert signal(Format.GENERIC, messages.generic(lon=0, lat=0.0)).lonlat is None
    assert signal(Format.GENERIC, messages.generic(lon=None, lat=None)).lonlat is None


def test_a_shifted_map_is_undone() -> None:
    lon, lat = from_wgs84(LON, LAT, Datum.GCJ02)
    told = signal(Format.GENERIC, messages.generic(lon=lon, lat=lat), datum=Datum.GCJ02)
    assert told.lonlat == pytest.approx((LON, LAT), abs=1e-7)
    assert abs(lon - LON) > 0.003


def test_a_beat_and_values_are_of_our_own_json_too() -> None:
    alive = {"device": "gate-1", "alive": True}
    assert read(Format.GENERIC, alive).told == (Beat("gate-1", NOW),)
    values = {"sensor": "nh3-1", "ts": messages.millis(), "values": {"nh3": 151, "t": "-18.5"}}
    assert read(Format.GENERIC, values).told == (
        Reading("nh3-1", "nh3", NOW, 151.0),
        Reading("nh3-1", "t", NOW, -18.5),
    )
    assert why(Format.GENERIC, values | {"values": {"nh3": "much"}}) == (Why.WRONG, "values")


# Times


@pytest.mark.parametrize("unit", [1, 1e3, 1e6, 1e9])
def test_a_number_is_a_time_in_whatever_unit(unit: float) -> None:
    assert abs(moment(NOW.timestamp() * unit, "ts") - NOW) < timedelta(milliseconds=1)
    assert moment(str(int(NOW.timestamp() * unit)), "ts") == NOW


@settings(max_examples=examples.of(100))
@given(st.datetimes(datetime(2001, 1, 1), datetime(2100, 1, 1)), st.sampled_from((1, 1e3, 1e6)))
def test_every_time_of_this_century_is_told_by_its_size(naive: datetime, unit: float) -> None:
    at = naive.replace(tzinfo=UTC)
    if at.timestamp() * unit < {1: 0, 1e3: 1e11, 1e6: 1e14}[unit]:
        return
    assert abs(moment(at.timestamp() * unit, "ts") - at) < timedelta(milliseconds=1)


@pytest.mark.fault
@pytest.mark.parametrize(
    "away, good",
    [
        (timedelta(minutes=4), True),
        (timedelta(minutes=6), False),
        (-timedelta(days=29), True),
        (-timedelta(days=31), False),
        (timedelta(days=20_000_000 // 365), False),
    ],
)
def test_a_time_that_cannot_be_is_no_time(away: timedelta, good: bool) -> None:
    body = messages.generic(kind="motion", ts=(NOW + away).isoformat())
    if good:
        assert signal(Format.GENERIC, body).at == NOW + away
    else:
        assert why(Format.GENERIC, body)[0] is Why.TIME


@pytest.mark.fault
def test_smoke_with_a_clock_that_cannot_be_right_counts_from_now() -> None:
    told = signal(Format.GENERIC, messages.generic(ts=(NOW + timedelta(hours=1)).isoformat()))
    assert (told.kind, told.at, told.version) == (Kind.SMOKE, NOW, None)
    cleared = messages.generic(ts=(NOW + timedelta(hours=1)).isoformat(), state="clear")
    assert why(Format.GENERIC, cleared)[0] is Why.TIME


@pytest.mark.parametrize("year", ["0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-12:00"])
def test_a_time_beyond_all_calendars_is_refused(year: str) -> None:
    assert why(Format.GENERIC, messages.generic(ts=year))[0] in (Why.WRONG, Why.TIME)


# Frigate


def test_a_review_begins_grows_and_ends_as_one_alarm() -> None:
    began, grew, ended = (
        signal(Format.FRIGATE, messages.review(each), topic="reviews")
        for each in ("new", "update", "end")
    )
    assert [began.change, grew.change, ended.change] == [
        Change.RAISED,
        Change.UPDATED,
        Change.CLEARED,
    ]
    assert began.own_id == grew.own_id == ended.own_id
    assert (began.kind, began.device) == (Kind.INTRUSION, "yard")
    assert began.version is not None
    assert ended.version is not None
    assert began.version < ended.version
    assert ended.ended_at == NOW
    assert began.media[0].startswith("review/")


def test_a_review_that_grew_is_newer_whenever_it_came() -> None:
    small = signal(Format.FRIGATE, messages.review("new", severity="detection", zones=[]))
    large = signal(Format.FRIGATE, messages.review("update", zones=["tanks", "road"]))
    assert small.severity is Severity.WARNING
    assert small.kind is Kind.MOTION
    assert large.severity is None
    assert small.version is not None
    assert large.version is not None
    assert small.version < large.version


def test_a_review_that_was_asked_for_is_the_same_alarm() -> None:
    row = messages.review("end")["after"]
    assert signal(Format.FRIGATE, row) == signal(Format.FRIGATE, messages.review("end"))
    still = messages.review("new")["after"]
    assert signal(Format.FRIGATE, still).change is Change.RAISED


def test_what_no_end_is_told_of_is_over_some_day() -> None:
    assert read(Format.FRIGATE, messages.review("new")).until is not None
    assert read(Format.FRIGATE, messages.review("end")).until is None


@pytest.mark.parametrize(
    "labels, kind",
    [
        (["fire"], Kind.FLAME),
        (["smoke", "person"], Kind.SMOKE),
        (["car"], Kind.VEHICLE),
        (["car", "person-verified"], Kind.INTRUSION),
        (["dog"], Kind.MOTION),
    ],
)
def test_labels_of_frigate_have_kinds(labels: list[str], kind: Kind) -> None:
    assert signal(Format.FRIGATE, messages.review("new", objects=labels)).kind is kind


def test_a_camera_of_frigate_lives_and_dies() -> None:
    lives = read(Format.FRIGATE, b"online", topic="yard/status/detect")
    assert lives.told == (Beat("yard", NOW),)
    assert lives.message_id is None
    assert read(Format.FRIGATE, b"offline", topic="yard/status/detect").told == (
        Beat("yard", NOW, ok=False),
    )
    assert read(Format.FRIGATE, b"disabled", topic="yard/status/detect").ignored == Why.STATE
    assert read(Format.FRIGATE, b"offline", topic="yard/status/audio").ignored == Why.STATE
    assert why(Format.FRIGATE, b"{}", topic="yard/status/detect")[0] is Why.WRONG


def test_a_recorder_that_is_gone_is_one_alarm_until_it_is_back() -> None:
    gone = signal(Format.FRIGATE, b"offline", topic="available")
    back = signal(Format.FRIGATE, b"online", topic="available")
    assert (gone.kind, gone.change, gone.device) == (Kind.OFFLINE, Change.RAISED, "frigate")
    assert back.change is Change.CLEARED
    assert read(Format.FRIGATE, b"online", topic="available").message_id is None


def test_other_words_of_frigate_are_not_for_us() -> None:
    assert read(Format.FRIGATE, b"12", topic="yard/person").ignored == Why.OTHER
    assert read(Format.FRIGATE, messages.review("genai")).ignored == Why.OTHER


# ThingsBoard


def test_an_alarm_of_thingsboard_has_milliseconds_and_a_name_for_ever() -> None:
    told = signal(Format.THINGSBOARD, messages.thingsboard())
    assert (told.kind, told.change, told.device) == (Kind.AMMONIA, Change.RAISED, "dev-7")
    assert told.at == NOW - timedelta(minutes=5)
    assert told.severity is Severity.CRITICAL
    assert told.own_id == "6bd9e2c0-0000-11ef-9e1c-1b2a3c4d5e6f"


def test_the_newest_time_orders_what_thingsboard_says() -> None:
    acked = signal(Format.THINGSBOARD, messages.thingsboard(ackTs=messages.millis()))
    assert (acked.change, acked.version) == (Change.UPDATED, NOW)
    cleared = signal(
        Format.THINGSBOARD, messages.thingsboard(cleared=True, clearTs=messages.millis())
    )
    assert (cleared.change, cleared.ended_at) == (Change.CLEARED, NOW)


@pytest.mark.parametrize(
    "text, kind",
    [
        ("smoke detected", Kind.SMOKE),
        ("High Temperature", Kind.THRESHOLD),
        ("Inactivity Timeout", Kind.OFFLINE),
        ("水位超限", Kind.WATER_LEVEL),
        ("gas.nh3", Kind.AMMONIA),
        ("what is this", Kind.OTHER),
    ],
)
def test_the_type_of_an_alarm_tells_its_kind(text: str, kind: Kind) -> None:
    assert signal(Format.THINGSBOARD, messages.thingsboard(type=text)).kind is kind


# GB/T 28181


def test_an_alarm_of_gb28181_is_read_though_its_letters_are_none_of_gb2312() -> None:
    told = signal(Format.GB28181, messages.gb28181(words="冷库门口有人翻越，㐂"))
    assert told.words == "冷库门口有人翻越，㐂"
    assert told.at == datetime(2026, 11, 26, 3, 59, tzinfo=UTC)
    assert (told.kind, told.severity) == (Kind.INTRUSION, Severity.CRITICAL)
    assert told.lonlat == (LON, LAT)
    assert told.own_id is None


def test_the_inner_type_wins_and_the_sequence_names_nothing() -> None:
    body = messages.gb28181(outer="2", inner="11")
    assert signal(Format.GB28181, body).kind is Kind.TAMPER
    first, again = (read(Format.GB28181, each) for each in (body, body.replace(b">7<", b">1<")))
    assert first.message_id == again.message_id
    later = read(Format.GB28181, messages.gb28181(time="2026-11-26T11:59:01"))
    assert later.message_id != first.message_id


def test_utf_8_that_calls_itself_so_is_utf_8() -> None:
    body = messages.gb28181(declared="UTF-8", written="utf-8")
    assert signal(Format.GB28181, body).words == "冷库门口有人翻越"


@pytest.mark.parametrize("nowhere", [("0.0", "0.0"), ("", ""), ("0.00", "0"), ("NaN", "1")])
def test_a_device_that_does_not_know_its_place_has_none(nowhere: tuple[str, str]) -> None:
    assert signal(Format.GB28181, messages.gb28181(place=nowhere)).lonlat is None


@pytest.mark.parametrize(
    "method, inner, kind",
    [
        ("2", "1", Kind.OFFLINE),
        ("2", "3", Kind.FAULT),
        ("5", "8", Kind.LOITERING),
        ("6", "2", Kind.FAULT),
        ("1", "", Kind.SOS),
        ("7", "", Kind.OTHER),
        ("5", "99", Kind.MOTION),
    ],
)
def test_types_of_gb28181_have_kinds(method: str, inner: str, kind: Kind) -> None:
    assert signal(Format.GB28181, messages.gb28181(method=method, inner=inner)).kind is kind


def test_a_sign_of_life_is_no_alarm() -> None:
    body = (
        b"<Notify><CmdType>Keepalive</CmdType><DeviceID>3706</DeviceID><Status>OK</Status></Notify>"
    )
    assert read(Format.GB28181, body).told == (Beat("3706", NOW),)
    assert read(Format.GB28181, body.replace(b"Keepalive", b"Catalog")).ignored == Why.OTHER


# XML that means harm

XXE = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<Notify><CmdType>&x;</CmdType></Notify>"""
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;">]><Notify><CmdType>&c;</CmdType></Notify>"""


@pytest.mark.fault
@pytest.mark.parametrize("form", [Format.GB28181, Format.ISAPI, Format.ONVIF, Format.CAP])
@pytest.mark.parametrize(
    "body, reason",
    [
        (XXE, Why.FORBIDDEN),
        (LAUGHS, Why.FORBIDDEN),
        (b"<Notify><CmdType>Ala", Why.NOT_XML),
        (b"<a>\0</a>", Why.NOT_XML),
        (b"\x81\xff\xff<a/>", Why.LETTERS),
        (b"{}", None),
        (b"<a/>", None),
    ],
)
def test_xml_that_means_harm_or_nothing_is_refused(
    form: Format, body: bytes, reason: Why | None
) -> None:
    assert why(form, body)[0] in ([reason] if reason else list(Why))


@pytest.mark.parametrize("form", [Format.GB28181, Format.ISAPI, Format.ONVIF, Format.CAP])
def test_xml_as_deep_as_a_well_breaks_nothing(form: Format) -> None:
    assert why(form, b"<a>" * 100_000 + b"</a>" * 100_000)[0] in (
        Why.MISSING,
        Why.EMPTY,
        Why.DEEP,
        Why.NOT_XML,
    )


# Boxes in pictures


def _target(left: str, top: str, wide: str, high: str) -> bytes:
    sides = f"<X>{left}</X><Y>{top}</Y><width>{wide}</width><height>{high}</height>"
    entry = f"<DetectionRegionEntry><TargetRect>{sides}</TargetRect></DetectionRegionEntry>"
    regions = f"<DetectionRegionList>{entry}</DetectionRegionList></EventNotificationAlert>"
    return messages.isapi().replace(b"</EventNotificationAlert>", regions.encode())


def _shape(box: str, turned: str = "") -> bytes:
    shape = (
        f'<tt:ElementItem Name="Object">{turned}<tt:BoundingBox {box}/></tt:ElementItem></tt:Data>'
    )
    return messages.onvif().replace(b"</tt:Data>", shape.encode())


UNITS = '<tt:Transformation><tt:Translate x="-1" y="1"/><tt:Scale x="0.002" y="-0.004"/></tt:Transformation>'
IN_JSON = {
    "DetectionRegionList": [{"TargetRect": {"x": 0.25, "y": 0.5, "width": 0.5, "height": 0.25}}]
}


@pytest.mark.parametrize(
    ("form", "body"),
    [
        (Format.ISAPI, _target("0.25", "0.5", "0.5", "0.25")),
        (Format.ISAPI, _target("250", "500", "500", "250")),
        (Format.ISAPI, _target("2500", "5000", "5000", "2500")),
        (Format.ISAPI, json.dumps(json.loads(messages.isapi_json()) | IN_JSON).encode()),
        (Format.ONVIF, _shape('left="-0.5" top="0" right="0.5" bottom="-0.5"')),
        (Format.ONVIF, _shape('left="250" top="250" right="750" bottom="375"', UNITS)),
    ],
)
def test_where_in_its_picture_a_box_saw_something_is_read_however_it_counts(
    form: Format, body: bytes
) -> None:
    box = signal(form, body).box
    assert box is not None
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((0.25, 0.5, 0.75, 0.75))


@pytest.mark.parametrize(
    ("form", "body"),
    [
        (Format.ISAPI, messages.isapi()),
        (Format.ISAPI, _target("0.25", "here", "0.5", "0.25")),
        (Format.ISAPI, _target("0.25", "0.5", "0", "0.25")),
        (Format.ISAPI, _target("25000", "0.5", "1", "1")),
        (Format.ONVIF, messages.onvif()),
        (Format.ONVIF, _shape('left="7" top="0" right="9" bottom="-0.5"')),
    ],
)
def test_a_box_that_is_none_leaves_the_alarm_as_it_is(form: Format, body: bytes) -> None:
    assert signal(form, body).box is None


# Tracked objects of Frigate


def test_a_description_belongs_to_the_alarm_that_shows_the_object() -> None:
    shown = Shown("r-1", Kind.INTRUSION, NOW - timedelta(minutes=1))
    how: dict[str, Any] = {"topic": "tracked_object_update", "showing": {"event/e-1": shown}.get}
    said = {"type": "description", "id": "e-1", "description": "somebody climbs a fence"}
    told = signal(Format.FRIGATE, said, **how)
    assert (told.own_id, told.kind, told.words) == ("r-1", Kind.INTRUSION, said["description"])
    assert (told.at, told.version, told.change) == (shown.first_at, NOW, Change.UPDATED)
    assert read(Format.FRIGATE, said | {"id": "e-2"}, **how).ignored == Why.UNKNOWN
    for sort in ("face", "lpr"):
        named = {"type": sort, "id": "e-1", "name": "somebody", "plate": "X 1", "score": 0.9}
        assert read(Format.FRIGATE, named, **how).ignored == Why.PERSONAL


# Hikvision ISAPI


@pytest.mark.parametrize(
    "namespace",
    [
        "",
        ' xmlns="http://www.isapi.org/ver20/XMLSchema"',
        ' xmlns="http://www.hikvision.com/ver10"',
    ],
)
def test_a_notice_of_hikvision_is_read_in_any_namespace(namespace: str) -> None:
    told = signal(Format.ISAPI, messages.isapi(namespace=namespace))
    assert (told.kind, told.change, told.at) == (Kind.INTRUSION, Change.RAISED, NOW)
    assert told.device == "44:19:b6:aa:bb:cc/1"


def test_a_lost_picture_that_is_inactive_is_a_sign_of_life() -> None:
    found = read(Format.ISAPI, messages.isapi("videoloss", "inactive"))
    assert found.told == (Beat("44:19:b6:aa:bb:cc/1", NOW),)
    assert found.message_id is None
    lost = signal(Format.ISAPI, messages.isapi("videoloss", "active"))
    assert (lost.kind, lost.change) == (Kind.OFFLINE, Change.RAISED)


def test_an_inactive_event_clears() -> None:
    assert signal(Format.ISAPI, messages.isapi("VMD", "inactive")).change is Change.CLEARED


def test_json_of_hikvision_is_the_same() -> None:
    told = signal(Format.ISAPI, messages.isapi_json())
    assert (told.kind, told.device) == (Kind.FLAME, "44:19:b6:aa:bb:cd/33")
    wrapped = b'{"EventNotificationAlert": ' + messages.isapi_json() + b"}"
    assert signal(Format.ISAPI, wrapped) == told


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_push_with_pictures_names_them(end: str) -> None:
    body = messages.multipart(("application/xml", messages.isapi()), pictures=2, end=end)
    told = signal(Format.ISAPI, body, content_type=messages.MULTIPART)
    assert told.media == ("0.jpg", "1.jpg")
    assert told.kind is Kind.INTRUSION


def test_a_stream_of_notices_is_several_alarms() -> None:
    body = messages.multipart(
        ("application/xml", messages.isapi("videoloss", "inactive")),
        ("application/json", messages.isapi_json()),
        pictures=0,
    )
    found = read(Format.ISAPI, body, content_type="multipart/mixed; boundary=MIME_boundary")
    assert [type(each) for each in found.told] == [Beat, Signal]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_stream_is_read_part_by_part_however_it_is_cut(size: int, end: str) -> None:
    whole = messages.multipart(
        ("application/xml", messages.isapi()), ("application/json", messages.isapi_json()), end=end
    )
    stream, found = parts.Parts(), list[parts.Part]()
    for at in range(0, len(whole), size):
        found += stream.fed(whole[at : at + size])
    assert [each.content_type for each in found] == [
        "application/xml",
        "application/json",
        "image/jpeg",
    ]
    assert found[0].body == messages.isapi()
    assert found[2].body == messages.JPEG
    body, content_type = parts.joined(found)
    assert parts.split(body, content_type) == [
        parts.Part(each.content_type, each.name, each.body) for each in found
    ]


def test_a_part_with_its_length_waits_for_nothing_and_one_without_end_is_given_up() -> None:
    stream, body = parts.Parts(), messages.isapi_json()
    head = f"--x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    assert [each.body for each in stream.fed(head.encode() + body)] == [body]
    assert stream.fed(b"\r\n" + head.encode() + body[:-1]) == []
    with pytest.raises(NotRead):
        stream.fed(b"--x\r\nContent-Type: text/plain\r\n\r\n" + b"a" * (LARGEST_PICTURED + 1))


@pytest.mark.parametrize(
    "content_type, body, reason",
    [
        ("multipart/form-data", b"--x\r\n\r\na\r\n--x--", Why.MISSING),
        (messages.MULTIPART, b"nothing of the kind", Why.EMPTY),
        (messages.MULTIPART, messages.multipart(pictures=1), Why.EMPTY),
        (
            messages.MULTIPART,
            b"--MIME_boundary\r\n\r\na" * 2 + b"\r\n--MIME_boundary\r\n" * 50,
            Why.LARGE,
        ),
    ],
)
def test_parts_that_are_none_have_their_reason(content_type: str, body: bytes, reason: Why) -> None:
    assert why(Format.ISAPI, body, content_type=content_type)[0] is reason


# ONVIF


def test_a_notice_of_onvif_raises_and_clears() -> None:
    raised = signal(Format.ONVIF, messages.onvif())
    assert (raised.kind, raised.change) == (Kind.MOTION, Change.RAISED)
    assert (raised.device, raised.words) == (
        "VideoSource_1",
        "RuleEngine/CellMotionDetector/Motion",
    )
    assert signal(Format.ONVIF, messages.onvif(value="false")).change is Change.CLEARED
    assert signal(Format.ONVIF, messages.onvif(how="Deleted")).change is Change.CLEARED


def test_how_things_stood_when_one_began_to_listen_raises_nothing() -> None:
    assert read(Format.ONVIF, messages.onvif(how="Initialized")).ignored == Why.STATE
    calm = signal(Format.ONVIF, messages.onvif(how="Initialized", value="false"))
    assert calm.change is Change.CLEARED


def test_smoke_that_was_there_when_one_began_to_listen_raises() -> None:
    topic = "tnsaxis:CameraApplicationPlatform/SmokeDetection"
    burning = signal(Format.ONVIF, messages.onvif(topic, how="Initialized"))
    assert (burning.kind, burning.change) == (Kind.SMOKE, Change.RAISED)
    # The same again, when the subscription was renewed, is the same alarm: of one device and kind.
    assert burning.own_id is None


@pytest.mark.parametrize(
    "topic, kind",
    [
        ("tns1:RuleEngine/FieldDetector/ObjectsInside", Kind.INTRUSION),
        ("tns1:RuleEngine/TamperDetector/Tamper", Kind.TAMPER),
        ("tns1:VideoSource/GlobalSceneChange/ImagingService", Kind.TAMPER),
        ("tns1:VideoSource/SignalLoss", Kind.OFFLINE),
        ("tnsaxis:CameraApplicationPlatform/SmokeDetection", Kind.SMOKE),
        ("tns1:Device/Trigger/DigitalInput", Kind.OTHER),
    ],
)
def test_topics_of_onvif_have_kinds(topic: str, kind: Kind) -> None:
    assert signal(Format.ONVIF, messages.onvif(topic)).kind is kind


# CAP


@pytest.mark.parametrize(
    ("severity", "event", "grave"),
    [
        ("Extreme", "暴雨红色预警", Severity.CRITICAL),
        ("Unknown", "暴雨橙色预警", Severity.MAJOR),
        ("", "洪水黄色预警", Severity.MINOR),
        ("Unknown", "大风蓝色预警信号升级为黄色之前", Severity.WARNING),
        ("Unknown", "大雾", None),
    ],
)
def test_a_warning_is_as_bad_as_it_says_or_as_its_colour(
    severity: str, event: str, grave: Severity | None
) -> None:
    body = messages.cap(severity=severity, event=event)
    assert signal(Format.CAP, body).severity is grave


def test_a_warning_has_its_latitude_first() -> None:
    told = signal(Format.CAP, messages.cap())
    assert told.lonlat == pytest.approx((121.1, 37.7), abs=0.02)
    assert told.accuracy_m == pytest.approx(14_200, rel=0.2)
    assert (told.kind, told.severity, told.change) == (
        Kind.WEATHER,
        Severity.CRITICAL,
        Change.RAISED,
    )
    assert told.words == "暴雨红色预警"


def test_a_circle_has_kilometres() -> None:
    told = signal(Format.CAP, messages.cap(area="<circle>37.66,121.06 2.5</circle>"))
    assert told.lonlat == (LON, LAT)
    assert told.accuracy_m == 2500.0


@pytest.mark.parametrize(
    "area",
    [
        "",
        "<polygon>37.6,121.0 37.6,121.2</polygon>",
        "<polygon>37.6,121.0 37.6,121.2 37.8,121.2 37.8,121.0</polygon>",
        "<polygon>121.0,37.6 121.2,37.6 121.2,37.8 121.0,37.6</polygon>",
        "<circle>here</circle>",
    ],
)
def test_an_area_that_cannot_be_drawn_is_none(area: str) -> None:
    assert signal(Format.CAP, messages.cap(area=area)).lonlat is None


def test_an_update_is_about_the_first_message_it_refers_to() -> None:
    first, second = messages.triple("W-1", NOW - timedelta(hours=2)), messages.triple("W-2")
    told = signal(Format.CAP, messages.cap("Update", name="W-3", references=f"{second} {first}"))
    assert (told.own_id, told.change) == (first, Change.UPDATED)
    body = messages.cap("Update", name="W-3", references=second)
    assert signal(Format.CAP, body, known={second: first}.get).own_id == first
    cancelled = signal(Format.CAP, messages.cap("Cancel", name="W-4", references=first))
    assert (cancelled.own_id, cancelled.change) == (first, Change.CLEARED)


@pytest.mark.parametrize(
    "status, exercise", [("Actual", False), ("Exercise", True), ("Test", True)]
)
def test_only_an_actual_warning_is_one(status: str, exercise: bool) -> None:
    assert signal(Format.CAP, messages.cap(status=status)).exercise is exercise


@pytest.mark.parametrize("body", [messages.cap(status="Draft"), messages.cap("Ack")])
def test_drafts_and_receipts_are_not_for_us(body: bytes) -> None:
    assert read(Format.CAP, body).ignored


def test_a_warning_ends_when_it_says_or_after_a_day() -> None:
    said = read(Format.CAP, messages.cap(expires="2026-11-26T20:00:00+08:00"))
    assert said.until == datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
    assert read(Format.CAP, messages.cap()).until == NOW + timedelta(hours=24)
    assert read(Format.CAP, messages.cap()).message_id == messages.triple()


# SensorThings


def test_an_observation_is_a_reading_of_its_datastream() -> None:
    assert read(Format.SENSORTHINGS, messages.observation()).told == (
        Reading("42", "result", NOW, 155.5),
    )
    bare = {"result": "3.5", "phenomenonTime": "2026-11-26T03:00:00Z/2026-11-26T04:00:00Z"}
    found = read(Format.SENSORTHINGS, bare, topic="v1.0/Datastreams(7)/Observations")
    assert found.told == (Reading("7", "result", NOW, 3.5),)
    timeless = {"result": True, "phenomenonTime": None}
    found = read(Format.SENSORTHINGS, timeless, topic="v1.1/Datastreams('a')/Observations")
    assert found.told == (Reading("a", "result", NOW, 1.0),)


@pytest.mark.parametrize("result", [None, "wet", [1], {"a": 1}, "NaN", ""])
def test_an_observation_without_a_number_is_none(result: Any) -> None:
    assert why(Format.SENSORTHINGS, messages.observation(result))[1] == "result"


# All of them

_ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
_GOOD: dict[Format, Any] = {
    Format.GENERIC: messages.generic(),
    Format.FRIGATE: messages.review("update"),
    Format.THINGSBOARD: messages.thingsboard(),
    Format.SENSORTHINGS: messages.observation(),
}
_XML = {
    Format.GB28181: messages.gb28181(),
    Format.ISAPI: messages.isapi(),
    Format.ONVIF: messages.onvif(),
    Format.CAP: messages.cap(),
}


@settings(max_examples=examples.of(150))
@given(st.sampled_from(list(_GOOD)), st.data())
def test_any_value_in_any_field_is_read_or_refused(form: Format, data: st.DataObject) -> None:
    body = json.loads(json.dumps(_GOOD[form]))
    inside = body["after"] if form is Format.FRIGATE else body
    inside[data.draw(st.sampled_from(sorted(inside)))] = data.draw(_ANY)
    _read_or_refused(form, json.dumps(body).encode())


@settings(max_examples=examples.of(150))
@given(st.sampled_from(list(_XML)), st.data())
def test_any_cut_and_any_byte_is_read_or_refused(form: Format, data: st.DataObject) -> None:
    body = bytearray(_XML[form])
    at = data.draw(st.integers(0, len(body) - 1))
    body[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=6))
    _read_or_refused(form, bytes(body))


@pytest.mark.fault
@settings(max_examples=examples.of(200))
@given(st.sampled_from(list(Format)), st.binary(max_size=300))
def test_no_bytes_break_a_reader(form: Format, body: bytes) -> None:
    _read_or_refused(form, body)


def _read_or_refused(form: Format, body: bytes) -> None:
    """Whatever it says could be written into the database as it is."""
    try:
        found = reading.read(form, body, "", AROUND)
    except NotRead:
        return
    repr(found).encode("utf-8")
    assert "\\x00" not in repr(found)
