"""Kinds of cameras, what a picture is good for at a distance, which addresses may be kept, who may."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.base.access import Anywhere, Holds
from webapp.base.flow import Unacceptable


class CameraKind(StrEnum):
    """How a camera is built: whether it turns, and how wide it sees."""

    FIXED = "fixed"
    PTZ = "ptz"
    DOME = "dome"
    PANORAMA = "panorama"


KIND_WORDS = {
    CameraKind.FIXED: _l("Fixed camera"),
    CameraKind.PTZ: _l("Turning camera"),
    CameraKind.DOME: _l("Dome camera"),
    CameraKind.PANORAMA: _l("Panorama camera"),
}


class Privacy(StrEnum):
    """What kind of place a camera looks at."""

    PUBLIC = "public"
    SHARED = "shared"
    SENSITIVE = "sensitive"


PRIVACY_WORDS = {
    Privacy.PUBLIC: _l("Public place"),
    Privacy.SHARED: _l("Premises and yards"),
    Privacy.SENSITIVE: _l("Near homes, schools or clinics"),
}


class Retention(StrEnum):
    """How long the recorder has to keep what a camera saw, by what it looks at."""

    USUAL = "usual"
    GUARDED = "guarded"
    LONG = "long"


# Thirty days for cameras of public safety (公共安全视频图像信息系统管理条例, in force since 2025-04-01), ninety
# where terror is guarded against (反恐怖主义法 32); half a year is what an agreement asks for (assumed).
KEPT_DAYS = {Retention.USUAL: 30, Retention.GUARDED: 90, Retention.LONG: 180}

RETENTION_WORDS = {
    Retention.USUAL: _l("30 days (usual)"),
    Retention.GUARDED: _l("90 days (guarded against terror)"),
    Retention.LONG: _l("180 days (agreed)"),
}


class CameraStatus(StrEnum):
    """Whether a camera answers, as it was last heard of."""

    UNKNOWN = "unknown"
    ONLINE = "online"
    OFFLINE = "offline"


STATUS_WORDS = {
    CameraStatus.UNKNOWN: _l("Not heard of yet"),
    CameraStatus.ONLINE: _l("Reachable"),
    CameraStatus.OFFLINE: _l("Not reachable"),
}


class Branch(StrEnum):
    """By what cameras are gathered in the tree."""

    OWNER = "owner"
    GRID = "grid"
    KIND = "kind"
    RETENTION = "retention"


BRANCH_WORDS = {
    Branch.OWNER: _l("By owner"),
    Branch.GRID: _l("By grid"),
    Branch.KIND: _l("By kind"),
    Branch.RETENTION: _l("By how long is kept"),
}

# The chip of each status.
STATUS_CHIPS = {
    CameraStatus.UNKNOWN: "rest",
    CameraStatus.ONLINE: "done",
    CameraStatus.OFFLINE: "late",
}

# What the list of cameras that see a place is shown with, wherever it stands.
SEEN_WORDS: dict[str, Any] = {"camera_chips": STATUS_CHIPS, "camera_statuses": STATUS_WORDS}

# What is taken for the width of a picture that nobody has told (pixels).
USUAL_WIDTH_PX = 1920

# A lens wider than this draws a circle rather than a plane; pixels then lie along the arc (degrees).
WIDEST_LENS = 150

# From how many pixels a metre a person can be told by the picture, as EN 62676-4:2015 has it. A guide
# only: it knows neither light nor weather nor dirt.
GOOD_FOR: tuple[tuple[float, str, LazyString], ...] = (
    (250, "identify", _l("to identify somebody")),
    (125, "recognise", _l("to recognise somebody known")),
    (62.5, "observe", _l("to observe what somebody does")),
    (25, "detect", _l("to notice somebody")),
    (0, "little", _l("only to see that something is there")),
)

# Parts of a grid that no camera sees count from this size (m²).
BLIND_FROM_M2 = 200

# How high a floor of a building is taken to be; beyond the eye of every camera, where a shadow that has no
# end ends; whatever is so near to a building hangs on it (metres).
FLOOR_M, BEYOND_M, HANGS_ON_M = 3, 50_000, 1

SCHEMES = frozenset(("rtsp", "rtsps", "http", "https"))
LONGEST_ADDRESS = 500

# The directions of GB/T 28181, in degrees from north; each stands for all within its doubt.
GB_DIRECTIONS: Mapping[str, float] = {
    "1": 90,
    "2": 270,
    "3": 180,
    "4": 0,
    "5": 135,
    "6": 45,
    "7": 225,
    "8": 315,
}
GB_DOUBT = 22.5

GB_KINDS: Mapping[str, CameraKind] = {
    "1": CameraKind.PTZ,
    "2": CameraKind.DOME,
    "3": CameraKind.FIXED,
    "4": CameraKind.PTZ,
}

# The kinds of devices in a GB/T 28181 number (digits 11 to 13) that are cameras.
GB_CAMERAS = frozenset(("131", "132"))


def pixels_a_metre(metres: float, *, fov: float, width_px: int) -> float:
    """How many pixels of the picture a metre takes at this distance."""
    angle = math.radians(fov)
    seen = angle if fov > WIDEST_LENS else 2 * math.tan(angle / 2)
    return width_px / (max(metres, 0.1) * seen)


def good_for(pixels: float) -> LazyString:
    """What a picture of so many pixels a metre is good for."""
    return next(words for least, _name, words in GOOD_FOR if pixels >= least)


def allowed_address(address: str, hosts: Iterable[str]) -> str:
    """The address of a stream or picture, or `Unacceptable`: another scheme, or a host not allowed.

    `hosts` are names, addresses, or networks such as 10.20.0.0/16.
    """
    try:
        parts = urlsplit(address.strip())
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise Unacceptable(_l("This is no address of a stream or picture.")) from None
    if parts.scheme not in SCHEMES or not host or len(address) > LONGEST_ADDRESS:
        raise Unacceptable(_l("Begin with rtsp://, rtsps://, http:// or https:// and a host."))
    if not any(_fits(host, each) for each in hosts):
        raise Unacceptable(
            _l("The host %(host)s is not among those the operator allows.", host=host)
        )
    return address.strip()


def allowed_page(address: str, hosts: Iterable[str]) -> str:
    """The address of a page that browsers open, or `Unacceptable`: as above, no page, or with a password."""
    found = allowed_address(address, hosts)
    parts = urlsplit(found)
    if not parts.scheme.startswith("http"):
        raise Unacceptable(_l("A page begins with http:// or https://."))
    if parts.username or parts.password:
        raise Unacceptable(_l("Whoever looks would read the password in it. Leave it out."))
    return found


def _fits(host: str, allowed: str) -> bool:
    if host == allowed.lower():
        return True
    try:
        return ip_address(host) in ip_network(allowed)
    except ValueError:
        return False


_DESK = (
    "dispatcher",
    "shift_leader",
    "safety_officer",
    "supervisor",
    "street_leader",
    "admin",
)
_KEEPERS = ("shift_leader", "admin")

MAY = {
    "cameras.see": Anywhere(*_DESK)
    | Holds("grid_secretary", "grid_leader", "grid_worker", "port_manager"),
    "cameras.coverage": Anywhere(*_DESK),
    "cameras.reveal": Anywhere("shift_leader", "street_leader", "admin"),
    "cameras.keep": Anywhere(*_KEEPERS),
}
