"""A project at work in the worker's grid, with a team, and a way to list households and lead them on."""

from __future__ import annotations

import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from PIL import Image
from shapely import box

from tests.projects.yard import Yard, yard
from webapp.base import clock
from webapp.base.spatial import shape_of, to_lonlat
from webapp.people.actors import Person
from webapp.projects.rules import TeamRole
from webapp.relocation import actions, papers
from webapp.relocation.forms import HouseholdForm
from webapp.relocation.models import RelocationHousehold
from webapp.relocation.papers import Said
from webapp.relocation.rules import RELOCATION_FLOW, RelocationState

__all__ = ["yard"]


def picture() -> bytes:
    """A photo of a paper."""
    body = io.BytesIO()
    Image.new("RGB", (60, 80), "white").save(body, "PNG")
    return body.getvalue()


class Estate:
    """Households on the site of the project; `member` works in its team, `leader` leads."""

    def __init__(self, yard: Yard) -> None:
        yard.team()
        self.yard = yard
        self.project = yard.project
        self.leader = yard.leader
        self.member = yard.seven[list(TeamRole).index(TeamRole.RELOCATION)]
        self.other = yard.seven[0]

    def said(self, place: int = 0, **more: Any) -> HouseholdForm:
        """A household as somebody says it: a square of 100 m², each at a place of its own."""
        west, south, *_east = shape_of(self.project.sites[0].geom).bounds
        x, y = west + 6 + 11 * (place % 6), south + 6 + 11 * (place // 6)
        lon, lat = to_lonlat(x, y)
        given = {
            "name": f"示例户主·甲{place}",
            "phone": "13800001234",
            "address": f"芦洋村{place + 1}号",
            "lon": lon,
            "lat": lat,
            "size_m2": 100,
            "greenhouse_m2": 60,
            "provenance": "入户摸底表",
        }
        return HouseholdForm.of(given | more)

    def listed(self, place: int = 0) -> RelocationHousehold:
        """A household is listed."""
        return actions.register(self.project, self.said(place), by=self.member)

    def steps(self) -> dict[str, tuple[Person, Said]]:
        """Each move of the straight way, by whom, and what its paper says."""
        file = papers.keep(picture(), by=self.member)
        return {
            "survey": (self.member, Said(house_m2=90, greenhouse_m2=62, land_m2=100)),
            "value": (self.member, Said(amount=Decimal(300_000), file=file)),
            "post": (self.member, Said(days=7)),
            "negotiate": (self.member, Said()),
            "sign": (self.member, Said(amount=Decimal(310_000), file=file)),
            "pay": (self.member, Said(amount=Decimal(310_000), words="凭证0001")),
            "move_out": (self.member, Said(words="季翔社区3号楼")),
            "clear": (self.member, Said(file=file)),
            "verify": (self.leader, Said(words="现场无遗留")),
            "close": (self.leader, Said()),
        }

    def led(self, household: RelocationHousehold, to: RelocationState, *, days: int = 0) -> None:
        """The household is led on to a state, each step a day, the posting eight; it began so many days ago."""
        at = clock.now() - timedelta(days=days or 30)
        for name, (by, said) in self.steps().items():
            if household.state == to:
                return
            if household.state not in RELOCATION_FLOW.moves[name].since:
                continue
            with clock.at(at):
                actions.step(household, name, said, by=by)
            at += timedelta(days=8 if name == "post" else 1)


@pytest.fixture
def estate(yard: Yard) -> Estate:
    """The project has its team."""
    return Estate(yard)


def corners(estate: Estate, metres: float = 5.0, *, away: float = 0.0) -> str:
    """A small square in the middle of the site (or so far east of it), as the page sends it."""
    inside = shape_of(estate.project.sites[0].geom).centroid
    ground = box(
        inside.x + away, inside.y, inside.x + away + metres, inside.y + metres
    ).exterior.coords[:-1]
    return "\n".join("{:.7f} {:.7f}".format(*to_lonlat(x, y)) for x, y in ground)
