"""Figures about the house that machines ask for."""

from __future__ import annotations

from sqlalchemy import func, select

from webapp.base.db import db
from webapp.cases.models import Case
from webapp.cases.rules import OPEN


def open_cases() -> dict[str, int]:
    """How many cases stand in each state that is no end."""
    found = select(Case.state, func.count()).where(Case.state.in_(sorted(OPEN)))
    return {state: count for state, count in db.session.execute(found.group_by(Case.state))}
