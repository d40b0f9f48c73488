"""GB/T 28181: alarms and signs of life of a platform's devices, in XML that calls itself GB2312."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from webapp.monitoring.intake.readers.values import (
    Around,
    children,
    identifier,
    moment,
    place,
    said,
    words,
    xml,
)
from webapp.monitoring.intake.rules import NotRead, Why
from webapp.monitoring.signals import Beat, Change, Kind, Read, Severity, Signal

SEVERITIES = {
    "1": Severity.CRITICAL,
    "2": Severity.MAJOR,
    "3": Severity.MINOR,
    "4": Severity.WARNING,
}

# By way of the alarm (2 a device, 5 the picture, 6 a fault of a device) and its type.
KINDS: dict[tuple[str, str], tuple[Kind, str]] = {
    ("2", "1"): (Kind.OFFLINE, "视频丢失"),
    ("2", "2"): (Kind.TAMPER, "设备防拆"),
    ("2", "3"): (Kind.FAULT, "存储设备磁盘满"),
    ("2", "4"): (Kind.FAULT, "设备高温"),
    ("2", "5"): (Kind.FAULT, "设备低温"),
    ("5", "1"): (Kind.SOS, "人工视频报警"),
    ("5", "2"): (Kind.MOTION, "运动目标检测"),
    ("5", "3"): (Kind.LEFT_OBJECT, "遗留物检测"),
    ("5", "4"): (Kind.LEFT_OBJECT, "物体移除检测"),
    ("5", "5"): (Kind.INTRUSION, "绊线检测"),
    ("5", "6"): (Kind.INTRUSION, "入侵检测"),
    ("5", "7"): (Kind.VEHICLE, "逆行检测"),
    ("5", "8"): (Kind.LOITERING, "徘徊检测"),
    ("5", "9"): (Kind.CROWD, "流量统计"),
    ("5", "10"): (Kind.CROWD, "密度检测"),
    ("5", "11"): (Kind.TAMPER, "视频异常检测"),
    ("5", "12"): (Kind.MOTION, "快速移动"),
    ("6", "1"): (Kind.FAULT, "存储设备磁盘故障"),
    ("6", "2"): (Kind.FAULT, "存储设备风扇故障"),
}
METHODS = {
    "1": (Kind.SOS, "电话报警"),
    "2": (Kind.FAULT, "设备报警"),
    "3": (Kind.SOS, "短信报警"),
    "4": (Kind.SOS, "GPS报警"),
    "5": (Kind.MOTION, "视频报警"),
    "6": (Kind.FAULT, "设备故障报警"),
}


def read(body: bytes, _content_type: str, around: Around) -> Read:
    """A notice of an alarm or a sign of life. The sequence number restarts, so it names nothing."""
    root = xml(body)
    command = said(root, "CmdType")
    if not command:
        raise NotRead(Why.MISSING, "CmdType")
    if command == "Keepalive":
        device = identifier(said(root, "DeviceID"), "DeviceID")
        return Read((Beat(device, around.now, ok=said(root, "Status") in ("OK", "")),))
    if command != "Alarm":
        return Read(ignored=Why.OTHER)
    return _alarm(root, around)


def _alarm(root: Element, around: Around) -> Read:
    info = next(iter(children(root, "Info")), None)
    device = identifier(said(root, "DeviceID"), "DeviceID")
    method = said(root, "AlarmMethod")
    kind_of_it = said(info, "AlarmType") or said(root, "AlarmType")
    at = moment(said(root, "AlarmTime"), "AlarmTime", around.zone)
    usual = METHODS.get(method, (Kind.OTHER, ""))
    kind, name = KINDS.get((method, kind_of_it), usual)
    told = Signal(
        kind=kind,
        change=Change.RAISED,
        at=at,
        device=device,
        severity=SEVERITIES.get(said(root, "AlarmPriority")),
        lonlat=place(said(root, "Longitude"), said(root, "Latitude"), around.datum),
        words=words(said(root, "AlarmDescription")) or name,
        rule=f"gb28181/{method}/{kind_of_it}" if kind_of_it else f"gb28181/{method}",
    )
    stamp = at.strftime("%Y%m%dT%H%M%S.%f")
    return Read((told,), message_id=f"{device} {stamp} {method} {kind_of_it}")
