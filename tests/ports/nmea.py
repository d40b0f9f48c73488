"""What a receiver of AIS says of a vessel, as the tests need it."""

from __future__ import annotations

from datetime import datetime

from pyais.encode import encode_dict

MMSI = "412306001"


def sentences(
    *,
    mmsi: str = MMSI,
    lon: float = 121.13,
    lat: float = 37.67,
    sog: float = 5.0,
    cog: float = 90.0,
    second: int = 60,
    kind: int = 18,
) -> list[bytes]:
    """The lines of one position."""
    said = {"msg_type": kind, "mmsi": mmsi, "lon": lon, "lat": lat, "second": second}
    lines = encode_dict(said | {"speed": sog, "course": cog}, talker_id="AI")
    return [_summed(line.replace("AIVDO", "AIVDM").partition("*")[0]) for line in lines]


def in_two(line: bytes, number: int = 3) -> list[bytes]:
    """The same message in two parts, as long ones come."""
    head, payload, rest = line.decode().partition("*")[0].rsplit(",", 2)
    channel, middle = head.split(",")[4], len(payload) // 2
    return [
        _summed(f"!AIVDM,2,1,{number},{channel},{payload[:middle]},0"),
        _summed(f"!AIVDM,2,2,{number},{channel},{payload[middle:]},{rest}"),
    ]


def stamped(at: datetime, line: bytes) -> bytes:
    """A line of a recording, with the time in its tag block."""
    return b"\\s:shore,c:%d*00\\" % int(at.timestamp()) + line


def _summed(line: str) -> bytes:
    made = 0
    for letter in line[1:]:
        made ^= ord(letter)
    return f"{line}*{made:02X}".encode()
