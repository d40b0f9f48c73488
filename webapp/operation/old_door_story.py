"""Demo old doors: a few houses of former villages by lane and year, some with the home of today."""

from __future__ import annotations

from webapp.base.spatial import to_lonlat
from webapp.grids import queries as grids
from webapp.grids.models import Grid
from webapp.grids.rules import GridKind
from webapp.operation.cast import actor
from webapp.people import queries as people
from webapp.relocation.old_doors import actions, lanes, queries
from webapp.relocation.old_doors.forms import HomeForm, LaneForm, OldHouseForm
from webapp.relocation.old_doors.queries import Sought
from webapp.relocation.old_doors.rules import OldHouseKind

SOURCE = "【示例】由演示数据生成，非真实门牌"

APART_M = 30.0
STEMS = "甲乙丙丁戊己庚辛壬癸"

# Lane, number, what stood there, from and until which year.
DOORS = (
    ("东巷", "1号", OldHouseKind.HOME, 1958, 2014),
    ("东巷", "2号", OldHouseKind.HOME, 1962, 2014),
    ("老井街", "7号", OldHouseKind.HOME, 1931, 1995),
    ("老井街", "7号", OldHouseKind.HOME, 1995, 2014),
    ("老井街", "9号", OldHouseKind.PUBLIC, 1953, 2014),
)

# Lane, from and until which year, how far north of the middle of the village.
LANES = (("东巷", 1931, 2014, -8.0), ("老井街", 1931, 2014, 20.0))


def tell() -> int:
    """The doors are there; answers how many are new."""
    if queries.doors(wish=Sought(), limit=1).rows:
        return 0
    villages = [grid for grid in grids.living() if grid.kind == GridKind.RELOCATED]
    return sum(_told(place, village) for place, village in enumerate(villages))


def _told(place: int, village: Grid) -> int:
    version, account = grids.version_of(village), people.by_username(village.display_code.lower())
    if version is None or account is None or account.username is None:
        return 0
    keeper, middle = actor(account.username), version.shape.representative_point()
    for step, (lane, number, kind, first, last) in enumerate(DOORS):
        lon, lat = to_lonlat(middle.x + APART_M * (step - 2), middle.y + 12.0 * (step % 2))
        said = OldHouseForm(
            lane=f"【示例】{lane}",
            number=number,
            kind=kind,
            year_from=first,
            year_until=last,
            family=f"示例老户·{STEMS[place % len(STEMS)]}{step + 1}"
            if kind is OldHouseKind.HOME
            else None,
            lon=lon,
            lat=lat,
            provenance=SOURCE,
        )
        house = actions.write_down(village, said, by=keeper)
        if place == 0 and step < 2:
            actions.link(house, _home(f"{step + 2}01"), by=keeper)
    for lane, first, last, north in LANES:
        ends = (to_lonlat(middle.x + along, middle.y + north) for along in (-90.0, 0.0, 90.0))
        line = LaneForm(
            name=f"【示例】{lane}",
            corners="\n".join(f"{lon} {lat}" for lon, lat in ends),
            year_from=first,
            year_until=last,
            provenance=SOURCE,
        )
        lanes.draw(village, line, by=keeper)
    return len(DOORS)


def _home(door: str) -> HomeForm:
    """A flat of the block in the worker's grid, as the story of homes has it."""
    worker = actor("worker")
    grid = next(each for each in grids.living() if each.id in worker.grids(("grid_worker",)))
    return HomeForm(building_grid=grid.display_code, building="【示例】1号楼", stair="1", door=door)
