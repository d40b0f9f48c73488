"""What the intake takes: formats, what becomes of a message, why one cannot be read, who may."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base.access import Anywhere, Owns
from webapp.base.flow import Unacceptable


class Format(StrEnum):
    """Languages that the intake reads."""

    GENERIC = "generic"
    FRIGATE = "frigate"
    THINGSBOARD = "thingsboard"
    GB28181 = "gb28181"
    ISAPI = "isapi"
    ONVIF = "onvif"
    CAP = "cap"
    SENSORTHINGS = "sensorthings"
    WVP = "wvp"


FORMAT_WORDS = {
    Format.GENERIC: _l("Our own JSON"),
    Format.FRIGATE: _l("Frigate"),
    Format.THINGSBOARD: _l("ThingsBoard"),
    Format.GB28181: _l("GB/T 28181"),
    Format.ISAPI: _l("Hikvision ISAPI"),
    Format.ONVIF: _l("ONVIF"),
    Format.CAP: _l("CAP 1.2"),
    Format.SENSORTHINGS: _l("SensorThings"),
    Format.WVP: _l("WVP platform"),
}


class Why(StrEnum):
    """Why a message says nothing that can be used."""

    NOT_JSON = "not_json"
    NOT_XML = "not_xml"
    FORBIDDEN = "forbidden"
    LETTERS = "letters"
    DEEP = "deep"
    LARGE = "large"
    EMPTY = "empty"
    MISSING = "missing"
    WRONG = "wrong"
    TIME = "time"
    FOREIGN = "foreign"
    FORMAT = "format"
    BROKE = "broke"
    # These are no faults: the message is not for us.
    OTHER = "other"
    STATE = "state"
    DRAFT = "draft"
    UNKNOWN = "unknown"
    PERSONAL = "personal"


WHY_WORDS = {
    Why.NOT_JSON: _l("It is no JSON, or cut off."),
    Why.NOT_XML: _l("It is no XML, or cut off."),
    Why.FORBIDDEN: _l("Its XML declares entities or asks for other files."),
    Why.LETTERS: _l("Its letters cannot be read."),
    Why.DEEP: _l("It is nested too deeply."),
    Why.LARGE: _l("It is too large."),
    Why.EMPTY: _l("Nothing that we know stands in it."),
    Why.MISSING: _l("A field is missing."),
    Why.WRONG: _l("A field cannot be used."),
    Why.TIME: _l("Its time cannot be right: older than 30 days, or more than 5 minutes ahead."),
    Why.FOREIGN: _l("It speaks in the name of another source."),
    Why.FORMAT: _l("This source does not speak this format."),
    Why.BROKE: _l("Our own reader broke on it."),
    Why.OTHER: _l("A kind of message that is not for us."),
    Why.STATE: _l("The device only says how it stands."),
    Why.DRAFT: _l("A draft or a message of the system."),
    Why.UNKNOWN: _l("Nobody here knows this device."),
    Why.PERSONAL: _l("It names a person or a plate: nothing of it is kept."),
}


class NotRead(Unacceptable):
    """The message cannot be used; `why` says for what reason, `detail` what it is about."""

    def __init__(self, why: Why, detail: str = "") -> None:
        self.why = why
        self.detail = detail
        super().__init__(WHY_WORDS[why], fields={detail: WHY_WORDS[why]} if detail else None)


class Status(StrEnum):
    """What became of a message that is kept."""

    OK = "ok"
    LATE = "late"
    IGNORED = "ignored"
    DEAD = "dead"
    DROPPED = "dropped"


STATUS_WORDS = {
    Status.OK: _l("Message taken"),
    Status.LATE: _l("Message taken, but late"),
    Status.IGNORED: _l("Not for us"),
    Status.DEAD: _l("Unreadable"),
    Status.DROPPED: _l("Thrown away"),
}

# What a message may say of its own time.
OLDEST = timedelta(days=30)
AHEAD = timedelta(minutes=5)
# So long we keep what machines said.
KEEP_DAYS = 90
KEEP_IGNORED_DAYS = 7

LARGEST = 1024 * 1024
LARGEST_PICTURED = 5 * 1024 * 1024
MOST_AT_ONCE = 500

# A signed request may be so old, and is taken once.
SKEW = timedelta(minutes=5)

# What stays open for so long without a word is over.
STALE = timedelta(hours=2)

_KEEPERS = ("safety_officer", "shift_leader", "admin")

MAY = {
    "intake.speak": Anywhere("machine"),
    "intake.report": Owns("account_id", "is this source"),
    "intake.see": Anywhere(*_KEEPERS, "dispatcher", "supervisor"),
    "intake.keep": Anywhere("safety_officer", "admin"),
}
