"""Residents from a workbook, one in each row: all of them are known afterwards, or nothing was written.

Ten thousand rows are read, checked in memory against what is known, and written together: a few
statements for all of them, with one event in the log for each thing that is new.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from webapp.base import audit, sealing
from webapp.base.access import Actor, may
from webapp.base.datum import Datum
from webapp.base.db import db
from webapp.base.flow import Refusal, Unacceptable
from webapp.grids import queries as grids
from webapp.people import days, workbook
from webapp.people.workbook import Fault
from webapp.residents import detail_queries, details, import_queries as queries, sheet
from webapp.residents.actions import portray
from webapp.residents.detail_models import ResidentDetail
from webapp.residents.forms import RowForm
from webapp.residents.models import Building, Dwelling, Household, Resident
from webapp.residents.rules import ID_NUMBER, Relation, identity

MOST_ROWS = 10_000


@dataclass(frozen=True)
class Outcome:
    """What a workbook comes to: what is new, who was known already, what is wrong."""

    residents: int = 0
    households: int = 0
    buildings: int = 0
    known: int = 0
    faults: list[Fault] = field(default_factory=list)


@dataclass
class _Home:
    """A dwelling of the workbook with its household, and who is known to live there."""

    household: Household
    people: dict[str, Resident]
    has_head: bool
    # Behind one door: a row does not say to which household it belongs.
    several: bool = False


class _Wrong(Refusal):
    """A row does not fit what is known; `fields` says where."""


def carry_out(body: bytes, *, by: Actor) -> Outcome:
    """Everybody of the workbook lives where it says; who lives there already stays as they are.

    With a fault in any row nothing is written. Raises `Unacceptable` when it is no list of residents.
    """
    rows = workbook.rows(body, most=MOST_ROWS)
    reader = workbook.Reader(
        rows[0] if rows else None, sheet.columns(), needed=sheet.NEEDED, words=sheet.words()
    )
    trial = db.session.begin_nested()
    work = _Work(by)
    read: list[tuple[int, RowForm]] = []
    for row in rows[1:]:
        try:
            read.append((row.number, RowForm.of(reader.said(row))))
        except Refusal as refusal:
            work.fault(row.number, refusal)
    work.prepare([form for _number, form in read])
    for number, form in read:
        try:
            work.take(number, form)
        except Refusal as refusal:
            work.fault(number, refusal)
    if not work.faults:
        work.settle()
    if work.faults:
        trial.rollback()
        return Outcome(faults=sorted(work.faults, key=lambda each: each.row))
    trial.commit()
    return work.outcome()


class _Work:
    """What of a workbook is new, by what is known already."""

    def __init__(self, by: Actor) -> None:
        self.by = by
        self.faults: list[Fault] = []
        self.known = 0
        self.grids = {
            code: grid.id for grid in grids.living() for code in (grid.code, grid.display_code)
        }
        self.numbers: dict[bytes, Resident] = {}
        self.buildings: dict[tuple[int, str], Building] = {}
        self.dwellings: dict[tuple[int, str, str, str], Dwelling] = {}
        self.homes: dict[tuple[int, str, str, str], _Home] = {}
        self.made: dict[str, list[Any]] = {
            "building": [],
            "dwelling": [],
            "household": [],
            "resident": [],
        }
        self.back: list[Resident] = []
        self.rows: dict[int, int] = {}
        self.columns = sheet.columns()
        self.fields = detail_queries.on(held=True)
        self.details: list[tuple[Resident, dict[int, str | None]]] = []

    def fault(self, row: int, refusal: Refusal) -> None:
        """A row cannot be used."""
        self.faults += workbook.faults(refusal, row, self.columns)

    def prepare(self, forms: Iterable[RowForm]) -> None:
        """What is known of the grids and the numbers of these rows, by four statements."""
        wanted, blinds = set(), set()
        for form in forms:
            if form.grid in self.grids:
                wanted.add(self.grids[form.grid])
            if form.id_number:
                try:
                    number = identity(form.id_number).number
                except Unacceptable:
                    continue
                blinds.update(sealing.blinds(number, of=ID_NUMBER))
        for building in queries.buildings_in(wanted):
            self.buildings[building.grid_id or 0, building.name] = building
        for dwelling in queries.dwellings_in(wanted):
            building = dwelling.building
            key = (building.grid_id or 0, building.name, dwelling.stair, dwelling.door)
            self.dwellings[key] = dwelling
        for household, people in queries.households_in(wanted):
            at = household.dwelling
            key = (at.building.grid_id or 0, at.building.name, at.stair, at.door)
            if key in self.homes:
                self.homes[key].several = True
                continue
            self.homes[key] = _Home(
                household,
                {each.name: each for each in people},
                any(each.relation == Relation.HEAD for each in people),
            )
        self.numbers = queries.residents_by(blinds)

    def take(self, row: int, said: RowForm) -> None:
        """Somebody lives where the row says, once it is settled. Raises a `Refusal`."""
        grid_id = self.grids.get(said.grid)
        if grid_id is None:
            raise _wrong("grid", _l("No grid has this code."))
        building = self._building(row, grid_id, said)
        home = self._home(grid_id, building, said)
        known = self._known(said)
        if known is not None and known.left_at is None:
            if known in home.people.values():
                self.known += 1
                return
            raise _wrong(
                "id_number",
                _l(
                    "Somebody with this number lives at another address. There they must leave first."
                ),
            )
        if not said.id_number and said.name in home.people:
            self.known += 1
            return
        if said.relation is Relation.HEAD and home.has_head:
            raise _wrong("relation", _l("The household has a head already. Change theirs first."))
        wanted = details.read(said.details, self.fields)
        resident = known or Resident(provenance=str(_l("From a workbook")))
        portray(resident, said)
        resident.household, resident.left_at = home.household, None
        home.people[said.name] = resident
        home.has_head = home.has_head or said.relation is Relation.HEAD
        if resident.id_blind is not None:
            self.numbers[resident.id_blind] = resident
        self.details.append((resident, wanted))
        (self.made["resident"] if known is None else self.back).append(resident)

    def settle(self) -> None:
        """Everything is written, and stands in the log; or a fault for each building outside its grid."""
        claimed = {id(each): each.grid_id for each in self.made["building"]}
        # Homes in buildings that were there hang on rows of the session: both are written together.
        db.session.add_all(self.made["building"] + self.made["dwelling"])
        db.session.flush()
        for building in self.made["building"]:
            db.session.refresh(building, ["grid_id", "grid_version_id", "cell_code", "on_border"])
            if building.grid_id != claimed[id(building)]:
                words = _l("This point lies in another grid, or in none.")
                self.fault(self.rows[id(building)], _wrong("lon", words))
        if self.faults:
            return
        for kind in ("household", "resident"):
            db.session.add_all(self.made[kind])
            db.session.flush()
        self._keep_details()
        moves = {
            "building": "create",
            "dwelling": "create",
            "household": "move_in",
            "resident": "join",
        }
        events = [
            self._event(kind, thing, moves[kind])
            for kind, things in self.made.items()
            for thing in things
        ]
        audit.record_many(events + [self._event("resident", each, "return") for each in self.back])

    def outcome(self) -> Outcome:
        """How much of it was new."""
        return Outcome(
            residents=len(self.made["resident"]) + len(self.back),
            households=len(self.made["household"]),
            buildings=len(self.made["building"]),
            known=self.known,
        )

    def _keep_details(self) -> None:
        """What the rows say beyond the minimum: of whoever is new by one statement."""
        back = {id(each) for each in self.back}
        for resident, wanted in self.details:
            if id(resident) in back:
                details.keep(resident, wanted)
        db.session.add_all(
            ResidentDetail(resident_id=resident.id, field_id=field_id, value=value)
            for resident, wanted in self.details
            if id(resident) not in back
            for field_id, value in wanted.items()
            if value is not None
        )
        db.session.flush()

    def _building(self, row: int, grid_id: int, said: RowForm) -> Building:
        known = self.buildings.get((grid_id, said.building))
        if known is not None:
            self._must_be_own(known)
            return known
        if said.lon is None or said.lat is None:
            raise _wrong("building", _l("The grid has no such building. Say where it stands."))
        made = Building(
            name=said.building,
            kind=said.kind,
            address=said.address,
            provenance=str(_l("From a workbook")),
            version=1,
            grid_id=grid_id,
        )
        self._must_be_own(made)
        made.place_at(said.lon, said.lat, datum=Datum.WGS84)
        self.buildings[grid_id, said.building] = made
        self.rows[id(made)] = row
        self.made["building"].append(made)
        return made

    def _home(self, grid_id: int, building: Building, said: RowForm) -> _Home:
        key = (grid_id, said.building, said.stair, said.door)
        home = self.homes.get(key)
        if home is not None:
            if home.several:
                raise _wrong("door", _l("Several households live there. Add them by hand."))
            return home
        dwelling = self.dwellings.get(key)
        if dwelling is None:
            dwelling = Dwelling(
                building=building, stair=said.stair, floor=said.floor, door=said.door, version=1
            )
            self.dwellings[key] = dwelling
            self.made["dwelling"].append(dwelling)
        dwelling.use = said.use
        household = Household(dwelling=dwelling, since=said.since or days.today(), version=1)
        self.made["household"].append(household)
        self.homes[key] = _Home(household, {}, has_head=False)
        return self.homes[key]

    def _known(self, said: RowForm) -> Resident | None:
        if not said.id_number:
            return None
        number = identity(said.id_number).number
        for each in sealing.blinds(number, of=ID_NUMBER):
            if each in self.numbers:
                return self.numbers[each]
        return None

    def _must_be_own(self, building: Building) -> None:
        if not may(self.by, "households.import", building):
            raise _wrong("grid", _l("This place is in no grid of yours."))

    def _event(self, kind: str, thing: Any, move: str) -> audit.Event:
        return audit.Event(
            thing_kind=kind,
            thing_id=thing.id,
            move=move,
            actor_id=self.by.id,
            grid_id=thing.grid_id,
            data={"by": "workbook"},
        )


def _wrong(name: str, words: Any) -> _Wrong:
    return _Wrong(words, fields={name: words})
