"""The 34 ledgers: what each is called, by which right its rows are seen, who signs for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, and_, any_, false, literal, null, or_, select

from webapp.base.access import Actor, Anywhere, Holds, Rule, may
from webapp.base.language import N_
from webapp.cases.rules import DEPARTMENT, DESK, FIELD
from webapp.grids.models import Grid
from webapp.grids.rules import STAFF
from webapp.ports.rules import WATCHERS
from webapp.residents.rules import CARERS


class Scope(StrEnum):
    """How much of the territory is looked at."""

    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    GRID = "grid"


class Form(StrEnum):
    """How rows leave the database: on a page, or in a file."""

    PAGE = "page"
    XLSX = "xlsx"
    DOCX = "docx"
    PDF = "pdf"


FORM_WORDS = {
    Form.PAGE: _l("Looked at on a page"),
    Form.XLSX: _l("Taken as Excel"),
    Form.DOCX: _l("Taken as Word"),
    Form.PDF: _l("Taken as PDF"),
}

FILE_WORDS = {
    Form.XLSX: _l("Excel"),
    Form.DOCX: _l("Word"),
    Form.PDF: _l("PDF to print and sign"),
}

# What is printed is read by people: longer ones are for machines, in Excel.
MOST_PRINTED = 1000
MOST_FROZEN = 50_000
# So many rows of a guarded ledger are shown for one purpose.
MOST_LOOKED_AT = 200
# Years after which frozen rows about people are erased; what was signed stays, with their hash.
ERASE_YEARS = 3


class Section(StrEnum):
    """What a ledger is about."""

    PEOPLE = "people"
    CARE = "care"
    SAFETY = "safety"
    WORK = "work"
    COMMUNITY = "community"


SECTION_WORDS = {
    Section.PEOPLE: _l("Grids, homes and people"),
    Section.CARE: _l("People who are looked after"),
    Section.SAFETY: _l("Safety of the place"),
    Section.WORK: _l("Work that was done"),
    Section.COMMUNITY: _l("Community life"),
}

_STREET = ("street_leader", "station_head")
_CARE = Holds(*CARERS, "street_leader")
_CASES = Holds(*FIELD, *DESK)
_NEAR = ("grid_secretary", "grid_leader", "grid_worker")
_COMMUNITY = Anywhere("dispatcher", "shift_leader", "supervisor", "street_leader") | Holds(
    *_NEAR, "station_head"
)


@dataclass(frozen=True)
class Ledger:
    """A ledger: its number and name, the right over its rows, who may take a scope of it as a whole.

    `right` is that of the part that owns the data. `whole` only asks for a grid (None: the whole subdistrict). `reveal` is the right to take
    names and numbers whole. `monthly`: its rows are of a month, else they are as they stand.
    `narrow` says what is kept of it where the name promises more. `office` are posts that sign for it
    over the whole subdistrict, wherever they are held.
    """

    number: int
    key: str
    words: LazyString
    section: Section
    right: str
    whole: Rule
    monthly: bool = False
    reveal: str | None = None
    narrow: LazyString | None = None
    office: tuple[str, ...] = ()

    @property
    def is_guarded(self) -> bool:
        """True when every look at its rows wants a purpose and is written down."""
        return self.section is Section.CARE


def _care(number: int, key: str, words: LazyString) -> Ledger:
    return Ledger(
        number,
        key,
        words,
        Section.CARE,
        right="key_groups.see",
        whole=_CARE,
        reveal="households.export",
    )


def _neighbours(number: int, key: str, words: LazyString) -> Ledger:
    return Ledger(
        number,
        key,
        words,
        Section.COMMUNITY,
        right="neighbours.see",
        whole=_COMMUNITY,
        reveal="neighbours.keep",
    )


def _matters(
    number: int, key: str, words: LazyString, section: Section, narrow: LazyString | None = None
) -> Ledger:
    return Ledger(
        number,
        key,
        words,
        section,
        right="cases.see",
        whole=_CASES,
        monthly=True,
        narrow=narrow,
    )


_TABLE = (
    Ledger(
        1,
        "opinions",
        _l("Community opinion book"),
        Section.COMMUNITY,
        right="opinions.see",
        whole=_COMMUNITY,
        monthly=True,
    ),
    Ledger(
        2,
        "grids",
        _l("Grids at a glance"),
        Section.PEOPLE,
        right="grids.see_inside",
        whole=Anywhere(*STAFF),
    ),
    Ledger(
        3,
        "staff",
        _l("Staff of the grids"),
        Section.PEOPLE,
        right="people.see",
        whole=Anywhere("admin", "street_leader", "supervisor", "shift_leader"),
        reveal="people.reveal",
    ),
    _neighbours(4, "building_heads", _l("Red-heart building heads")),
    _neighbours(5, "party_households", _l("Party-member centre households")),
    _neighbours(6, "party_reports", _l("Working party members who reported in")),
    _neighbours(7, "partners", _l("Good-neighbour partners")),
    Ledger(
        8,
        "dwellings",
        _l("Housing as it is"),
        Section.PEOPLE,
        right="buildings.see",
        whole=Holds(*CARERS, *_STREET),
    ),
    Ledger(
        9,
        "residents",
        _l("Residents as they are"),
        Section.PEOPLE,
        right="households.see",
        whole=Holds(*CARERS, *_STREET),
        reveal="households.export",
    ),
    Ledger(
        10,
        "tenants",
        _l("Rented homes and residents from elsewhere"),
        Section.PEOPLE,
        right="households.see",
        whole=Holds(*CARERS, *_STREET),
        reveal="households.export",
    ),
    _care(11, "alone", _l("Old people alone or with children far away")),
    _care(12, "children", _l("Children in need")),
    _care(13, "disabled", _l("Disabled residents")),
    _care(14, "hardship", _l("Low income and hardship")),
    _care(15, "veterans", _l("Veterans")),
    _care(16, "out_of_work", _l("Residents hard to find work for")),
    Ledger(
        17,
        "enterprises",
        _l("Enterprises and the nine small premises"),
        Section.SAFETY,
        right="enterprises.see",
        whole=Anywhere(*STAFF),
        reveal="enterprises.reveal",
    ),
    Ledger(
        18,
        "dangers",
        _l("Hidden dangers put right"),
        Section.SAFETY,
        right="dangers.see",
        whole=Anywhere("safety_officer", "admin", "dispatcher", "shift_leader", "street_leader")
        | Holds(*_NEAR),
        monthly=True,
        office=("safety_officer",),
    ),
    _matters(
        19,
        "fire",
        _l("Fire-fighting facilities"),
        Section.SAFETY,
        _l("Faulty facilities and blocked fire lanes; sound ones are kept in no register."),
    ),
    _matters(20, "forest", _l("Prevention of forest fires"), Section.SAFETY),
    Ledger(
        21,
        "flood",
        _l("Flood points and supplies"),
        Section.SAFETY,
        right="sensors.see",
        whole=Anywhere("safety_officer", "admin", "dispatcher", "shift_leader", "street_leader")
        | Holds(*_NEAR),
        narrow=_l("Gauges of water and rain; supplies are kept in no register."),
    ),
    Ledger(
        22,
        "vessels",
        _l("Fishing vessels and ports"),
        Section.SAFETY,
        right="vessels.see",
        whole=Anywhere(*WATCHERS),
        reveal="vessels.reveal",
        office=("port_manager",),
    ),
    _matters(23, "disputes", _l("Disputes found and settled"), Section.WORK),
    Ledger(
        24,
        "visits",
        _l("Visits to households"),
        Section.WORK,
        right="home_visits.see",
        whole=Holds(*CARERS),
        monthly=True,
        reveal="households.export",
    ),
    Ledger(
        25,
        "patrols",
        _l("Log of patrols"),
        Section.WORK,
        right="patrols.see",
        whole=_CASES,
        monthly=True,
    ),
    Ledger(
        26,
        "appeals",
        _l("Requests to the hotline"),
        Section.WORK,
        right="appeals.see",
        whole=Anywhere(*DESK),
        monthly=True,
    ),
    Ledger(
        27,
        "livelihood",
        _l("Deeds for the people"),
        Section.COMMUNITY,
        right="livelihood.see",
        whole=_COMMUNITY,
    ),
    Ledger(
        28,
        "deliberation",
        _l("Consultation and deliberation"),
        Section.COMMUNITY,
        right="topics.see",
        whole=_COMMUNITY,
    ),
    Ledger(
        29,
        "publicity",
        _l("Public notices and openness"),
        Section.COMMUNITY,
        right="news.read",
        whole=Anywhere(*STAFF),
        monthly=True,
    ),
    Ledger(
        30,
        "property",
        _l("Ratings of property companies"),
        Section.COMMUNITY,
        right="property.read",
        whole=Anywhere(*STAFF),
    ),
    Ledger(
        31,
        "volunteers",
        _l("Service of volunteers"),
        Section.COMMUNITY,
        right="activities.see",
        whole=_COMMUNITY,
        monthly=True,
        reveal="activities.lead",
    ),
    Ledger(
        32,
        "activities",
        _l("Publicity and activities"),
        Section.COMMUNITY,
        right="activities.see",
        whole=_COMMUNITY,
        monthly=True,
    ),
    Ledger(
        33,
        "agency",
        _l("Matters done by agents"),
        Section.WORK,
        right="applications.see",
        whole=Anywhere("street_leader", "supervisor"),
        monthly=True,
    ),
    Ledger(
        34,
        "evaluation",
        _l("Evaluation of grids"),
        Section.WORK,
        right="cases.see",
        whole=_CASES,
        monthly=True,
        narrow=_l("Matters of each grid in the month; shares are those of the figures."),
    ),
)

LEDGERS = {each.key: each for each in _TABLE}

# Whoever freezes a ledger of a place signs for it, and holds one of these posts over all of it.
SIGNERS = ("grid_secretary", "grid_leader", "station_head", "street_leader")


class SeesRows(Rule):
    """Holds, somewhere, the right of the part that owns the data of the ledger."""

    words = N_("whoever sees the data of the ledger")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When some of its rows may be theirs."""
        if thing is None:
            return True
        return may(who, thing.right)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """Rows of ledgers are asked for by the right of the part that owns them."""
        raise NotImplementedError(self.words)


class OverWhole(Rule):
    """May see every row of the ledger over the whole of a scope."""

    words = N_("whoever sees the whole ledger there")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When each grid of the scope is theirs; of the subdistrict, whatever lies in none too."""
        if thing is None:
            return True
        rule = LEDGERS[thing.ledger].whole
        places: Iterable[int | None] = [None] if _is_all(thing) else thing.grid_ids
        return all(rule.allows(who, SimpleNamespace(grid_id=place)) for place in places)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """The same over all rows of `model`."""
        return or_(
            false(),
            *(
                and_(model.ledger == each.key, _over(each.whole, who, model))
                for each in LEDGERS.values()
            ),
        )


class SignsThere(Rule):
    """Answers for the whole of a scope: by a post over it, or by the office of the ledger."""

    words = N_("whoever answers for the place, or the office of the ledger")

    def allows(self, who: Actor, thing: Any) -> bool:
        """When a post of a signer is held over each grid of the scope."""
        if thing is None:
            return True
        if who.everywhere(SIGNERS) or who.holds(LEDGERS[thing.ledger].office):
            return True
        return not _is_all(thing) and who.grids(SIGNERS).issuperset(thing.grid_ids)

    def clause(self, who: Actor, model: Any) -> ColumnElement[bool]:
        """Nobody lists what they may freeze."""
        raise NotImplementedError(self.words)


def _is_all(thing: Any) -> bool:
    return bool(thing.scope == Scope.SUBDISTRICT)


def _over(rule: Rule, who: Actor, model: Any) -> ColumnElement[bool]:
    outside = select(literal(1)).where(
        Grid.id == any_(model.grid_ids), ~rule.clause(who, SimpleNamespace(grid_id=Grid.id))
    )
    everywhere = rule.clause(who, SimpleNamespace(grid_id=null()))
    return or_(
        and_(model.scope == Scope.SUBDISTRICT, everywhere),
        and_(model.scope != Scope.SUBDISTRICT, ~outside.exists()),
    )


MAY = {
    "ledgers.list": Anywhere(*STAFF),
    "ledgers.see": Anywhere(*STAFF) & SeesRows(),
    "ledgers.takings": Anywhere("admin", "supervisor", "street_leader"),
    "ledgers.lay_out": Anywhere("admin", "supervisor", "street_leader"),
    "ledgers.frozen": Anywhere(*STAFF, *DEPARTMENT) & OverWhole(),
    "ledgers.freeze": Anywhere(*STAFF) & SignsThere() & OverWhole(),
}
