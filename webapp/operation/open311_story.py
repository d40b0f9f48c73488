"""Demo data of Open311: what a portal of others has sent, one request confirmed and one that waits."""

from __future__ import annotations

import uuid
from datetime import timedelta

from webapp.base import clock, files
from webapp.base.spatial import shape_of, to_lonlat
from webapp.cases import actions as cases, moves, queries
from webapp.cases.residents import actions as residents
from webapp.cases.rules import Stage
from webapp.grids import queries as grids
from webapp.interop.open311 import actions, queries as open311
from webapp.interop.open311.forms import RequestForm
from webapp.operation import scenes
from webapp.operation.cast import actor
from webapp.people import actions as people_actions, actors
from webapp.people.actors import Person

PORTAL = "【示例】市民门户"
NAMES = uuid.UUID("c6b4b1de-1f0e-4c55-8f54-0a6a1d0b3112")

# A service that asks three kinds of things, one of the type batch, one whose name wants care in XML.
SENT: tuple[dict[str, object], ...] = (
    {
        "service_code": "01037",
        "description": "【示例】两盏路灯不亮 & 路口很暗 <请尽快>",
        "attribute[count]": "2",
        "attribute[fault]": "dark",
        "attribute[place][]": ["road", "crossing"],
    },
    {"service_code": "06028", "description": "【示例】夜间施工噪声"},
    {"service_code": "29901", "description": "【示例】夜市油烟"},
)
CONFIRMED = ("01037", "29901")
SCENES = {"01037": "lamp", "06028": "stall", "29901": "stall"}


def tell(*, prefix: str, home: str) -> int:
    """What the portal sent is there; answers how many requests are new."""
    grid = next((each for each in grids.living() if home in each.name), grids.living()[0])
    version = grids.version_of(grid)
    if version is None:
        return 0
    machine = actors.person(people_actions.machine_account(PORTAL, by=None).id)
    if machine is None:
        raise LookupError("the demo portal is locked")
    middle = shape_of(version.geom).representative_point()
    spots = [to_lonlat(middle.x - 15 * place, middle.y + 12 * place) for place in range(len(SENT))]
    made = zip(SENT, spots, strict=True)
    return sum(_send(sent, spot, prefix=prefix, by=machine) for sent, spot in made)


def _send(sent: dict[str, object], spot: tuple[float, float], *, prefix: str, by: Person) -> bool:
    code = str(sent["service_code"])
    mark = uuid.uuid5(NAMES, code)
    service = open311.service(code)
    if service is None or queries.by_client_id(mark) is not None:
        return False
    lon, lat = spot
    wish = RequestForm.of({**sent, "lat": lat, "long": lon, "client_id": str(mark)})
    at = clock.now() - timedelta(hours=3)
    with clock.at(at):
        case, _kept = actions.send(wish, service, by=by, prefix=prefix)
        # Whoever passed by has taken one: clients send links, and those lead nowhere here.
        worker = actor("worker")
        picture = files.keep_picture(
            scenes.photo(SCENES[code], seed=int(code), solved=False), by=worker
        )
        photo = cases.add_media(case, picture, stage=Stage.FOUND)
    if code in CONFIRMED:
        with clock.at(at + timedelta(minutes=20)):
            moves.file_case(case, by=actor("shift"))
            words = wish.description
            residents.release(
                case, words=words, photos=[photo.id], private=False, by=actor("dispatcher")
            )
    return True
