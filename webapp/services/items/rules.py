"""What an item is: its kind, its field, the levels it passes, and how much time it saves."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base.access import Everyone


class Kind(StrEnum):
    """What kind of matter an item is."""

    PERMIT = "permit"
    BENEFIT = "benefit"
    CONFIRMATION = "confirmation"
    PUBLIC_SERVICE = "public_service"


KIND_WORDS = {
    Kind.PERMIT: _l("Permit"),
    Kind.BENEFIT: _l("Benefit"),
    Kind.CONFIRMATION: _l("Confirmation"),
    Kind.PUBLIC_SERVICE: _l("Public service"),
}


class Field(StrEnum):
    """The field of life that an item belongs to."""

    EMPLOYMENT = "employment"
    STARTUP = "startup"
    INSURANCE = "insurance"
    WELFARE = "welfare"
    FAMILY = "family"
    OTHER = "other"


FIELD_WORDS = {
    Field.EMPLOYMENT: _l("Employment"),
    Field.STARTUP: _l("Starting a business"),
    Field.INSURANCE: _l("Social insurance"),
    Field.WELFARE: _l("Civil affairs"),
    Field.FAMILY: _l("Family planning"),
    Field.OTHER: _l("Other items"),
}

FIELD_LOOKS = {
    Field.EMPLOYMENT: {"icon": "briefcase"},
    Field.STARTUP: {"icon": "rocket"},
    Field.INSURANCE: {"icon": "shield-check"},
    Field.WELFARE: {"icon": "heart-handshake"},
    Field.FAMILY: {"icon": "users-group"},
    Field.OTHER: {"icon": "dots-circle-horizontal"},
}


class Level(StrEnum):
    """Who looks at an application, from the nearest to the farthest."""

    VILLAGE = "village"
    STATION = "station"
    STREET = "street"
    DISTRICT = "district"


LEVEL_WORDS = {
    Level.VILLAGE: _l("Village or community"),
    Level.STATION: _l("Workstation"),
    Level.STREET: _l("Subdistrict"),
    Level.DISTRICT: _l("District"),
}

# The clock of an application begins with the decision whether it is taken in.
ACCEPT = "accept"
STEP_WORDS = {
    ACCEPT: _l("Taken in"),
    Level.VILLAGE: _l("First review in the village"),
    Level.STATION: _l("Second review at the workstation"),
    Level.STREET: _l("Review by the subdistrict"),
    Level.DISTRICT: _l("Review by the district"),
}


class Basis(StrEnum):
    """What the limits of an item rest on."""

    ASSUMED = "assumed"
    SOURCE = "source"
    STATUTORY = "statutory"


BASIS_WORDS = {
    Basis.ASSUMED: _l("assumed"),
    Basis.SOURCE: _l("from a news report"),
    Basis.STATUTORY: _l("figure of the law, not compared with its text"),
}


class Asked(StrEnum):
    """What kind of answer a field of a form wants."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    CHOICE = "choice"
    IDENTITY = "identity"
    CREDIT = "credit"
    PHONE = "phone"
    BANK = "bank"


def compression(limits: Iterable[tuple[float, float]]) -> float | None:
    """How much shorter the promised time is than the statutory one: 1 - sum of promised / sum of statutory.

    `limits` are pairs (statutory, promised) in working days; None where there is nothing to compare.
    """
    pairs = list(limits)
    statutory = sum(each for each, _promised in pairs)
    if not statutory:
        return None
    return 1 - sum(promised for _statutory, promised in pairs) / statutory


MAY = {
    "services.see": Everyone(),
}
