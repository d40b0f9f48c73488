"""Messages as boxes really send them, at a moment of the test's own."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LON, LAT = 121.06, 37.66


def seconds(at: datetime = NOW) -> float:
    """Seconds since 1970, with their fraction, as Frigate counts."""
    return at.timestamp()


def millis(at: datetime = NOW) -> int:
    """Milliseconds since 1970, as ThingsBoard counts."""
    return round(at.timestamp() * 1000)


def generic(**more: Any) -> dict[str, Any]:
    """Smoke at a camera."""
    said = {"id": "a-1", "ts": NOW.isoformat(), "kind": "fire.smoke", "state": "raise"}
    return said | {"camera": "gate-1", "lon": LON, "lat": LAT, "words": "仓库冒烟"} | more


def review(change: str, *, severity: str = "alert", **data: Any) -> dict[str, Any]:
    """A review of Frigate about somebody in a zone."""
    began = seconds(NOW - timedelta(seconds=30))
    after: dict[str, Any] = {
        "id": f"{began:.6f}-abc123",
        "camera": "yard",
        "start_time": began,
        "end_time": seconds() if change == "end" else None,
        "severity": severity,
        "thumb_path": "/media/frigate/clips/review/thumb-yard.webp",
        "data": {
            "detections": ["1764129570.1-q1"],
            "objects": ["person"],
            "sub_labels": [],
            "zones": ["tanks"],
            "audio": [],
        }
        | data,
    }
    return {"type": change, "before": copy.deepcopy(after), "after": after}


def thingsboard(**more: Any) -> dict[str, Any]:
    """A high value at a device of ThingsBoard."""
    began = NOW - timedelta(minutes=5)
    said = {
        "id": {"entityType": "ALARM", "id": "6bd9e2c0-0000-11ef-9e1c-1b2a3c4d5e6f"},
        "createdTime": millis(began),
        "tenantId": {"entityType": "TENANT", "id": "13814000-1dd2-11b2-8080-808080808080"},
        "type": "氨气浓度过高",
        "originator": {"entityType": "DEVICE", "id": "dev-7"},
        "severity": "CRITICAL",
        "acknowledged": False,
        "cleared": False,
        "startTs": millis(began),
        "endTs": millis(began),
        "ackTs": 0,
        "clearTs": 0,
        "details": {"ppm": 180},
        "name": "氨气浓度过高",
        "status": "ACTIVE_UNACK",
    }
    return said | more


def gb28181(
    *,
    time: str = "2026-11-26T11:59:00",
    method: str = "5",
    outer: str = "",
    inner: str = "6",
    place: tuple[str, str] = ("121.06", "37.66"),
    words: str = "冷库门口有人翻越",
    declared: str = "GB2312",
    written: str = "gb18030",
) -> bytes:
    """A notice of an alarm as a platform sends it."""
    info = f"<Info><AlarmType>{inner}</AlarmType></Info>" if inner else ""
    kind = f"<AlarmType>{outer}</AlarmType>" if outer else ""
    return f"""<?xml version="1.0" encoding="{declared}"?>
<Notify>
<CmdType>Alarm</CmdType>
<SN>7</SN>
<DeviceID>37060200001320000001</DeviceID>
<AlarmPriority>1</AlarmPriority>
<AlarmMethod>{method}</AlarmMethod>
<AlarmTime>{time}</AlarmTime>
<AlarmDescription>{words}</AlarmDescription>
<Longitude>{place[0]}</Longitude>
<Latitude>{place[1]}</Latitude>
{kind}{info}
</Notify>""".encode(written)


def isapi(
    event: str = "fielddetection",
    state: str = "active",
    *,
    namespace: str = ' version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"',
    channel: int = 1,
    at: datetime = NOW,
) -> bytes:
    """What a Hikvision box pushes."""
    local = at.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<EventNotificationAlert{namespace}>
<ipAddress>10.20.0.64</ipAddress><portNo>80</portNo><protocol>HTTP</protocol>
<macAddress>44:19:B6:AA:BB:CC</macAddress><channelID>{channel}</channelID>
<dateTime>{local}</dateTime><activePostCount>3</activePostCount>
<eventType>{event}</eventType><eventState>{state}</eventState>
<eventDescription>{event} alarm</eventDescription>
</EventNotificationAlert>""".encode()


def isapi_json(event: str = "fireDetection") -> bytes:
    """The same as newer boxes say it."""
    local = NOW.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return json.dumps(
        {
            "ipAddress": "10.20.0.65",
            "macAddress": "44:19:b6:aa:bb:cd",
            "channelID": 33,
            "dateTime": local,
            "activePostCount": 1,
            "eventType": event,
            "eventState": "active",
        }
    ).encode()


JPEG = b"\xff\xd8\xff\xe0" + b"\x00\r\n--not the end\r\n" * 20 + b"\xff\xd9"


def multipart(*documents: tuple[str, bytes], pictures: int = 1, end: str = "\r\n") -> bytes:
    """A push with pictures, with the boundary that these boxes use."""
    pieces = []
    for kind, body in documents:
        head = f'--MIME_boundary{end}Content-Disposition: form-data; name="event"; filename="a.xml"'
        pieces.append(f"{head}{end}Content-Type: {kind}{end}{end}".encode() + body)
    for number in range(pictures):
        head = (
            f'--MIME_boundary{end}Content-Disposition: form-data; name="p"; filename="{number}.jpg"'
        )
        pieces.append(f"{head}{end}Content-Type: image/jpeg{end}{end}".encode() + JPEG)
    return end.encode().join([*pieces, f"--MIME_boundary--{end}".encode()])


MULTIPART = "multipart/form-data; boundary=MIME_boundary"


def onvif(
    topic: str = "tns1:RuleEngine/CellMotionDetector/Motion",
    value: str = "true",
    how: str = "Changed",
    at: str = "2026-11-26T03:59:59Z",
) -> bytes:
    """A notice of a camera's own rule."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"
 xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:tt="http://www.onvif.org/ver10/schema"
 xmlns:tns1="http://www.onvif.org/ver10/topics"><SOAP-ENV:Body><wsnt:Notify>
<wsnt:NotificationMessage>
<wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">{topic}</wsnt:Topic>
<wsnt:Message><tt:Message UtcTime="{at}" PropertyOperation="{how}">
<tt:Source><tt:SimpleItem Name="VideoSourceConfigurationToken" Value="VideoSource_1"/>
<tt:SimpleItem Name="Rule" Value="MyMotionDetectorRule"/></tt:Source>
<tt:Data><tt:SimpleItem Name="IsMotion" Value="{value}"/></tt:Data>
</tt:Message></wsnt:Message></wsnt:NotificationMessage>
</wsnt:Notify></SOAP-ENV:Body></SOAP-ENV:Envelope>""".encode()


# Longitude 121.0 to 121.2, latitude 37.6 to 37.8; CAP writes the latitude first.
AREA = "<polygon>37.6,121.0 37.6,121.2 37.8,121.2 37.8,121.0 37.6,121.0</polygon>"


def cap(
    kind: str = "Alert",
    *,
    name: str = "W-1",
    sent: datetime = NOW,
    status: str = "Actual",
    references: str = "",
    area: str = AREA,
    category: str = "Met",
    event: str = "暴雨红色预警",
    severity: str = "Extreme",
    expires: str = "",
) -> bytes:
    """A warning of the weather service."""
    refers = f"<references>{references}</references>" if references else ""
    ends = f"<expires>{expires}</expires>" if expires else ""
    stamp = sent.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
<identifier>{name}</identifier><sender>qxt@example.cn</sender><sent>{stamp}</sent>
<status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>{refers}
<info><language>en-US</language><category>{category}</category><event>Rainstorm</event>
<urgency>Immediate</urgency><severity>{severity}</severity><certainty>Likely</certainty></info>
<info><language>zh-CN</language><category>{category}</category><event>{event}</event>
<urgency>Immediate</urgency><severity>{severity}</severity><certainty>Likely</certainty>{ends}
<headline>{event}</headline><area><areaDesc>大季家</areaDesc>{area}</area></info>
</alert>""".encode()


def triple(name: str = "W-1", sent: datetime = NOW) -> str:
    """What a CAP message is called by those that refer to it."""
    stamp = sent.astimezone(SHANGHAI).isoformat(timespec="seconds")
    return f"qxt@example.cn,{name},{stamp}"


def observation(result: Any = 155.5, **more: Any) -> dict[str, Any]:
    """An observation of SensorThings."""
    said = {"result": result, "phenomenonTime": NOW.isoformat(), "Datastream": {"@iot.id": 42}}
    return said | more
