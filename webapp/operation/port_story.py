"""Demo fishing port: vessels with their crews, some of them at sea, a season and the wind limits."""

from __future__ import annotations

from datetime import date, timedelta

from webapp.base import clock
from webapp.base.access import Actor
from webapp.grids import queries as grids
from webapp.grids.rules import PlaceKind
from webapp.people import actors, queries as people
from webapp.ports import actions, queries, voyages
from webapp.ports.forms import (
    CrewForm,
    DepartForm,
    PortForm,
    SeasonForm,
    VesselForm,
    WindForm,
)
from webapp.ports.models import Vessel
from webapp.ports.rules import VesselKind

SOURCE = "【示例】由演示数据生成，非真实渔港登记"

KINDS = (VesselKind.GILLNET, VesselKind.TRAWL, VesselKind.STOW, VesselKind.ANGLING)
VESSELS = 8
# The first so many are at sea; the second of them since yesterday.
AT_SEA = 3


def tell() -> int:
    """A port of the geodata has its vessels; answers how many are new."""
    skipper = _person("skipper")
    places = grids.places_of(PlaceKind.FISHING_PORT)
    if skipper is None or not places or queries.ports():
        return 0
    names = []
    for place, _grid in places:
        lon, lat = place.lonlat or (0, 0)
        said = PortForm(name=place.name, lon=lon, lat=lat)
        names.append(actions.found(said, by=None, provenance=SOURCE).name)
    today = clock.now().date()
    for kind in (VesselKind.TRAWL, VesselKind.GILLNET, VesselKind.STOW):
        span = {"first": date(today.year, 5, 1), "last": date(today.year, 9, 1)}
        actions.set_season(SeasonForm(kind=kind, **span), by=None)
    for up_to_m, force in ((12, 6), (24, 8), (200, 10)):
        actions.set_wind(WindForm(up_to_m=up_to_m, force=force), by=None)
    made = [_vessel(number, names[0], today) for number in range(1, VESSELS + 1)]
    for number, vessel in enumerate(made[:AT_SEA]):
        with clock.at(clock.now() - timedelta(hours=26 if number == 1 else 3)):
            _leave(vessel, skipper)
    return len(made)


def _vessel(number: int, port: str, today: date) -> Vessel:
    vessel = actions.register(
        VesselForm(
            name=f"【示例】鲁芝渔{60100 + number}",
            kind=VesselKind.ANGLING if number <= AT_SEA else KINDS[number % len(KINDS)],
            port=port,
            length_m=8 + 2.5 * number,
            power_kw=40 + 25 * number,
            mmsi=f"41230{6000 + number}",
            permitted_crew=6,
            owner="示例渔业合作社",
            username="skipper",
            registered_until=today + timedelta(days=700),
            licensed_until=today + timedelta(days=400),
            # The last one has not been inspected in time.
            inspected_until=today + timedelta(days=-20 if number == VESSELS else 200),
        ),
        by=None,
    )
    for post in ("船长", "轮机员", "船员"):
        said = CrewForm(
            member=f"{post}·{number}号船",
            duty=post,
            certificate=f"示例证书-{number}",
            certified_until=today + timedelta(days=365),
        )
        actions.sign_on(vessel, said, by=None)
    return vessel


def _leave(vessel: Vessel, skipper: Actor) -> None:
    crew = [each.id for each in queries.crew(vessel.id)]
    said = DepartForm(crew=crew, destination="【示例】近海渔场", weather=True)
    voyages.depart(vessel, said, by=skipper)


def _person(username: str) -> Actor | None:
    account = people.by_username(username)
    return actors.person(account.id) if account else None
