"""Kinds of neighbourhood roles, the criteria by which property companies are rated, and who may what."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from flask_babel import lazy_gettext as _l

from webapp.base.access import Anywhere, Everyone, Holds, SignedIn
from webapp.community.livelihood.rules import DESK, FIELD

_CRITERIA = Path(__file__).parent / "data" / "criteria.tsv"


class RoleKind(StrEnum):
    """What somebody is for their neighbours."""

    BUILDING_HEAD = "building_head"
    PARTY_HOUSEHOLD = "party_household"
    PARTNER = "partner"
    VOLUNTEER = "volunteer"
    PARTY_MEMBER = "party_member"


ROLE_WORDS = {
    RoleKind.BUILDING_HEAD: _l("Building head"),
    RoleKind.PARTY_HOUSEHOLD: _l("Party household"),
    RoleKind.PARTNER: _l("Good-neighbour partner"),
    RoleKind.VOLUNTEER: _l("Neighbourhood volunteer"),
    RoleKind.PARTY_MEMBER: _l("Working party member who reported in"),
}
# These are for one building; the others for a grid, or a building of it.
IN_A_BUILDING = (RoleKind.BUILDING_HEAD, RoleKind.PARTY_HOUSEHOLD)
# Whom residents find on the page of their building; who reported in is known to the community's staff.
FOR_NEIGHBOURS = tuple(kind for kind in RoleKind if kind != RoleKind.PARTY_MEMBER)


class RatedBy(StrEnum):
    """Who says it of a property company."""

    RESIDENTS = "residents"
    COMMUNITY = "community"


@dataclass(frozen=True)
class Criterion:
    """One thing a property company is rated for, from 1 to 5, and how much it counts."""

    key: str
    by: RatedBy
    weight: int
    words: str
    words_en: str


@lru_cache(maxsize=1)
def criteria() -> tuple[Criterion, ...]:
    """The criteria, in the order of the form (assumed until the office lays down its own)."""
    with _CRITERIA.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return tuple(
        Criterion(row["key"], RatedBy(row["by"]), int(row["weight"]), row["words"], row["words_en"])
        for row in rows
    )


# A quarter is published once so many residents have rated a company.
LEAST_RESIDENTS = 3


def quarter_of(day: date) -> date:
    """The first day of the quarter of a day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def score(means: dict[str, float]) -> float | None:
    """Points of 100 from the means (1 to 5) of the criteria that anybody rated; None without any."""
    known = [each for each in criteria() if each.key in means]
    weights = sum(each.weight for each in known)
    if not weights:
        return None
    return round(sum((means[each.key] - 1) / 4 * each.weight for each in known) * 100 / weights, 1)


_HERE = Holds(*FIELD, "station_head")
_COMMUNITY = ("grid_secretary", "grid_leader", "station_head")

MAY = {
    "neighbours.list": Anywhere(*DESK, *FIELD, "station_head"),
    "neighbours.see": Anywhere(*DESK) | _HERE,
    "neighbours.keep": Anywhere("street_leader") | _HERE,
    "neighbours.mine": SignedIn(),
    "property.read": Everyone(),
    "property.keep": Anywhere("street_leader", "station_head"),
    "property.rate": SignedIn(),
    "property.rate_office": Anywhere(*_COMMUNITY),
    "property.publish": Anywhere("street_leader"),
    "communities.read": Everyone(),
    "communities.write": Anywhere("street_leader"),
}
