"""What is an alarm about a vessel or a berth, by what is known of it at a moment. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from webapp.monitoring.signals import Kind, Severity
from webapp.ports.rules import nightfall
from webapp.ports.sea.rules import FAR_M, NEAR_M, PORT_M, Limits


@dataclass(frozen=True)
class Afloat:
    """What is known of a vessel.

    `left_at` is when the voyage began on which it is by its reports. `out`, `passed_at` and `reported`
    are of its last crossing. `far_m` is how far its newest position is from every port, `moored_m`
    how far its mooring. `unanswered_since` is when it was called back and has not answered.
    """

    vessel_id: int
    name: str
    kind: str
    length_m: float
    transmits: bool
    left_at: datetime | None = None
    out: bool = False
    passed_at: datetime | None = None
    reported: bool = True
    heard_at: datetime | None = None
    far_m: float | None = None
    moored_m: float | None = None
    adrift_since: datetime | None = None
    unanswered_since: datetime | None = None


@dataclass(frozen=True)
class Around:
    """What holds for all of them."""

    now: datetime
    limits: Limits
    # The last day of the closed season in which today lies, by kind of vessel.
    closed: Mapping[str, date]


@dataclass(frozen=True)
class Finding:
    """That it is an alarm, and how bad where that differs from the usual."""

    severity: Severity | None = None


# Whether it is one now; the last is whether it was one before: between two levels it stays as it is.
Rule = Callable[[Afloat, Around, bool], Finding | None]


def unreported(vessel: Afloat, around: Around, _was: bool) -> Finding | None:
    """It passed a gate line, and nobody reported that in time, nor has since."""
    if vessel.passed_at is None or vessel.reported:
        return None
    if around.now - vessel.passed_at <= timedelta(minutes=around.limits.report_min):
        return None
    if vessel.out:
        return Finding() if vessel.left_at is None else None
    still_out = vessel.left_at is not None and vessel.left_at < vessel.passed_at
    return Finding(Severity.WARNING) if still_out else None


def in_closed_season(vessel: Afloat, around: Around, was: bool) -> Finding | None:
    """Vessels of its kind stay in port today, and it is out."""
    if vessel.kind not in around.closed:
        return None
    return Finding() if _is_out(vessel, was=was) else None


def silent(vessel: Afloat, around: Around, _was: bool) -> Finding | None:
    """It is at sea, it has a transmitter, and nothing was heard of it for too long."""
    if not around.limits.silent_h or not vessel.transmits:
        return None
    if vessel.left_at is None and not vessel.out:
        return None
    known = [each for each in (vessel.heard_at, vessel.left_at, vessel.passed_at) if each]
    quiet = around.now - max(known)
    return Finding() if quiet > timedelta(hours=around.limits.silent_h) else None


def adrift(vessel: Afloat, around: Around, _was: bool) -> Finding | None:
    """It lay moored in port and moves without its engine; the mooring itself has two levels."""
    if not around.limits.drift_m or vessel.adrift_since is None:
        return None
    if vessel.left_at is not None or vessel.out:
        return None
    in_port = vessel.moored_m is not None and vessel.moored_m <= PORT_M
    return Finding() if in_port else None


def overnight(vessel: Afloat, around: Around, _was: bool) -> Finding | None:
    """It is so short that it is expected back at night, it left before the last night began, and is not."""
    if vessel.left_at is None or vessel.length_m > around.limits.overnight_m:
        return None
    return Finding() if vessel.left_at < nightfall(around.now) else None


def unanswered(vessel: Afloat, around: Around, _was: bool) -> Finding | None:
    """It is at sea, was called back, and nobody has said for it that they know."""
    since, limit = vessel.unanswered_since, around.limits.unanswered_min
    if not limit or since is None or vessel.left_at is None:
        return None
    return Finding() if around.now - since > timedelta(minutes=limit) else None


RULES: dict[Kind, Rule] = {
    Kind.VESSEL_UNREPORTED: unreported,
    Kind.VESSEL_CLOSED_SEASON: in_closed_season,
    Kind.VESSEL_SILENT: silent,
    Kind.VESSEL_DRIFT: adrift,
    Kind.VESSEL_OVERNIGHT: overnight,
    Kind.VESSEL_RECALL: unanswered,
}


def too_windy(limits: Iterable[int], force: int, *, was: bool) -> int:
    """How many vessels have reached their wind limit; once so, until the wind is a force below it."""
    return sum(1 for limit in limits if limit <= force + was)


def is_crowded(berth: Any, *, was: bool) -> bool:
    """More vessels lie in a berth than have a place; once so, until also none waits at its border."""
    return bool((berth.near if was else berth.inside) > berth.places)


def _is_out(vessel: Afloat, *, was: bool) -> bool:
    if vessel.left_at is not None or vessel.out:
        return True
    return vessel.far_m is not None and vessel.far_m > (NEAR_M if was else FAR_M)
