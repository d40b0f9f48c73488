"""What the office lays down for the choice of who goes."""

from __future__ import annotations

from dataclasses import asdict

from flask_babel import lazy_gettext as _l
from sqlalchemy.dialects.postgresql import insert

from webapp.base import audit
from webapp.base.access import Actor
from webapp.base.db import db
from webapp.base.flow import Unacceptable, hold
from webapp.cases.weighing import queries
from webapp.cases.weighing.models import DispatchWeights
from webapp.cases.weights import USUAL, Weights

KIND = "dispatch_weights"


def checked(said: Weights) -> Weights:
    """The weights, which fit together. Raises `Unacceptable` where something urgent outweighs an emergency."""
    if said.emergency_minute < said.urgent_minute:
        words = _l("A minute of an emergency counts at least as much as one of something urgent.")
        raise Unacceptable(words, fields={"emergency_minute": words})
    return said


def lay_down(said: Weights, *, base_version: int | None, by: Actor | None) -> None:
    """From the next choice on, at the desk and in a crowd, these count; the log keeps what was before.

    Raises `Changed` if somebody was faster.
    """
    _set(checked(said), "set", base_version, by)


def take_back(*, base_version: int | None, by: Actor | None) -> None:
    """The usual weights count again, likewise."""
    _set(USUAL, "usual", base_version, by)


def _set(said: Weights, move: str, base_version: int | None, by: Actor | None) -> None:
    before = asdict(queries.in_force())
    db.session.execute(insert(DispatchWeights).values(id=1, **before).on_conflict_do_nothing())
    row = db.session.get_one(DispatchWeights, 1)
    hold(row, base_version)
    changed = {
        name: [before[name], value] for name, value in asdict(said).items() if before[name] != value
    }
    for name, (_old, value) in changed.items():
        setattr(row, name, value)
    row.version += 1
    db.session.flush()
    audit.record(kind=KIND, thing_id=1, move=move, by=by, data={"changed": changed})
