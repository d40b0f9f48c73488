"""Figures about the house that machines ask for."""

from __future__ import annotations

from sqlalchemy import exists, func, select, text

from webapp.base.db import db
from webapp.cases.models import Case
from webapp.cases.rules import OPEN
from webapp.people.models import Account

_SIZE = text("SELECT pg_database_size(current_database())")
_SCHEMA = text("SELECT version_num FROM alembic_version ORDER BY version_num")


def schema() -> list[str]:
    """The revisions at which the schema stands."""
    return list(db.session.scalars(_SCHEMA))


def size() -> int:
    """Bytes of the database on its disk."""
    return int(db.session.scalar(_SIZE) or 0)


def has_demo() -> bool:
    """True when there are accounts whose password anybody may know."""
    return bool(db.session.scalar(select(exists().where(Account.demo))))


def open_cases() -> dict[str, int]:
    """How many cases stand in each state that is no end."""
    found = select(Case.state, func.count()).where(Case.state.in_(sorted(OPEN)))
    return {state: count for state, count in db.session.execute(found.group_by(Case.state))}
