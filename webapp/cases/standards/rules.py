"""What an office may lay down for itself, and in which words."""

from __future__ import annotations

from enum import StrEnum

from flask_babel import lazy_gettext as _l

from webapp.base.access import Anywhere
from webapp.base.clock import Unit
from webapp.cases.rules import DEPARTMENT, DESK


class Pace(StrEnum):
    """For which cases the limit of a step is meant."""

    NORMAL = "normal"
    HASTY = "hasty"


PACE_WORDS = {
    Pace.NORMAL: _l("Ordinary cases"),
    Pace.HASTY: _l("Urgent cases and emergencies"),
}

UNIT_WORDS = {
    Unit.WORK_HOUR: _l("working hours"),
    Unit.WORK_DAY: _l("working days"),
    Unit.MINUTE: _l("minutes by the clock"),
}


class Basis(StrEnum):
    """Why somebody gets a case: the matter is theirs, or the place is."""

    OWNER = "owner"
    TERRITORY = "territory"


BASIS_WORDS = {
    Basis.OWNER: _l("Owner of the matter"),
    Basis.TERRITORY: _l("Territory"),
}


class Days(StrEnum):
    """On which days a rule counts."""

    ANY = "any"
    WORKING = "working"
    FREE = "free"


DAYS_WORDS = {
    Days.ANY: _l("every day"),
    Days.WORKING: _l("working days"),
    Days.FREE: _l("free days"),
}


class Where(StrEnum):
    """For which places a rule counts; the narrower one goes before the wider one."""

    ALL = "all"
    KIND = "kind"
    COMMUNITY = "community"
    GRID = "grid"
    AREA = "area"


WHERE_WORDS = {
    Where.ALL: _l("The whole subdistrict"),
    Where.KIND: _l("Grids of one kind"),
    Where.COMMUNITY: _l("One community"),
    Where.GRID: _l("One grid"),
    Where.AREA: _l("An area drawn"),
}


class Datatype(StrEnum):
    """What kind of answer a question wants; the names are those of Open311."""

    STRING = "string"
    NUMBER = "number"
    DATETIME = "datetime"
    TEXT = "text"
    ONE = "singlevaluelist"
    MANY = "multivaluelist"


DATATYPE_WORDS = {
    Datatype.STRING: _l("A few words"),
    Datatype.NUMBER: _l("A number"),
    Datatype.DATETIME: _l("Date and time"),
    Datatype.TEXT: _l("A longer text"),
    Datatype.ONE: _l("One of a list"),
    Datatype.MANY: _l("Some of a list"),
}

LISTS = frozenset({Datatype.ONE, Datatype.MANY})

# Majors of things that stand there: their owner goes before the territory, and the other way round
# for matters that happen.
LAST_COMPONENT_MAJOR = "05"

MAY = {
    "standards.see": Anywhere(*DESK, *DEPARTMENT, "admin"),
    "standards.change": Anywhere("admin", "shift_leader"),
}
