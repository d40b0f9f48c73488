"""Demo fishing port: vessels and crews, some at sea, a season, wind limits, a recall that was lifted."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, datetime, timedelta

from webapp.base import clock
from webapp.base.access import Actor
from webapp.grids import queries as grids
from webapp.grids.rules import PlaceKind
from webapp.monitoring.signals import Position
from webapp.people import actors, queries as people
from webapp.ports import actions, queries, recalling, voyages
from webapp.ports.forms import (
    CrewForm,
    DepartForm,
    GateLineForm,
    PortForm,
    RecallForm,
    SeasonForm,
    VesselForm,
    WindForm,
)
from webapp.ports.models import Port, Vessel
from webapp.ports.rules import VesselKind
from webapp.ports.sea import actions as sea, keeping
from webapp.ports.sea.rules import Limits

SOURCE = "【示例】由演示数据生成，非真实渔港登记"

KINDS = (VesselKind.GILLNET, VesselKind.TRAWL, VesselKind.STOW, VesselKind.ANGLING)
VESSELS = 8
# The first so many are at sea; the second of them since yesterday.
AT_SEA = 3
WIND = 8
# So often each of them says where it fishes.
SAYS = timedelta(minutes=20)
RECEIVER = "【示例】AIS"
QUIET_H = 240


def tell() -> int:
    """A port of the geodata has its vessels; answers how many are new."""
    skipper, keeper = _person("skipper"), _person("port")
    places = grids.places_of(PlaceKind.FISHING_PORT)
    if skipper is None or keeper is None or not places or queries.ports():
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
    # The house may run for days without anybody who transmits.
    sea.set_limits(replace(Limits(), silent_h=QUIET_H), base_version=None, by=None)
    quay = made[0].port.lonlat or (0.0, 0.0)
    _gate(made[0].port, quay)
    told = []
    # The one that is out since yesterday left first, and was called back before a wind that did not come.
    for number in (1, 0, *range(2, AT_SEA)):
        vessel, left_at = made[number], clock.now() - timedelta(hours=26 if number == 1 else 3)
        with clock.at(left_at):
            _leave(vessel, skipper)
        if number == 1:
            _recall(left_at + timedelta(hours=6), keeper, skipper)
        told += _way(str(vessel.mmsi), quay, left_at, number)
    keeping.keep(told, source=RECEIVER, received_at=clock.now())
    return len(made)


def _gate(port: Port, quay: tuple[float, float]) -> None:
    """A line to the north of the quay, from east to west: the port lies to its left."""
    lon, lat = quay
    drawn = GateLineForm(
        name="【示例】口门线", corners=[(lon + 0.01, lat + 0.004), (lon - 0.01, lat + 0.004)]
    )
    actions.draw_gate_line(port, drawn, by=None)


def _way(mmsi: str, quay: tuple[float, float], left_at: datetime, number: int) -> list[Position]:
    """Straight out to the north for half an hour, then to and fro where it fishes, until just now."""
    lon, lat = quay
    out = [
        Position(
            mmsi,
            left_at + timedelta(minutes=2 * n),
            (lon + 0.001 * number, lat + 0.002 * max(0, n - 3)),
            4.0,
            0.0,
        )
        for n in range(18)
    ]
    (east, north), begin = out[-1].lonlat, out[-1].at
    last = clock.now() - timedelta(minutes=2)
    stays = [
        Position(
            mmsi,
            begin + SAYS * n,
            (
                east + 0.012 * (number + 1) * math.sin(n / 5),
                north + 0.012 * (1 - math.cos(n / 7)),
            ),
            1.5,
            90.0,
        )
        for n in range(1, (last - begin) // SAYS + 1)
    ]
    return [*out, *stays]


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
            phone=f"1380000{6000 + number}",
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


def _recall(called_at: datetime, keeper: Actor, skipper: Actor) -> None:
    """Vessels are called back, their skippers know it, and hours later it is lifted."""
    with clock.at(called_at):
        said = RecallForm(force=WIND, note="【示例】今夜阵风八级，请立即回港。")
        recall = recalling.call_back(said, by=keeper)
    with clock.at(called_at + timedelta(minutes=12)):
        for call, _voyage in queries.calls(recall.id):
            recalling.acknowledge(call, by=skipper)
    with clock.at(called_at + timedelta(hours=5)):
        recalling.lift(recall, by=keeper)


def _person(username: str) -> Actor | None:
    account = people.by_username(username)
    return actors.person(account.id) if account else None
