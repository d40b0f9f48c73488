"""WVP: a row of its list of alarms. It keeps no end of an alarm, and no priority."""

from __future__ import annotations

from collections.abc import Mapping

from webapp.monitoring.intake.readers.values import (
    Around,
    digest_of,
    identifier,
    moment,
    object_of,
    place,
    words,
)
from webapp.monitoring.signals import Change, Kind, Read, Signal

# What the platform calls the types of GB/T 28181 and of makers.
KINDS: Mapping[str, Kind] = {
    "VideoLoss": Kind.OFFLINE,
    "DeviceTamper": Kind.TAMPER,
    "StorageFull": Kind.FAULT,
    "DeviceHighTemperature": Kind.FAULT,
    "DeviceLowTemperature": Kind.FAULT,
    "ManualVideo": Kind.SOS,
    "MotionDetection": Kind.MOTION,
    "LeftObjectDetection": Kind.LEFT_OBJECT,
    "ObjectRemovalDetection": Kind.LEFT_OBJECT,
    "TripwireDetection": Kind.INTRUSION,
    "IntrusionDetection": Kind.INTRUSION,
    "MobileDetection": Kind.MOTION,
    "VideoOcclusion": Kind.TAMPER,
    "ReverseDetection": Kind.VEHICLE,
    "LoiteringDetection": Kind.LOITERING,
    "FlowStatistics": Kind.CROWD,
    "DensityDetection": Kind.CROWD,
    "VideoAbnormal": Kind.TAMPER,
    "RapidMovement": Kind.MOTION,
    "StorageFault": Kind.FAULT,
    "StorageFanFault": Kind.FAULT,
    "SignalAbnormal": Kind.FAULT,
    "IllegalAccess": Kind.FAULT,
    "Defocus": Kind.TAMPER,
    "SceneChange": Kind.TAMPER,
    "CrowdGathering": Kind.CROWD,
    "ParkingDetection": Kind.VEHICLE,
}


def read(body: bytes, _content_type: str, around: Around) -> Read:
    """One row of `GET /api/alarm/list`."""
    row = object_of(body)
    device = identifier(row.get("channelDeviceId"), "channelDeviceId")
    at = moment(row.get("alarmTime"), "alarmTime", around.zone)
    name = words(row.get("alarmType"), 60)
    told = Signal(
        kind=KINDS.get(name, Kind.OTHER),
        change=Change.RAISED,
        at=at,
        device=device,
        lonlat=place(row.get("longitude"), row.get("latitude"), around.datum),
        words=words(row.get("description")) or name,
        rule=f"wvp/{name}" if name else "wvp",
    )
    # The numbers of its rows begin anew with its database.
    return Read((told,), message_id=digest_of([row.get("id"), device, name, at.isoformat()]))
