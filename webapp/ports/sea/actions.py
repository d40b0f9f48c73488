"""What the port manager lays down for what happens at sea."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy.dialects.postgresql import insert

from webapp.base import audit
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import hold
from webapp.ports.sea import queries
from webapp.ports.sea.models import SeaLimits
from webapp.ports.sea.rules import Limits

KIND = "sea_limits"


def set_limits(said: Limits, *, base_version: int | None, by: Actor | None) -> SeaLimits:
    """The rules go by these limits; the log keeps what was before. Raises `Changed` if somebody was faster."""
    before = queries.limits()
    usual = insert(SeaLimits).values(id=1, **asdict(before)).on_conflict_do_nothing()
    db.session.execute(usual)
    row = db.session.get_one(SeaLimits, 1)
    hold(row, base_version)
    for name, value in asdict(said).items():
        setattr(row, name, value)
    row.version += 1
    db.session.flush()
    data = {"before": asdict(before), "limits": asdict(said)}
    audit.record(kind=KIND, thing_id=1, move="set", by=by, data=data)
    return row
