"""What machines tell of: something that began, changed or ended; that they live; what they measured; where.

Every reader of a foreign format answers with these, and everything behind the intake knows only these.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


class Severity(StrEnum):
    """How bad something is, the worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"


SEVERITY_WORDS = {
    Severity.CRITICAL: _l("Critical alarm"),
    Severity.MAJOR: _l("Major alarm"),
    Severity.MINOR: _l("Minor alarm"),
    Severity.WARNING: _l("Warning"),
}

# The worst has the highest number.
WEIGHT = {
    each: number
    for number, each in enumerate(
        (Severity.WARNING, Severity.MINOR, Severity.MAJOR, Severity.CRITICAL)
    )
}


# The four colours in which the country warns of weather and floods (突发事件应对法), by how bad it is,
# and the families of kinds that are told in them.
COLOUR_WORDS = {
    Severity.CRITICAL: _l("Red warning"),
    Severity.MAJOR: _l("Orange warning"),
    Severity.MINOR: _l("Yellow warning"),
    Severity.WARNING: _l("Blue warning"),
}
COLOURED = frozenset(("flood", "weather"))


@dataclass(frozen=True)
class KindRules:
    """What an alarm kind is called and means where nothing else is said."""

    words: LazyString
    family: str
    severity: Severity
    # Somebody's life may hang on it: never shelved, suppressed or kept waiting behind others.
    life: bool = False
    # Somebody is sent at once, before anybody at the desk has decided.
    sends: bool = False

    def level(self, severity: Severity) -> LazyString:
        """How bad it is, in words: a colour where the country warns of it in colours."""
        return (COLOUR_WORDS if self.family in COLOURED else SEVERITY_WORDS)[severity]


class Kind(StrEnum):
    """What an alarm is about; whatever a source calls it, it becomes one of these."""

    SMOKE = "fire.smoke"
    FLAME = "fire.flame"
    HEAT = "fire.heat"
    AMMONIA = "gas.nh3"
    GAS = "gas.other"
    WATER_LEVEL = "flood.level"
    RAIN = "flood.rain"
    INTRUSION = "intrusion"
    LOITERING = "loiter"
    CROWD = "crowd"
    HELMET = "helmet"
    LEFT_POST = "leave_post"
    VEHICLE = "vehicle"
    FALL = "fall"
    DROWNING = "drown"
    LEFT_OBJECT = "object"
    MOTION = "motion"
    VESSEL_UNREPORTED = "vessel.unreported"
    VESSEL_CLOSED_SEASON = "vessel.closed_season"
    VESSEL_DRIFT = "vessel.drift"
    VESSEL_SILENT = "vessel.silent"
    VESSEL_RECALL = "vessel.recall"
    VESSEL_CROWDING = "vessel.crowding"
    VESSEL_OVERNIGHT = "vessel.overnight"
    VESSEL_WIND = "vessel.wind"
    OFFLINE = "device.offline"
    TAMPER = "device.tamper"
    FAULT = "device.fault"
    NOISY = "device.noisy"
    WEATHER = "weather"
    SOS = "manual.sos"
    THRESHOLD = "threshold"
    OTHER = "other"


KINDS: dict[Kind, KindRules] = {
    Kind.SMOKE: KindRules(_l("Smoke"), "fire", Severity.CRITICAL, life=True, sends=True),
    Kind.FLAME: KindRules(_l("Open fire"), "fire", Severity.CRITICAL, life=True, sends=True),
    Kind.HEAT: KindRules(_l("Heat"), "fire", Severity.MAJOR, life=True, sends=True),
    Kind.AMMONIA: KindRules(_l("Ammonia leak"), "gas", Severity.CRITICAL, life=True, sends=True),
    Kind.GAS: KindRules(_l("Gas leak"), "gas", Severity.CRITICAL, life=True, sends=True),
    Kind.WATER_LEVEL: KindRules(_l("Water level"), "flood", Severity.MAJOR, sends=True),
    Kind.RAIN: KindRules(_l("Heavy rain"), "flood", Severity.MINOR),
    Kind.INTRUSION: KindRules(_l("Entered a closed zone"), "people", Severity.MAJOR, sends=True),
    Kind.LOITERING: KindRules(_l("Loitering"), "people", Severity.MINOR),
    Kind.CROWD: KindRules(_l("Crowd"), "people", Severity.MAJOR),
    Kind.HELMET: KindRules(_l("No helmet"), "work", Severity.MINOR),
    Kind.LEFT_POST: KindRules(_l("Post left empty"), "work", Severity.MAJOR),
    Kind.VEHICLE: KindRules(_l("Vehicle where none may be"), "people", Severity.MINOR),
    Kind.FALL: KindRules(_l("Somebody fell"), "people", Severity.CRITICAL, life=True, sends=True),
    Kind.DROWNING: KindRules(
        _l("Somebody in the water"), "people", Severity.CRITICAL, life=True, sends=True
    ),
    Kind.LEFT_OBJECT: KindRules(_l("Object left or taken"), "people", Severity.MINOR),
    Kind.MOTION: KindRules(_l("Movement"), "people", Severity.WARNING),
    Kind.VESSEL_UNREPORTED: KindRules(_l("Vessel passed unreported"), "vessel", Severity.MAJOR),
    Kind.VESSEL_CLOSED_SEASON: KindRules(
        _l("Vessel out in the closed season"), "vessel", Severity.MAJOR
    ),
    Kind.VESSEL_DRIFT: KindRules(_l("Moored vessel drifts"), "vessel", Severity.MAJOR, sends=True),
    Kind.VESSEL_SILENT: KindRules(_l("Vessel at sea is silent"), "vessel", Severity.MAJOR),
    Kind.VESSEL_RECALL: KindRules(_l("Vessel does not answer a recall"), "vessel", Severity.MAJOR),
    Kind.VESSEL_CROWDING: KindRules(_l("Berths crowded"), "vessel", Severity.MINOR),
    Kind.VESSEL_OVERNIGHT: KindRules(
        _l("Vessel not back for the night"), "vessel", Severity.WARNING
    ),
    Kind.VESSEL_WIND: KindRules(_l("Wind too strong for vessels at sea"), "vessel", Severity.MAJOR),
    Kind.OFFLINE: KindRules(_l("Device does not answer"), "device", Severity.MINOR),
    Kind.TAMPER: KindRules(_l("Device covered or moved"), "device", Severity.MAJOR),
    Kind.FAULT: KindRules(_l("Device at fault"), "device", Severity.WARNING),
    Kind.NOISY: KindRules(_l("Rings too often"), "device", Severity.MINOR),
    Kind.WEATHER: KindRules(_l("Weather warning"), "weather", Severity.MAJOR),
    Kind.SOS: KindRules(_l("Call for help"), "people", Severity.CRITICAL, life=True, sends=True),
    Kind.THRESHOLD: KindRules(_l("Measured value out of bounds"), "device", Severity.MINOR),
    Kind.OTHER: KindRules(_l("Something else"), "other", Severity.MINOR),
}


class Change(StrEnum):
    """What a signal says of its alarm."""

    RAISED = "raised"
    UPDATED = "updated"
    CLEARED = "cleared"


@dataclass(frozen=True)
class Rect:
    """The part of its picture in which a camera saw something: (0, 0) is left above, (1, 1) right below."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Signal:
    """Something is happening, goes on, or is over.

    `own_id` is the source's own name of this alarm: there is one alarm of it for ever. Sources without
    such names (`own_id` None) have one active alarm for each device and kind. `version` orders what one
    source says of one alarm; without it, `at` does. Times are aware; `lonlat` is in degrees WGS 84.
    """

    kind: Kind
    change: Change
    at: datetime
    own_id: str | None = None
    device: str | None = None
    severity: Severity | None = None
    version: datetime | None = None
    ended_at: datetime | None = None
    lonlat: tuple[float, float] | None = None
    accuracy_m: float | None = None
    # Where a camera saw it, of which its place follows where nobody has said that.
    box: Rect | None = None
    words: str = ""
    # Names of pictures and films as the source names them; fetched by who may, never shown as links.
    media: tuple[str, ...] = ()
    # The rule and its version by which a machine decided, and how sure it was (0..1).
    rule: str | None = None
    score: float | None = None
    exercise: bool = False


@dataclass(frozen=True)
class Beat:
    """A device lives, or its keeper says that it does not."""

    device: str
    at: datetime
    ok: bool = True


@dataclass(frozen=True)
class Reading:
    """A value that a device measured; the unit is that of its series."""

    device: str
    series: str
    at: datetime
    value: float


@dataclass(frozen=True)
class Position:
    """Where a vessel was: by its MMSI, its BeiDou number or its name. Knots and degrees over ground."""

    device: str
    at: datetime
    lonlat: tuple[float, float]
    sog: float | None = None
    cog: float | None = None


Told = Signal | Beat | Reading | Position


@dataclass(frozen=True)
class Read:
    """What a message said: nothing is lost of it, and what is not for us has its reason."""

    told: tuple[Told, ...] = ()
    ignored: str = ""
    # What the source calls this message, where it calls it anything.
    message_id: str | None = None
    # What it began is over at this moment, unless something else is said of it before.
    until: datetime | None = None
    # Pictures that came with it, as bytes of JPEG or PNG.
    pictures: tuple[bytes, ...] = ()
