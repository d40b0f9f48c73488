"""What of a case is public: the one definition, for pages, maps, feeds and machines.

A list asks `clause()`, one case `is_public`. Nothing else of a case may be told than what `described`
tells: no person, no free words but those that the desk released, no photo but those it released.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, or_, select

from webapp.base.spatial import shape_of, to_lonlat
from webapp.cases.models import Case, CaseClass
from webapp.cases.rules import IN_HANDS, State


class Shown(StrEnum):
    """Where a case stands, as coarsely as the public is told."""

    ACCEPTED = "accepted"
    WORKING = "working"
    ON_HOLD = "on_hold"
    HANDLED = "handled"
    CLOSED = "closed"


SHOWN_WORDS = {
    Shown.ACCEPTED: _l("Accepted"),
    Shown.WORKING: _l("In progress"),
    Shown.ON_HOLD: _l("On hold"),
    Shown.HANDLED: _l("Handled, being checked"),
    Shown.CLOSED: _l("Closed"),
}

# Confirmed cases, and under which word. What is not here is never public.
SHOWN: dict[State, Shown] = {
    State.ACCEPTED: Shown.ACCEPTED,
    State.FILED: Shown.ACCEPTED,
    **dict.fromkeys(sorted(IN_HANDS), Shown.WORKING),
    State.ON_HOLD: Shown.ON_HOLD,
    State.FEEDBACK: Shown.HANDLED,
    State.CHECKING: Shown.HANDLED,
    State.CHECKED: Shown.HANDLED,
    State.CLOSED: Shown.CLOSED,
    State.ARCHIVED: Shown.CLOSED,
}
STATES = frozenset(SHOWN)
ENDED = frozenset(state for state, shown in SHOWN.items() if shown is Shown.CLOSED)

# First digits of classes that are about somebody's home or quarrel: the place is told coarsely.
DWELLINGS = ("06001", "06002", "06005", "06009", "06028", "06038", "25", "29")
COARSE_M = 100

# Phone numbers, numbers of identity cards and of bank cards, mail addresses.
PERSONAL = re.compile(
    r"(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9](?:[- ]?[0-9]{4}){2}(?![0-9])"
    r"|(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])"
    r"|(?<![0-9])[0-9]{15,19}(?![0-9])"
    r"|(?<![0-9])0[0-9]{2,3}-[0-9]{7,8}(?![0-9])"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
HIDDEN = "▇▇▇"


def clause() -> ColumnElement[bool]:
    """SQL: the case is public. Confirmed, of a class that residents may read, and not private."""
    readable = select(CaseClass.code).where(CaseClass.public.is_(True))
    # NOT, as the indexes of public cases say it: with IS FALSE the database would use none of them.
    return and_(Case.state.in_(sorted(STATES)), ~Case.private, Case.class_code.in_(readable))


def is_public(case: Case) -> bool:
    """True when the case is public, by the same rule as `clause`."""
    return case.state in STATES and not case.private and case.case_class.public


def coarse() -> ColumnElement[bool]:
    """SQL: the place of the case is told to the next 100 m only."""
    return or_(Case.confidential, *(Case.class_code.startswith(each) for each in DWELLINGS))


def is_coarse(case: Case) -> bool:
    """True when the place of the case is told to the next 100 m only."""
    return case.confidential or case.class_code.startswith(DWELLINGS)


def spot(case: Case) -> tuple[float, float] | None:
    """(lon, lat) degrees WGS 84 as the public may know them; None without a point."""
    if case.geom is None:
        return None
    at = shape_of(case.geom).centroid
    x, y = at.x, at.y
    if is_coarse(case):
        x, y = round(x / COARSE_M) * COARSE_M, round(y / COARSE_M) * COARSE_M
    lon, lat = to_lonlat(x, y)
    return round(lon, 6), round(lat, 6)


def without_numbers(words: str) -> str:
    """The words with every number or address in them that leads to a person covered."""
    return PERSONAL.sub(HIDDEN, words)


def described(case: Case, *, words: str | None = None) -> dict[str, Any]:
    """Everything a machine of the public may read about a public case.

    `words` are those that the desk released.
    """
    at = spot(case)
    return {
        "number": case.number,
        "class": {"code": case.class_code, "name": case.case_class.name},
        "state": SHOWN[State(case.state)].value,
        "grid": case.grid.name if case.grid else None,
        "department": case.department.name if case.department else None,
        "words": words,
        "lon": at[0] if at else None,
        "lat": at[1] if at else None,
        "coarse": is_coarse(case),
        "received_at": case.received_at.isoformat(),
        "due_at": case.due_at.isoformat() if case.due_at else None,
        "review_on": case.review_on.isoformat() if case.review_on else None,
        "closed_at": case.closed_at.isoformat() if case.closed_at else None,
    }
