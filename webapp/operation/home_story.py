"""Demo homes: blocks and village houses in three grids, who lives there, who is visited."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from shapely import Point, box
from stdnum.cn import ric

from webapp.base import clock
from webapp.base.spatial import to_lonlat, to_metric
from webapp.grids import queries as grids
from webapp.grids.models import Grid
from webapp.grids.rules import PlaceKind
from webapp.operation.cast import actor
from webapp.people import days, queries as people
from webapp.people.actors import Person
from webapp.people.outdoors import Stood
from webapp.residents import actions, care, list_queries, queries, visit_queries, visits
from webapp.residents.forms import (
    BuildingForm,
    DwellingForm,
    HouseholdForm,
    KeyFlagForm,
    ResidentForm,
)
from webapp.residents.models import Building, Household
from webapp.residents.rules import BuildingKind, KeyGroup, Relation, Use
from webapp.residents.visit_rules import Need

SOURCE = "【示例】由演示数据生成，非真实住户"

# So far apart (metres) stand the buildings of a grid, and so large is a block.
APART_M = 55.0
BLOCK_M = (36.0, 12.0)

# The plant with the ammonia store, and how far from it towards south and west its workers live.
STORE, DOWNWIND_M = "志成水产有限公司", 250.0

STEMS = "甲乙丙丁戊己庚辛壬癸"
COUNT = "一二三四五六七八九"

# Who lives behind a door: years of age, and what each is to the head (the first one).
FAMILIES: Sequence[Sequence[tuple[int, Relation]]] = (
    ((79, Relation.HEAD),),
    ((44, Relation.HEAD), (42, Relation.SPOUSE), (13, Relation.CHILD)),
    ((71, Relation.HEAD), (70, Relation.SPOUSE)),
    ((33, Relation.HEAD), (31, Relation.SPOUSE), (4, Relation.CHILD), (62, Relation.PARENT)),
    ((27, Relation.HEAD), (26, Relation.OTHER)),
)

# Which homes have somebody of a key group: number of the home, group, first day (days ago).
CARED = (
    (0, KeyGroup.LIVES_ALONE, 12),
    (0, KeyGroup.HELP_TO_LEAVE, 12),
    (2, KeyGroup.EMPTY_NEST, 40),
    (3, KeyGroup.DISABLED, 29),
    (5, KeyGroup.LIVES_ALONE, 5),
)


def tell() -> int:
    """The worker's grid has its homes, a village grid, and the plant where the exercise is played;
    answers how many households are new."""
    worker, leader = actor("worker"), actor("leader")
    if list_queries.buildings(worker).rows:
        return 0
    home = next(grid for grid in grids.living() if grid.id in worker.grids(("grid_worker",)))
    made: list[Household] = []
    for place, building in enumerate(_buildings(home, worker, BuildingKind.BLOCK, 3)):
        made += _block(building, worker, place)
    village = next((grid for grid in grids.living() if grid.kind == "village"), None)
    keeper = _keeper(village) if village else None
    if village is not None and keeper is not None:
        for building in _buildings(village, keeper, BuildingKind.HOUSE, 4):
            made.append(_family(building, DwellingForm(), len(made) + 20, keeper))
    made += _dormitory()
    _cared(made, worker, leader)
    return len(made)


def _dormitory() -> list[Household]:
    """Families of workers live downwind of the ammonia store, in the same grid."""
    for place, grid in grids.places_of(PlaceKind.ENTERPRISE):
        keeper = _keeper(grid) if grid else None
        if place.name == STORE and grid and keeper and place.lonlat:
            x, y = to_metric(*place.lonlat)
            middle = Point(x - DOWNWIND_M, y - DOWNWIND_M)
            blocks = _buildings(grid, keeper, BuildingKind.BLOCK, 1, middle=middle)
            return [home for block in blocks for home in _block(block, keeper, 9)]
    return []


def _buildings(
    grid: Grid, by: Person, kind: BuildingKind, many: int, *, middle: Point | None = None
) -> list[Building]:
    version = grids.version_of(grid)
    if version is None:
        return []
    first = -6 if middle is None else 0
    middle = middle or version.shape.representative_point()
    made: list[Building] = []
    for step in range(first, 7):
        spot = Point(middle.x + APART_M * step, middle.y + 8.0 * (step % 3))
        if len(made) == many or not version.shape.contains(spot.buffer(25)):
            continue
        lon, lat = to_lonlat(spot.x, spot.y)
        number = len(made) + 1
        block = kind is BuildingKind.BLOCK
        said = BuildingForm(
            name=f"【示例】{number}号楼" if block else f"【示例】村东{number}号",
            kind=kind,
            address=f"{grid.community.name}示例路{10 + number}号",
            floors=6 if block else 1,
            lon=lon,
            lat=lat,
        )
        building = actions.register(said, by=by, provenance=SOURCE)
        if block:
            wide, deep = BLOCK_M
            west, south = to_lonlat(spot.x - wide / 2, spot.y - deep / 2)
            east, north = to_lonlat(spot.x + wide / 2, spot.y + deep / 2)
            actions.draw(building, box(west, south, east, north), by=by)
        made.append(building)
    return made


def _block(building: Building, by: Person, place: int) -> list[Household]:
    """Four homes, and one dwelling that stands empty."""
    made = []
    for number in range(4):
        stair, floor = str(number % 2 + 1), number // 2 + 2
        said = DwellingForm(stair=stair, floor=floor, door=f"{floor}0{number % 2 + 1}")
        made.append(_family(building, said, place * 4 + number, by))
    empty = DwellingForm(stair="2", floor=6, door="602", use=Use.EMPTY)
    actions.add_dwelling(building, empty, by=by)
    return made


def _family(building: Building, door: DwellingForm, number: int, by: Person) -> Household:
    dwelling = actions.add_dwelling(building, door, by=by)
    household: Household | None = None
    for place, (years, relation) in enumerate(FAMILIES[number % len(FAMILIES)]):
        said = {
            "name": f"示例居民·{STEMS[number % 10]}{COUNT[number // 10]}之{COUNT[place]}",
            "relation": relation,
            "id_number": _number(years, number * 10 + place),
            "phone": f"1380000{1000 + number * 10 + place}" if years > 16 else None,
            "registered_here": number % len(FAMILIES) != 4,
        }
        if household is None:
            rented = Use.RENTED if number % len(FAMILIES) == 4 else Use.OWNED
            moved = {"since": date(2019, 5, 1), "use": rented}
            household = actions.move_in(dwelling, HouseholdForm.of(said | moved), by=by)
        else:
            actions.join(household, ResidentForm.of(said), by=by, provenance=SOURCE)
    if household is None:
        raise LookupError("a family has nobody")
    return household


def _number(years: int, serial: int) -> str:
    """An identity number that fits and belongs to nobody: no district has this code."""
    born = date(days.today().year - years, 3, 1 + serial % 28)
    front = f"999999{born:%Y%m%d}{serial:03d}"
    return front + ric.calc_check_digit(front + "0")


def _cared(homes: Sequence[Household], worker: Person, leader: Person) -> None:
    today = days.today()
    for number, kind, ago in CARED:
        head = queries.residents_of(homes[number].id)[0]
        said = KeyFlagForm(
            kind=kind,
            purpose="【示例】冬季关爱走访",
            first_day=today - timedelta(days=ago),
            last_day=today + timedelta(days=180),
        )
        care.set_flag(head, said, by=leader)
    visit = visit_queries.due_at(homes[5].id)
    lonlat = homes[5].dwelling.building.lonlat
    if visit is not None and lonlat is not None:
        with clock.at(clock.now() - timedelta(days=2)):
            visits.make(
                visit,
                by=worker,
                needs=[Need.REPAIR],
                stood=Stood(*lonlat, accuracy_m=8),
                note="【示例】楼道灯不亮，其他都好。",
            )
    visit = visit_queries.due_at(homes[2].id)
    if visit is not None and lonlat is not None:
        with clock.at(clock.now() - timedelta(hours=5)):
            visits.knock(visit, by=worker, note="【示例】白天无人应门")


def _keeper(grid: Grid) -> Person | None:
    """Whoever is on watch in a grid."""
    account = people.by_username(grid.display_code.lower())
    return actor(account.username) if account and account.username else None
