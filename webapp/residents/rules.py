"""Kinds of buildings, households and care; what of a resident is kept and shown; who may what."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from stdnum.cn import ric
from stdnum.exceptions import ValidationError

from webapp.base.access import Anywhere, Holds
from webapp.base.flow import Unacceptable

HIDDEN = "*"
# What the blind indexes are of.
ID_NUMBER = "identity number"
PHONE = "phone number"
# Years after moving away until somebody is erased, where the office has laid down nothing else.
ERASE_YEARS = 3
_NUMBER = re.compile("[0-9]{17}[0-9X]")


class BuildingKind(StrEnum):
    """What a building is, as far as people live in it."""

    BLOCK = "block"
    HOUSE = "house"
    DORMITORY = "dormitory"
    MIXED = "mixed"
    OTHER = "other"


BUILDING_WORDS = {
    BuildingKind.BLOCK: _l("Residential block"),
    BuildingKind.HOUSE: _l("Village house"),
    BuildingKind.DORMITORY: _l("Dormitory"),
    BuildingKind.MIXED: _l("Shops below, homes above"),
    BuildingKind.OTHER: _l("Another building"),
}


class Use(StrEnum):
    """How a dwelling is used. Nobody lives in an empty one."""

    OWNED = "owned"
    RENTED = "rented"
    EMPTY = "empty"
    OTHER = "other"


USE_WORDS = {
    Use.OWNED: _l("Lived in by its owner"),
    Use.RENTED: _l("Rented out"),
    Use.EMPTY: _l("Stands empty"),
    Use.OTHER: _l("Used otherwise"),
}


class Sex(StrEnum):
    """GB/T 2261.1: 1, 2 and 0."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


SEX_WORDS = {
    Sex.MALE: _l("male"),
    Sex.FEMALE: _l("female"),
    Sex.UNKNOWN: _l("not said"),
}


class Relation(StrEnum):
    """What somebody is to the head of the household: the first digits of GB/T 4761."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    GRANDCHILD = "grandchild"
    PARENT = "parent"
    GRANDPARENT = "grandparent"
    SIBLING = "sibling"
    OTHER = "other"


RELATION_WORDS = {
    Relation.HEAD: _l("Head of the household"),
    Relation.SPOUSE: _l("Spouse"),
    Relation.CHILD: _l("Child"),
    Relation.GRANDCHILD: _l("Grandchild"),
    Relation.PARENT: _l("Parent"),
    Relation.GRANDPARENT: _l("Grandparent"),
    Relation.SIBLING: _l("Brother or sister"),
    Relation.OTHER: _l("Another relation, or a flatmate"),
}


class KeyGroup(StrEnum):
    """Why somebody is looked after. Nothing about offences, faith or illness is among them."""

    HELP_TO_LEAVE = "help_to_leave"
    LIVES_ALONE = "lives_alone"
    EMPTY_NEST = "empty_nest"
    CHILD_IN_NEED = "child_in_need"
    DISABLED = "disabled"
    LOW_INCOME = "low_income"
    VETERAN = "veteran"
    HARD_TO_PLACE = "hard_to_place"


@dataclass(frozen=True)
class Care:
    """A kind of key group: its words, the longest time it may be set for, how often it is visited."""

    words: LazyString
    most_days: int
    every_days: int | None


_YEAR = 366

KEY_GROUPS = {
    KeyGroup.HELP_TO_LEAVE: Care(_l("Needs help to leave the house"), _YEAR, 30),
    KeyGroup.LIVES_ALONE: Care(_l("Old and lives alone"), _YEAR, 7),
    KeyGroup.EMPTY_NEST: Care(_l("Old, the children are far away"), _YEAR, 30),
    KeyGroup.CHILD_IN_NEED: Care(_l("Child in need"), _YEAR, 30),
    KeyGroup.DISABLED: Care(_l("Disabled"), 3 * _YEAR, 30),
    KeyGroup.LOW_INCOME: Care(_l("Low income or support in hardship"), _YEAR, 90),
    KeyGroup.VETERAN: Care(_l("Veteran"), 3 * _YEAR, 180),
    KeyGroup.HARD_TO_PLACE: Care(_l("Hard to find work for"), _YEAR, 90),
}


@dataclass(frozen=True)
class Identity:
    """What a number of an identity card says by itself."""

    number: str
    born: date
    sex: Sex


def identity(text: str, field: str = "id_number") -> Identity:
    """The identity number with what it says. Raises `Unacceptable` when its check digit does not fit."""
    number = str(ric.compact(text))
    words = _l("This is no identity number: its last character does not fit.")
    # Where it was given is not looked up: lists of districts are older than new districts.
    if not _NUMBER.fullmatch(number) or number[-1] != ric.calc_check_digit(number):
        raise Unacceptable(words, fields={field: words})
    try:
        born = ric.get_birth_date(number)
    except ValidationError:
        raise Unacceptable(words, fields={field: words}) from None
    return Identity(number, born, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def masked_name(name: str) -> str:
    """`示*甲`: the first character, and of three or more the last; the rest is hidden."""
    name = name.strip()
    if len(name) < 3:
        return name[:1] + HIDDEN
    return name[0] + HIDDEN * (len(name) - 2) + name[-1]


def masked_number(number: str) -> str:
    """`3706**********1234`: where it was given and its last four characters."""
    return number[:4] + HIDDEN * (len(number) - 8) + number[-4:]


def age(born: date, on: date) -> int:
    """The whole years somebody has lived on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


CARERS = ("grid_secretary", "grid_leader", "grid_worker")
_STREET = ("street_leader", "station_head")
# Who sends people into danger, wherever it is.
_WATCH = ("dispatcher", "shift_leader", "safety_officer", "street_leader")

MAY = {
    "buildings.see": Holds(*CARERS, *_STREET, *_WATCH),
    "buildings.keep": Holds(*CARERS),
    "households.see": Holds(*CARERS, *_STREET),
    "households.keep": Holds(*CARERS),
    "households.reveal": Holds(*CARERS, "street_leader"),
    "households.import": Holds("grid_secretary", "grid_leader", "street_leader"),
    "households.export": Holds("grid_secretary", "grid_leader", "street_leader"),
    "households.erasures": Anywhere("admin", "supervisor", "street_leader"),
    "households.set_erasure": Anywhere("admin"),
    "households.fields": Anywhere("admin", "supervisor", "street_leader"),
    "households.set_fields": Anywhere("admin"),
    "key_groups.see": Holds(*CARERS, "street_leader"),
    "key_groups.set": Holds("grid_secretary", "grid_leader"),
    "key_groups.in_danger": Holds(*CARERS, *_WATCH),
}
