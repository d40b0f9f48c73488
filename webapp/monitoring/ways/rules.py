"""Which ways to a source there are, what each needs, how often something is told again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.monitoring.intake.rules import Format


class WayKind(StrEnum):
    """What the house speaks with a source on its own account."""

    ONVIF = "onvif"
    WVP = "wvp"
    THINGSBOARD = "thingsboard"
    FRIGATE = "frigate"
    ISAPI = "isapi"


@dataclass(frozen=True)
class WayRules:
    """What a way is for, which format its source speaks, and what is asked for to set it up."""

    words: LazyString
    purpose: LazyString
    format: Format
    example: str
    # A key does instead of name and password.
    keyed: bool = False
    # Without name or key nobody lets us in.
    signed: bool = True


WAYS: Mapping[WayKind, WayRules] = {
    WayKind.ONVIF: WayRules(
        _l("Fetch events (ONVIF PullPoint)"),
        _l("The intake keeps a subscription at the camera and fetches what it holds."),
        Format.ONVIF,
        "http://10.20.0.7/onvif/device_service",
        signed=False,
    ),
    WayKind.WVP: WayRules(
        _l("Follow the channels (WVP)"),
        _l("Twice a minute the platform is asked for its channels, their state and new alarms."),
        Format.WVP,
        "http://10.20.0.8:18080",
        keyed=True,
        signed=False,
    ),
    WayKind.THINGSBOARD: WayRules(
        _l("Tell ThingsBoard"),
        _l("What is acknowledged, over or closed here is acknowledged and cleared there, too."),
        Format.THINGSBOARD,
        "http://10.20.0.9:8080",
        keyed=True,
    ),
    WayKind.FRIGATE: WayRules(
        _l("Tell Frigate"),
        _l("What is acknowledged or closed here counts as reviewed there, too."),
        Format.FRIGATE,
        "http://10.20.0.5:5000",
        signed=False,
    ),
    WayKind.ISAPI: WayRules(
        _l("Read the notices (Hikvision)"),
        _l(
            "The intake keeps the alert stream of the camera or recorder open and reads what it sends."
        ),
        Format.ISAPI,
        "http://10.20.0.64",
    ),
}

KIND_OF = {rules.format: kind for kind, rules in WAYS.items()}


class Act(StrEnum):
    """What a source is told of one of its alarms."""

    ACK = "ack"
    CLEAR = "clear"
    VIEWED = "viewed"


ACT_WORDS = {
    Act.ACK: _l("alarm acknowledged"),
    Act.CLEAR: _l("alarm cleared"),
    Act.VIEWED: _l("review viewed"),
}

# What each move of people is to a source that is told. The moves of machines tell nobody anything.
TELLS: Mapping[WayKind, Mapping[str, tuple[Act, ...]]] = {
    WayKind.THINGSBOARD: {
        "see": (Act.ACK,),
        "end": (Act.CLEAR,),
        "close": (Act.ACK, Act.CLEAR),
    },
    WayKind.FRIGATE: {"see": (Act.VIEWED,), "close": (Act.VIEWED,)},
}


class ToldState(StrEnum):
    """How far something is that a source is to be told."""

    WAITING = "waiting"
    TOLD = "told"
    FAILED = "failed"


# After each try that failed so long until the next (seconds): about a day and a half in all.
WAITS_S = (5, 30, 120, 600, 1_800, 7_200, 21_600, 86_400)
# Longer than any round: whoever was killed in one is followed by another after so long.
HELD_FOR = timedelta(seconds=120)


def wait_s(tries: int) -> int | None:
    """Seconds from a failed try to the next, by how many there were; None after the last one."""
    return WAITS_S[tries - 1] if tries <= len(WAITS_S) else None
